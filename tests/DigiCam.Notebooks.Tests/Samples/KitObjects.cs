using System.Collections;
using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using DigiCam.Dark;
using DigiCam.DarkRate;
using DigiCam.DarkSpe;
using DigiCam.Files;
using DigiCam.Fitting;
using DigiCam.Fitting.Models;
using DigiCam.Flags;
using DigiCam.Geometry;
using DigiCam.Histograms;
using DigiCam.HvOff;
using DigiCam.LedCalibration;
using DigiCam.LightScan;
using DigiCam.Notebooks.Cameras;
using DigiCam.Notebooks.Plots;
using DigiCam.Notebooks.Progress;
using DigiCam.Notebooks.Views;
using DigiCam.Partials;
using DigiCam.Results;
using DigiCam.Runs;
using DigiCam.Scans;
using DigiCam.Simulation;
using DigiCam.Simulation.Plans;
using DigiCam.Synchronisation;
using DigiCam.Trigger;
using DigiCam.Zfits;
using DigiCam.Zfits.Copying;
using DigiCam.Zfits.Recovery;
using DigiCam.Zfits.Verification;
using CameraMessage = DigiCam.Zfits.Messages.ProtoDataModel.CameraEvent;

namespace DigiCam.Notebooks.Tests.Samples;

/// <summary>One object of every public type of the kit, as far as it has any, found from a few results of small runs: a result holds histograms, fits, options and so on.</summary>
public sealed class KitObjects : IDisposable
{
    private const int ItemsFollowed = 2;

    private readonly Dictionary<Type, object> _found = [];
    private readonly List<IDisposable> _open = [];
    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();

    public KitObjects()
    {
        foreach (object root in Roots()) Follow(root);
        foreach (Type type in Packages.SelectMany(a => a.GetExportedTypes()).Where(type => !_found.ContainsKey(type) && !type.IsAbstract)) Follow(Make(type, 0));
    }

    /// <summary>The packages.</summary>
    public static Assembly[] Packages { get; } = [typeof(ZFitsFile).Assembly, typeof(Run).Assembly, typeof(Kit).Assembly];

    /// <summary>The objects in the order of the names of their types.</summary>
    public IEnumerable<object> All => _found.OrderBy(pair => pair.Key.FullName, StringComparer.Ordinal).Select(pair => pair.Value);

    /// <summary>The object of a type; null = none.</summary>
    public object? Find(Type type) => _found.GetValueOrDefault(type) ?? _found.FirstOrDefault(pair => pair.Key.IsGenericType && pair.Key.GetGenericTypeDefinition() == type).Value;

    public void Dispose()
    {
        foreach (IDisposable item in _open) item.Dispose();
        _folder.Dispose();
    }

    private IEnumerable<object> Roots() =>
    [
        .. Cells(), .. Fits(), .. Files(), .. Plans(), .. Notebooks(),
    ];

    // What the cells of the notebooks make, from the runs of data-samples/small.
    private IEnumerable<object> Cells()
    {
        Run run = Opened(Run.Open(Small("hv_off_000.fits.fz")));
        CameraEvent camera = run.GetEvent(0, EventContent.Waveforms);
        HvOffResult hvOff = HvOffFitter.Fit(AdcHistograms.Accumulate(run));
        Pedestals pedestals = Pedestals.From(hvOff);
        SimulationTruth truth = SimulationTruth.For(Small("hv_off_000.fits.fz"))!;
        foreach (object item in (object[])[run, camera, hvOff, hvOff.Histograms.Sum(), pedestals, truth, new SavedResult(Small("fit.h5"), hvOff.Task, hvOff.Scale, hvOff.Fits, hvOff.Flags, hvOff.Limits), Provenance()]) yield return item;

        Run dark = Opened(Run.Open(Small("dark_*.fits.fz")));
        DarkHistograms histograms = DarkPass.Accumulate(dark, pedestals);
        DarkSpeResult spe = DarkSpeFitter.Fit(histograms);
        DarkRateResult rate = DarkRateFitter.Fit(histograms, spe);
        foreach (object item in (object[])[dark, histograms, spe, rate, rate.MaximumWindow, DarkFitter.Fit(histograms, hvOff), Staircase.Of(spe), Show.Agreement(rate)]) yield return item;

        Scan scan = Opened(Kit.Scan(Small("ac_scan_plan.csv")));
        SynchronisationResult times = SynchronisationFitter.Fit(SynchronisationPass.Accumulate(scan, pedestals));
        ChargeHistograms charges = ChargePass.Accumulate(scan, times, pedestals);
        LightSpectra spectra = LightSpectra.Of(charges, [.. Enumerable.Repeat(0.0, CameraGeometry.PixelCount)], jitterNs: times.JitterNs);
        LightScanResult light = LightScanFitter.Fit(spectra);
        LedCalibrationResult leds = LedCalibrationFitter.Fit(charges.Plan, light);
        foreach (object item in (object[])[scan, times, charges, charges.Charges, spectra, light, ClassicalFitter.Fit(spectra), leds, Show.Light(light, charges.Plan), Show.Leds(leds), Show.Scan(scan)]) yield return item;

        SampleHistograms samples = new(hvOff.Histograms);
        PartialResult.Write(_folder.File("adc_hv_off.shard-1-of-1.h5"), PartialStage.Histograms, run, samples, Provenance(), []);
        PartialSet parts = PartialSet.Open(_folder.File("adc_hv_off.shard-1-of-1.h5"));
        foreach (object item in (object[])[samples, parts, parts.Parts[0], RunShard.OfTiles(2, 4)]) yield return item;

        foreach (object item in (object[])[Show.Run(run), Show.Event(camera), Show.Result(hvOff), Show.Result(hvOff).Distribution("baseline"), Show.Provenance(Provenance()), new HvOffRequirements().Judge(hvOff)]) yield return item;
        yield return Show.Result(hvOff).CompareWithTruth(truth, ("baseline", truth.Pixels.Baseline));
    }

    private static IEnumerable<object> Fits()
    {
        FitProblem problem = SampleFits.Gaussian();
        FitResult fit = problem.Fit();
        LeastSquares line = new([1, 2, 3], [2.1, 3.9, 6.0], [0.1, 0.1, 0.1], 1, (x, p) => p[0] * x);
        double[] dac = [0, 100, 200, 300, 400, 500, 600];
        return
        [
            problem, fit, FitVerdict.Of(fit), problem.Profile("mean"), Show.Fit(fit, problem), Show.Compare(fit, problem.Fix("sigma", 1).Fit(), problem), new Minimizer(), line, new GaussianConstraint(1, 0.1),
            new CostSum(1, (line, [0]), (new GaussianConstraint(2, 0.5), [0])), new FitRetry("wider", static parameters => parameters.Clear()),
            new NumericModel([new ModelParameter("mean", "LSB")], static (x, p) => x - p[0]), new MpeModel(), new FullMpeModel(7), new SinglePeModel(0, 1), new LightModel(), new ShotNoiseModel(), new MaximumWindowModel(100),
            new DarkSpectrumModel(4, null), PileUp.Of(new PulseFinderOptions()), ShotNoisePulse.Analytic, PulseShape.Analytic,
            LedCurveFitter.Fit(dac, [.. dac.Select(d => 0.2 + Math.Pow(d / 200, 3))], [.. dac.Select(d => 0.01 + (d / 20_000))]),
            Times(), new RegularAxis(0, 4, 8, "ns"), new VariableAxis([0, 1, 3, 9], "ns"), new LevelSpectrum(-2, 1, [1, 8, 9, 2], [1.2, 7.5, 8.9, 2.4]), new Measurement(350.31, 0.02, "LSB"),
            new PulseTemplate("measured", [0, 4, 8, 12], [0, 1, 0.5, 0]), new TruePulse([0, 4, 8, 12], [0, 1, 0.5, 0], 6, 5), new DigitalTrigger(50), new PulseFinder(50),
        ];
    }

    private static PixelHistograms Times()
    {
        PixelHistograms times = new(new RegularAxis(0, 4, 8, "ns"), 2);
        foreach (double time in (double[])[-1, 0.2, 1.1, 1.2, 1.4, 2.3, 9]) times.Fill(0, time);
        return times;
    }

    private IEnumerable<object> Files()
    {
        string path = Small("hv_off_000.fits.fz");
        ZFitsFile file = Opened(ZFitsFile.Open(path));
        ZFitsTable table = file.GetTable("Events");
        ZFitsTileReader tile = Opened(table.CreateTileReader());
        tile.ReadTile(0);
        ZFitsFileSet set = Opened(ZFitsFileSet.Open([Small("dark_000.fits.fz"), Small("dark_001.fits.fz")]));
        ZFitsWriter writer = Opened(ZFitsWriter.Create(_folder.File("made.fits.fz")));
        ZFitsTableWriter rows = writer.BeginTable("Numbers", "Made", [new ZFitsColumnDefinition("id", "1", ZFitsElementType.Int64, ZFitsColumnKind.Scalar, ZFitsRecipe.ZLib)]);
        ZFitsLocation place = new() { Path = path, Table = "Events", Tile = 0 };
        Hdf5Writer hdf5 = new Hdf5Writer().Add<double>("numbers", [1, 2], "LSB", "made");
        hdf5.Write(_folder.File("made.h5"));
        new NpzWriter().Add("numbers", [1, 2]).Write(_folder.File("made.npz"));
        return
        [
            file, file.Hdus[0].Header, file.Hdus[0].VerifyChecksums(), tile[0], table, table.GetTile(0), table.SummarizeColumns(), table.ReadRow(0), table.GetDefinitions(), table.GetWriterOptions(), tile, tile.Columns, set, set.ReadEvents(new ZFitsReadOptions()).First(),
            ZFitsRowSet.Parse("0-4,7"), ZFitsVerification.Verify(file), ZFitsCopy.Copy(file, _folder.File("copy.fits.fz"), new ZFitsCopyOptions()), ZFitsMerge.Merge([path], _folder.File("merged.fits.fz")),
            ZFitsRecovery.Recover(path, _folder.File("recovered.fits.fz")), new ZFitsReadOptions(), new ZFitsWriterOptions(), new ZFitsTableOptions(), place, writer, rows, ZFitsRecipe.DiffMan16, CameraRecipes.Digicam, Opened(new ZFitsMessageReader<CameraMessage>(table)), table.ReadMessages<CameraMessage>().First(),
            new ZFitsDamagedTile(table, 0, 0, 20, true, new ZFitsFormatException("damaged", place)), hdf5, Opened(Hdf5File.Open(_folder.File("made.h5"))), Opened(NpzFile.Open(_folder.File("made.npz"))), new NpzWriter(),
            CameraBoard.Read(file), RunInput.From(path),
        ];
    }

    private IEnumerable<object> Plans()
    {
        CampaignPlan plan = CampaignPlanReader.Read(Path.Combine(TestEnvironment.RepositoryRoot, "data-samples", "small.yaml"));
        SimulatedCamera camera = SimulatedCamera.Draw(plan);
        return
        [
            plan, camera, LevelConditions.For(plan, camera, plan.Runs[2], new ScanLevel(160, 0)), new RunSimulation(plan, plan.Runs[0]), ScanPlan.Read(Small("ac_scan_plan.csv")), CameraGeometry.DigiCam,
            new SampleCampaign(Path.Combine(TestEnvironment.RepositoryRoot, "data-samples", "small.yaml"), _folder.File("campaign")), new TriggerPlan(),
        ];
    }

    private static IEnumerable<object> Notebooks()
    {
        CameraDisplay display = SampleCamera.Create();
        return
        [
            Kit.Start(), display, display.Panels![900]!, new PixelWaveform([400, 401, 430, 412, 400]) { Baseline = 400 }, new PixelLevels([(PixelSpectrum)display.Panels![900]!, null]), SampleScan.Create(3, 2).Quantities[0],
            .. SampleCharts.Create(), new ChartSeries("rate", [1, 2], [3, 4]), .. SampleCharts.Shown(), Half(),
        ];
    }

    private static ProgressLine Half()
    {
        ProgressLine line = new("reading", _ => { }, CancellationToken.None);
        line.Report(new FitProgress(648, 1296));
        return line;
    }

    private static Provenance Provenance() => new("hv-off", [new InputFile("run_001.fits.fz", new string('3', 64), 1000)],
        ImmutableSortedDictionary<string, string>.Empty.Add("pixel_order", "FromFile"), "0.1.0", DateTime.UnixEpoch, "host");

    private T Opened<T>(T item)
        where T : IDisposable
    {
        _open.Add(item);
        return item;
    }

    private static string Small(string name) => Path.Combine(TestEnvironment.RepositoryRoot, "data-samples", "small", name);

    // Data that nothing above holds: of small numbers and of words.
    private object? Make(Type type, int depth)
    {
        if (_found.TryGetValue(type, out object? found)) return found;
        if (Nullable.GetUnderlyingType(type) is { } inner) return Make(inner, depth);
        if (type == typeof(string)) return "name";
        if (type == typeof(DateTime)) return DateTime.UnixEpoch;
        if (type == typeof(DateOnly)) return new DateOnly(2023, 9, 1);
        if (type == typeof(TimeSpan)) return TimeSpan.FromSeconds(2);
        if (type == typeof(Exception)) return new InvalidDataException("damaged");
        if (type.IsEnum) return Enum.GetValues(type).GetValue(0);
        if (type.IsPrimitive) return type == typeof(bool) ? true : type == typeof(char) ? 'c' : Convert.ChangeType(type == typeof(double) || type == typeof(float) ? 1.25 : 3, type, CultureInfo.InvariantCulture);
        if (depth > 3) return null;
        if (type.IsGenericType && type.GetGenericArguments() is [Type item] && (type.IsInterface || type.GetGenericTypeDefinition() == typeof(ImmutableArray<>)))
        {
            Array two = Array.CreateInstance(item, 2);
            for (int i = 0; i < 2; i++) two.SetValue(Make(item, depth + 1), i);
            return type.IsInterface ? two : typeof(ImmutableArray).GetMethods().First(m => m.Name == nameof(ImmutableArray.Create) && m.GetParameters() is [{ ParameterType.IsArray: true }]).MakeGenericMethod(item).Invoke(null, [two]);
        }

        if (!type.IsVisible || !Packages.Contains(type.Assembly) || type.IsGenericTypeDefinition || type.IsByRefLike || typeof(Exception).IsAssignableFrom(type) || typeof(Delegate).IsAssignableFrom(type)) return null;
        if (type.GetConstructors().Where(c => c.GetParameters().All(p => p.ParameterType != type)).MaxBy(c => c.GetParameters().Length) is not { } constructor) return type.IsValueType ? Activator.CreateInstance(type) : null;
        object?[] arguments = [.. constructor.GetParameters().Select(p => p.ParameterType.IsByRefLike ? null : Make(p.ParameterType, depth + 1))];
        try
        {
            return arguments.Contains(null) ? null : constructor.Invoke(arguments);
        }
        catch (TargetInvocationException)
        {
            // Not made of just any values.
            return null;
        }
    }

    private void Follow(object? root)
    {
        if (root is null) return;
        Queue<object> queue = new([root]);
        while (queue.TryDequeue(out object? item))
        {
            Type type = item.GetType();
            if (item is string or Exception or Delegate || type.IsPrimitive || type.IsEnum) continue;
            if (item is IEnumerable items && item is not Run)
            {
                foreach (object? part in items.Cast<object?>().Take(ItemsFollowed))
                {
                    if (part is not null) queue.Enqueue(part);
                }
            }

            if (!Packages.Contains(type.Assembly) || type.IsArray || !type.IsVisible || !_found.TryAdd(type, item)) continue;
            foreach (PropertyInfo property in type.GetProperties(BindingFlags.Instance | BindingFlags.Public).Where(p => p.GetIndexParameters().Length == 0 && !p.PropertyType.IsByRefLike))
            {
                if (Read(property, item) is { } value) queue.Enqueue(value);
            }
        }
    }

    private static object? Read(PropertyInfo property, object item)
    {
        try
        {
            object? value = property.GetValue(item);
            return value is not null && value.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>) && (bool)type.GetProperty("IsDefault")!.GetValue(value)! ? null : value;
        }
        catch (TargetInvocationException)
        {
            return null;
        }
    }
}
