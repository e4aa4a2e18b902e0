using System.Text.RegularExpressions;
using DigiCam.Notebooks.Tests.Samples;

namespace DigiCam.Notebooks.Tests.Formatting;

/// <summary>What every HTML output has to keep to, so that it works in VS Code, JupyterLab and a saved report.</summary>
public sealed partial class OutputRulesTests
{
    private static readonly string[] Outputs = AllOutputs.Create();

    [Fact]
    public void Outputs_NameNothingOutside()
    {
        foreach (string html in Outputs)
        {
            string text = html.Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal);
            Assert.DoesNotContain("http://", text, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("https://", text, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("@import", text, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("@font-face", text, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("<link", text, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("require(", text, StringComparison.Ordinal);
            Assert.DoesNotContain("document.currentScript", text, StringComparison.Ordinal);
            Assert.DoesNotMatch(ViewportUnit(), text);
            Assert.DoesNotContain("position: fixed", text, StringComparison.Ordinal);
            Assert.DoesNotContain("alert(", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Outputs_TwoRuns_AreIdentical() => Assert.Equal(Outputs, AllOutputs.Create());

    [Theory]
    [InlineData("de-DE")]
    [InlineData("fa-IR")]
    public void Outputs_AnyCulture_AreIdentical(string culture) => Assert.Equal(Outputs, Cultures.Under(culture, AllOutputs.Create));

    [Fact]
    public void Ids_OfDifferentOutputs_Differ()
    {
        string[] roots = [.. Outputs.Select(RootId)];
        Assert.Equal(roots.Length, roots.Distinct().Count());
    }

    [Fact]
    public void Ids_InsideAnOutput_StartWithItsOwn()
    {
        foreach (string html in Outputs)
        {
            string root = RootId(html);
            Assert.All(Id().Matches(html).Select(m => m.Groups[1].Value), id => Assert.StartsWith(root, id, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Styles_EveryRule_IsScoped()
    {
        foreach (string html in Outputs)
        {
            string root = "#" + RootId(html);
            string css = Style().Match(html).Groups[1].Value;
            foreach (Match rule in Selector().Matches(css))
            {
                string selectors = rule.Groups[1].Value.Trim();
                if (selectors.StartsWith('@')) continue;
                Assert.All(selectors.Split(',').Where(s => !s.Contains(":not(", StringComparison.Ordinal) || s.Contains('#', StringComparison.Ordinal)), s => Assert.Contains(root, s, StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public void Scripts_AreInAFunctionOfTheirOwn()
    {
        foreach (string html in Outputs)
        {
            foreach (Match script in Script().Matches(html))
            {
                string code = script.Groups[1].Value.Trim();
                Assert.StartsWith("(function () {", code, StringComparison.Ordinal);
                Assert.EndsWith("})();", code, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Kit_Start_HoldsTheLibraryOnce()
    {
        string html = Kit.Start().ToHtml();
        Assert.Single(Version().Matches(html));
        Assert.Contains("Licensed under the MIT license", html, StringComparison.Ordinal);
        Assert.InRange(html.Length, 1_000_000, 1_700_000);
        Assert.All(Outputs, o => Assert.DoesNotMatch(Version(), o));
        Assert.Equal($"DigiCam notebooks {Kit.Version}, plotly.js 2.28.0", Kit.Start().ToString());
    }

    private static string RootId(string html) => Root().Match(html).Groups[1].Value;

    [GeneratedRegex("^<div id=\"(dc-[a-z]+-[0-9a-f]{10})\"")]
    private static partial Regex Root();

    [GeneratedRegex(" id=\"([^\"]+)\"")]
    private static partial Regex Id();

    [GeneratedRegex("<style>(.*?)</style>", RegexOptions.Singleline)]
    private static partial Regex Style();

    [GeneratedRegex("<script>(.*?)</script>", RegexOptions.Singleline)]
    private static partial Regex Script();

    [GeneratedRegex(@"([^{}]+)\{")]
    private static partial Regex Selector();

    [GeneratedRegex(@"plotly\.js v[0-9]+\.[0-9]+")]
    private static partial Regex Version();

    [GeneratedRegex("[0-9]v[hw]\\b")]
    private static partial Regex ViewportUnit();
}
