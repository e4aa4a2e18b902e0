using System.Collections.Immutable;
using DigiCam.Dark;
using DigiCam.Files;
using DigiCam.Fitting;
using DigiCam.Flags;
using DigiCam.Geometry;
using DigiCam.Histograms;
using DigiCam.Results;
using DigiCam.Runs;
using DigiCam.Scans;
using DigiCam.Simulation;
using DigiCam.Simulation.Plans;
using DigiCam.Synchronisation;
using DigiCam.Tests.Scans;

namespace DigiCam.Tests.Synchronisation;

/// <summary>A scan with faults of every kind, in the light of the CTS and beside it, read once.</summary>
public sealed class SynchronisedScan : IDisposable
{
    public const int Events = 60;
    public const double JitterNs = 0.3;

    private readonly ScanRun _run;

    public SynchronisedScan()
    {
        SimulatedCamera camera = SimulatedCamera.Draw(new CampaignPlan());
        int[] lit = [.. Enumerable.Range(0, CameraGeometry.PixelCount).Where(pixel => camera.IsLit[pixel])];
        int[] dark = [.. Enumerable.Range(0, CameraGeometry.PixelCount).Where(pixel => !camera.IsLit[pixel])];
        ImmutableSortedDictionary<int, PixelFault> faults = ImmutableSortedDictionary.CreateRange(
            Enum.GetValues<PixelFault>().SelectMany((fault, i) => (KeyValuePair<int, PixelFault>[])[KeyValuePair.Create(lit[100 + i], fault), KeyValuePair.Create(dark[100 + i], fault)]));
        _run = new ScanRun(ScanRun.Ac([0, 180, 260, 340, 420], Events), new CampaignPlan { Seed = 7, Faults = new FaultPlan { Pixels = faults } });
        Scan = _run.Open();
        Times = SynchronisationPass.Accumulate(Scan, _run.Pedestals, cancellationToken: TestContext.Current.CancellationToken);
        Result = SynchronisationFitter.Fit(Times);
    }

    public Scan Scan { get; }

    public PulseTimeHistograms Times { get; }

    public SynchronisationResult Result { get; }

    public SimulationTruth Truth => _run.Truth;

    public Pedestals Pedestals => _run.Pedestals;

    public SimulatedCamera Camera => _run.Simulation.Camera;

    public void Dispose()
    {
        Scan.Dispose();
        _run.Dispose();
    }
}

public sealed class SynchronisationTests(SynchronisedScan scan) : IClassFixture<SynchronisedScan>
{
    // Stuck and saturated pixels show no flash, lit or not, and are flagged for what they are.
    private bool IsBlind(int pixel) => scan.Truth.Pixels.Faults[pixel] is PixelFault.Stuck or PixelFault.Saturated;

    private bool HasLight(int pixel) => scan.Truth.Pixels.IsLit[pixel] && scan.Truth.Pixels.Faults[pixel] is not PixelFault.Dead && !IsBlind(pixel);

    private double StartNs(int pixel) => scan.Truth.FlashTimeNs + scan.Truth.Pixels.DelayNs[pixel];

    [Fact]
    public void Fit_Lit_IsExactlyTheTruth()
    {
        int[] pixels = [.. Enumerable.Range(0, CameraGeometry.PixelCount)];
        Assert.Equal(pixels.Where(HasLight), pixels.Where(pixel => scan.Result.IsLit[pixel]));
        Assert.Equal(pixels.Where(pixel => !HasLight(pixel) && !IsBlind(pixel)), pixels.Where(pixel => scan.Result.Flags[pixel].HasFlag(PixelFlags.NoLed)));
        Assert.Equal(pixels.Where(pixel => scan.Truth.Pixels.Faults[pixel] == PixelFault.Stuck), pixels.Where(pixel => scan.Result.Flags[pixel] == PixelFlags.Stuck));
        Assert.Equal(pixels.Where(pixel => scan.Truth.Pixels.Faults[pixel] == PixelFault.Saturated), pixels.Where(pixel => scan.Result.Flags[pixel] == PixelFlags.Overflow));
        Assert.All(pixels.Where(HasLight), pixel => Assert.Equal(PixelFlags.None, scan.Result.Flags[pixel]));
    }

    [Fact]
    public void Fit_Position_IsTheSampleNextToThePeak()
    {
        for (int pixel = 0; pixel < CameraGeometry.PixelCount; pixel++)
        {
            if (!HasLight(pixel))
            {
                Assert.Equal(scan.Result.MedianPosition, scan.Result.Position[pixel]);
                Assert.Equal(double.NaN, scan.Result["position"].Values[pixel]);
                continue;
            }

            // Half a sample, and what the jitter makes of phases between two samples; the pulse falls more slowly than it rises.
            Assert.InRange((scan.Result.Position[pixel] * CameraGeometry.SampleNs) - StartNs(pixel) - scan.Camera.Pulse.PeakTimeNs, -2.2, 2.8);
        }

        int[] sorted = [.. Enumerable.Range(0, CameraGeometry.PixelCount).Where(HasLight).Select(pixel => scan.Result.Position[pixel]).Order()];
        Assert.Equal(sorted[(sorted.Length - 1) / 2], scan.Result.MedianPosition);
    }

    [Fact]
    public void Fit_Time_IsTheTrueOneOfTheSameEdge()
    {
        double[] pulls = [.. Enumerable.Range(0, CameraGeometry.PixelCount).Where(HasLight).Select(pixel =>
            (scan.Result.EdgeNs[pixel] - EdgeOf(StartNs(pixel))) / scan.Result["time"].Errors[pixel])];

        // The truth that notebooks compare with.
        ImmutableArray<double> edges = FlashEdge.Of(scan.Truth);
        Assert.All(Enumerable.Range(0, CameraGeometry.PixelCount), pixel => Assert.Equal(EdgeOf(StartNs(pixel)), edges[pixel], 0.01));

        // The jitter of the same flashes is in all pixels; what is left to each is the noise.
        double mean = pulls.Average();
        Assert.InRange(mean, -4, 4);
        Assert.InRange(Math.Sqrt(pulls.Sum(pull => (pull - mean) * (pull - mean)) / pulls.Length), 0, 1.2);
        double[] differences = [.. Enumerable.Range(0, CameraGeometry.PixelCount).Where(HasLight).Select(pixel => scan.Result.EdgeNs[pixel] - StartNs(pixel))];
        double middle = differences.Average();

        // Against the start of the pulse: the phase of the clock is in it.
        Assert.All(differences, difference => Assert.InRange(difference - middle, -0.3, 0.3));
        Assert.InRange(Math.Sqrt(differences.Sum(d => (d - middle) * (d - middle)) / differences.Length), 0, 0.1);
        double[] spreads = [.. Enumerable.Range(0, CameraGeometry.PixelCount).Where(HasLight).Select(pixel => scan.Result["time_spread"].Values[pixel]).Order()];
        Assert.InRange(spreads[spreads.Length / 2], 0.8 * SynchronisedScan.JitterNs, 1.5 * SynchronisedScan.JitterNs);

        // Noise is in the spreads, but not the phase of the clock.
        Assert.InRange(scan.Result.JitterNs, 0.95 * SynchronisedScan.JitterNs, 1.1 * SynchronisedScan.JitterNs);
    }

    [Fact]
    public void Accumulate_WholeScan_IsWhatOneEventAfterTheOtherGives()
    {
        const int first = 20;
        SynchronisationOptions options = new() { EventsPerLevel = first, EdgeThresholdLsb = 40, BaselineSamples = 5 };
        Pedestals pedestals = new(scan.Pedestals.Baseline.SetItem(3, double.NaN), scan.Pedestals.Noise);
        PulseTimeHistograms found = SynchronisationPass.Accumulate(scan.Scan, pedestals, options, cancellationToken: TestContext.Current.CancellationToken);
        LevelHistograms positions = new(new IntegerAxis(0, 50, "sample"), 5, CameraGeometry.PixelCount);
        PixelHistograms edges = new(new RegularAxis(0, 200, 2000, "ns"), CameraGeometry.PixelCount);
        long[] saturated = new long[5 * CameraGeometry.PixelCount];
        long[] flat = new long[5 * CameraGeometry.PixelCount];
        int[] used = new int[5];
        int at = 0;
        foreach (CameraEvent e in scan.Scan.Run.Events(EventContent.Waveforms))
        {
            int level = scan.Truth.EventLevels[at++];
            if (used[level]++ >= first) continue;
            for (int pixel = 0; pixel < e.PixelCount; pixel++)
            {
                short[] w = e.GetWaveform(pixel).ToArray();
                short largest = w.Max();
                int[] places = [.. Enumerable.Range(0, w.Length).Where(k => w[k] == largest)];
                if (largest == 4095) saturated[(level * e.PixelCount) + pixel]++;
                else if (places.Length == w.Length) flat[(level * e.PixelCount) + pixel]++;
                if (largest == 4095 || places.Length == w.Length)
                {
                    positions.Fill(level, pixel, -1.0);
                    continue;
                }

                int position = places[(int)((e.EventNumber + pixel) % places.Length)];
                positions.Fill(level, pixel, (double)position);
                double baseline = pixel == 3 ? w.Take(5).Order().ElementAt(2) : pedestals.Baseline[pixel];
                if (level == 0 || largest - baseline < 40) continue;
                double half = baseline + ((largest - baseline) / 2);
                int before = Enumerable.Range(0, position).LastOrDefault(k => w[k] < half, -1);
                if (before >= 0) edges.Fill(pixel, 4 * (before + ((half - w[before]) / (w[before + 1] - w[before]))));
            }
        }

        Assert.Equal([first, first, first, first, first], found.Positions.EventCounts);
        Assert.Equal(saturated, found.SaturatedEvents);
        Assert.Equal(flat, found.FlatEvents);
        Assert.True(saturated.Sum() > first && flat.Sum() == 2 * 5 * first);
        for (int pixel = 0; pixel < CameraGeometry.PixelCount; pixel++)
        {
            Assert.True(edges.GetCounts(pixel).SequenceEqual(found.Edges.GetCounts(pixel)), $"edges of pixel {pixel}");
            for (int level = 0; level < 5; level++)
            {
                Assert.True(positions[level, pixel].Counts.SequenceEqual(found.Positions[level, pixel].Counts), $"positions of level {level}, pixel {pixel}");
                Assert.Equal(positions.GetUnderflow(level, pixel), found.Positions.GetUnderflow(level, pixel));
            }
        }
    }

    [Theory]
    [InlineData(1, 1000)]
    [InlineData(3, 7)]
    public void Accumulate_AnyThreadsAndBatches_GivesTheSameFile(int threads, int batch)
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        scan.Times.Write(folder.File("a.h5"), "{}");
        SynchronisationPass.Accumulate(scan.Scan, scan.Pedestals, threads: threads, batchEvents: batch, cancellationToken: TestContext.Current.CancellationToken).Write(folder.File("b.h5"), "{}");
        Assert.Equal(File.ReadAllBytes(folder.File("a.h5")), File.ReadAllBytes(folder.File("b.h5")));
    }

    [Fact]
    public void Accumulate_WithoutPedestals_FindsTheSamePulses()
    {
        SynchronisationResult without = SynchronisationFitter.Fit(SynchronisationPass.Accumulate(scan.Scan, pedestals: null, cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal(scan.Result.Position, without.Position);
        Assert.Equal(scan.Result.IsLit, without.IsLit);
        for (int pixel = 0; pixel < CameraGeometry.PixelCount; pixel++)
        {
            // Dark counts raise the first samples, in a hot pixel by half a photo-electron and more.
            double reach = scan.Truth.Pixels.Faults[pixel] == PixelFault.Hot ? 0.5 : 0.1;
            if (HasLight(pixel)) Assert.InRange(without.EdgeNs[pixel] - scan.Result.EdgeNs[pixel], -reach, reach);
        }
    }

    [Fact]
    public void Write_Times_ReadBackGiveTheSameResult()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        string path = folder.File("times.h5");
        scan.Times.Write(path);
        PulseTimeHistograms read = PulseTimeHistograms.Read(path);
        Assert.Equal((scan.Times.Plan, scan.Times.Options, scan.Times.SampleCount), (read.Plan, read.Options, read.SampleCount));
        read.Write(folder.File("again.h5"));
        Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(folder.File("again.h5")));
        SynchronisationResult result = SynchronisationFitter.Fit(read);
        Assert.Equal(scan.Result.Position, result.Position);
        Assert.Equal(scan.Result.Flags, result.Flags);
        Provenance provenance = Provenance.Now("synchronisation", [], []);
        ResultFiles.Write(folder.File("a.h5"), provenance, scan.Result);
        ResultFiles.Write(folder.File("b.h5"), provenance, result);
        Assert.Equal(File.ReadAllBytes(folder.File("a.h5")), File.ReadAllBytes(folder.File("b.h5")));
        Assert.Equal(File.ReadAllText(folder.File("a.csv")), File.ReadAllText(folder.File("b.csv")));
        SavedResult saved = ResultFiles.Read(folder.File("a.h5"), SynchronisationResult.TaskName);
        Assert.Equal(scan.Result.EdgeNs, [.. saved.Fits.Select(f => f["time"].Value)]);
        Assert.StartsWith("pixel,time_ns,time_error_ns,position_sample,time_spread_ns,", File.ReadAllText(folder.File("a.csv")), StringComparison.Ordinal);
    }

    [Fact]
    public void WritePeaks_HasTheArraysOfTheScripts()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        string path = folder.File(SynchronisationFiles.DefaultHistogramName);
        SynchronisationFiles.WritePeaks(path, scan.Times);
        using NpzFile file = NpzFile.Open(path);
        PixelHistograms sum = scan.Times.Positions.Sum();
        file.Read("peaks", [CameraGeometry.PixelCount, 51], (pixel, row) =>
        {
            Assert.Equal([.. sum.GetCounts(pixel).ToArray().Select(count => (double)count), 0.0], row.ToArray());
        });
        Assert.Equal(Enumerable.Range(0, 51).Select(i => (double)i), file.ReadVector("peaks_bin_centers"));
    }

    [Fact]
    public void Problem_LitPixel_GaussianAgreesWithTheMean()
    {
        int pixel = Enumerable.Range(0, CameraGeometry.PixelCount).First(HasLight);
        FitResult fit = scan.Result.Problem(pixel).Fit();
        Assert.Equal("ns", fit["mean"].Unit);
        Assert.InRange(fit["mean"].Value - scan.Result.EdgeNs[pixel], -0.1, 0.1);
    }

    [Fact]
    public void Accumulate_ImpossibleInput_SaysWhy()
    {
        Refuses("a threshold of 0 LSB is not above 0", new SynchronisationOptions { EdgeThresholdLsb = 0 });
        Refuses("a baseline of 51 samples in waveforms of 50", new SynchronisationOptions { BaselineSamples = 51 });
        Assert.StartsWith("pedestals of 5 pixels, the camera has 1296", Assert.Throws<ArgumentException>(() => SynchronisationPass.Accumulate(scan.Scan, Pedestals.Unknown(5))).Message, StringComparison.Ordinal);
        using ScanRun dc = new(new RunPlan { Name = "dc", Kind = RunKind.DcScan, DcLevels = [0, 292], EventsPerLevel = 1 });
        using Scan opened = dc.Open();
        Assert.StartsWith("the scan has no level with flashes", Assert.Throws<ArgumentException>(() => SynchronisationPass.Accumulate(opened, null)).Message, StringComparison.Ordinal);

        void Refuses(string why, SynchronisationOptions options) =>
            Assert.StartsWith(why, Assert.Throws<ArgumentException>(() => SynchronisationPass.Accumulate(scan.Scan, scan.Pedestals, options)).Message, StringComparison.Ordinal);
    }

    // The edge of a pulse without noise, found in the same way and averaged over the jitter.
    private double EdgeOf(double startNs)
    {
        const int Steps = 61;
        double sum = 0;
        double weights = 0;
        for (int i = 0; i < Steps; i++)
        {
            double sigmas = -3 + (6.0 * i / (Steps - 1));
            double weight = Math.Exp(-0.5 * sigmas * sigmas);
            ImmutableArray<double> w = scan.Camera.Pulse.Sample(startNs + (sigmas * SynchronisedScan.JitterNs), 50);
            int before = w.IndexOf(w.Max());
            double half = w.Max() / 2;
            while (w[before] >= half) before--;
            sum += weight * CameraGeometry.SampleNs * (before + ((half - w[before]) / (w[before + 1] - w[before])));
            weights += weight;
        }

        return sum / weights;
    }
}
