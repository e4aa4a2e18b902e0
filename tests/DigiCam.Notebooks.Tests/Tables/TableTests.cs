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
    [Fact]
    public void ToCsv_AnyCells_KeepEveryDigit()
    {
        Table table = new("t", [new("pixel"), new("gain", "LSB/pe"), new("x"), new("flags"), new("time")],
        [
            new object?[] { 12_345, new Measurement(0.1 + 0.2, 1e-7), double.NaN, "a, \"b\"", new DateTime(2018, 8, 22, 20, 0, 0, DateTimeKind.Utc) },
            new object?[] { null, null, double.PositiveInfinity, null, null },
            new object?[] { long.MaxValue, new Measurement(1, double.NaN), -1e-300, "two\nlines", null },
        ]);
        string expected =
            "pixel,gain [LSB/pe],gain error [LSB/pe],x,flags,time\n" +
            "12345,0.30000000000000004,1E-07,NaN,\"a, \"\"b\"\"\",2018-08-22 20:00:00Z\n" +
            ",,,Infinity,,\n" +
            "9223372036854775807,1,NaN,-1E-300,\"two\nlines\",\n";
        Assert.Equal(expected, table.ToCsv());
        Assert.Equal(expected, Samples.Cultures.Under("de-DE", table.ToCsv));
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        table.WriteCsv(folder.File("t.csv"));
        Assert.Equal(expected, File.ReadAllText(folder.File("t.csv")));
        Assert.Equal(["t.csv"], Directory.GetFiles(folder.FullName).Select(path => Path.GetFileName(path)));
    }

    [Fact]
    public void ToHtml_HundredThousandRows_StaysSmallAndSaysWhatIsLeftOut()
    {
        Table table = new("Big", [new("row"), new("x"), new("y"), new("word")], Enumerable.Range(0, 100_000).Select(i => (object?[])[i, Math.Sqrt(i), 1 / (1.0 + i), new string('w', i % 7)]));
        string html = table.ToHtml();
        Assert.InRange(html.Length, 100_000, 1_000_000);
        Assert.Contains("first 25 of 100000 rows", html, StringComparison.Ordinal);
        using StreamReader reader = new(new System.IO.Compression.DeflateStream(new MemoryStream(Convert.FromBase64String(html.Split("deflate-raw\">")[1].Split('<')[0])), System.IO.Compression.CompressionMode.Decompress));
        using System.Text.Json.JsonDocument data = System.Text.Json.JsonDocument.Parse(reader.ReadToEnd());
        int kept = data.RootElement.GetProperty("count").GetInt32();
        Assert.Equal((10_000, 90_000), (kept, data.RootElement.GetProperty("left").GetInt32()));
        Assert.All(data.RootElement.GetProperty("columns").EnumerateArray(), column => Assert.Equal(kept, column.GetProperty(column.TryGetProperty("raw", out _) ? "raw" : "text").GetArrayLength()));
        Assert.InRange(table.ToString().Length, 100, 3000);
    }

    [Fact]
    public void ToHtml_EnormousCells_AreCut()
    {
        Table table = new("Header", [new("card"), new("value")], Enumerable.Range(0, 1000).Select(i => (object?[])[i, new string('x', 5000)]));
        Assert.InRange(table.ToHtml().Length, 1000, 300_000);
        Assert.Contains(new string('x', 5000), table.ToCsv(), StringComparison.Ordinal);
    }
}
