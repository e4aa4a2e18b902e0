using System.Collections;
using System.Collections.Immutable;
using System.Reflection;
using System.Text.Json;
using DigiCam.Files;
using DigiCam.Flags;
using DigiCam.Geometry;
using DigiCam.Scans;
using DigiCam.Simulation;
using DigiCam.Simulation.Plans;
using DigiCam.Tests.Files;

namespace DigiCam.Tests.Simulation;

public sealed class SimulationTruthTests : IDisposable
{
    private static readonly CampaignPlan Plan = new()
    {
        Name = "Größe",
        Seed = ulong.MaxValue - 5,
        TelescopeId = 21,
        SampleCount = 30,
        Faults = new FaultPlan
        {
            Pixels = ImmutableSortedDictionary.CreateRange(Enum.GetValues<PixelFault>().Select((fault, i) => KeyValuePair.Create(100 * i, fault))),
            SwappedModules = [new SwappedModules(59, 88)],
        },
        Runs =
        [
            new RunPlan { Name = "scan", Kind = RunKind.AcDcScan, EventsPerLevel = 3, AcLevels = [0, 300], DcLevels = [0, 292], Files = 2, FirstEventNumber = 4_000_000_000, MissingFraction = 0.3 },
        ],
    };

    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void WriteRead_Scan_ComesBackCompletely()
    {
        SimulationTruth written = Simulate();
        SimulationTruth read = SimulationTruth.For(_folder.File("scan_001.fits.fz"))!;
        AssertEqual(written, read, "truth");
        Assert.Equal(4, read.Levels.Length);
        Assert.Equal(PixelFault.Shifted, read.Pixels.Faults[500]);
        Assert.Equal(Plan.Seed, read.Seed);

        // Equal truth gives equal bytes.
        read.Write(_folder.File("again.h5"));
        Assert.Equal(File.ReadAllBytes(_folder.File("scan_truth.h5")), File.ReadAllBytes(_folder.File("again.h5")));
    }

    [Fact]
    public void Counts_OfTheLevels_AreThoseOfTheEventsWritten()
    {
        SimulationTruth truth = Simulate();
        Assert.Equal(truth.EventNumbers.Length, truth.EventLevels.Length);
        Assert.True(truth.EventNumbers.Length is > 0 and < 12);
        for (int level = 0; level < truth.Levels.Length; level++)
        {
            uint[] numbers = [.. truth.EventNumbers.Where((_, i) => truth.EventLevels[i] == level)];
            Assert.Equal(numbers.Length, truth.Levels[level].EventCount);
            Assert.Equal(numbers.FirstOrDefault(), truth.Levels[level].FirstEvent);
            Assert.All(numbers, number => Assert.Equal((uint)level, (number - 4_000_000_000) / 3));
            bool flashes = truth.Levels[level].Conditions.Level.AcDac > 0 && numbers.Length > 0;
            Assert.Equal(flashes, truth.Levels[level].FlashPrimaries.Sum() > 0);
            Assert.True(truth.Levels[level].FlashAvalanches.Zip(truth.Levels[level].FlashPrimaries).All(n => n.First >= n.Second));
            Assert.All(Enumerable.Range(0, CameraGeometry.PixelCount).Where(p => !truth.Pixels.IsLit[p]), p => Assert.Equal(0, truth.Levels[level].FlashPrimaries[p]));
        }
    }

    [Fact]
    public void Write_OpenedByH5py_HasUnitsDescriptionsShapesAndValues()
    {
        SimulationTruth truth = Simulate();
        Dictionary<string, JsonElement> seen = H5py.List(_folder.File("scan_truth.h5"));
        JsonElement root = seen["/"].GetProperty("attributes");
        Assert.Equal("Größe", root.GetProperty("campaign").GetString());
        Assert.Equal("scan", root.GetProperty("run").GetString());
        Assert.Equal("ac_dc_scan", root.GetProperty("kind").GetString());
        Assert.Equal("amplitude", root.GetProperty("charge_scale").GetString());
        Assert.Equal(Plan.Seed, root.GetProperty("seed").GetUInt64());
        Assert.Equal((21, 30), (root.GetProperty("telescope_id").GetInt32(), root.GetProperty("sample_count").GetInt32()));
        Assert.Equal(4.0, H5py.Double(root.GetProperty("sample_ns")));

        string[] datasets = [.. seen.Keys.Where(path => seen[path].TryGetProperty("dtype", out _))];
        Assert.Equal(13 + 14 + 2 + 2, datasets.Length);
        foreach (string path in datasets)
        {
            JsonElement attributes = seen[path].GetProperty("attributes");
            Assert.NotEqual("", attributes.GetProperty("description").GetString());
            Assert.NotNull(attributes.GetProperty("unit").GetString());
            int[] shape = [.. seen[path].GetProperty("shape").EnumerateArray().Select(n => n.GetInt32())];
            int[] expected = path switch
            {
                _ when path.StartsWith("/pixels/", StringComparison.Ordinal) => [1296],
                "/levels/ac_dac" or "/levels/dc_dac" or "/levels/first_event" or "/levels/event_count" => [4],
                _ when path.StartsWith("/levels/", StringComparison.Ordinal) => [4, 1296],
                _ when path.StartsWith("/events/", StringComparison.Ordinal) => [truth.EventNumbers.Length],
                _ => [truth.Pulse.TimesNs.Length],
            };
            Assert.True(expected.SequenceEqual(shape), $"{path} has shape {string.Join(", ", shape)}");
        }

        Assert.Equal(truth.Pixels.Gain, H5py.Doubles(seen["/pixels/gain"].GetProperty("values")));
        Assert.Equal("LSB/pe", seen["/pixels/gain"].GetProperty("attributes").GetProperty("unit").GetString());
        Assert.Equal(truth.Levels.SelectMany(l => l.Conditions.FlashMean), H5py.Doubles(seen["/levels/flash_mean"].GetProperty("values")));
        Assert.Equal(truth.Levels.SelectMany(l => l.RandomPulses), seen["/levels/random_pulses"].GetProperty("values").EnumerateArray().Select(n => n.GetInt64()));
        Assert.Equal(truth.EventNumbers, seen["/events/number"].GetProperty("values").EnumerateArray().Select(n => n.GetUInt32()));
        Assert.Equal(["none", "dead", "hot", "noisy", "stuck", "saturated", "shifted"], seen["/pixels/fault"].GetProperty("attributes").GetProperty("names").EnumerateArray().Select(n => n.GetString()));
        Assert.Equal(6, seen["/pixels/fault"].GetProperty("values").EnumerateArray().ElementAt(500).GetInt32());
        Assert.Equal(truth.Pulse.IntegralNs, H5py.Double(seen["/pulse"].GetProperty("attributes").GetProperty("integral_ns")));
    }

    [Theory]
    [InlineData("x/ac_scan_003.fits.fz", "x/ac_scan_truth.h5")]
    [InlineData("dark_000.fits.fz", "dark_truth.h5")]
    [InlineData("run_1234.fits.fz", "run_truth.h5")]
    [InlineData("run.fits.fz", "run_truth.h5")]
    [InlineData("run2.fits.fz", "run2_truth.h5")]
    [InlineData("123.fits.fz", "123_truth.h5")]
    [InlineData("a_1/b_2_003.fits.fz", "a_1/b_2_truth.h5")]
    [InlineData("other", "other_truth.h5")]
    public void PathFor_AnyFileOfTheRun_IsTheTruthBesideIt(string file, string truth) => Assert.Equal(truth, SimulationTruth.PathFor(file));

    [Fact]
    public void For_RunWithoutTruth_IsNull() => Assert.Null(SimulationTruth.For(_folder.File("run_000.fits.fz")));

    [Theory]
    [InlineData("/levels/gain", "/levels/gain is not in the file")]
    [InlineData("/pixels/fault", "/pixels/fault is not in the file")]
    [InlineData("/events/number", "/events/number is not in the file")]
    [InlineData("/pulse/amplitude", "/pulse/amplitude is not in the file")]
    public void Read_FileWithoutADataset_NamesIt(string missing, string cause)
    {
        Simulate();
        Copy("scan_truth.h5", "less.h5", path => path != missing);
        Assert.StartsWith($"{_folder.File("less.h5")}: {cause}", Refused("less.h5"), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OtherFiles_AreRefused()
    {
        new Hdf5Writer().Add<double>("/hv_off/noise", [1], "LSB", "").Write(_folder.File("result.h5"));
        Assert.Equal($"{_folder.File("result.h5")}: / has no attribute charge_scale", Refused("result.h5"));
        new Hdf5Writer().AddAttribute("/", "charge_scale", "sum of 7 samples").Write(_folder.File("sum.h5"));
        Assert.Equal($"{_folder.File("sum.h5")}: charge_scale is 'sum of 7 samples', expected 'amplitude'", Refused("sum.h5"));
        new Hdf5Writer().AddAttribute("/", "charge_scale", "amplitude").AddAttribute("/", "kind", "flat").Write(_folder.File("kind.h5"));
        Assert.Equal($"{_folder.File("kind.h5")}: kind 'flat' is none of hv_off, dark, ac_scan, dc_scan, ac_dc_scan", Refused("kind.h5"));
        File.WriteAllText(_folder.File("text_truth.h5"), "text");
        Assert.StartsWith(_folder.File("text_truth.h5") + ": not an HDF5 file", Refused("text_truth.h5"), StringComparison.Ordinal);
    }

    [Fact]
    public void Pulls_FaultyFlaggedOrUnmeasuredPixels_AreNaN()
    {
        SimulationTruth truth = Simulate();
        double[] values = [.. truth.Pixels.Noise.Select(n => n + 0.2)];
        double[] errors = [.. Enumerable.Repeat(0.1, values.Length)];
        PixelFlags[] flags = new PixelFlags[values.Length];
        (values[1], errors[2], errors[3], flags[4]) = (double.NaN, double.NaN, 0, PixelFlags.Overflow);
        double[] pulls = truth.Pulls(values, errors, truth.Pixels.Noise, flags);
        int[] unmeasured = [.. Enumerable.Range(0, pulls.Length).Where(p => double.IsNaN(pulls[p]))];
        Assert.Equal([0, 1, 2, 3, 4, 100, 200, 300, 400, 500], unmeasured);
        Assert.All(pulls.Where(double.IsFinite), pull => Assert.Equal(2, pull, 1e-9));
        Assert.Contains("3 values", Assert.Throws<ArgumentException>(() => truth.Pulls([1, 2, 3], errors, truth.Pixels.Noise, flags)).Message, StringComparison.Ordinal);
    }

    private SimulationTruth Simulate() => new RunSimulation(Plan, Plan.Runs[0]).Write(_folder.FullName, cancellationToken: TestContext.Current.CancellationToken);

    private string Refused(string name) => Assert.Throws<InvalidDataException>(() => SimulationTruth.Read(_folder.File(name))).Message;

    // Only what the test of missing datasets needs: all types of the truth, its attributes and names.
    private void Copy(string source, string target, Func<string, bool> keep)
    {
        using Hdf5File file = Hdf5File.Open(_folder.File(source));
        Hdf5Writer writer = new();
        foreach (string name in (string[])["campaign", "run", "kind", "charge_scale"]) writer.AddAttribute("/", name, file.GetText("/", name));
        writer.AddAttribute("/", "seed", file.GetNumber<ulong>("/", "seed"));
        foreach (string name in (string[])["telescope_id", "sample_count"]) writer.AddAttribute("/", name, file.GetNumber<long>("/", name));
        foreach (string name in (string[])["flash_time_ns", "flash_jitter_ns", "afterpulse_delay_ns", "recovery_ns", "resistance_capacitance_ns"]) writer.AddAttribute("/", name, file.GetNumber<double>("/", name));
        foreach (string name in (string[])["integral_ns", "square_integral_ns"]) writer.AddAttribute("/pulse", name, file.GetNumber<double>("/pulse", name));
        foreach (string group in (string[])["pixels", "levels", "events", "pulse"])
        {
            foreach (string path in file.NamesIn("/" + group).Select(name => $"/{group}/{name}").Where(keep))
            {
                if (path == "/pixels/fault") writer.AddNamed<byte>(path, file.Read<byte>(path, [-1]), file.GetTexts(path, Hdf5Writer.NamesAttribute), "fault");
                else if (!(Try<double>(path) || Try<long>(path) || Try<int>(path) || Try<uint>(path) || Try<byte>(path))) Assert.Fail($"{path} has another type");
            }
        }

        writer.Write(_folder.File(target));

        bool Try<T>(string path) where T : unmanaged
        {
            foreach (int[] shape in (int[][])[[-1], [-1, -1]])
            {
                try
                {
                    T[] values = file.Read<T>(path, shape, null, out int[] found);
                    writer.Add<T>(path, values, found, file.GetText(path, Hdf5Writer.UnitAttribute), file.GetText(path, Hdf5Writer.DescriptionAttribute));
                    return true;
                }
                catch (InvalidDataException)
                {
                    // Another type or number of axes.
                }
            }

            return false;
        }
    }

    /// <summary>Compares all public properties, lists element by element, down to the values.</summary>
    private static void AssertEqual(object? expected, object? found, string place)
    {
        if (expected is IEnumerable list and not string)
        {
            object?[] a = [.. list.Cast<object?>()];
            object?[] b = [.. ((IEnumerable)found!).Cast<object?>()];
            Assert.True(a.Length == b.Length, $"{place}: {a.Length} and {b.Length} elements");
            for (int i = 0; i < a.Length; i++) AssertEqual(a[i], b[i], $"{place}[{i}]");
        }
        else if (expected is null || expected.GetType().IsPrimitive || expected is string or Enum or ScanLevel)
        {
            Assert.True(Equals(expected, found), $"{place}: {expected} and {found}");
        }
        else
        {
            foreach (PropertyInfo property in expected.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)) AssertEqual(property.GetValue(expected), property.GetValue(found), $"{place}.{property.Name}");
        }
    }
}
