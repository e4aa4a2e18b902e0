using System.Collections.Immutable;
using System.CommandLine;
using DigiCam.Charges;
using DigiCam.Cli.Reporting;
using DigiCam.Dark;
using DigiCam.Files;
using DigiCam.Fitting;
using DigiCam.HvOff;
using DigiCam.LightScan;
using DigiCam.Results;
using DigiCam.Runs;
using DigiCam.Scans;
using DigiCam.Synchronisation;
using Spectre.Console;

namespace DigiCam.Cli.Commands;

/// <summary>digicam ac-dac-scan: scans of the LEDs, in the stages and with the options of the original script.</summary>
internal static class AcDacScanCommand
{
    private const string Name = "ac-dac-scan";
    private const string SynchronisationName = "synchronisation.h5";

    public static Command Create()
    {
        Argument<string?> folder = new("OUTPUT_DIRECTORY") { Description = "same as --output_directory", Arity = ArgumentArity.ZeroOrOne };
        Option<bool> charges = new("--create_histo", "-c") { Description = "fill the charges of every level (needs -t, now or earlier)" };
        Option<bool> times = new("--create_time_histo", "-t") { Description = "find position and time of the flash in every pixel" };
        Option<bool> full = new("--create_full_histo", "-k") { Description = "add the charges of all levels up (needs -c, now or earlier)" };
        Option<bool> gain = new("--perform_fit_gain", "-g") { Description = "fit gain, noise and crosstalk of every pixel: several levels together, and the sum of all levels (needs -c, now or earlier)" };
        Option<bool> light = new("--perform_fit_mu", "-p") { Description = "fit the light of every level and pixel (needs -g, now or earlier)" };
        Option<string> list = new("--file_list", "-f") { Description = "input file names separated by ','; without it all files that start with the base name", DefaultValueFactory = _ => "" };
        Option<string?> levels = new("--scan_level", "-l") { Description = "AC levels separated by ','; exactly three are first, last and step" };
        Option<string?> dcLevels = new("--dc_level") { Description = "DC levels in the same way: at each of them all AC levels are taken [default: 0]" };
        Option<int?> perLevel = new("--events_per_level", "-e") { Description = "events of each level, counted through all files; without it each level has a file" };
        Option<long?> firstEvent = new("--first_event") { Description = "number of the first event of the scan, where events may be missing before the first one there is" };
        Option<string?> plan = new("--scan_plan") { Description = "plan of the scan (CSV, YAML, JSON) instead of -l, -e and -f" };
        Option<long?> maximum = new("--evt_max") { Description = "largest number of events of the whole scan" };
        Option<int> batch = new("--n_evt_per_batch", "-n") { Description = "events between two looks at progress and Ctrl+C; results do not depend on it", DefaultValueFactory = _ => Run.DefaultBatchEvents };
        Option<string> basename = new("--file_basename", "--file_namebase") { Description = "start of the input file names; may hold %s, %d or %03d", DefaultValueFactory = _ => "" };
        Option<string?> directory = new("--directory", "-d") { Description = "input directory [default: that of the plan, or .]" };
        Option<string> histogramName = new("--histo_filename") { Description = "file of the charges", DefaultValueFactory = _ => ChargeFiles.DefaultHistogramName };
        Option<string> peakName = new("--peak_histo_filename") { Description = "file of the pulse positions", DefaultValueFactory = _ => SynchronisationFiles.DefaultHistogramName };
        Option<string?> output = new("--output_directory") { Description = "directory of the files that are written [default: .]" };
        Option<string?> hvOff = new("--input_fit_hvoff_filename", "--input_fit_filename") { Description = $"fit file of digicam hvoff, .npz or .h5 [default: {HvOffFiles.DefaultFitName} in the output directory]" };
        Option<string> fitName = new("--fit_filename") { Description = "file of the fits; that of the gains has full_ before it", DefaultValueFactory = _ => LightScanFiles.DefaultLevelFitName };
        Option<string?> dark = new("--input_fit_dark_filename") { Description = "result of digicam dark or digicam dark-rate (.h5): rates of dark counts, which the fits otherwise find themselves" };
        Option<int?> samples = new("--charge_samples") { Description = "samples of a charge; 1 for amplitudes [default: what the plan says, or 1]" };
        Option<PixelOrder> order = new("--pixel_order") { Description = "Legacy2017 for files before October 2017", DefaultValueFactory = _ => PixelOrder.FromFile };
        Option<bool> quiet = new("--quiet", "-q") { Description = "print nothing but errors" };
        Command command = new(Name, "LED scans: position of the flash in every pixel, spectra of every level and pixel, gain, crosstalk, and the light of every level. Without -t, -c, -k, -g and -p saved results are only displayed.")
        {
            folder, charges, times, full, gain, light, list, levels, dcLevels, perLevel, firstEvent, plan, maximum, batch, basename, directory, histogramName, peakName, output, fitName, hvOff, dark, samples, order, quiet,
        };
        command.SetAction((result, cancellationToken) => CommandHost.RunAsync(Name, () => new Request
        {
            Charges = result.GetValue(charges),
            Times = result.GetValue(times),
            Full = result.GetValue(full),
            Gain = result.GetValue(gain),
            Light = result.GetValue(light),
            FileList = result.GetRequiredValue(list),
            Levels = result.GetValue(levels),
            DcLevels = result.GetValue(dcLevels),
            EventsPerLevel = result.GetValue(perLevel),
            FirstEvent = result.GetValue(firstEvent),
            PlanPath = result.GetValue(plan),
            MaximumEvents = result.GetValue(maximum),
            BatchEvents = result.GetValue(batch),
            Basename = result.GetRequiredValue(basename),
            Directory = result.GetValue(directory),
            HistogramName = result.GetRequiredValue(histogramName),
            PeakName = result.GetRequiredValue(peakName),
            OutputDirectory = result.GetValue(output) ?? result.GetValue(folder) ?? ".",
            FitName = result.GetRequiredValue(fitName),
            HvOffPath = result.GetValue(hvOff),
            DarkPath = result.GetValue(dark),
            ChargeSamples = result.GetValue(samples),
            PixelOrder = result.GetValue(order),
            Quiet = result.GetValue(quiet),
        }.RunAsync(cancellationToken)));
        return command;
    }

    // What the user wants, and the stages: each takes what the one before made, or reads what it wrote.
    private sealed record Request
    {
        public required bool Charges { get; init; }

        public required bool Times { get; init; }

        public required bool Full { get; init; }

        public required bool Gain { get; init; }

        public required bool Light { get; init; }

        public required string FileList { get; init; }

        public required string? Levels { get; init; }

        public required string? DcLevels { get; init; }

        public required int? EventsPerLevel { get; init; }

        public required long? FirstEvent { get; init; }

        public required string? PlanPath { get; init; }

        public required long? MaximumEvents { get; init; }

        public required int BatchEvents { get; init; }

        public required string Basename { get; init; }

        public required string? Directory { get; init; }

        public required string HistogramName { get; init; }

        public required string PeakName { get; init; }

        public required string OutputDirectory { get; init; }

        public required string FitName { get; init; }

        public required string? HvOffPath { get; init; }

        public required string? DarkPath { get; init; }

        public required int? ChargeSamples { get; init; }

        public required PixelOrder PixelOrder { get; init; }

        public required bool Quiet { get; init; }

        private string PeakPath => Path.Combine(OutputDirectory, PeakName);

        private string TimesPath => ResultFiles.Paths(PeakPath)[0];

        private string HistogramPath => Path.Combine(OutputDirectory, HistogramName);

        private string ChargesPath => ResultFiles.Paths(HistogramPath)[0];

        private string FullPath => Path.Combine(OutputDirectory, ChargeFiles.FullPrefix + Path.GetFileName(ResultFiles.NpzPath(HistogramPath)));

        private string FitPath => Path.Combine(OutputDirectory, FitName);

        private string GainPath => Path.Combine(Path.GetDirectoryName(FitPath)!, ChargeFiles.FullPrefix + Path.GetFileName(FitName));

        private IReadOnlyList<string> SynchronisationPaths => ResultFiles.Paths(Path.Combine(OutputDirectory, SynchronisationName));

        public async Task<int> RunAsync(CancellationToken cancellationToken)
        {
            Check();
            ClosingLine closing = new();
            long events = 0;
            SynchronisationResult? synchronisation = null;
            ChargeHistograms? charges = null;
            Provenance? provenance = null;
            if (Times || Charges)
            {
                (HvOffResult? hvOff, InputFile[] inputs) = await ReadHvOffAsync(cancellationToken);
                Pedestals? pedestals = hvOff is null ? null : Pedestals.From(hvOff);
                using Scan scan = OpenScan();
                foreach (string path in Targets()) AtomicFile.CheckTarget(path);
                foreach (string problem in scan.Problems) Console.Error.WriteLine($"digicam {Name}: {problem}");
                provenance = await ProvenanceAsync(scan, inputs, cancellationToken);
                if (Times)
                {
                    PulseTimeHistograms times;
                    using (ProgressLine progress = new(Quiet)) times = Usage.Check(() => SynchronisationPass.Accumulate(scan, pedestals, progress: progress, batchEvents: BatchEvents, cancellationToken: cancellationToken));
                    events += times.Positions.EventCounts.Sum();
                    synchronisation = SynchronisationFitter.Fit(times);
                    Write(times, synchronisation, provenance);
                }

                if (Charges)
                {
                    synchronisation ??= ReadSynchronisation(scan.Plan);
                    ChargeScale? scale = ChargeSamples is { } n ? new ChargeScale(n) : null;
                    using (ProgressLine progress = new(Quiet)) charges = Usage.Check(() => ChargePass.Accumulate(scan, synchronisation, pedestals, scale, progress, batchEvents: BatchEvents, cancellationToken: cancellationToken));
                    events += charges.EventCounts.Sum();
                    if (pedestals is not null) CheckPedestals(charges, pedestals);
                    Write(charges, provenance);
                }
            }

            if (Full)
            {
                charges ??= ReadCharges();
                AtomicFile.CheckTarget(FullPath);
                ChargeFiles.WriteFull(FullPath, charges);
                Say($"full spectra: {FullPath}");
            }

            LightScanResult? fits = null;
            if (Gain || Light)
            {
                charges ??= ReadCharges();
                (fits, provenance) = await FitAsync(charges, provenance, cancellationToken);
            }

            if (Quiet) return 0;
            if (!Times && !Charges && !Full && !Gain && !Light)
            {
                (synchronisation, charges) = (SynchronisationFitter.Fit(PulseTimeHistograms.Read(TimesPath)), File.Exists(ChargesPath) ? ChargeHistograms.Read(ChargesPath) : null);
                string? saved = ((string[])[ResultFiles.Paths(FitPath)[0], ResultFiles.Paths(GainPath)[0]]).FirstOrDefault(File.Exists);
                if (charges is not null && saved is not null) fits = LightScanFiles.Read(saved, LightSpectra.Of(charges));
            }

            if (synchronisation is not null) ResultDisplay.Print(synchronisation);
            if (charges is not null) PrintCharges(charges, fits);
            if (fits is not null) ResultDisplay.Print(fits);
            closing.Write(Name, events);
            return 0;
        }

        // Gains, then the light of the levels from them: in one go, or from the file of the gains.
        private async Task<(LightScanResult Fits, Provenance Provenance)> FitAsync(ChargeHistograms charges, Provenance? raw, CancellationToken cancellationToken)
        {
            foreach (string path in FitTargets()) AtomicFile.CheckTarget(path);
            List<InputFile> inputs = [.. (raw ?? ResultFiles.ReadProvenanceBeside(ChargesPath))?.Inputs ?? []];
            if (raw is null) inputs.Add(await InputFile.HashAsync(ChargesPath, null, cancellationToken));
            if (DarkPath is not null) inputs.Add(await InputFile.HashAsync(DarkPath, null, cancellationToken));
            else Say("note: without a result of digicam dark the rates of dark counts are fitted, too");
            double jitter = File.Exists(TimesPath) ? ReadSynchronisation(charges.Plan).JitterNs : 0;
            LightSpectra spectra = Usage.Check(() => LightSpectra.Of(charges, DarkPath is null ? default : DarkCountRates.Read(DarkPath), jitterNs: jitter));
            string gains = ResultFiles.Paths(GainPath)[0];
            LightScanResult fits;
            ClassicalResult classical;
            if (Gain)
            {
                using (FitLine progress = new(Quiet))
                {
                    classical = ClassicalFitter.Fit(spectra, withLevels: false, progress: progress, cancellationToken: cancellationToken);
                    fits = LightScanFitter.Fit(spectra, withLevels: false, progress: progress, cancellationToken: cancellationToken);
                }

                string npz = ResultFiles.NpzPath(GainPath);
                LightScanFiles.WriteFullFit(npz, classical);
                foreach (string path in (IEnumerable<string>)[npz, .. ResultFiles.Write(GainPath, Of(inputs), fits, classical)]) Say($"gains: {path}");
            }
            else
            {
                if (!File.Exists(gains)) throw new UsageException($"{gains}: no such file; -g makes it, and the light of the levels needs it");
                (fits, classical) = (LightScanFiles.Read(gains, spectra), LightScanFiles.ReadClassical(gains, spectra));
            }

            if (Light)
            {
                inputs.Add(await InputFile.HashAsync(gains, null, cancellationToken));
                using (FitLine progress = new(Quiet))
                {
                    classical = ClassicalFitter.FitLevels(classical, progress, cancellationToken: cancellationToken);
                    fits = LightScanFitter.FitLevels(fits, progress, cancellationToken: cancellationToken);
                }

                string npz = ResultFiles.NpzPath(FitPath);
                LightScanFiles.WriteLevelFits(npz, spectra, fits.Pixels);
                foreach (string path in (IEnumerable<string>)[npz, .. ResultFiles.Write(FitPath, Of(inputs), fits, classical)]) Say($"light: {path}");
            }

            return (fits, Of(inputs));

            Provenance Of(IEnumerable<InputFile> files) => Provenance.Now(Name, files, [("levels", charges.LevelCount), ("charge_scale", charges.Scale), ("flash_jitter_ns", jitter)]);
        }

        private ChargeHistograms ReadCharges() => File.Exists(ChargesPath) ? ChargeHistograms.Read(ChargesPath) : throw new UsageException($"{ChargesPath}: no such file; -c makes it, and fits need it");

        private void Check()
        {
            if (MaximumEvents is < 1) throw new UsageException(FormattableString.Invariant($"--evt_max {MaximumEvents}: at least 1 event is needed"));
            if (BatchEvents < 1) throw new UsageException(FormattableString.Invariant($"-n {BatchEvents}: at least 1 event per batch is needed"));
            if (EventsPerLevel is < 1) throw new UsageException(FormattableString.Invariant($"-e {EventsPerLevel}: at least 1 event per level is needed"));
            if (ChargeSamples is < 1) throw new UsageException(FormattableString.Invariant($"--charge_samples {ChargeSamples}: a charge is made of at least one sample"));
            if (PlanPath is not null && (Levels ?? DcLevels) is not null) throw new UsageException("--scan_plan has the levels of the scan, they cannot be given with -l or --dc_level as well");
            if (PlanPath is not null && EventsPerLevel is not null) throw new UsageException("--scan_plan has the events of the levels, they cannot be given with -e as well");
            string[] all = [PeakPath, HistogramPath, FullPath, SynchronisationPaths[0], FitPath, GainPath];
            if (all.Select(path => ResultFiles.Paths(path)[0]).Distinct().Count() < all.Length) throw new UsageException($"{HistogramPath}, {PeakPath} and {FitPath}: charges, pulse positions, fits and {SynchronisationName} need files of their own");
        }

        private IEnumerable<string> Targets() =>
        [
            .. Times ? (IEnumerable<string>)[ResultFiles.NpzPath(PeakPath), TimesPath, .. SynchronisationPaths] : [],
            .. Charges ? (IEnumerable<string>)[ResultFiles.NpzPath(HistogramPath), ChargesPath, ResultFiles.Paths(HistogramPath)[^1]] : [],
            .. Full ? (IEnumerable<string>)[FullPath] : [],
            .. FitTargets(),
        ];

        private IEnumerable<string> FitTargets() =>
        [
            .. Gain ? (IEnumerable<string>)[ResultFiles.NpzPath(GainPath), .. ResultFiles.Paths(GainPath)] : [],
            .. Light ? (IEnumerable<string>)[ResultFiles.NpzPath(FitPath), .. ResultFiles.Paths(FitPath)] : [],
        ];

        private async Task<(HvOffResult? Result, InputFile[] Inputs)> ReadHvOffAsync(CancellationToken cancellationToken)
        {
            string path = HvOffPath ?? Path.Combine(OutputDirectory, HvOffFiles.DefaultFitName);
            if (File.Exists(path)) return (HvOffFiles.ReadInput(path), [await InputFile.HashAsync(path, null, cancellationToken)]);
            if (HvOffPath is not null) throw new UsageException($"{path}: no such file; --input_fit_hvoff_filename names the result of digicam hvoff");
            Say("note: without a result with high voltage off the first samples of waveforms serve as baseline, and nothing is subtracted from sums of samples");
            return (null, []);
        }

        private Scan OpenScan()
        {
            RunOptions options = new() { MaximumEvents = MaximumEvents, PixelOrder = PixelOrder };
            if (PlanPath is not null)
            {
                ScanPlan read = WithFirstEvent(ScanPlan.Read(PlanPath));
                string folder = Directory ?? Path.GetDirectoryName(PlanPath) ?? "";
                return read.NamesFiles ? Scan.Open(read, folder, options) : Scan.Open(read, RunFileList.FromOptions(folder, Basename, FileList), options);
            }

            if (Levels is null && DcLevels is null) throw new UsageException("the levels of the scan are needed: --scan_plan, or -l with -e");
            (ImmutableArray<int> ac, ImmutableArray<int> dc) = (Range("-l", Levels), Range("--dc_level", DcLevels));
            string input = Directory is { Length: > 0 } named ? named : ".";
            ImmutableArray<string> files = RunFileList.FromOptions(input, Basename, FileList);
            if (EventsPerLevel is { } events) return Scan.Open(WithFirstEvent(ScanPlan.Counted(ac, dc, events)), files, options);
            ScanPlan plan = Usage.Check(() => ScanPlan.FilePerLevel(ac, dc, [.. files.Select(file => Path.GetRelativePath(input, file))]));
            return Scan.Open(WithFirstEvent(plan), input, options);
        }

        private ScanPlan WithFirstEvent(ScanPlan plan) => FirstEvent is null ? plan : plan with { FirstEventNumber = FirstEvent };

        private static ImmutableArray<int> Range(string option, string? text)
        {
            try
            {
                return text is null ? [0] : ScanRange.Parse(text);
            }
            catch (FormatException exception)
            {
                throw new UsageException($"{option}: {exception.Message}");
            }
        }

        private SynchronisationResult ReadSynchronisation(ScanPlan plan)
        {
            if (!File.Exists(TimesPath)) throw new UsageException($"{TimesPath}: no such file; -t makes it, and charges need it");
            PulseTimeHistograms times = PulseTimeHistograms.Read(TimesPath);
            return times.Plan.Equals(plan) ? SynchronisationFitter.Fit(times) : throw new InvalidDataException($"{TimesPath}: is of another scan than the one that is read; -t makes it anew");
        }

        private async Task<Provenance> ProvenanceAsync(Scan scan, InputFile[] inputs, CancellationToken cancellationToken)
        {
            Provenance provenance = await scan.Input.ProvenanceAsync(Name, scan.Run, [("levels", scan.LevelCount), ("first_event_number", FirstEvent), ("charge_samples", ChargeSamples)], cancellationToken);
            foreach (InputFile bad in provenance.Inputs.Where(i => i.Checksums == "bad")) Console.Error.WriteLine($"digicam {Name}: {bad.Name}: its checksums are wrong: the file was changed after it was written");
            return provenance with { Inputs = [.. provenance.Inputs, .. inputs] };
        }

        private void Write(PulseTimeHistograms times, SynchronisationResult result, Provenance provenance)
        {
            string npz = ResultFiles.NpzPath(PeakPath);
            SynchronisationFiles.WritePeaks(npz, times);
            times.Write(TimesPath, System.Text.Json.JsonSerializer.Serialize(provenance));
            foreach (string path in (IEnumerable<string>)[npz, TimesPath]) Say($"pulse positions: {path}");
            foreach (string path in ResultFiles.Write(SynchronisationPaths[0], provenance, result)) Say($"synchronisation: {path}");
        }

        private void Write(ChargeHistograms charges, Provenance provenance)
        {
            string npz = ResultFiles.NpzPath(HistogramPath);
            charges.Write(ChargesPath, System.Text.Json.JsonSerializer.Serialize(provenance));
            ChargeFiles.WriteLevels(npz, charges);
            string json = ResultFiles.Paths(HistogramPath)[^1];
            ResultFiles.WriteProvenance(json, provenance);
            foreach (string path in (IEnumerable<string>)[npz, ChargesPath, json]) Say($"charges: {path}");
        }

        // Without light the samples lie on the baseline.
        private static void CheckPedestals(ChargeHistograms charges, Pedestals pedestals)
        {
            int level = charges.Plan.Steps.ToList().FindIndex(step => step.Level == default);
            if (level < 0 || charges.Scale != ChargeScale.Amplitude || charges.EventCounts[level] == 0) return;
            double distance = PedestalCheck.MedianDistance(charges.Charges.GetLevel(level), pedestals);
            if (distance > PedestalCheck.LargestDistanceLsb)
                throw new InvalidDataException(FormattableString.Invariant($"the result with high voltage off: baselines lie {distance:F1} LSB from the samples of the level without light in the median pixel: they are of other pixels or of another time"));
        }

        private static void PrintCharges(ChargeHistograms charges, LightScanResult? fits)
        {
            Table table = Display.CreateTable(["level"], ["AC", "DC", "events", "mean charge", "saturated pixels", "median light [[pe]]", "pixels"]);
            for (int level = 0; level < charges.LevelCount; level++)
            {
                ScanLevel light = charges.Plan.Steps[level].Level;
                int cut = Enumerable.Range(0, charges.PixelCount).Count(pixel => charges.GetSaturated(level, pixel) > 0);
                double[] mu = fits is null ? [] : [.. Enumerable.Range(0, fits.PixelCount).Where(pixel => fits[level, pixel].IsValid).Select(pixel => fits[level, pixel].Mu).Order()];
                table.AddRow([.. ((FormattableString[])[$"{level}", $"{light.AcDac}", $"{light.DcDac}", $"{charges.EventCounts[level]}", $"{Mean(charges, level):F2}", $"{cut}", $"{(mu.Length > 0 ? mu[mu.Length / 2] : double.NaN):F3}", $"{mu.Length}"]).Select(FormattableString.Invariant)]);
            }

            Display.Write(table);
            Console.WriteLine(charges.ToString());
        }

        // Of all pixels; an axis of sums is too wide to put histograms on all of it.
        private static double Mean(ChargeHistograms charges, int level)
        {
            (double entries, double sum) = (0, 0);
            for (int pixel = 0; pixel < charges.PixelCount; pixel++)
            {
                ReadOnlySpan<uint> counts = charges.Charges.GetCounts(level, pixel, out int first);
                for (int i = 0; i < counts.Length; i++)
                {
                    entries += counts[i];
                    sum += counts[i] * (charges.Charges.Axis.Edge(first + i) + 0.5);
                }
            }

            return sum / entries;
        }

        private void Say(string text)
        {
            if (!Quiet) Console.WriteLine(text);
        }
    }
}
