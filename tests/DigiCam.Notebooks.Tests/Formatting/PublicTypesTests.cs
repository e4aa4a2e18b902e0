using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using DigiCam.Histograms;
using DigiCam.Kernel.Documents;
using DigiCam.Kernel.Formatting;
using DigiCam.LightScan;
using DigiCam.Notebooks.Cameras;
using DigiCam.Notebooks.Progress;
using DigiCam.Notebooks.Tests.Samples;
using DigiCam.Scans;
using DigiCam.Zfits;
using Microsoft.Data.Analysis;

namespace DigiCam.Notebooks.Tests.Formatting;

/// <summary>
/// Every public type of the packages shows itself, as HTML and as text, as the files in Goldens say. To write them anew after a change that is meant:
/// DIGICAM_WRITE_GOLDENS=1 for a run of this class; then read the differences.
/// </summary>
/// <remarks>In a golden file scripts, styles and ids made from the contents are left out, long data are cut, and numbers are rounded to the digits that every machine gives.</remarks>
public sealed partial class PublicTypesTests(KitObjects objects) : IClassFixture<KitObjects>
{
    private const int MaxHtml = 1_000_000;
    private const int MaxText = 10_000;
    private const int MaxGoldenData = 2_000;

    private static readonly string Goldens = Path.Combine(TestEnvironment.RepositoryRoot, "tests", "DigiCam.Notebooks.Tests", "Goldens");

    // Pieces of the writers' and readers' inner loops, which only those can make.
    private static readonly string[] WithoutObjects = ["DigiCam.Fitting.Models.PeakList", "DigiCam.Zfits.ZFitsMessageWriter`1"];

    [Fact]
    public void EveryType_HasAnObjectHere()
    {
        string[] missing = [.. KitObjects.Packages.SelectMany(a => a.GetExportedTypes()).Where(type => !HasNoObjects(type) && objects.Find(type) is null).Select(type => type.FullName!)];
        Assert.True(missing.Except(WithoutObjects).ToArray() is [], string.Join("\n", missing));
    }

    [Fact]
    public void EveryObject_IsShownByTheKit()
    {
        ValueFormatter formatter = new();
        List<string> wrong = [];
        foreach (object item in objects.All)
        {
            string name = item.GetType().FullName!;
            MimeBundle bundle = formatter.Format(item, failed: e => wrong.Add($"{name}: {e}"));
            string text = bundle["text/plain"];
            if (text.Length == 0 || text == name || text == item.GetType().Name) wrong.Add($"{name}: the text is '{text}'");
            if (text.Length > MaxText) wrong.Add($"{name}: text of {text.Length} characters");
            if (!bundle.TryGetValue("text/html", out string? html) || (item is not ProgressLine && !html.StartsWith("<div id=\"dc-", StringComparison.Ordinal))) wrong.Add($"{name}: not shown by the kit");
            if (html?.Length > MaxHtml && item is not KitBanner) wrong.Add($"{name}: HTML of {html.Length} characters");
            foreach (string shown in (string[])[text, html ?? ""])
            {
                if (item is not KitBanner && Leak().Match(shown) is { Success: true } leak) wrong.Add($"{name}: '{leak.Value}' in {shown[Math.Max(0, leak.Index - 60)..Math.Min(shown.Length, leak.Index + 60)]}");
                if (shown.Contains(TestEnvironment.RepositoryRoot, StringComparison.Ordinal) || shown.Contains(Path.GetTempPath(), StringComparison.Ordinal)) wrong.Add($"{name}: names a folder of this machine: {shown[..Math.Min(300, shown.Length)]}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    [Fact]
    public void EveryObject_LooksAsInItsGoldenFiles()
    {
        bool isWriting = Environment.GetEnvironmentVariable("DIGICAM_WRITE_GOLDENS") == "1";
        ValueFormatter formatter = new();
        List<string> wrong = [];
        HashSet<string> files = [];
        foreach (object item in objects.All)
        {
            MimeBundle bundle = formatter.Format(item);
            Compare("html", Golden(bundle["text/html"]));
            Compare("txt", Rounded(Version().Replace(bundle["text/plain"], "…")) + "\n");

            void Compare(string extension, string found)
            {
                string path = Path.Combine(Goldens, $"{item.GetType().FullName!.Split('[')[0].Replace("DigiCam.", "", StringComparison.Ordinal)}.{extension}");
                files.Add(path);
                if (isWriting) File.WriteAllText(path, found);
                string expected = File.Exists(path) ? File.ReadAllText(path).ReplaceLineEndings("\n") : "";
                if (expected == found) return;
                int at = Enumerable.Range(0, Math.Min(expected.Length, found.Length)).FirstOrDefault(i => expected[i] != found[i], Math.Min(expected.Length, found.Length));
                wrong.Add($"{Path.GetFileName(path)} at {at}: expected '{Around(expected, at)}', found '{Around(found, at)}'");
            }
        }

        foreach (string path in Directory.GetFiles(Goldens).Where(path => !files.Contains(path)))
        {
            if (isWriting) File.Delete(path);
            else wrong.Add($"{Path.GetFileName(path)}: there is no such type any more");
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    [Fact]
    public void Lists_OfRecordsAndOfOutputs_AreTablesAndOutputs()
    {
        ValueFormatter formatter = new();
        MimeBundle pixels = formatter.Format(DigiCam.Geometry.CameraGeometry.DigiCam.Pixels);
        Assert.Contains("first 25 of 1296 rows", pixels["text/html"], StringComparison.Ordinal);
        Assert.StartsWith("1296 × Pixel\n", pixels["text/plain"], StringComparison.Ordinal);
        string charts = formatter.Format(SampleCharts.Create().ToList())["text/html"];
        Assert.Equal(SampleCharts.Create().Length, Root().Count(charts));
        Assert.DoesNotContain("dc-output", formatter.Format(new double[3]).TryGetValue("text/html", out string? html) ? html : "", StringComparison.Ordinal);
    }

    [Fact]
    public void LargeObjects_StaySmallOutputs()
    {
        ValueFormatter formatter = new();
        FitsCard card = (FitsCard)objects.Find(typeof(FitsCard))!;
        PixelWaveform waveform = new([.. Enumerable.Range(0, 4096).Select(i => (short)(400 + (i % 37)))]);
        PixelHistograms histograms = new(IntegerAxis.Adc, DigiCam.Geometry.CameraGeometry.PixelCount);
        for (int pixel = 0; pixel < histograms.PixelCount; pixel++) histograms.Fill(pixel, [.. Enumerable.Range(0, 4096).Select(i => (short)i)]);

        // A header of 1 MB, a long waveform, histograms with all bins filled, a plan of 81 levels.
        foreach (object large in (object[])[Enumerable.Repeat(card, 13_000).ToArray(), waveform, histograms, ScanPlan.Counted([.. Enumerable.Range(0, 81)], [0], 1000), new short[1296, 4096]])
        {
            MimeBundle bundle = formatter.Format(large);
            Assert.InRange(bundle["text/plain"].Length, 1, MaxText);
            Assert.InRange(bundle["text/html"].Length, 1, MaxHtml);
        }
    }

    [Fact]
    public void ToDataFrame_OfAScan_HasARowPerLevelAndPixel()
    {
        LightScanResult light = (LightScanResult)objects.Find(typeof(LightScanResult))!;
        DataFrame levels = light.ToLevelsDataFrame();
        Assert.Equal(light.LevelCount * light.PixelCount, levels.Rows.Count);
        Assert.Equal([3, 17, light[3, 17].Mu, light[3, 17].MuError], levels.Rows[(3 * light.PixelCount) + 17].Take(4));
        Scan scan = (Scan)objects.Find(typeof(Scan))!;
        Assert.Equal(scan.Plan.Steps.Select(step => (object)(long)step.Level.AcDac), scan.ToDataFrame()["AC"].Cast<object>());
    }

    // What nobody leaves as the last expression of a cell: types without objects of their own, errors, functions.
    private static bool HasNoObjects(Type type) =>
        type.IsEnum || type.IsInterface || type.IsAbstract || typeof(Exception).IsAssignableFrom(type) || typeof(Delegate).IsAssignableFrom(type) || typeof(Attribute).IsAssignableFrom(type);

    private static string Around(string text, int at) => text[Math.Max(0, at - 40)..Math.Min(text.Length, at + 60)].ReplaceLineEndings("\\n");

    private static string Golden(string html)
    {
        html = Style().Replace(html, "<style>…</style>");
        html = Script().Replace(html, "<script>…</script>");
        html = Packed().Replace(html, match => $"{match.Groups[1].Value}{Unpack(match.Groups[2].Value)}</script>");
        html = Data().Replace(html, match => match.Groups[2].Length <= MaxGoldenData ? match.Value : $"{match.Groups[1].Value}{Rounded(match.Groups[2].Value)[..MaxGoldenData]}…</script>");
        html = Polygons().Replace(html, match => $"… {Polygon().Count(match.Value)} polygons …\n");
        html = Hash().Replace(html, "dc-$1-…");
        html = Version().Replace(html, "…");
        html = Deflated().Replace(html, "(packed)");
        return Rounded(html);
    }

    private static string Unpack(string base64)
    {
        using MemoryStream packed = new(Convert.FromBase64String(base64));
        using DeflateStream deflate = new(packed, CompressionMode.Decompress);
        using StreamReader reader = new(deflate, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private static string Rounded(string text) => Long().Replace(text.ReplaceLineEndings("\n"), match => double.Parse(match.Value, CultureInfo.InvariantCulture).ToString("G6", CultureInfo.InvariantCulture));

    [GeneratedRegex(@"System\.[A-Z]|Microsoft\.[A-Z]|`[0-9]|__DisplayClass|https?://(?!www\.w3\.org)|=""//")]
    private static partial Regex Leak();

    [GeneratedRegex("<div id=\"dc-[a-z]+-[0-9a-f]{10}\" class=\"dc-output\"")]
    private static partial Regex Root();

    [GeneratedRegex("<style>.*?</style>", RegexOptions.Singleline)]
    private static partial Regex Style();

    [GeneratedRegex("<script>.*?</script>", RegexOptions.Singleline)]
    private static partial Regex Script();

    [GeneratedRegex("(<script[^>]* data-packed=[^>]*>)(.*?)</script>", RegexOptions.Singleline)]
    private static partial Regex Packed();

    [GeneratedRegex("(<script type=\"application/json\"[^>]*>)(.*?)</script>", RegexOptions.Singleline)]
    private static partial Regex Data();

    [GeneratedRegex(@"(?:<polygon[^>]*?(?:/>|>[^<]*(?:<title>[^<]*</title>)?</polygon>)\s*){4,}")]
    private static partial Regex Polygons();

    [GeneratedRegex("<polygon")]
    private static partial Regex Polygon();

    [GeneratedRegex("dc-([a-z]+)-[0-9a-f]{10}")]
    private static partial Regex Hash();

    [GeneratedRegex(@"(?<=DigiCam notebooks )[0-9.]+(?=,)|(?<=DigiCam notebooks</b> <span class=""k-quiet"">)[0-9.]+|(?<=<tr><th scope=""row"">(?:KitVersion|Host)</th><td>)[^<]*")]
    private static partial Regex Version();

    // What comes out of deflate is a matter of the runtime; what is in it is tested where it is read.
    [GeneratedRegex(@"(?<="")[A-Za-z0-9+/]{120,}=*(?=""|…)")]
    private static partial Regex Deflated();

    [GeneratedRegex(@"-?[0-9]+\.[0-9]{7,}(?:[eE][-+]?[0-9]+)?")]
    private static partial Regex Long();
}
