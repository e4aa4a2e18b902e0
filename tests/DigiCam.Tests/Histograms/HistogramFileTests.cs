using System.Text.Json;
using DigiCam.Charges;
using DigiCam.Files;
using DigiCam.Histograms;
using DigiCam.Tests.Files;

namespace DigiCam.Tests.Histograms;

/// <summary>Histograms in HDF5 files: round trips, what h5py makes of them, and defects.</summary>
public sealed class HistogramFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Kinds => ["integer", "regular", "variable"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void WriteTo_AnyAxis_ReadsBackTheSame(string kind)
    {
        PixelHistograms pixels = Pixels(AxisOf(kind));
        LevelHistograms levels = Levels(AxisOf(kind));
        string path = Write(pixels, levels);
        using Hdf5File file = Hdf5File.Open(path);
        PixelHistograms readPixels = PixelHistograms.ReadFrom(file, "/set/pixels");
        LevelHistograms readLevels = LevelHistograms.ReadFrom(file, "/set/levels");
        Assert.Equal((pixels.Axis, pixels.Scale, pixels.PixelCount, pixels.EventCount), (readPixels.Axis, readPixels.Scale, readPixels.PixelCount, readPixels.EventCount));
        Assert.Equal((levels.Axis, levels.Scale, levels.PixelCount, levels.LevelCount), (readLevels.Axis, readLevels.Scale, readLevels.PixelCount, readLevels.LevelCount));
        Assert.Equal(levels.EventCounts, readLevels.EventCounts);
        for (int pixel = 0; pixel < 3; pixel++)
        {
            Same(pixels[pixel], readPixels[pixel]);
            for (int level = 0; level < 2; level++) Same(levels[level, pixel], readLevels[level, pixel]);
        }
    }

    [Fact]
    public void ReadFrom_MoreThanAStretchOfTheFile_ReadsBackTheSame()
    {
        // 2.9 million counts, 12 stretches of the file, with histograms that lie across their ends, empty ones, and one longer than a stretch.
        IntegerAxis axis = new(0, 400_000);
        LevelHistograms levels = new(axis, 6, 30);
        for (int level = 0; level < 6; level++)
        {
            for (int pixel = 0; pixel < 30; pixel++)
            {
                int length = level == 2 && pixel == 7 ? 300_000 : (pixel * 997) + (level % 2);
                levels.AddCounts(level, pixel, pixel * 31, [.. Enumerable.Range(0, length).Select(i => (uint)((((i * 7) + level) % 11) + 1))], isValid: true);
            }
        }

        string path = _folder.File("large.h5");
        Hdf5Writer writer = new();
        levels.WriteTo(writer, "/set", "levels");
        writer.Write(path);
        using Hdf5File file = Hdf5File.Open(path);
        LevelHistograms read = LevelHistograms.ReadFrom(file, "/set");
        for (int level = 0; level < 6; level++)
        {
            for (int pixel = 0; pixel < 30; pixel++)
            {
                ReadOnlySpan<uint> expected = levels.GetCounts(level, pixel, out int first);
                ReadOnlySpan<uint> found = read.GetCounts(level, pixel, out int foundFirst);
                Assert.True(expected.SequenceEqual(found) && (expected.IsEmpty || first == foundFirst), FormattableString.Invariant($"level {level}, pixel {pixel}"));
            }
        }
    }

    [Fact]
    public void WriteTo_SameHistograms_GivesTheSameBytes()
    {
        byte[] first = File.ReadAllBytes(Write(Pixels(AxisOf("integer")), Levels(AxisOf("integer"))));
        Assert.Equal(first, File.ReadAllBytes(Write(Pixels(AxisOf("integer")), Levels(AxisOf("integer")))));
    }

    [Fact]
    public void WriteTo_HistogramsOfPixels_AreReadByH5py()
    {
        Dictionary<string, JsonElement> found = H5py.List(Write(Pixels(AxisOf("integer")), Levels(AxisOf("integer"))));
        JsonElement counts = found["/set/pixels/counts"];
        Assert.Equal("uint32", counts.GetProperty("dtype").GetString());
        Assert.Equal([2, 1, 0, 1, uint.MaxValue - 1], counts.GetProperty("values").EnumerateArray().Select(v => v.GetInt64()));
        Assert.Equal([0, 0, 5], found["/set/pixels/first_bin"].GetProperty("values").EnumerateArray().Select(v => v.GetInt32()));
        Assert.Equal([4, 0, 1], found["/set/pixels/bin_count"].GetProperty("values").EnumerateArray().Select(v => v.GetInt32()));
        Assert.Equal([1, 2, 0, 0, 0, 1], found["/set/pixels/flow"].GetProperty("values").EnumerateArray().Select(v => v.GetInt64()));
        Assert.Equal([.. Pixels(AxisOf("integer")).Axis.Edges()], H5py.Doubles(found["/set/pixels/edges"].GetProperty("values")));
        JsonElement attributes = found["/set/pixels"].GetProperty("attributes");
        Assert.Equal(("integer", "sum of 7 samples", 9), (attributes.GetProperty("axis").GetString(), attributes.GetProperty("charge_scale").GetString(), attributes.GetProperty("event_count").GetInt64()));
        Assert.Equal([2, 3], found["/set/levels/bin_count"].GetProperty("shape").EnumerateArray().Select(v => v.GetInt32()));
    }

    [Theory]
    [InlineData("counts", "/set/pixels/counts ends with 4 values before histogram 2 of 3 is complete")]
    [InlineData("more", "/set/pixels/counts holds 6 values, the histograms have 5")]
    [InlineData("first", "/set/pixels histogram 2 has bins 7..7, the axis has 7")]
    [InlineData("negative", "/set/pixels histogram 0 has bins 0..-2, the axis has 7")]
    [InlineData("edges", "/set/pixels/edges holds 8 edges that are no integer axis")]
    [InlineData("empty", "/set/pixels/edges holds 0 edges that are no integer axis")]
    [InlineData("kind", "/set/pixels has an axis 'logarithmic'; integer, regular and variable are known")]
    [InlineData("scale", "/set/pixels has a charge scale 'sum', not 'amplitude' or for example 'sum of 7 samples'")]
    [InlineData("flow", "/set/pixels/counts histogram 2 has 4294967297 entries, at most 4294967295 can be counted")]
    [InlineData("pixels", "/set/pixels/bin_count has shape (2), expected (3)")]
    [InlineData("nothing", "/set/pixels/first_bin holds no histogram")]
    public void ReadFrom_InconsistentFile_SaysWhatAndWhere(string defect, string expected)
    {
        uint[] counts = defect switch { "counts" => [2, 1, 0, 1], "more" => [2, 1, 0, 1, 5, 6], _ => [2, 1, 0, 1, uint.MaxValue - 1] };
        double[] edges = defect switch { "edges" => [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 3.5, 4.6], "empty" => [], _ => new IntegerAxis(-2, 7).Edges() };
        string path = _folder.File("bad.h5");
        new Hdf5Writer()
            .AddAttribute("/set/pixels", "axis", defect == "kind" ? "logarithmic" : "integer")
            .AddAttribute("/set/pixels", "charge_scale", defect == "scale" ? "sum" : "amplitude")
            .AddAttribute("/set/pixels", "event_count", 9L)
            .Add<double>("/set/pixels/edges", edges, "LSB", "")
            .Add<uint>("/set/pixels/counts", counts, "entries", "")
            .Add<int>("/set/pixels/first_bin", defect switch { "first" => [0, 0, 7], "nothing" => [], _ => [0, 0, 5] }, "", "")
            .Add<int>("/set/pixels/bin_count", defect switch { "negative" => [-1, 0, 1], "pixels" => [4, 0], _ => [4, 0, 1] }, "", "")
            .Add<uint>("/set/pixels/flow", [1, 2, 0, 0, 0, defect == "flow" ? 3u : 1u], [3, 2], "entries", "")
            .Add<byte>("/set/pixels/invalid", [0, 0, 0], "", "")
            .Write(path);
        using Hdf5File file = Hdf5File.Open(path);
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => PixelHistograms.ReadFrom(file, "/set/pixels"));
        Assert.Equal($"{path}: {expected}", error.Message);
    }

    [Fact]
    public void ReadFrom_MissingGroup_NamesIt()
    {
        using Hdf5File file = Hdf5File.Open(Write(Pixels(AxisOf("integer")), Levels(AxisOf("integer"))));
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => LevelHistograms.ReadFrom(file, "/set/charges"));
        Assert.Contains("/set/charges/edges is not in the file", error.Message, StringComparison.Ordinal);
        Assert.Contains("/set/pixels/first_bin has shape (3), expected (any, any)", Assert.Throws<InvalidDataException>(() => LevelHistograms.ReadFrom(file, "/set/pixels")).Message, StringComparison.Ordinal);
    }

    private static Axis AxisOf(string kind) => kind switch
    {
        "integer" => new IntegerAxis(-2, 7),
        "regular" => new RegularAxis(-2.1, 5.3, 7, "ns"),
        _ => new VariableAxis([-2, -1, 0, 0.5, 3, 4, 5, 8.25], "ns"),
    };

    // Bins on either side of an empty one, a pixel without entries, one with as many as can be counted.
    private static PixelHistograms Pixels(Axis axis)
    {
        PixelHistograms pixels = new(axis, 3, ChargeScale.SumOf(7)) { EventCount = 9 };
        pixels.SetCounts(0, [2, 1, 0, 1, 0, 0, 0], underflow: 1, overflow: 2);
        pixels.SetCounts(2, [0, 0, 0, 0, 0, uint.MaxValue - 1.0, 0], overflow: 1);
        return pixels;
    }

    private static LevelHistograms Levels(Axis axis)
    {
        LevelHistograms levels = new(axis, 2, 3);
        levels.FillEvent(0, (short[])[-1, 0, 5, 5, 9, -9]);
        levels.FillEvent(1, (double[])[1, 2, double.NaN]);
        levels.FillEvent(1, (double[])[1, 4, -7]);
        return levels;
    }

    private string Write(PixelHistograms pixels, LevelHistograms levels)
    {
        string path = _folder.File("histograms.h5");
        Hdf5Writer writer = new();
        pixels.WriteTo(writer, "/set/pixels", "pixels");
        levels.WriteTo(writer, "/set/levels", "levels and pixels");
        writer.Write(path);
        return path;
    }

    private static void Same(Histogram a, Histogram b)
    {
        Assert.Equal(a.Counts.ToArray(), b.Counts.ToArray());
        Assert.Equal((a.Underflow, a.Overflow, a.Scale, a.IsValid), (b.Underflow, b.Overflow, b.Scale, b.IsValid));
    }
}
