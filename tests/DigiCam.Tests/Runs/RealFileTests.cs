using System.Text.Json;
using DigiCam.Geometry;
using DigiCam.Histograms;
using DigiCam.Runs;

namespace DigiCam.Tests.Runs;

/// <summary>The two public files of the camera, against what the official reader finds in them.</summary>
public sealed class RealFileTests
{
    private static readonly string[] Names = ["example_10_evts.000", "SST1M_01_20180822_001"];

    [Theory]
    [InlineData(0, 10, 1)]
    [InlineData(1, 1, 16)]
    public void Open_RealFile_SummaryIsRight(int file, int events, int baselineScale)
    {
        using Run run = Open(file);
        RunSummary summary = run.Summary;
        Assert.Equal((events, 50, baselineScale), ((int)summary.EventCount, summary.SampleCount, summary.BaselineScale));
        JsonElement golden = Golden(file);
        long[] numbers = [.. golden.GetProperty("event_ids").EnumerateArray().Select(n => n.GetInt64())];
        Assert.Equal(numbers.Order(), run.EventNumbers);
        Assert.Equal((numbers.Min(), numbers.Max()), (summary.FirstEventNumber, summary.LastEventNumber));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Events_RealFile_WaveformsInPixelOrderAgree(int file)
    {
        using Run run = Open(file);
        JsonElement waveform = Golden(file).GetProperty("waveform")[0];
        int row = 0;
        foreach (CameraEvent camera in run)
        {
            JsonElement expected = waveform.GetProperty("per_row")[row++];
            Assert.Equal(expected.GetProperty("pixel0_first10").EnumerateArray().Select(v => v.GetInt16()), camera.GetWaveform(0)[..10].ToArray());
            Assert.Equal(expected.GetProperty("sum").GetInt64(), camera.Samples.ToArray().Sum(s => (long)s));
            double[] medians = [.. Enumerable.Range(0, camera.PixelCount).Select(p => Median(camera.GetWaveform(p)))];
            Assert.Equal(expected.GetProperty("min_pixel_median").GetDouble(), medians.Min());
            Assert.Equal(expected.GetProperty("max_pixel_median").GetDouble(), medians.Max());
            Assert.Equal(camera.ToString(), run.GetEvent(row - 1).ToString());
            Assert.Equal(camera.Samples.ToArray(), run.GetEvent(row - 1).Samples.ToArray());
        }
    }

    [Fact]
    public void Events_FirmwareBaselines_FollowTheWaveformsOfTheirPixels()
    {
        foreach (int file in (int[])[0, 1])
        {
            using Run run = Open(file);
            CameraEvent camera = run.First();
            double[] difference = [.. Enumerable.Range(0, camera.PixelCount).Select(p => Math.Abs((camera.FirmwareBaselines[p] / (double)run.Summary.BaselineScale) - Median(camera.GetWaveform(p)))).Order()];

            // In the wrong order the typical difference would be the spread of the baselines, tens of LSB.
            Assert.InRange(difference[difference.Length / 2], 0, 8);
            Assert.All(camera.PixelStatus, status => Assert.Equal(1, status));
        }
    }

    [Fact]
    public void Accumulate_RealFile_HoldsEverySample()
    {
        using Run run = Open(0);
        PixelHistograms histograms = AdcHistograms.Accumulate(run, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(10, histograms.EventCount);
        foreach (int pixel in (int[])[0, 700, 1295])
        {
            uint[] expected = new uint[4096];
            foreach (CameraEvent camera in run)
            {
                foreach (short sample in camera.GetWaveform(pixel)) expected[sample]++;
            }

            Assert.Equal(expected, histograms.GetCounts(pixel).ToArray());
        }
    }

    [Fact]
    public void Accumulate_MaximumEvents_TakesTheFirstOfTheRun()
    {
        using Run run = Run.Open(Path(0), new RunOptions { MaximumEvents = 4 });
        PixelHistograms histograms = AdcHistograms.Accumulate(run, batchEvents: 3, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(4, histograms.EventCount);
        Assert.Equal(4 * 50, histograms.GetEntries(1));
        Assert.Equal(4, run.Count());
    }

    [Fact]
    public void Open_TriggerData_HaveTheirShapes()
    {
        using Run run = Open(1);
        CameraEvent camera = run.Single();
        Assert.All((byte[][])[camera.TriggerInput, camera.TriggerPatch7, camera.TriggerPatch19, camera.TriggerMuon], data => Assert.Equal(50 * CameraGeometry.PatchCount, data.Length));
    }

    [Fact]
    public void TriggerInput_RealFile_IsTheSumOfThePatch()
    {
        // The firmware's running baseline differs from the stored one now and then; in a wrong order one value in four would agree.
        using Run run = Open(1);
        CameraEvent camera = run.Single();
        int equal = 0;
        foreach (TriggerPatch patch in CameraGeometry.DigiCam.Patches)
        {
            for (int sample = 0; sample < camera.SampleCount; sample++)
            {
                int sum = patch.Pixels.Sum(p => camera.GetWaveform(p)[sample] - (camera.FirmwareBaselines[p] / 16));
                if (camera.TriggerInput[(sample * CameraGeometry.PatchCount) + patch.Id] == Math.Clamp(sum, 0, 255)) equal++;
            }
        }

        Assert.InRange(equal / (double)(camera.SampleCount * CameraGeometry.PatchCount), 0.95, 1);
    }

    [Fact]
    public void Boards_RealFile_AreThoseOfTheThreeCrates()
    {
        using Run run = Open(1);
        IReadOnlyList<CameraBoard> boards = CameraBoard.Read(run.Files[0].File);
        Assert.Equal(3 * 9, boards.Count(b => b.CardType == 2));
        Assert.Equal(8, boards.Count(b => b.CardType == 0));
        Assert.Equal(new CameraBoard(1, 2, 2120021, "1.24", "1.37"), boards[0]);
        using Run without = Open(0);
        Assert.Empty(CameraBoard.Read(without.Files[0].File));
    }

    private static Run Open(int file) => Run.Open(Path(file));

    private static string Path(int file) => TestEnvironment.Shared("data", "real", Names[file] + ".fits.fz");

    private static JsonElement Golden(int file)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(TestEnvironment.Shared("data", "goldens", Names[file] + ".json")));
        return document.RootElement.GetProperty("tables").EnumerateArray().Single(t => t.GetProperty("extname").GetString() == "Events").Clone();
    }

    private static double Median(ReadOnlySpan<short> samples)
    {
        short[] sorted = samples.ToArray();
        Array.Sort(sorted);
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2.0;
    }
}
