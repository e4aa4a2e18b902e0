using System.Collections.Immutable;
using DigiCam.Cli.Jobs;
using DigiCam.Cli.Reporting;
using DigiCam.Files;
using DigiCam.Histograms;
using DigiCam.Partials;
using DigiCam.Results;
using DigiCam.Runs;

namespace DigiCam.Cli.Commands;

/// <summary>What a user wants of a task on a run, and what all such tasks do with it: the stages create and fit, each from files if the one before was earlier.</summary>
internal record TaskRequest
{
    /// <summary>Name of the task, which is that of the command.</summary>
    public required string Task { get; init; }

    /// <summary>Make the histograms.</summary>
    public required bool Create { get; init; }

    /// <summary>Fit them. With neither, saved results are displayed.</summary>
    public required bool Fit { get; init; }

    /// <summary>Events between two looks at progress and Ctrl+C.</summary>
    public required int BatchEvents { get; init; }

    public required string FileList { get; init; }

    /// <summary>Input directory; null where the user names none.</summary>
    public required string? Directory { get; init; }

    public required string Basename { get; init; }

    public required string OutputDirectory { get; init; }

    public required string HistogramName { get; init; }

    public required string FitName { get; init; }

    public required long? MaximumEvents { get; init; }

    public required PixelOrder PixelOrder { get; init; }

    /// <summary>The part of the input that is read; null for all of it.</summary>
    public required RunShard? Shard { get; init; }

    /// <summary>Tiles that are read at the same time; 0 for one on each processor.</summary>
    public required int Threads { get; init; }

    /// <summary>What is wrong with the input ends the command.</summary>
    public required bool Strict { get; init; }

    public required bool Quiet { get; init; }

    /// <summary>The file of histograms.</summary>
    public string HistogramPath => Path.Combine(OutputDirectory, HistogramName);

    /// <summary>The file of results.</summary>
    public string FitPath => Path.Combine(OutputDirectory, FitName);

    /// <summary>Whether there is a result at the end: all but the stage create alone.</summary>
    public bool HasResult => Fit || !Create;

    /// <summary>How the input is read.</summary>
    protected RunOptions RunOptions => new() { MaximumEvents = MaximumEvents, PixelOrder = PixelOrder, Shard = Shard };

    /// <summary>Refuses what cannot be meant.</summary>
    /// <param name="histogramPaths">Files of the histograms.</param>
    /// <param name="resultPaths">Files of the results.</param>
    /// <exception cref="UsageException">Numbers make no sense, or two kinds of files have the same name.</exception>
    public void Check(IReadOnlyList<string> histogramPaths, IReadOnlyList<string> resultPaths)
    {
        CheckNumbers();
        if (Shard is not null && (!Create || Fit)) throw new UsageException($"--shard {Shard}: fills the histograms of a part of the input, which is -c without -p; fits need all parts, put together by 'digicam merge'");
        if (histogramPaths.Intersect(resultPaths).FirstOrDefault() is { } same) throw new UsageException($"{same}: histograms and results of the fit need files of their own");
    }

    /// <summary>Refuses numbers of events that make no sense.</summary>
    /// <exception cref="UsageException">There are some.</exception>
    protected void CheckNumbers()
    {
        if (MaximumEvents is < 1) throw new UsageException(FormattableString.Invariant($"--evt_max {MaximumEvents}: at least 1 event is needed"));
        if (BatchEvents < 1) throw new UsageException(FormattableString.Invariant($"-n {BatchEvents}: at least 1 event per batch is needed"));
        if (Threads < 0) throw new UsageException(FormattableString.Invariant($"--threads {Threads}: cannot be negative; 0 means all processors"));
    }

    /// <summary>The files of the run.</summary>
    /// <exception cref="IOException">There are none.</exception>
    public ImmutableArray<string> InputFiles() => RunFileList.FromOptions(Directory ?? ".", Basename, FileList);

    /// <summary>The stages create and fit, as far as the user wants them.</summary>
    /// <param name="histogramPaths">Files of the histograms.</param>
    /// <param name="fitted">Those of them that the fit reads.</param>
    /// <param name="resultPaths">Files of the results.</param>
    /// <param name="inputs">Files besides the run that both stages read.</param>
    /// <exception cref="IOException">There are no files of the run.</exception>
    public IReadOnlyList<TaskStage> Stages(IReadOnlyList<string> histogramPaths, IReadOnlyList<string> fitted, IReadOnlyList<string> resultPaths, IReadOnlyList<string> inputs)
    {
        List<TaskStage> stages = [];
        if (Create) stages.Add(new TaskStage { Name = "fill", Description = "fills the histograms of the run", Options = ["-c"], Target = HistogramPath, Inputs = [.. InputFiles(), .. inputs], Outputs = histogramPaths });
        if (Fit) stages.Add(new TaskStage { Name = "fit", Description = "fits the histograms", Options = ["-p"], Inputs = [.. fitted, .. inputs], Outputs = resultPaths });
        return stages;
    }

    /// <summary>Finds out before hours of reading whether what will be written can be.</summary>
    /// <param name="histogramPaths">Files of the histograms.</param>
    /// <param name="resultPaths">Files of the results.</param>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public void CheckTargets(IReadOnlyList<string> histogramPaths, IReadOnlyList<string> resultPaths)
    {
        IEnumerable<string> paths = Shard is null ? [.. Create ? histogramPaths : [], .. Fit ? resultPaths : []] : [PartialResult.PathFor(HistogramPath, Shard)];
        foreach (string path in paths) AtomicFile.CheckTarget(path);
    }

    /// <summary>Prints a line unless the user wants none.</summary>
    public void Say(string text)
    {
        if (!Quiet) Console.WriteLine(text);
    }

    /// <summary>The end of a command that shows no result.</summary>
    public int Close(ClosingLine closing, long events)
    {
        if (!Quiet) closing.Write(Task, events);
        return 0;
    }

    /// <summary>Tells what is wrong with the input, which is the end with --strict.</summary>
    /// <param name="problems">One sentence each.</param>
    /// <param name="areNotes">Without --strict they are notes, which the user may not want.</param>
    /// <exception cref="InvalidDataException">There are some, and the user asked for this.</exception>
    protected void Tell(IReadOnlyCollection<string> problems, bool areNotes = false) => InputProblems.Tell(Task, problems, Strict, areNotes, Quiet);

    /// <summary>Tells which files were changed after they were written.</summary>
    /// <exception cref="InvalidDataException">There are some, and the user asked for this.</exception>
    protected void TellChecksums(Provenance provenance) =>
        Tell(InputProblems.Checksums(provenance));

    /// <summary>Writes what was filled from the part of the run that the user wants.</summary>
    protected void WritePartial(string histogramPath, PartialStage stage, Run run, RunHistograms histograms, Provenance provenance, IEnumerable<string> problems)
    {
        string path = PartialResult.PathFor(histogramPath, Shard!);
        PartialResult.Write(path, stage, run, histograms, provenance, problems);
        Say($"partial: {path}");
    }

    /// <summary>Opens the run and goes through it; with --shard, writes the partial result.</summary>
    /// <typeparam name="T">What is accumulated.</typeparam>
    /// <param name="accumulate">Goes through the run and reports on the way.</param>
    /// <param name="prepare">Called when the input can be read, before anything long.</param>
    /// <param name="inputs">Files besides the run that the result is made from.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task<(T Histograms, Provenance Provenance)> AccumulateAsync<T>(
        Func<Run, IProgress<RunProgress>, T> accumulate, Action prepare, IReadOnlyList<InputFile> inputs, CancellationToken cancellationToken)
        where T : RunHistograms
    {
        RunInput input = new(InputFiles(), RunOptions);
        using Run run = input.Open();
        prepare();
        Tell(run.Summary.Problems, areNotes: true);
        T histograms;
        using (ProgressLine progress = new(Quiet)) histograms = accumulate(run, progress);
        Provenance provenance = await input.ProvenanceAsync(Task, run, [], cancellationToken);
        TellChecksums(provenance);
        provenance = provenance with { Inputs = [.. provenance.Inputs, .. inputs] };
        if (Shard is not null) WritePartial(HistogramPath, PartialStage.Histograms, run, histograms, provenance, run.Summary.Problems);
        return (histograms, provenance);
    }

    /// <summary>Where a result made from saved histograms comes from: the raw files behind them stay named, and the histograms come on top.</summary>
    /// <param name="path">The file of histograms.</param>
    /// <param name="raw">Where the histograms come from; null where that is not known.</param>
    /// <param name="inputs">Further files that the result is made from.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task<Provenance> ProvenanceOfSavedAsync(string path, Provenance? raw, IReadOnlyList<InputFile> inputs, CancellationToken cancellationToken)
    {
        InputFile saved = await InputFile.HashAsync(path, null, cancellationToken);
        return Provenance.Now(Task, [.. (raw?.Inputs ?? []).Except(inputs), saved, .. inputs], raw?.Parameters.Select(p => (p.Key, (object?)p.Value)) ?? []);
    }
}
