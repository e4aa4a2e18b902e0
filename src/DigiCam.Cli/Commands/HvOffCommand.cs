using System.CommandLine;
using DigiCam.Cli.Jobs;
using DigiCam.Cli.Reporting;
using DigiCam.Histograms;
using DigiCam.HvOff;
using DigiCam.Results;

namespace DigiCam.Cli.Commands;

/// <summary>digicam hvoff: baselines and electronic noise, in the stages and with the options of the original script.</summary>
internal static class HvOffCommand
{
    public const string Name = "hvoff";

    public static Command Create() => Define().Command;

    public static TaskDefinition Define()
    {
        TaskOptions options = new(HvOffFiles.DefaultHistogramName, HvOffFiles.DefaultFitName);
        Command command = options.CreateCommand(
            Name,
            "Baseline and electronic noise of every pixel from a run with high voltage off. Without -c and -p saved results are only displayed.",
            new Option<int?>("--cts_sector") { Description = "accepted for old command lines; with high voltage off all pixels are read, wherever the CTS is" });
        command.SetAction((result, cancellationToken) => CommandHost.RunAsync(Name, () => RunAsync(options.Read(result, Name), cancellationToken)));
        return new TaskDefinition(command, options.Stages, result => Stages(options.Read(result, Name)));
    }

    private static IReadOnlyList<TaskStage> Stages(TaskRequest request)
    {
        IReadOnlyList<string> histogramPaths = HvOffFiles.HistogramPaths(request.HistogramPath);
        IReadOnlyList<string> resultPaths = HvOffFiles.ResultPaths(request.FitPath);
        request.Check(histogramPaths, resultPaths);
        return request.Stages(histogramPaths, histogramPaths, resultPaths, []);
    }

    private static async Task<int> RunAsync(TaskRequest request, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> histogramPaths = HvOffFiles.HistogramPaths(request.HistogramPath);
        IReadOnlyList<string> resultPaths = HvOffFiles.ResultPaths(request.FitPath);
        request.Check(histogramPaths, resultPaths);
        ClosingLine closing = new();
        PixelHistograms histograms;
        Provenance? provenance = null;
        if (request.Create)
        {
            (SampleHistograms made, provenance) = await request.AccumulateAsync(
                (run, progress) => new SampleHistograms(AdcHistograms.Accumulate(run, progress, request.Threads, request.BatchEvents, cancellationToken)),
                () => request.CheckTargets(histogramPaths, resultPaths), [], cancellationToken);
            histograms = made.Samples;
            if (request.Shard is not null) return request.Close(closing, histograms.EventCount);
            foreach (string path in HvOffFiles.WriteHistograms(request.HistogramPath, histograms, provenance)) request.Say($"histograms: {path}");
        }
        else histograms = NpzHistograms.Read(request.HistogramPath);

        HvOffResult? result = !request.HasResult ? null
            : request.Fit ? HvOffFitter.Fit(histograms, cancellationToken: cancellationToken)
            : HvOffFiles.Restore(histograms, request.FitPath);
        if (request.Fit)
        {
            provenance ??= await request.ProvenanceOfSavedAsync(request.HistogramPath, ResultFiles.ReadProvenanceBeside(request.HistogramPath), [], cancellationToken);
            request.CheckTargets(histogramPaths, resultPaths);
            foreach (string path in HvOffFiles.WriteResults(request.FitPath, result!, provenance)) request.Say($"fit: {path}");
        }

        if (request.Quiet) return 0;
        if (result is not null) ResultDisplay.Print(result);
        closing.Write(Name, request.Create ? histograms.EventCount : 0);
        return 0;
    }
}
