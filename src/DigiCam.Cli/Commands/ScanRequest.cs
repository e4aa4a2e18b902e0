using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using DigiCam.Charges;
using DigiCam.Cli.Jobs;
using DigiCam.Cli.Reporting;
using DigiCam.Dark;
using DigiCam.Files;
using DigiCam.Fitting;
using DigiCam.Geometry;
using DigiCam.HvOff;
using DigiCam.LightScan;
using DigiCam.Partials;
using DigiCam.Results;
using DigiCam.Runs;
using DigiCam.Scans;
using DigiCam.Synchronisation;
using Spectre.Console;

namespace DigiCam.Cli.Commands;

/// <summary>
/// What a user wants of a scan of the LEDs, and the stages: each takes what the one before made, or reads what it wrote. Charges are what the task creates, the light of the levels what it fits.
/// </summary>
internal sealed record ScanRequest : TaskRequest
{
    /// <summary>Adds what only scans have to what all tasks have.</summary>
    [SetsRequiredMembers]
    public ScanRequest(TaskRequest common)
        : base(common)
    {
    }

    public bool Times { get; init; }

    public bool Full { get; init; }

    public bool Gain { get; init; }

    public string? Levels { get; init; }

    public string? DcLevels { get; init; }

    public int? EventsPerLevel { get; init; }

    public long? FirstEvent { get; init; }

    public string? PlanPath { get; init; }

    public string PeakName { get; init; } = "";

    public string? HvOffPath { get; init; }

    public string? DarkPath { get; init; }

    public int? ChargeSamples { get; init; }

    private string PeakPath => Path.Combine(OutputDirectory, PeakName);

    private string TimesPath => ResultFiles.Paths(PeakPath)[0];

    private string ChargesPath => ResultFiles.Paths(HistogramPath)[0];

    private string FullPath => Path.Combine(OutputDirectory, ChargeFiles.FullPrefix + Path.GetFileName(ResultFiles.NpzPath(HistogramPath)));

    private string GainPath => GainPathOf(FitPath);

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        Check();
        ClosingLine closing = new();
        long events = 0;
        SynchronisationResult? synchronisation = null;
        ChargeHistograms? charges = null;
        Provenance? provenance = null;
        if (Times || Create)
        {
            (Pedestals? pedestals, InputFile[] inputs) = await ReadHvOffAsync(cancellationToken);
            using Scan scan = OpenScan();
            IEnumerable<string> targets = Shard is null ? [.. Targets(), .. FitTargets(scan.Plan)] : [PartialResult.PathFor(Times ? PeakPath : HistogramPath, Shard)];
            foreach (string path in targets) AtomicFile.CheckTarget(path);
            Tell(scan.Problems);
            provenance = await ProvenanceAsync(scan, inputs, cancellationToken);
            if (Times)
            {
                PulseTimeHistograms times;
                using (ProgressLine progress = new(Quiet)) times = Usage.Check(() => SynchronisationPass.Accumulate(scan, pedestals, progress: progress, threads: Threads, batchEvents: BatchEvents, cancellationToken: cancellationToken));
                events += times.Positions.EventCounts.Sum();
                if (Shard is not null)
                {
                    WritePartial(PeakPath, PartialStage.PulseTimes, scan.Run, times, provenance, scan.Problems);
                    return Close(closing, events);
                }

                synchronisation = SynchronisationFitter.Fit(times);
                cancellationToken.ThrowIfCancellationRequested();
                ScanStageFiles.Write(PeakPath, times, synchronisation, provenance, Say);
            }

            if (Create)
            {
                synchronisation ??= ReadSynchronisation(scan.Plan, scan.SampleCount);
                ChargeScale? scale = ChargeSamples is { } n ? new ChargeScale(n) : null;
                using (ProgressLine progress = new(Quiet)) charges = Usage.Check(() => ChargePass.Accumulate(scan, synchronisation, pedestals, scale, progress, Threads, batchEvents: BatchEvents, cancellationToken: cancellationToken));
                events += charges.EventCounts.Sum();
                if (Shard is not null)
                {
                    // Whether the levels are those of the plan is seen when all parts are together.
                    WritePartial(HistogramPath, PartialStage.Charges, scan.Run, charges, provenance, scan.Problems);
                    return Close(closing, events);
                }

                Tell(charges.Problems());
                ScanStageFiles.Write(HistogramPath, charges, provenance, Say, cancellationToken);
            }
        }

        if (Full)
        {
            charges ??= ReadCharges();
            AtomicFile.CheckTarget(FullPath);
            ChargeFiles.WriteFull(FullPath, charges, cancellationToken);
            Say($"full spectra: {FullPath}");
        }

        IReadOnlyList<LightScanResult?> fits = [];
        if (Gain || Fit)
        {
            charges ??= ReadCharges();
            fits = await FitAsync(charges, provenance, cancellationToken);
        }

        if (Quiet) return 0;
        if (!Times && !Create && !Full && !Gain && !Fit)
        {
            (synchronisation, charges) = (SynchronisationFitter.Fit(PulseTimeHistograms.Read(TimesPath)), File.Exists(ChargesPath) ? ChargeHistograms.Read(ChargesPath) : null);
            if (charges is not null) fits = [.. FitsOf(charges.Plan).Select(files => Saved(charges, files))];
        }

        if (synchronisation is not null) ResultDisplay.Print(synchronisation);
        if (charges is not null) PrintCharges(charges, fits);
        for (int i = 0; i < fits.Count; i++)
        {
            if (fits.Count > 1) Console.WriteLine(FormattableString.Invariant($"DC {charges!.Plan.DcLevels[i]}:"));
            if (fits[i] is { } result) ResultDisplay.Print(result);
            else if (fits.Count > 1) Console.WriteLine("not fitted");
        }

        closing.Write(Task, events);
        return 0;
    }

    /// <summary>The stages that the user wants: each step reads what the one before wrote.</summary>
    public IReadOnlyList<TaskStage> Stages()
    {
        Check();
        List<TaskStage> stages = [];
        string[] plan = PlanPath is null ? [] : [PlanPath];
        if (Times || Create)
        {
            (_, ImmutableArray<string> files) = FindScan();
            string[] run = [.. files.Where(File.Exists), .. plan, .. UsedHvOffPath() is { } hvOff ? (string[])[hvOff] : []];
            if (Times) stages.Add(new TaskStage { Name = "times", Description = "finds position and time of the flash in every pixel", Options = ["-t"], Target = PeakPath, Inputs = run, Outputs = TimesTargets() });
            if (Create) stages.Add(new TaskStage { Name = "charges", Description = "fills the charges of every level", Options = ["-c"], Target = HistogramPath, Inputs = [.. run, TimesPath], Outputs = ScanStageFiles.ChargePaths(HistogramPath) });
        }

        if (!Full && !Gain && !Fit) return stages;
        ScanPlan scan = PlannedLevels() ?? (Create || !File.Exists(ChargesPath) ? FindScan().Plan : ReadCharges().Plan);
        stages.Add(new TaskStage
        {
            Name = Gain || Fit ? "fit" : "full",
            Description = Gain || Fit ? "fits the charges" : "adds the charges of all levels up",
            Options = [.. Full ? (string[])["-k"] : [], .. Gain ? (string[])["-g"] : [], .. Fit ? (string[])["-p"] : []],
            Inputs =
            [
                ChargesPath, ResultFiles.Paths(HistogramPath)[^1], .. plan, .. HvOffPath is null ? [] : (string[])[HvOffPath],
                .. (Gain || Fit) && (Times || File.Exists(TimesPath)) ? (string[])[TimesPath] : [],
                .. (Gain || Fit) && DarkPath is not null ? (string[])[DarkPath] : [],
                .. Fit && !Gain ? FitsOf(scan).Where(files => HasFlashes(scan, files.Dc)).Select(files => ResultFiles.Paths(files.Gains)[0]) : [],
            ],
            Outputs = [.. Full ? (string[])[FullPath] : [], .. FitTargets(scan)],
        });
        return stages;
    }

    private static string GainPathOf(string fitPath) => Path.Combine(Path.GetDirectoryName(fitPath)!, ChargeFiles.FullPrefix + Path.GetFileName(fitPath));

    // Levels of different continuous light differ in gain, pedestal and dark counts: those of each are fitted by themselves.
    private ImmutableArray<FitFiles> FitsOf(ScanPlan plan) =>
    [
        .. plan.DcLevels.Select(dc =>
        {
            string path = plan.DcLevels.Length == 1 ? FitPath : Path.Combine(Path.GetDirectoryName(FitPath)!, FormattableString.Invariant($"{Path.GetFileNameWithoutExtension(FitPath)}_dc{dc}{Path.GetExtension(FitPath)}"));
            return new FitFiles(dc, GainPathOf(path), path);
        }),
    ];

    private static bool HasFlashes(ScanPlan plan, int dc) => plan.Steps.Any(step => step.Level.DcDac == dc && step.Level.AcDac != 0);

    // Gains, then the light of the levels from them: in one go, or from the file of the gains. One result for each DC level, null where there are no flashes.
    private async Task<IReadOnlyList<LightScanResult?>> FitAsync(ChargeHistograms charges, Provenance? raw, CancellationToken cancellationToken)
    {
        foreach (string path in FitTargets(charges.Plan)) AtomicFile.CheckTarget(path);
        List<InputFile> inputs = [.. (raw ?? ResultFiles.ReadProvenanceBeside(ChargesPath))?.Inputs ?? []];
        List<InputFile> made = [];
        if (raw is null) made.Add(await InputFile.HashAsync(ChargesPath, null, cancellationToken));
        if (DarkPath is not null) made.Add(await InputFile.HashAsync(DarkPath, null, cancellationToken));
        else Say("note: without a result of digicam dark the rates of dark counts are fitted, too");
        ImmutableArray<double> rates = DarkPath is null ? default : DarkCountRates.Read(DarkPath);
        double jitter = File.Exists(TimesPath) ? ReadSynchronisation(charges.Plan, charges.SampleCount).JitterNs : 0;
        ImmutableArray<FitFiles> all = FitsOf(charges.Plan);
        List<LightScanResult?> results = [];
        foreach (FitFiles files in all)
        {
            ChargeHistograms levels = all.Length == 1 ? charges : charges.AtDc(files.Dc);
            if (!HasFlashes(charges.Plan, files.Dc))
            {
                Say(FormattableString.Invariant($"note: DC {files.Dc} has no level with flashes: nothing to fit"));
                results.Add(null);
                continue;
            }

            if (DarkPath is not null && files.Dc > 0) Say(FormattableString.Invariant($"note: DC {files.Dc}: under continuous light the rates of {DarkPath} do not hold, they are fitted"));
            LightSpectra spectra = Usage.Check(() => LightSpectra.Of(levels, rates, jitterNs: jitter));
            results.Add(await FitAsync(files, levels, spectra, [.. inputs], [.. made], cancellationToken));
        }

        return results;
    }

    private async Task<LightScanResult> FitAsync(FitFiles files, ChargeHistograms charges, LightSpectra spectra, InputFile[] raw, InputFile[] made, CancellationToken cancellationToken)
    {
        string gains = ResultFiles.Paths(files.Gains)[0];
        LightScanResult fits;
        ClassicalResult classical;
        if (Gain)
        {
            using (FitLine progress = new(Quiet))
            {
                classical = ClassicalFitter.Fit(spectra, withLevels: false, progress: progress, cancellationToken: cancellationToken);
                fits = LightScanFitter.Fit(spectra, withLevels: false, progress: progress, cancellationToken: cancellationToken);
            }

            cancellationToken.ThrowIfCancellationRequested();
            string npz = ResultFiles.NpzPath(files.Gains);
            LightScanFiles.WriteFullFit(npz, classical);
            foreach (string path in (IEnumerable<string>)[npz, .. ResultFiles.Write(files.Gains, Of([.. raw, .. made]), fits, classical)]) Say($"gains: {path}");
        }
        else
        {
            if (!File.Exists(gains)) throw new UsageException($"{gains}: no such file; -g makes it, and the light of the levels needs it");
            CheckGains(gains, raw, Of([]));
            (fits, classical) = (LightScanFiles.Read(gains, spectra), LightScanFiles.ReadClassical(gains, spectra));
        }

        if (Fit)
        {
            InputFile used = await InputFile.HashAsync(gains, null, cancellationToken);
            using (FitLine progress = new(Quiet))
            {
                classical = ClassicalFitter.FitLevels(classical, progress, cancellationToken: cancellationToken);
                fits = LightScanFitter.FitLevels(fits, progress, cancellationToken: cancellationToken);
            }

            cancellationToken.ThrowIfCancellationRequested();
            string npz = ResultFiles.NpzPath(files.Light);
            LightScanFiles.WriteLevelFits(npz, spectra, fits.Pixels);
            foreach (string path in (IEnumerable<string>)[npz, .. ResultFiles.Write(files.Light, Of([.. raw, .. made, used]), fits, classical)]) Say($"light: {path}");
        }

        return fits;

        Provenance Of(IEnumerable<InputFile> inputs) => Provenance.Now(
            Task, inputs, [("levels", charges.LevelCount), ("dc_level", files.Dc), ("events", charges.EventCounts.Sum()), ("charge_scale", charges.Scale), ("flash_jitter_ns", spectra.JitterNs)]);
    }

    // Gains of other charges, which were there before these were filled, have nothing to do with them.
    private static void CheckGains(string path, InputFile[] raw, Provenance now)
    {
        Provenance then = ResultFiles.ReadProvenance(path);
        bool isOther = !raw.All(then.Inputs.Contains) || now.Parameters.Any(p => then.Parameters.TryGetValue(p.Key, out string? value) && value != p.Value);
        if (isOther) throw new InvalidDataException($"{path}: is of other charges, or another time of the flash, than those to be fitted; -g makes it anew");
    }

    private LightScanResult? Saved(ChargeHistograms charges, FitFiles files)
    {
        string? saved = ((string[])[ResultFiles.Paths(files.Light)[0], ResultFiles.Paths(files.Gains)[0]]).FirstOrDefault(File.Exists);
        return saved is null ? null : LightScanFiles.Read(saved, LightSpectra.Of(charges.Plan.DcLevels.Length == 1 ? charges : charges.AtDc(files.Dc)));
    }

    private ChargeHistograms ReadCharges()
    {
        if (!File.Exists(ChargesPath)) throw new UsageException($"{ChargesPath}: no such file; -c makes it, and fits need it");
        ChargeHistograms charges = ChargeHistograms.Read(ChargesPath);
        if (charges.PixelCount != CameraGeometry.PixelCount) throw new InvalidDataException(FormattableString.Invariant($"{ChargesPath}: charges of {charges.PixelCount} pixels, the camera has {CameraGeometry.PixelCount}"));
        if (ChargeSamples is { } n && charges.Scale != new ChargeScale(n)) throw new InvalidDataException(FormattableString.Invariant($"{ChargesPath}: holds charges of another scale ({charges.Scale}) than that of --charge_samples {n}; -c makes it anew"));
        if (PlannedLevels() is { } plan && !plan.Equals(charges.Plan)) throw new InvalidDataException($"{ChargesPath}: is of another scan than the one that is asked for; -c makes it anew");
        if (HvOffPath is not null && !ReadHvOff(HvOffPath).Equals(charges.Pedestals)) throw new InvalidDataException($"{HvOffPath}: is another result with high voltage off than the one that {ChargesPath} was filled with");
        return charges;
    }

    // Where it can be told without the files of the scan.
    private ScanPlan? PlannedLevels() => PlanPath is not null ? WithFirstEvent(ScanPlan.Read(PlanPath))
        : EventsPerLevel is { } events && (Levels ?? DcLevels) is not null ? WithFirstEvent(ScanPlan.Counted(Range("-l", Levels), Range("--dc_level", DcLevels), events)) : null;

    private void Check()
    {
        CheckNumbers();
        if (Shard is not null && (Times == Create || Full || Gain || Fit))
            throw new UsageException($"--shard {Shard}: fills the histograms of a part of the scan, which is -t or -c alone; all else needs all parts, put together by 'digicam merge'");
        if (EventsPerLevel is < 1) throw new UsageException(FormattableString.Invariant($"-e {EventsPerLevel}: at least 1 event per level is needed"));
        if (ChargeSamples is < 1) throw new UsageException(FormattableString.Invariant($"--charge_samples {ChargeSamples}: a charge is made of at least one sample"));
        if (PlanPath is not null && (Levels ?? DcLevels) is not null) throw new UsageException("--scan_plan has the levels of the scan, they cannot be given with -l or --dc_level as well");
        if (PlanPath is not null && EventsPerLevel is not null) throw new UsageException("--scan_plan has the events of the levels, they cannot be given with -e as well");
        string[] all = [PeakPath, HistogramPath, FullPath, ScanStageFiles.SynchronisationPaths(PeakPath)[0], FitPath, GainPath];
        if (all.Select(path => ResultFiles.Paths(path)[0]).Distinct().Count() < all.Length) throw new UsageException($"{HistogramPath}, {PeakPath} and {FitPath}: charges, pulse positions, fits and {Path.GetFileName(ScanStageFiles.SynchronisationPaths(PeakPath)[0])} need files of their own");
    }

    private IReadOnlyList<string> TimesTargets() => [.. ScanStageFiles.PeakPaths(PeakPath), .. ScanStageFiles.SynchronisationPaths(PeakPath)];

    private IEnumerable<string> Targets() => [.. Times ? TimesTargets() : [], .. Create ? ScanStageFiles.ChargePaths(HistogramPath) : [], .. Full ? (string[])[FullPath] : []];

    private IEnumerable<string> FitTargets(ScanPlan plan) => FitsOf(plan).Where(files => HasFlashes(plan, files.Dc)).SelectMany(files => (string[])
    [
        .. Gain ? (IEnumerable<string>)[ResultFiles.NpzPath(files.Gains), .. ResultFiles.Paths(files.Gains)] : [],
        .. Fit ? (IEnumerable<string>)[ResultFiles.NpzPath(files.Light), .. ResultFiles.Paths(files.Light)] : [],
    ]);

    // What the user names, or the usual file if it is there.
    private string? UsedHvOffPath() => HvOffPath ?? (Path.Combine(OutputDirectory, HvOffFiles.DefaultFitName) is { } usual && File.Exists(usual) ? usual : null);

    private async Task<(Pedestals? Pedestals, InputFile[] Inputs)> ReadHvOffAsync(CancellationToken cancellationToken)
    {
        if (UsedHvOffPath() is { } path) return (ReadHvOff(path), [await InputFile.HashAsync(path, null, cancellationToken)]);
        Say("note: without a result with high voltage off the first samples of waveforms serve as baseline, and nothing is subtracted from sums of samples");
        return (null, []);
    }

    private static Pedestals ReadHvOff(string path) => File.Exists(path) ? Pedestals.From(HvOffFiles.ReadInput(path), path)
        : throw new UsageException($"{path}: no such file; --input_fit_hvoff_filename names the result of digicam hvoff");

    private Scan OpenScan()
    {
        (ScanPlan plan, ImmutableArray<string> files) = FindScan();
        return plan.NamesFiles ? Scan.Open(plan, InputFolder, RunOptions) : Scan.Open(plan, files, RunOptions);
    }

    private string InputFolder => Directory is { Length: > 0 } named ? named : PlanPath is null ? "." : Path.GetDirectoryName(PlanPath) ?? "";

    // The plan and the files of its levels, of which some may not exist.
    private (ScanPlan Plan, ImmutableArray<string> Files) FindScan()
    {
        if (PlanPath is not null)
        {
            ScanPlan read = WithFirstEvent(ScanPlan.Read(PlanPath));
            return (read, read.NamesFiles ? [.. read.Files.Select(file => Path.Combine(InputFolder, file))] : RunFileList.FromOptions(InputFolder, Basename, FileList));
        }

        if (Levels is null && DcLevels is null) throw new UsageException("the levels of the scan are needed: --scan_plan, or -l with -e");
        (ImmutableArray<int> ac, ImmutableArray<int> dc) = (Range("-l", Levels), Range("--dc_level", DcLevels));
        ImmutableArray<string> files = RunFileList.FromOptions(InputFolder, Basename, FileList);
        ScanPlan plan = EventsPerLevel is { } events ? ScanPlan.Counted(ac, dc, events)
            : Usage.Check(() => ScanPlan.FilePerLevel(ac, dc, [.. files.Select(file => Path.GetRelativePath(InputFolder, file))]));
        return (WithFirstEvent(plan), files);
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

    private SynchronisationResult ReadSynchronisation(ScanPlan plan, int sampleCount)
    {
        if (!File.Exists(TimesPath)) throw new UsageException($"{TimesPath}: no such file; -t makes it, and charges need it");
        PulseTimeHistograms times = PulseTimeHistograms.Read(TimesPath);
        bool isOther = !times.Plan.Equals(plan) || times.SampleCount != sampleCount || times.PixelCount != CameraGeometry.PixelCount;
        return isOther ? throw new InvalidDataException($"{TimesPath}: is of another scan than the one that is read; -t makes it anew") : SynchronisationFitter.Fit(times);
    }

    private async Task<Provenance> ProvenanceAsync(Scan scan, InputFile[] inputs, CancellationToken cancellationToken)
    {
        Provenance provenance = await scan.Input.ProvenanceAsync(Task, scan.Run, [("levels", scan.LevelCount), ("first_event_number", FirstEvent), ("charge_samples", ChargeSamples)], cancellationToken);
        TellChecksums(provenance);
        return provenance with { Inputs = [.. provenance.Inputs, .. inputs] };
    }

    // Light of each level from the fit of its DC level.
    private static void PrintCharges(ChargeHistograms charges, IReadOnlyList<LightScanResult?> fits)
    {
        Table table = Display.CreateTable(["level"], ["AC", "DC", "events", "mean charge", "saturated pixels", "median light [[pe]]", "pixels"]);
        int[] fittedBefore = new int[fits.Count];
        for (int level = 0; level < charges.LevelCount; level++)
        {
            ScanLevel light = charges.Plan.Steps[level].Level;
            int cut = Enumerable.Range(0, charges.PixelCount).Count(pixel => charges.GetSaturated(level, pixel) > 0);
            int dc = fits.Count == 0 ? -1 : charges.Plan.DcLevels.IndexOf(light.DcDac);
            LightScanResult? result = dc < 0 ? null : fits[dc];
            int place = dc < 0 ? 0 : fittedBefore[dc]++;
            double[] mu = result is null ? [] : [.. Enumerable.Range(0, result.PixelCount).Where(pixel => result[place, pixel].IsValid).Select(pixel => result[place, pixel].Mu).Order()];
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

    // Files of the levels of one continuous light.
    private readonly record struct FitFiles(int Dc, string Gains, string Light);
}
