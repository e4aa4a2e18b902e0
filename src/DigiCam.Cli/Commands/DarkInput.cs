using System.CommandLine;
using DigiCam.Cli.Jobs;
using DigiCam.Cli.Reporting;
using DigiCam.Dark;
using DigiCam.DarkSpe;
using DigiCam.Histograms;
using DigiCam.HvOff;
using DigiCam.Results;
using DigiCam.Runs;

namespace DigiCam.Cli.Commands;

/// <summary>What the dark tasks fit, from a run or from files: histograms of a dark run, and the result with high voltage off.</summary>
internal sealed class DarkInput
{
    // Pulses lie half a photo-electron above the baseline and more, half of all samples below it.
    private const double LeastHeightLsb = 1;

    private DarkInput(DarkHistograms? dark, PixelHistograms? codes, HvOffResult? hvOff, Provenance provenance, long events) =>
        (Dark, Codes, HvOff, Provenance, EventsRead) = (dark, codes, hvOff, provenance, events);

    /// <summary>Everything from one pass over a run; null when there is only a file of the 2017 scripts.</summary>
    public DarkHistograms? Dark { get; }

    /// <summary>The histograms of a file of the 2017 scripts.</summary>
    public PixelHistograms? Codes { get; }

    /// <summary>Baselines and noise; null without.</summary>
    public HvOffResult? HvOff { get; }

    /// <summary>Where the histograms come from.</summary>
    public Provenance Provenance { get; }

    /// <summary>Events read from a run.</summary>
    public long EventsRead { get; }

    public static FileOption CreateOption() => new("--input_fit_filename", "--input_fit_hvoff_filename")
    {
        Description = $"fit file of digicam hvoff, .npz or .h5 [default: {HvOffFiles.DefaultFitName} in the output directory]",
    };

    /// <summary>The files that the stage create writes: everything (.h5), what the 2017 scripts have (.npz) if they have it, and the provenance (.json).</summary>
    /// <param name="path">File of the histograms.</param>
    /// <param name="task">Name of the task.</param>
    public static string[] HistogramPaths(string path, string task)
    {
        IReadOnlyList<string> paths = ResultFiles.Paths(path);
        return Codes2017(task) is null ? [paths[0], paths[^1]] : [paths[0], ResultFiles.NpzPath(path), paths[^1]];
    }

    /// <summary>The stages that the user wants.</summary>
    /// <param name="request">What the user wants.</param>
    /// <param name="hvOffPath">What the user says of the result with high voltage off; null for the usual file.</param>
    /// <param name="needsHvOff">Without it there is nothing to do.</param>
    /// <param name="resultPaths">Files of the results.</param>
    public static IReadOnlyList<TaskStage> Stages(TaskRequest request, string? hvOffPath, bool needsHvOff, IReadOnlyList<string> resultPaths)
    {
        string[] histogramPaths = HistogramPaths(request.HistogramPath, request.Task);
        request.Check(histogramPaths, resultPaths);
        string path = HvOffPath(request, hvOffPath);

        // A file of the 2017 scripts alone will do where it holds what is fitted.
        bool isOld = Codes2017(request.Task) is not null && !request.Create && !File.Exists(histogramPaths[0]) && File.Exists(histogramPaths[1]);
        string[] fitted = isOld ? [histogramPaths[1]] : [histogramPaths[0], histogramPaths[^1]];
        return request.Stages(histogramPaths, fitted, resultPaths, needsHvOff || hvOffPath is not null || File.Exists(path) ? [path] : []);
    }

    private static string HvOffPath(TaskRequest request, string? given) => given ?? Path.Combine(request.OutputDirectory, HvOffFiles.DefaultFitName);

    /// <summary>Writes the files of the stage create.</summary>
    /// <param name="path">File of the histograms.</param>
    /// <param name="task">Name of the task.</param>
    /// <param name="dark">The histograms.</param>
    /// <param name="provenance">Where they come from.</param>
    /// <returns>The paths.</returns>
    public static IReadOnlyList<string> Write(string path, string task, DarkHistograms dark, Provenance provenance)
    {
        string[] paths = HistogramPaths(path, task);
        dark.Write(paths[0], System.Text.Json.JsonSerializer.Serialize(provenance));
        if (Codes2017(task) is { } codes) NpzHistograms.Write(paths[1], codes(dark));
        ResultFiles.WriteProvenance(paths[^1], provenance);
        return paths;
    }

    // The histograms that the 2017 scripts have a file of; null if none.
    private static Func<DarkHistograms, PixelHistograms>? Codes2017(string task) => task switch
    {
        DarkCommand.Name => dark => dark.Samples,
        DarkSpeResult.TaskName => dark => dark.Pulses,
        _ => null,
    };

    /// <summary>Reads the result with high voltage off and, from run or file, the histograms.</summary>
    /// <param name="request">What the user wants.</param>
    /// <param name="hvOffPath">What the user says of the result with high voltage off; null for the usual file.</param>
    /// <param name="needsHvOff">Without it there is nothing to do.</param>
    /// <param name="resultPaths">Files of the results.</param>
    /// <param name="cancellationToken">Stops.</param>
    public static async Task<DarkInput> ReadAsync(
        TaskRequest request, string? hvOffPath, bool needsHvOff, IReadOnlyList<string> resultPaths, CancellationToken cancellationToken)
    {
        string[] histogramPaths = HistogramPaths(request.HistogramPath, request.Task);
        bool hasCodes = Codes2017(request.Task) is not null;
        bool areSamples = request.Task == DarkCommand.Name;
        request.Check(histogramPaths, resultPaths);
        string path = HvOffPath(request, hvOffPath);
        bool exists = File.Exists(path) || Directory.Exists(path);
        if (!exists && (needsHvOff || hvOffPath is not null)) throw new UsageException($"{path}: no such file; --input_fit_filename names the result of digicam hvoff that is needed here");
        HvOffResult? hvOff = exists ? HvOffFiles.ReadInput(path) : null;
        InputFile[] inputs = exists ? [await InputFile.HashAsync(path, null, cancellationToken)] : [];
        string key = path.EndsWith(".h5", StringComparison.OrdinalIgnoreCase) ? HvOffResult.TaskName : NpzFits.Key;
        Pedestals? pedestals = hvOff is null ? null : Pedestals.From(hvOff, $"{path}: {key}");
        if (request.Create)
        {
            (DarkHistograms made, Provenance provenance) = await request.AccumulateAsync(
                (run, progress) =>
                {
                    int least = PulseFinder.LeastSamples(new PulseFinderOptions());
                    if (run.SampleCount < least) throw new InvalidDataException(FormattableString.Invariant($"{run.Files[0].Path}: waveforms of {run.SampleCount} samples, pulses need at least {least}"));
                    return DarkPass.Accumulate(run, pedestals, progress: progress, threads: request.Threads, batchEvents: request.BatchEvents, cancellationToken: cancellationToken);
                },
                () => request.CheckTargets(histogramPaths, resultPaths), inputs, cancellationToken);
            foreach (string written in request.Shard is null ? Write(request.HistogramPath, request.Task, made, provenance) : []) request.Say($"histograms: {written}");
            return new DarkInput(made, null, hvOff, provenance, made.EventCount);
        }

        // A file of the 2017 scripts alone will do where it holds what is fitted.
        bool isComplete = File.Exists(histogramPaths[0]) || !hasCodes;
        string source = isComplete ? histogramPaths[0] : histogramPaths[1];
        DarkHistograms? dark = isComplete ? DarkHistograms.Read(source) : null;
        PixelHistograms? old = isComplete ? null : NpzHistograms.Read(source);
        if (dark is not null && pedestals is not null && dark.Pedestals.UnknownCount < dark.PixelCount && !dark.Pedestals.Equals(pedestals))
            throw new InvalidDataException($"{path}: is another result with high voltage off than the one that {source} was filled with");
        if (needsHvOff && dark is not null && dark.Pedestals.UnknownCount == dark.PixelCount)
            throw new InvalidDataException($"{source}: was filled without a result with high voltage off: it holds no pulses; -c fills it anew");
        if (pedestals is not null && (dark?.Samples ?? (areSamples ? old : null)) is { } saved) PedestalCheck.Require(saved, pedestals);
        if (pedestals is not null && !areSamples && old is not null && PedestalCheck.MedianDistance(old, pedestals) < LeastHeightLsb)
            throw new InvalidDataException($"{source}: adcs: the median lies at the baseline: these are all samples of a run, not the charges of its pulses");
        return new DarkInput(
            dark, old, hvOff,
            await request.ProvenanceOfSavedAsync(source, ResultFiles.ReadProvenanceBeside(source), inputs, cancellationToken), 0);
    }
}
