using DigiCam.Dark;
using DigiCam.Files;
using DigiCam.Geometry;
using DigiCam.Histograms;
using DigiCam.Runs;
using DigiCam.Simulation.Plans;

namespace DigiCam.Tests.Dark;

/// <summary>Dark histograms in files.</summary>
public sealed class DarkHistogramsTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();
    private readonly DarkRun _dark = new(new CampaignPlan { Seed = 5 }, events: 30);

    public void Dispose()
    {
        _dark.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void Write_AnyOptions_ReadsBackTheSame(int chargeSamples)
    {
        DarkPassOptions options = new()
        {
            Blocks = 4,
            WindowSamples = 9,
            MaximumWindowSamples = 3,
            Types = EventTypes.Pulser | EventTypes.Patch7,
            Pulses = new PulseFinderOptions { ThresholdSigmas = 5.25, EdgeSamples = 8, ChargeSamples = chargeSamples },
        };
        Pedestals pedestals = new(_dark.Pedestals.Baseline.SetItem(3, double.NaN), _dark.Pedestals.Noise);
        DarkHistograms written = DarkPass.Accumulate(_dark.Run, pedestals, options, cancellationToken: TestContext.Current.CancellationToken);
        string path = _folder.File("dark.h5");
        written.Write(path, "{\"task\": \"dark\"}");
        DarkHistograms read = DarkHistograms.Read(path);
        Assert.Equal(options, read.Options);
        Assert.Equal(pedestals, read.Pedestals);
        Assert.Equal((written.EventCount, written.SampleCount, written.SkippedPixels), (read.EventCount, read.SampleCount, read.SkippedPixels));
        Assert.Equal(written.LiveTimeNs, read.LiveTimeNs);
        Assert.Equal(written.LargestWindowShift, read.LargestWindowShift);
        Assert.Equal(written.PulsePedestal(4), read.PulsePedestal(4));
        Same(written.Samples, read.Samples);
        Same(written.Pulses, read.Pulses);
        Same(written.LargestWindow, read.LargestWindow);
        Same(written.MaximumWindow, read.MaximumWindow);
        for (int block = 0; block < 4; block++) Same(written.SampleBlocks.GetLevel(block), read.SampleBlocks.GetLevel(block));
        using Hdf5File file = Hdf5File.Open(path);
        Assert.Equal("{\"task\": \"dark\"}", file.ReadTexts(DarkHistograms.Group + "/provenance")[0]);
    }

    [Fact]
    public void Read_AnotherFile_SaysWhatIsMissing()
    {
        string path = _folder.File("other.h5");
        new Hdf5Writer().AddAttribute("/hv_off", "task", "hv_off").Write(path);
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => DarkHistograms.Read(path));
        Assert.StartsWith($"{path}: /dark_histograms/sample_blocks/edges is not in the file", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_HistogramsOfOtherPixelsOrScale_SaysWhich()
    {
        DarkHistograms dark = DarkPass.Accumulate(_dark.Run, _dark.Pedestals, cancellationToken: TestContext.Current.CancellationToken);
        string path = _folder.File("mixed.h5");
        PixelHistograms few = new(IntegerAxis.Adc, 5);
        new DarkHistograms(dark.Options, dark.Pedestals, 50, dark.SampleBlocks, few, dark.LargestWindow, dark.MaximumWindow, dark.LiveTimeNs).Write(path);
        Assert.Equal($"{path}: /dark_histograms/pulses is of 5 pixels, sample_blocks of 1296", Assert.Throws<InvalidDataException>(() => DarkHistograms.Read(path)).Message);
        new DarkHistograms(dark.Options, dark.Pedestals, 50, dark.SampleBlocks, dark.Pulses, dark.MaximumWindow, dark.MaximumWindow, dark.LiveTimeNs).Write(path);
        Assert.Equal($"{path}: /dark_histograms has an attribute window_samples of 7, its histograms one of 5", Assert.Throws<InvalidDataException>(() => DarkHistograms.Read(path)).Message);
    }

    private static void Same(PixelHistograms expected, PixelHistograms found)
    {
        Assert.Equal((expected.Axis, expected.Scale, expected.EventCount), (found.Axis, found.Scale, found.EventCount));
        for (int pixel = 0; pixel < CameraGeometry.PixelCount; pixel++)
        {
            Assert.True(expected.GetCounts(pixel).SequenceEqual(found.GetCounts(pixel)), $"pixel {pixel}");
            Assert.Equal((expected.GetUnderflow(pixel), expected.GetOverflow(pixel)), (found.GetUnderflow(pixel), found.GetOverflow(pixel)));
        }
    }
}
