using System.Collections.Immutable;
using DigiCam.Charges;
using DigiCam.Dark;
using DigiCam.Files;
using DigiCam.Geometry;
using DigiCam.Histograms;
using DigiCam.LightScan;
using DigiCam.Runs;
using DigiCam.Scans;
using DigiCam.Simulation.Plans;
using DigiCam.Synchronisation;
using DigiCam.Tests.Scans;
using DigiCam.Zfits;

namespace DigiCam.Tests.LightScan;

/// <summary>A small scan, read again and again.</summary>
public sealed class ChargedScan : IDisposable
{
    // The last level saturates bright pixels.
    internal static readonly RunPlan Plan = ScanRun.Ac([0, 200, 300, 700], 15, files: 3) with { MissingEvents = ZFitsRowSet.Parse("0,17,33-36") };

    internal ScanRun Run { get; } = new(Plan, new CampaignPlan { Seed = 11 });

    public void Dispose() => Run.Dispose();
}

public sealed class ChargePassTests : IClassFixture<ChargedScan>, IDisposable
{
    private const int Unknown = 77;

    private readonly ScanRun _run;
    private readonly Scan _scan;
    private readonly Pedestals _pedestals;
    private readonly ImmutableArray<int> _position = [.. Enumerable.Range(0, CameraGeometry.PixelCount).Select(pixel => pixel == 5 ? 0 : pixel == 6 ? 49 : 17 + (pixel % 3))];
    private readonly ImmutableArray<double> _edges = [.. Enumerable.Range(0, CameraGeometry.PixelCount).Select(pixel => pixel % 7 == 0 ? double.NaN : 60.0 + (0.01 * pixel))];

    public ChargePassTests(ChargedScan scan)
    {
        _run = scan.Run;
        _scan = _run.Open();
        _pedestals = new Pedestals(_run.Pedestals.Baseline.SetItem(Unknown, double.NaN), _run.Pedestals.Noise);
    }

    public void Dispose() => _scan.Dispose();

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 0)]
    [InlineData(5, 2)]
    [InlineData(7, 2)]
    [InlineData(20, 2)]
    public void Accumulate_AnyScale_IsWhatOneEventAfterTheOtherGives(int samples, int before)
    {
        ChargeHistograms found = Accumulate(_scan, samples);
        LevelHistograms expected = new(new IntegerAxis(-2000, 100_000), 4, CameraGeometry.PixelCount, new ChargeScale(samples));
        long[] saturated = new long[4 * CameraGeometry.PixelCount];
        int at = 0;
        foreach (CameraEvent e in _scan.Run.Events(EventContent.Waveforms))
        {
            int level = _run.Truth.EventLevels[at++];
            for (int pixel = 0; pixel < e.PixelCount; pixel++)
            {
                int start = Math.Clamp(_position[pixel] - before, 0, 50 - samples);
                short[] window = e.GetWaveform(pixel).Slice(start, samples).ToArray();
                double pedestal = samples == 1 || pixel == Unknown ? 0 : Math.Floor((samples * _pedestals.Baseline[pixel]) + 0.5);
                expected.Fill(level, pixel, window.Sum(s => (double)s) - pedestal);
                if (window.Contains((short)4095)) saturated[(level * e.PixelCount) + pixel]++;
            }
        }

        Assert.Equal(new ChargeScale(samples), found.Scale);
        Assert.Equal([.. _run.Truth.Levels.Select(level => (long)level.EventCount)], found.EventCounts);
        Assert.Equal(saturated, found.SaturatedEvents);
        Assert.True(saturated.Skip(3 * CameraGeometry.PixelCount).Sum() > 100);
        Assert.Equal(saturated[(3 * CameraGeometry.PixelCount) + 9], found.GetSaturated(3, 9));
        for (int level = 0; level < 4; level++)
        {
            for (int pixel = 0; pixel < CameraGeometry.PixelCount; pixel++)
            {
                Assert.Equal(0, found.Charges.GetUnderflow(level, pixel) + found.Charges.GetOverflow(level, pixel));
                Assert.Equal(Entries(expected, level, pixel), Entries(found.Charges, level, pixel));
            }
        }

        double whole = samples * _pedestals.Baseline[3];
        Assert.Equal(samples == 1 ? whole : whole - Math.Floor(whole + 0.5), found.ChargePedestal(3));
        Assert.Equal(double.NaN, found.ChargePedestal(Unknown));
        Assert.Equal(Math.Clamp(17 + (4 % 3) - before, 0, 50 - samples), found.ChargeStart(4));
    }

    [Theory]
    [InlineData(1, 1000)]
    [InlineData(3, 7)]
    public void Accumulate_AnyThreadsAndBatches_GivesTheSameFile(int threads, int batch)
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        Accumulate(_scan, 7).Write(folder.File("a.h5"), "{}");
        ChargePass.Accumulate(_scan, _position, _edges, _pedestals, ChargeScale.SumOf(7), threads: threads, batchEvents: batch, cancellationToken: TestContext.Current.CancellationToken).Write(folder.File("b.h5"), "{}");
        Assert.Equal(File.ReadAllBytes(folder.File("a.h5")), File.ReadAllBytes(folder.File("b.h5")));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Accumulate_SameEventsInOtherFiles_GivesTheSameCounts(int files)
    {
        using ScanRun other = new(ChargedScan.Plan with { Files = files }, new CampaignPlan { Seed = 11 });
        using Scan named = other.Open(other.Plan with { FirstEventNumber = 1 });
        using Scan counted = other.Open(ScanPlan.Counted([0, 200, 300, 700], [0], 15) with { FirstEventNumber = 1 });
        ChargeHistograms expected = Accumulate(_scan, 1);
        foreach (ChargeHistograms found in (ChargeHistograms[])[Accumulate(named, 1), Accumulate(counted, 1)])
        {
            Assert.Equal(expected.EventCounts, found.EventCounts);
            Assert.Equal(expected.SaturatedEvents, found.SaturatedEvents);
            for (int place = 0; place < 4 * CameraGeometry.PixelCount; place++) Assert.Equal(Entries(expected.Charges, place / CameraGeometry.PixelCount, place % CameraGeometry.PixelCount), Entries(found.Charges, place / CameraGeometry.PixelCount, place % CameraGeometry.PixelCount));
        }
    }

    [Fact]
    public void Accumulate_StagesTogetherAndFromFiles_GiveTheSameBytes()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        PulseTimeHistograms times = SynchronisationPass.Accumulate(_scan, _pedestals, cancellationToken: TestContext.Current.CancellationToken);
        times.Write(folder.File("times.h5"));
        ChargePass.Accumulate(_scan, SynchronisationFitter.Fit(times), _pedestals, cancellationToken: TestContext.Current.CancellationToken).Write(folder.File("a.h5"));
        using Scan again = _run.Open();
        SynchronisationResult read = SynchronisationFitter.Fit(PulseTimeHistograms.Read(folder.File("times.h5")));
        ChargePass.Accumulate(again, read, _pedestals, cancellationToken: TestContext.Current.CancellationToken).Write(folder.File("b.h5"));
        Assert.Equal(File.ReadAllBytes(folder.File("a.h5")), File.ReadAllBytes(folder.File("b.h5")));
        ChargeHistograms.Read(folder.File("a.h5")).Write(folder.File("c.h5"));
        Assert.Equal(File.ReadAllBytes(folder.File("a.h5")), File.ReadAllBytes(folder.File("c.h5")));
    }

    [Fact]
    public void Accumulate_Scale_IsThatOfThePlan()
    {
        ScanPlan plan = new([.. _run.Plan.Steps.Select(step => new ScanStep(step.Level, step.Parts) { ChargeSamples = 5 })]);
        using Scan scan = _run.Open(plan);
        Assert.Equal(ChargeScale.SumOf(5), ChargePass.Accumulate(scan, _position, _edges, null, cancellationToken: TestContext.Current.CancellationToken).Scale);
        Assert.Equal(ChargeScale.Amplitude, ChargePass.Accumulate(_scan, _position, _edges, null, cancellationToken: TestContext.Current.CancellationToken).Scale);
    }

    [Fact]
    public void Accumulate_ImpossibleInput_SaysWhy()
    {
        Refuses("a charge of 51 samples in waveforms of 50", _position, ChargeScale.SumOf(51));
        Refuses("sample 50 is none of waveforms of 50", _position.SetItem(4, 50), ChargeScale.Amplitude);
        Refuses("2 positions, 1296 edges and pedestals of 1296 pixels, the camera has 1296", [1, 2], ChargeScale.Amplitude);
        using CancellationTokenSource stop = new();
        stop.Cancel();
        Assert.Throws<OperationCanceledException>(() => ChargePass.Accumulate(_scan, _position, _edges, null, cancellationToken: stop.Token));

        void Refuses(string why, ImmutableArray<int> position, ChargeScale scale) =>
            Assert.StartsWith(why, Assert.Throws<ArgumentException>(() => ChargePass.Accumulate(_scan, position, _edges, _pedestals, scale)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fill_EventsAsBefore_AllocatesNothing()
    {
        CameraEvent[] events = [.. _scan.Run.Take(3)];
        ChargePass.Part part = new(new ChargePass.Plan(_scan, _position, _edges, _pedestals, ChargeScale.SumOf(7)));
        Assert.Equal(0, Allocation.Least(() =>
        {
            foreach (CameraEvent e in events) part.Fill(0, e);
            part.Flush();
        }));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void Write_Charges_ReadsBackTheSame(int samples)
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        string path = folder.File("charges.h5");
        ChargeHistograms written = Accumulate(_scan, samples);
        written.Write(path, "{\"task\": \"ac-dac-scan\"}");
        ChargeHistograms read = ChargeHistograms.Read(path);
        Assert.Equal((written.Plan, written.SampleCount, written.Scale, written.Pedestals), (read.Plan, read.SampleCount, read.Scale, read.Pedestals));
        Assert.Equal(written.Position, read.Position);
        Assert.Equal(written.EdgeNs, read.EdgeNs);
        Assert.Equal(written.SaturatedEvents, read.SaturatedEvents);
        Assert.Equal(written.EventCounts, read.EventCounts);
        for (int pixel = 0; pixel < CameraGeometry.PixelCount; pixel++) Assert.Equal(Entries(written.Charges, 2, pixel), Entries(read.Charges, 2, pixel));
        using Hdf5File file = Hdf5File.Open(path);
        Assert.Equal([0, 200, 300, 700], file.Read<int>(ChargeHistograms.Group + "/ac", [4], "DAC"));
        Assert.Equal("{\"task\": \"ac-dac-scan\"}", file.ReadTexts(ChargeHistograms.Group + "/provenance")[0]);
    }

    [Fact]
    public void Read_AnotherFile_SaysWhatIsMissing()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        string path = folder.File("other.h5");
        new Hdf5Writer().AddAttribute("/hv_off", "task", "hv_off").Write(path);
        Assert.StartsWith($"{path}: /charge_histograms/scan_plan.csv is not in the file", Assert.Throws<InvalidDataException>(() => ChargeHistograms.Read(path)).Message, StringComparison.Ordinal);
        Hdf5Writer writer = new();
        ScanPlanFiles.WriteTo(writer, ChargeHistograms.Group, ScanPlan.Counted([1, 2], [0], 5));
        LevelHistograms three = new(IntegerAxis.Adc, 3, 4);
        three.WriteTo(writer, ChargeHistograms.Group + "/charges", "");
        writer.Write(path);
        Assert.Equal($"{path}: /charge_histograms/charges has 3 levels, the plan 2", Assert.Throws<InvalidDataException>(() => ChargeHistograms.Read(path)).Message);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void WriteLevelsAndFull_HaveTheArraysOfTheScripts(int samples)
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        (string levels, string full) = (folder.File(ChargeFiles.DefaultHistogramName), folder.File(ChargeFiles.FullPrefix + ChargeFiles.DefaultHistogramName));

        // Without the level that saturates, whose sums reach over 28 000 bins.
        ScanPlan plan = new(_run.Plan.Steps[..3]);
        using Scan scan = Scan.Open(plan, _run.Folder);
        ChargeHistograms charges = Accumulate(scan, samples);
        ChargeFiles.WriteLevels(levels, charges);
        ChargeFiles.WriteFull(full, charges);
        using NpzFile file = NpzFile.Open(levels);
        double[] centers = file.ReadVector("mpes_bin_centers");
        Assert.Equal(Enumerable.Range(0, centers.Length).Select(i => centers[0] + i), centers);
        double[,] sum = new double[CameraGeometry.PixelCount, centers.Length];
        file.Read("mpes", [3, CameraGeometry.PixelCount, centers.Length], (level, rows) =>
        {
            for (int pixel = 0; pixel < CameraGeometry.PixelCount; pixel++)
            {
                ReadOnlySpan<double> row = rows.Slice(pixel * centers.Length, centers.Length);
                List<(double, double)> filled = [];
                for (int i = 0; i < row.Length; i++)
                {
                    sum[pixel, i] += row[i];
                    if (row[i] != 0) filled.Add((centers[i], row[i]));
                }

                Assert.Equal(Entries(charges.Charges, level, pixel), filled);
            }
        });
        using NpzFile second = NpzFile.Open(full);
        Assert.Equal(centers, second.ReadVector("full_mpe_bin_centers"));
        second.Read("full_mpe", [CameraGeometry.PixelCount, centers.Length], (pixel, row) =>
        {
            for (int i = 0; i < row.Length; i++) Assert.True(sum[pixel, i] == row[i], $"pixel {pixel}, bin {i}");
        });
        PixelHistograms own = charges.Full();
        for (int i = 0; i < centers.Length; i++) Assert.Equal(sum[700, i], own.GetCounts(700)[own.Axis.Index(centers[i])]);

        LevelHistograms read = ChargeFiles.ReadLevels(levels);
        for (int level = 0; level < 3; level++)
        {
            for (int pixel = 0; pixel < CameraGeometry.PixelCount; pixel++) Assert.Equal(Entries(charges.Charges, level, pixel), Entries(read, level, pixel));
        }
    }

    [Fact]
    public void ReadLevels_CountsThatAreNone_AreInvalid()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        string path = folder.File("mpe.npz");
        Write(row => (row[1], row[2]) = (2, 0.5));
        LevelHistograms read = ChargeFiles.ReadLevels(path);
        Assert.False(read[0, 4].IsValid);
        Assert.Equal(0, read.GetEntries(0, 4));
        Assert.True(read[0, 5].IsValid);
        new NpzWriter().Add("mpes", [1, CameraGeometry.PixelCount, 2], (_, _) => { }).Add("mpes_bin_centers", [1.0, 3.0]).Write(path);
        Assert.Equal($"{path}: mpes_bin_centers are not consecutive whole charges", Assert.Throws<InvalidDataException>(() => ChargeFiles.ReadLevels(path)).Message);

        void Write(Action<double[]> change) => new NpzWriter()
            .Add("mpes", [1, CameraGeometry.PixelCount, 5], 2, (place, row) =>
            {
                double[] counts = [0, 1, 2, 1, 0];
                if (place == 4) change(counts);
                counts.CopyTo(row);
            })
            .Add("mpes_bin_centers", [1950.0, 1951.0, 1952.0, 1953.0, 1954.0]).Write(path);
    }

    private ChargeHistograms Accumulate(Scan scan, int samples) =>
        ChargePass.Accumulate(scan, _position, _edges, _pedestals, new ChargeScale(samples), cancellationToken: TestContext.Current.CancellationToken);

    // Value and count of each bin that is not empty.
    private static List<(double Value, double Count)> Entries(LevelHistograms histograms, int level, int pixel)
    {
        List<(double, double)> entries = [];
        ReadOnlySpan<uint> counts = histograms.GetCounts(level, pixel, out int first);
        for (int i = 0; i < counts.Length; i++)
        {
            if (counts[i] > 0) entries.Add((((IntegerAxis)histograms.Axis).First + first + i, counts[i]));
        }

        return entries;
    }
}
