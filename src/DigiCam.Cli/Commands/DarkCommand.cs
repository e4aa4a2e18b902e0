using System.CommandLine;
using DigiCam.Cli.Jobs;
using DigiCam.Cli.Reporting;
using DigiCam.Dark;
using DigiCam.Histograms;
using DigiCam.HvOff;
using DigiCam.Results;

namespace DigiCam.Cli.Commands;

/// <summary>digicam dark: the shot-noise fit of all samples of a dark run, in the stages and with the options of the original script.</summary>
internal static class DarkCommand
{
    public const string Name = "dark";
    public const string DefaultHistogramName = "adc_hv_on.npz";
    public const string DefaultFitName = "adc_hv_on_fit.h5";

    public static Command Create() => Define().Command;

    public static TaskDefinition Define()
    {
        TaskOptions options = new(DefaultHistogramName, DefaultFitName);
        FileOption hvOff = DarkInput.CreateOption();
        Command command = options.CreateCommand(Name, "Dark count rate, crosstalk and gain of every pixel from the distribution of all samples of a dark run. Without -c and -p saved results are only displayed.", hvOff);
        command.SetAction((result, cancellationToken) => CommandHost.RunAsync(Name, () => RunAsync(options.Read(result, Name), result.GetValue(hvOff), cancellationToken)));
        return new TaskDefinition(command, options.Stages, Stages);

        IReadOnlyList<TaskStage> Stages(ParseResult result)
        {
            TaskRequest request = options.Read(result, Name);
            return DarkInput.Stages(request, result.GetValue(hvOff), needsHvOff: false, ResultFiles.Paths(request.FitPath));
        }
    }

    private static async Task<int> RunAsync(TaskRequest request, string? hvOff, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> resultPaths = ResultFiles.Paths(request.FitPath);
        ClosingLine closing = new();
        DarkInput input = await DarkInput.ReadAsync(request, hvOff, needsHvOff: false, resultPaths, cancellationToken);
        if (request.Shard is not null) return request.Close(closing, input.EventsRead);
        if (input.HvOff is null) request.Say("note: without a result with high voltage off there is no estimate by Campbell's theorem");
        DarkResult? result = !request.HasResult ? null : request.Fit ? Fit(input, request, cancellationToken) : Restore(input.Dark?.Samples ?? input.Codes!, input.Dark?.SampleBlocks, input.HvOff, ResultFiles.Read(resultPaths[0], Name));
        if (request.Fit)
        {
            request.CheckTargets([], resultPaths);
            foreach (string path in ResultFiles.Write(request.FitPath, input.Provenance, result!)) request.Say($"fit: {path}");
        }

        if (request.Quiet) return 0;
        if (result is not null) ResultDisplay.Print(result);
        closing.Write(Name, input.EventsRead);
        return 0;
    }

    private static DarkResult Fit(DarkInput input, TaskRequest request, CancellationToken cancellationToken)
    {
        using FitLine progress = new(request.Quiet);
        return input.Dark is { } dark
            ? DarkFitter.Fit(dark, input.HvOff, progress: progress, cancellationToken: cancellationToken)
            : DarkFitter.Fit(input.Codes!, null, input.HvOff, progress: progress, cancellationToken: cancellationToken);
    }

    /// <summary>Puts a saved result back together with its histograms.</summary>
    public static DarkResult Restore(PixelHistograms samples, LevelHistograms? blocks, HvOffResult? hvOff, SavedResult saved)
    {
        saved.RequireFits(samples.PixelCount, samples.Scale, DarkFitter.Parameters);
        return DarkFitter.Restore(samples, blocks, hvOff, saved.Fits, limits: saved.Limits);
    }
}
