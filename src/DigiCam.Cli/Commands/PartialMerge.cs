using DigiCam.Cli.Reporting;
using DigiCam.Dark;
using DigiCam.Histograms;
using DigiCam.HvOff;
using DigiCam.LightScan;
using DigiCam.Partials;
using DigiCam.Results;
using DigiCam.Runs;
using DigiCam.Synchronisation;

namespace DigiCam.Cli.Commands;

/// <summary>digicam merge with partial results: the files that the task writes when it reads the whole input, or a partial result of several.</summary>
internal sealed record PartialMerge
{
    private const string Name = "merge";

    /// <summary>File of the histograms, as in the options of the task.</summary>
    public required string Target { get; init; }

    public required IReadOnlyList<string> Sources { get; init; }

    /// <summary>Existing files may be replaced.</summary>
    public required bool Force { get; init; }

    /// <summary>Make a partial result.</summary>
    public required bool Partial { get; init; }

    /// <summary>What is wrong with the input ends the command.</summary>
    public required bool Strict { get; init; }

    public int Run(CancellationToken cancellationToken)
    {
        ClosingLine closing = new();
        PartialSet set = PartialSet.Open(Sources);
        if (!Partial) set.RequireComplete();
        foreach (string path in Partial ? [Target] : Targets(set)) OutputFiles.CheckTarget(path, Sources, Force);
        using (ProgressLine line = new(quiet: false, "merging"))
        {
            IProgress<long> progress = line.OfRows(set.EventCount);
            if (Partial) WritePartial(set, progress, cancellationToken);
            else Write(set, progress, cancellationToken);
        }

        closing.Write(Name, set.EventCount);
        return 0;
    }

    private IReadOnlyList<string> Targets(PartialSet set) => set.Stage switch
    {
        PartialStage.PulseTimes => [.. ScanStageFiles.PeakPaths(Target), .. ScanStageFiles.SynchronisationPaths(Target)],
        PartialStage.Charges => ScanStageFiles.ChargePaths(Target),
        _ when set.Task == HvOffCommand.Name => HvOffFiles.HistogramPaths(Target),
        _ => DarkInput.HistogramPaths(Target, set.Task),
    };

    private void WritePartial(PartialSet set, IProgress<long> progress, CancellationToken cancellationToken)
    {
        set.WritePartial(Target, progress, cancellationToken);
        Console.WriteLine($"partial: {Target}");
    }

    // Tells of the input what the task tells.
    private void Write(PartialSet set, IProgress<long> progress, CancellationToken cancellationToken)
    {
        Provenance provenance = set.MakeProvenance();
        InputProblems.Tell(Name, set.Problems, Strict, areNotes: set.Stage == PartialStage.Histograms);
        InputProblems.Tell(Name, InputProblems.Checksums(provenance), Strict);
        switch (set.Stage)
        {
            case PartialStage.PulseTimes:
                PulseTimeHistograms times = set.Sum<PulseTimeHistograms>(progress, cancellationToken);
                SynchronisationResult synchronisation = SynchronisationFitter.Fit(times);
                cancellationToken.ThrowIfCancellationRequested();
                ScanStageFiles.Write(Target, times, synchronisation, provenance, Console.WriteLine);
                break;
            case PartialStage.Charges:
                ChargeHistograms charges = set.Sum<ChargeHistograms>(progress, cancellationToken);
                InputProblems.Tell(Name, charges.Problems(), Strict);
                ScanStageFiles.Write(Target, charges, provenance, Console.WriteLine, cancellationToken);
                break;
            case PartialStage.Histograms when set.Task == HvOffCommand.Name:
                PixelHistograms samples = set.Sum<SampleHistograms>(progress, cancellationToken).Samples;
                Say(HvOffFiles.WriteHistograms(Target, samples, provenance));
                break;
            default:
                DarkHistograms dark = set.Sum<DarkHistograms>(progress, cancellationToken);
                string source = provenance.Inputs.LastOrDefault(input => input.Events is null)?.Name ?? dark.Pedestals.Source;
                PedestalCheck.Require(dark.Samples, dark.Pedestals with { Source = source });
                Say(DarkInput.Write(Target, set.Task, dark, provenance));
                break;
        }

        static void Say(IReadOnlyList<string> paths)
        {
            foreach (string path in paths) Console.WriteLine($"histograms: {path}");
        }
    }
}
