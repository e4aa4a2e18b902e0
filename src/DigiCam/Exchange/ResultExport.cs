using System.Collections.Immutable;
using DigiCam.Charges;
using DigiCam.Dark;
using DigiCam.DarkRate;
using DigiCam.DarkSpe;
using DigiCam.Files;
using DigiCam.Fitting;
using DigiCam.Geometry;
using DigiCam.Histograms;
using DigiCam.HvOff;
using DigiCam.LightScan;
using DigiCam.Results;
using DigiCam.Synchronisation;

namespace DigiCam.Exchange;

/// <summary>Results in the files of other tools, and files of other tools in those of the kit. Inputs are told apart by their content.</summary>
public static class ResultExport
{
    private const string MpeNeed = "the light of the levels (digicam ac-dac-scan -p)";
    private const string ChargeNeed = "the charges of the scan (digicam ac-dac-scan -c)";
    private const string RateNeed = "the dark count rates (digicam dark-rate -p)";

    private static readonly ImmutableArray<Format> All =
    [
        new("csv", "spreadsheets", "any file: a table with a row for each pixel", Csv),
        new("hdf5", "the kit, h5py", "a file of another tool: one dataset for each quantity, with unit, scale and provenance", Hdf5),
        new("npz-2017", "the scripts of 2017", "the .h5 files of any task: the .npz files that these scripts have of it", Npz2017),
        new("sst1mpipe", "sst1mpipe, pandas", "dark-rate: parameters and histograms of the observatory's model, with its cuts", Sst1mpipe),
        new("digicampipe", "digicampipe", "ac-dac-scan with 7-sample charges, and dark-rate: the calibration (.yml)", Digicampipe),
        new("digicampipe-timing", "digicampipe", "ac-dac-scan -t: timing.npz", Timing),
        new("digicampipe-mpe", "digicampipe", "ac-dac-scan -p with 7-sample charges, and its charges: mpe_fit_results.npz", Mpe),
        new("digicampipe-fmpe", "digicampipe", "ac-dac-scan -g with 7-sample charges: fmpe_fit_results.fits", FullMpe),
        new("digicampipe-spe", "digicampipe", "dark-rate, fits and histograms: spe_fit_results.npz", Spe),
    ];

    /// <summary>Every format: its name, who reads it, and what it is made of.</summary>
    public static ImmutableArray<(string Name, string Readers, string Content)> Formats { get; } = [.. All.Select(format => (format.Name, format.Readers, format.Content))];

    /// <summary>Exports results. Beside files that cannot hold it, where they come from is written (.json).</summary>
    /// <param name="format">Name of one of <see cref="Formats"/>.</param>
    /// <param name="inputs">Files of the kit (.h5), or of other tools.</param>
    /// <param name="options">Where to; null for the usual names beside the first input.</param>
    /// <param name="cancellationToken">Stops between files.</param>
    /// <returns>The files that were written.</returns>
    /// <exception cref="ArgumentException">There is no such format, inputs are missing or on another scale, or a target exists; the message says which.</exception>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    /// <exception cref="InvalidDataException">An input is damaged or of no known kind.</exception>
    public static async Task<ImmutableArray<string>> WriteAsync(string format, IReadOnlyList<string> inputs, ExportOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        Format to = All.FirstOrDefault(known => known.Name == format) ?? throw new ArgumentException($"no format '{format}'; there are {string.Join(", ", All.Select(known => known.Name))}", nameof(format));
        if (inputs.Count == 0) throw new ArgumentException($"{format}: no input is named", nameof(inputs));
        options ??= new ExportOptions();
        ExportInputs files = new(inputs);
        Provenance provenance = await files.ProvenanceAsync(format, cancellationToken).ConfigureAwait(false);
        ImmutableArray<Output> outputs = [.. to.Make(files, new Request(options, provenance))];
        string[] paths = Paths(outputs, inputs, options);
        HashSet<string> sources = [.. inputs.Select(Path.GetFullPath)];
        if (paths.CountBy(path => path).FirstOrDefault(count => count.Value > 1).Key is { } twice) throw new ArgumentException($"{twice}: two of the inputs go into this file; they are to be exported one by one");
        for (int i = 0; i < paths.Length; i++)
        {
            foreach (string target in outputs[i].HasSidecar ? (string[])[paths[i], Sidecar(paths[i])] : [paths[i]])
            {
                if (sources.Contains(Path.GetFullPath(target))) throw new ArgumentException($"{target}: the target is an input itself");
                if (!options.Force && File.Exists(target)) throw new ArgumentException($"{target} exists; --force replaces it");
                AtomicFile.CheckTarget(target);
            }
        }

        List<string> written = [];
        for (int i = 0; i < paths.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            outputs[i].Write(paths[i]);
            written.Add(paths[i]);
            if (!outputs[i].HasSidecar) continue;
            ResultFiles.WriteProvenance(Sidecar(paths[i]), outputs[i].Scale is { } scale ? provenance with { Parameters = provenance.Parameters.SetItem("charge_scale", scale.ToString()) } : provenance);
            written.Add(Sidecar(paths[i]));
        }

        return [.. written];
    }

    private static string Sidecar(string path) => path + ".json";

    // The file that is named, or the usual names in a folder.
    private static string[] Paths(ImmutableArray<Output> outputs, IReadOnlyList<string> inputs, ExportOptions options)
    {
        string beside = Path.GetDirectoryName(inputs[0]) ?? "";
        if (options.Target is not { } target) return [.. outputs.Select(output => Path.Combine(beside, output.Name))];
        if (target.Length == 0) throw new ArgumentException("the name of the target is empty");
        if (outputs.Length == 1 && !outputs[0].HasFixedName && !Directory.Exists(target) && Path.GetExtension(target).Length > 0) return [target];
        string extension = Path.GetExtension(target);
        if (!Directory.Exists(target) && extension.Length > 0) throw new ArgumentException($"{target}: {string.Join(", ", outputs.Select(output => output.Name))} are written, the target is to be their folder");
        return [.. outputs.Select(output => Path.Combine(target, output.Name))];
    }

    private static IEnumerable<Output> Csv(ExportInputs files, Request request)
    {
        List<Output> outputs = [];
        foreach ((string path, ExportKind kind) in files.Files)
        {
            if (kind == ExportKind.Csv) throw new ArgumentException($"{path}: is a table of comma-separated numbers already");
            ImmutableArray<PixelTable> tables = kind == ExportKind.Kit ? PixelTable.OfResult(path) : [Foreign(path, kind)];
            if (tables.Length == 0) throw new ArgumentException($"{path}: holds no result with a number for each pixel; files of fits do");
            foreach (PixelTable table in tables) outputs.Add(new Output(kind == ExportKind.Kit ? $"{Stem(path)}_{table.Name}.csv" : Stem(path) + ".csv", table.WriteCsv) { Scale = table.Scale });
        }

        return outputs;
    }

    private static IEnumerable<Output> Hdf5(ExportInputs files, Request request) => files.Files.Select(file =>
    {
        if (file.Kind == ExportKind.Kit) throw new ArgumentException($"{file.Path}: is HDF5 of the kit already");
        PixelTable table = Foreign(file.Path, file.Kind);
        string extension = file.Kind == ExportKind.Frame ? "_digicam.h5" : ".h5";
        return new Output(Stem(file.Path) + extension, path => table.WriteHdf5(path, Path.GetFileName(file.Path), request.Provenance)) { HasSidecar = false };
    });

    private static PixelTable Foreign(string path, ExportKind kind) => kind switch
    {
        ExportKind.Frame => PixelTable.OfFrame(path),
        ExportKind.Yaml => PixelTable.OfDigicampipe(path),
        ExportKind.Fits => PixelTable.OfFits(path),
        ExportKind.Csv => PixelTableReader.Read(path),
        _ => PixelTable.OfNpz(path),
    };

    private static IEnumerable<Output> Npz2017(ExportInputs files, Request request)
    {
        List<Output> outputs = [];
        foreach (string path in files.With(HvOffResult.TaskName)) outputs.Add(new Output(Npz(path), target => HvOffFiles.WriteFit(target, HvOffFiles.ReadInput(path))) { Scale = ChargeScale.Amplitude });
        foreach (string path in files.With(DarkHistograms.Group))
        {
            DarkHistograms dark = DarkHistograms.Read(path);
            outputs.Add(new Output("adc_hv_on.npz", target => NpzHistograms.Write(target, dark.Samples)) { Scale = dark.Samples.Scale });
            if (dark.Pulses.Scale == ChargeScale.Amplitude && dark.SkippedPixels < dark.PixelCount) outputs.Add(new Output(DarkSpeFiles.DefaultHistogramName, target => NpzHistograms.Write(target, dark.Pulses)) { Scale = dark.Pulses.Scale });
        }

        foreach (string path in files.With(DarkSpeResult.TaskName))
        {
            DarkHistograms dark = DarkHistograms.Read(files.Find(DarkHistograms.Group, "the histograms of the dark run (digicam dark-spe -c)"));
            HvOffResult hvOff = HvOffFiles.ReadInput(files.Find(HvOffResult.TaskName, "the result with high voltage off (digicam hvoff -p)"));
            DarkSpeResult result = DarkSpeFitter.Restore(PulseSpectra.Of(dark), ResultFiles.Read(path, DarkSpeResult.TaskName));
            outputs.Add(new Output(DarkSpeFiles.DefaultFitName, target => DarkSpeFiles.WriteFit(target, result, hvOff)) { Scale = result.Scale });
        }

        foreach (string path in files.With(PulseTimeHistograms.Group)) outputs.Add(new Output(Npz(path), target => SynchronisationFiles.WritePeaks(target, PulseTimeHistograms.Read(path))));
        foreach (string path in files.With(ChargeHistograms.Group))
        {
            ChargeHistograms charges = ChargeHistograms.Read(path);
            outputs.Add(new Output(Npz(path), target => ChargeFiles.WriteLevels(target, charges)) { Scale = charges.Scale });
            outputs.Add(new Output(ChargeFiles.FullPrefix + Npz(path), target => ChargeFiles.WriteFull(target, charges)) { Scale = charges.Scale });
        }

        foreach (string path in files.With(ClassicalResult.TaskName))
        {
            SavedResult full = ResultFiles.Read(path, ClassicalResult.TaskName);
            if (!HasLevels(path))
            {
                outputs.Add(new Output(Npz(path), target => LightScanFiles.WriteFullFit(target, full.Fits)) { Scale = full.Scale });
                continue;
            }

            LightScanResult light = ReadLight(files, path);
            outputs.Add(new Output(Npz(path), target => LightScanFiles.WriteLevelFits(target, light.Spectra, light.Pixels)) { Scale = light.Scale });
        }

        return outputs.Count > 0 ? outputs : throw new ArgumentException($"{string.Join(", ", files.Files.Select(file => file.Path))}: the scripts of 2017 have no file of this");
    }

    private static IEnumerable<Output> Sst1mpipe(ExportInputs files, Request request)
    {
        string path = files.Find(MaximumWindowResult.TaskName, "the observatory's model of a dark run (digicam dark-rate -p)");
        MaximumWindowResult result = MaximumWindowResult.Read(path);
        ObservatoryCalibration calibration = Named(path, () => ObservatoryCalibration.Of(result));
        string stem = ExportInputs.FileStem(files.ProvenanceOf(path), request.Options);
        return
        [
            new Output(stem + "_fitted_parameters.h5", calibration.Write) { Scale = result.Scale, HasFixedName = true },
            new Output(stem + "_histograms.h5", target => ObservatoryCalibration.WriteHistograms(target, result)) { Scale = result.Scale, HasFixedName = true },
            new Output(stem + "_quality.csv", target => calibration.WriteReasons(target, result.Flags)) { HasSidecar = false, HasFixedName = true },
        ];
    }

    private static IEnumerable<Output> Digicampipe(ExportInputs files, Request request)
    {
        string path = files.Find(LightScanResult.TaskName, "the fit of a light scan (digicam ac-dac-scan -g)");
        SavedResult light = ResultFiles.Read(path, LightScanResult.TaskName);
        DigicampipeCalibration calibration = Named(path, () => DigicampipeCalibration.Of(light.Scale, light.Fits, light.Flags, [.. Rates(files.Find(DarkRateResult.TaskName, RateNeed))]));
        return [new Output(Stem(path) + "_digicampipe.yml", calibration.Write) { Scale = light.Scale }];
    }

    private static IEnumerable<Output> Timing(ExportInputs files, Request request)
    {
        string path = files.Find(SynchronisationResult.TaskName, "the times of the pixels (digicam ac-dac-scan -t)");
        using Hdf5File file = Hdf5File.Open(path);
        double[] time = file.Read<double>($"/{SynchronisationResult.TaskName}/time", [CameraGeometry.PixelCount], "ns");
        return [new Output("timing.npz", target => new NpzWriter().Add("time", time).Write(target))];
    }

    private static IEnumerable<Output> Mpe(ExportInputs files, Request request)
    {
        string path = files.With(LightScanResult.TaskName).FirstOrDefault(HasLevels) ?? files.Find(LightScanResult.TaskName, MpeNeed);
        LightScanResult light = ReadLight(files, path);
        RequireScale(path, light.Scale);
        ImmutableArray<int> levels = [.. ReadCharges(files, path).Plan.Steps.Select(step => step.Level.AcDac)];
        int pixels = light.PixelCount;
        NpzWriter writer = new();
        Shared("gain", "gain");
        Shared("sigma_e", "sigma_e");
        Shared("sigma_s", "sigma_1");
        Shared("baseline", "baseline");
        Add("mu", (level, pixel) => light[level, pixel].Mu);
        Add("mu_error", (level, pixel) => light[level, pixel].MuError);
        Add("mu_xt", (level, pixel) => light[level, pixel].CrossTalk);
        Add("mu_xt_error", (level, pixel) => light[level, pixel].CrossTalkError);
        Add("amplitude", (level, pixel) => double.IsNaN(light[level, pixel].Mu) ? double.NaN : light.Spectra.Charges.GetEntries(level, pixel));
        Add("amplitude_error", (_, _) => double.NaN);
        Add("mean", (level, pixel) => Moments(level, pixel).Mean);
        Add("std", (level, pixel) => Math.Sqrt(Moments(level, pixel).Variance));
        Add("chi_2", (level, pixel) => light[level, pixel].ChiSquare);
        Add("ndf", (level, pixel) => double.IsNaN(light[level, pixel].ChiSquare) ? double.NaN : light[level, pixel].DegreesOfFreedom);
        writer.Add("pixel_ids", [.. Enumerable.Range(0, pixels).Select(pixel => (double)pixel)]).Add("ac_levels", [.. levels.Select(level => (double)level)]);
        return [new Output("mpe_fit_results.npz", writer.Write) { Scale = light.Scale }];

        void Shared(string name, string parameter)
        {
            Add(name, (_, pixel) => light.Fits[pixel][parameter].Value);
            Add(name + "_error", (_, pixel) => light.Fits[pixel][parameter].Error);
        }

        void Add(string name, Func<int, int, double> value) => writer.Add(name, [levels.Length, pixels], (level, row) =>
        {
            for (int pixel = 0; pixel < pixels; pixel++) row[pixel] = value(level, pixel);
        });

        HistogramMoments Moments(int level, int pixel)
        {
            ReadOnlySpan<uint> counts = light.Spectra.Charges.GetCounts(level, pixel, out int first);
            return HistogramMoments.Of(counts, light.Spectra.Axis.First + first);
        }
    }

    private static IEnumerable<Output> FullMpe(ExportInputs files, Request request)
    {
        const int peaks = 10;
        string path = files.Find(ClassicalResult.TaskName, "the fits of the sums of levels (digicam ac-dac-scan -g)");
        SavedResult full = ResultFiles.Read(path, ClassicalResult.TaskName);
        RequireScale(path, full.Scale);
        List<FitsColumn> columns = [];
        foreach ((string name, string parameter, string unit) in (IEnumerable<(string, string, string)>)
            [("baseline", "baseline", "LSB"), ("gain", "gain", "LSB/pe"), ("sigma_e", "sigma_e", "LSB"), ("sigma_s", "sigma_1", "LSB"), .. Enumerable.Range(0, peaks).Select(n => FormattableString.Invariant($"a_{n}")).Select(a => (a, a, ""))])
        {
            columns.Add(new FitsColumn(name, unit, [.. full.Fits.Select(fit => fit[parameter].Value)]));
            columns.Add(new FitsColumn(name + "_error", unit, [.. full.Fits.Select(fit => fit[parameter].Error)]));
        }

        columns.Add(new FitsColumn("chi_2", "", [.. full.Fits.Select(fit => fit.Minimum)]));
        columns.Add(new FitsColumn("ndf", "", [.. full.Fits.Select(fit => double.IsNaN(fit.Minimum) ? double.NaN : fit.DegreesOfFreedom)]));
        return [new Output("fmpe_fit_results.fits", target => FitsTable.Write(target, "FMPE", columns)) { Scale = full.Scale }];
    }

    private static IEnumerable<Output> Spe(ExportInputs files, Request request)
    {
        const double ghzPerMHz = 1e-3;
        string path = files.Find(DarkRateResult.TaskName, RateNeed);
        DarkHistograms dark = DarkHistograms.Read(files.Find(DarkHistograms.Group, "the histograms of the dark run (digicam dark-rate -c)"));
        DarkSpeResult spe = DarkSpeFitter.Restore(PulseSpectra.Of(dark), ResultFiles.Read(path, DarkSpeResult.TaskName));
        NpzWriter writer = new NpzWriter().Add("dcr", [.. Rates(path).Select(rate => rate * ghzPerMHz)])
            .Add("sigma_e", [.. Enumerable.Range(0, spe.PixelCount).Select(spe.Spectra.Noise)])
            .Add("pixel_id", [.. Enumerable.Range(0, spe.PixelCount).Select(pixel => (double)pixel)])
            .Add("crosstalk", [.. spe["crosstalk"].Values])
            .Add("gain", [.. spe["gain"].Values]);
        return [new Output("spe_fit_results.npz", writer.Write) { Scale = spe.Scale }];
    }

    // From the waveforms without a pulse [MHz].
    private static double[] Rates(string path)
    {
        using Hdf5File file = Hdf5File.Open(path);
        return file.Read<double>($"/{DarkRateResult.TaskName}/dark_count_rate_p0", [CameraGeometry.PixelCount], "MHz");
    }

    // Fits of gains hold no light of any level: levels that were tried without success have a flag.
    private static bool HasLevels(string path)
    {
        using Hdf5File file = Hdf5File.Open(path);
        string group = $"/{LightScanResult.TaskName}_levels";
        return file.Contains(group)
            && (file.Read<double>(group + "/mu", [-1, -1], "pe").Any(mu => !double.IsNaN(mu)) || file.Read<uint>(group + "/flags", [-1, -1], "").All(flags => flags != 0));
    }

    private static LightScanResult ReadLight(ExportInputs files, string path) => LightScanFiles.Read(path, LightSpectra.Of(ReadCharges(files, path)));

    // Fits are of the levels of one continuous light.
    private static ChargeHistograms ReadCharges(ExportInputs files, string path)
    {
        ChargeHistograms charges = ChargeHistograms.Read(files.Find(ChargeHistograms.Group, ChargeNeed));
        if (charges.Plan.DcLevels.Length == 1) return charges;
        string text = files.Parameter(path, "dc_level") ?? "";
        return int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out int dc) && charges.Plan.DcLevels.Contains(dc) ? charges.AtDc(dc)
            : throw new InvalidDataException($"{path}: does not say to which DC level of the scan it belongs (dc_level '{text}')");
    }

    private static void RequireScale(string path, ChargeScale scale)
    {
        if (scale != DigicampipeCalibration.Scale) throw new ArgumentException($"{path}: charges on the scale '{scale}', digicampipe's are on '{DigicampipeCalibration.Scale}': gains of different scales are never put together");
    }

    private static T Named<T>(string path, Func<T> make)
    {
        try
        {
            return make();
        }
        catch (ArgumentException exception)
        {
            throw new ArgumentException($"{path}: {exception.Message.Replace($" (Parameter '{exception.ParamName}')", "", StringComparison.Ordinal)}", exception);
        }
    }

    private static string Stem(string path) => Path.GetFileNameWithoutExtension(path);

    private static string Npz(string path) => Stem(path) + ".npz";

    // What an export knows beside its inputs.
    private sealed record Request(ExportOptions Options, Provenance Provenance);

    private sealed record Format(string Name, string Readers, string Content, Func<ExportInputs, Request, IEnumerable<Output>> Make);

    private sealed record Output(string Name, Action<string> Write)
    {
        public ChargeScale? Scale { get; init; }

        // Where the content comes from is written beside.
        public bool HasSidecar { get; init; } = true;

        // Readers know the file by its name: only its folder can be chosen.
        public bool HasFixedName { get; init; }
    }
}
