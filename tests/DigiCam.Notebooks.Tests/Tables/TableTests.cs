using DigiCam.Notebooks.Formatting;
using DigiCam.Notebooks.Tables;
using DigiCam.Results;

namespace DigiCam.Notebooks.Tests.Tables;

public sealed class TableTests
{
    private static readonly Table Sample = new("Noise", [new("pixel"), new("σₑ", "LSB"), new("flags"), new("x", "", 3)],
        Enumerable.Range(0, 50).Select(i => (object?[])[i, new Measurement(0.95 + (i * 0.001), 0.004), i == 1 ? "<DEAD>" : "", i == 2 ? double.NaN : 0.5 + (i * 0.1)]))
    { MaxRows = 3 };

    [Fact]
    public void ToHtml_ManyRows_ShowsTheFirstAndSaysSo()
    {
        string html = Sample.ToHtml();
        Assert.Contains("first 3 of 50 rows", html, StringComparison.Ordinal);
        Assert.Equal(3, html.Split("<tr><td").Length - 1);
        Assert.Contains("<tr class=\"k-units\">", html, StringComparison.Ordinal);
        Assert.Contains("&lt;DEAD&gt;", html, StringComparison.Ordinal);
        Assert.Contains("<td class=\"k-r\">0.950 ± 0.004</td>", html, StringComparison.Ordinal);
    }

    [Fact]
    public void ToString_IsTheSameTable()
    {
        Assert.Equal(
            "Noise\n" +
            "pixel       σₑ [LSB]  flags       x\n" +
            "    0  0.950 ± 0.004          0.500\n" +
            "    1  0.951 ± 0.004  <DEAD>  0.600\n" +
            "    2  0.952 ± 0.004              –\n" +
            "first 3 of 50 rows", Sample.ToString());
    }

    [Fact]
    public void Constructor_RowOfWrongLength_IsRefused() =>
        Assert.Throws<ArgumentException>(() => new Table("x", [new("a")], [new object?[] { 1, 2 }]));

    [Fact]
    public void Check_WholeNumbers_KeepAllDigits()
    {
        Check check = Check.Limits("entries", 1_234_567, "", 1000, null);
        Assert.Equal("1234567", check.Measured);
        Assert.Equal("0.12346 LSB", Check.Limits("noise", 0.123456, "LSB", 0, 1).Measured);
    }

    [Fact]
    public void Verdict_WorstCheck_Decides()
    {
        Verdict verdict = new("run", [Check.Limits("a", 1, "LSB", 0, 2), Check.Limits("b", 3, "", null, 2, Outcome.Warn)]);
        Assert.Equal(Outcome.Warn, verdict.Outcome);
        Assert.Equal("WARN: run (1 warn, 1 pass)", verdict.Summary);
        Assert.Contains("PASS  a: 1 LSB (required 0 .. 2 LSB)", verdict.ToString(), StringComparison.Ordinal);
        Assert.Equal(Outcome.Fail, new Verdict("run", [Check.Limits("a", double.NaN, "", 0, 1)]).Outcome);
        Assert.Equal(Outcome.Warn, new Verdict("run", []).Outcome);
    }
}
