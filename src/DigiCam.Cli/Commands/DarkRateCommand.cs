using System.CommandLine;
using DigiCam.Cli.Jobs;
using DigiCam.Cli.Reporting;
using DigiCam.Dark;
using DigiCam.DarkRate;
using DigiCam.DarkSpe;
using DigiCam.Results;

namespace DigiCam.Cli.Commands;

/// <summary>digicam dark-rate: dark count rate and crosstalk of a dark run in four ways, with their agreement.</summary>
internal static class DarkRateCommand
{
    private const string Name = DarkRateResult.TaskName;
    public const string DefaultHistogramName = "dark_rate.h5";
    public const string DefaultFitName = "dark_rate_fit.h5";

    public static Command Create() => Define().Command;

    public static TaskDefinition Define()
    {
        TaskOptions options = new(DefaultHistogramName, DefaultFitName);
        FileOption hvOff = DarkInput.CreateOption();
        Option<bool> quick = new("--without_shot_noise") { Description = "leave out the fit of all samples, which takes longer than all the others together" };
        Command command = options.CreateCommand(Name, "Dark count rate and crosstalk of every pixel in four ways side by side, from a dark run. Without -c and -p saved results are only displayed.", hvOff, quick);
        command.SetAction((result, cancellationToken) => CommandHost.RunAsync(Name, () => RunAsync(options.Read(result, Name), result.GetValue(hvOff), result.GetValue(quick), cancellationToken)));
        return new TaskDefinition(command, options.Stages, Stages);

        IReadOnlyList<TaskStage> Stages(ParseResult result)
        {
            TaskRequest request = options.Read(result, Name);
            return DarkInput.Stages(request, result.GetValue(hvOff), needsHvOff: true, ResultFiles.Paths(request.FitPath));
        }
    }

    private static async Task<int> RunAsync(TaskRequest request, string? hvOff, bool quick, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> resultPaths = ResultFiles.Paths(request.FitPath);
        ClosingLine closing = new();
        DarkInput input = await DarkInput.ReadAsync(request, hvOff, needsHvOff: true, resultPaths, cancellationToken);
        if (request.Shard is not null) return request.Close(closing, input.EventsRead);
        DarkRateResult? result = null;
        if (request.Fit)
        {
            DarkHistograms dark = input.Dark!;
            using FitLine progress = new(request.Quiet);
            DarkSpeResult spe = DarkSpeFitter.Fit(dark, progress: progress, cancellationToken: cancellationToken);
            DarkResult? allSamples = quick ? null : DarkFitter.Fit(dark, input.HvOff, progress: progress, cancellationToken: cancellationToken);
            result = DarkRateFitter.Fit(dark, spe, allSamples, progress: progress, cancellationToken: cancellationToken);
            request.CheckTargets([], resultPaths);
            foreach (string path in ResultFiles.Write(request.FitPath, input.Provenance, result, [result.MaximumWindow, spe, .. allSamples is null ? (DarkResult[])[] : [allSamples]])) request.Say($"fit: {path}");
        }
        else if (request.HasResult) result = Restore(input, resultPaths[0]);

        if (request.Quiet) return 0;
        if (result is not null)
        {
            ResultDisplay.Print(result);
            foreach (RateAgreement agreement in (IEnumerable<RateAgreement>)[.. result.RateAgreements, .. result.CrosstalkAgreements]) Console.WriteLine(agreement);
        }

        closing.Write(Name, input.EventsRead);
        return 0;
    }

    private static DarkRateResult Restore(DarkInput input, string path)
    {
        DarkHistograms dark = input.Dark!;
        return DarkRateFitter.Restore(
            dark, DarkSpeFitter.Restore(PulseSpectra.Of(dark), ResultFiles.Read(path, DarkSpeResult.TaskName)),
            ResultFiles.Contains(path, DarkResult.TaskName) ? DarkCommand.Restore(dark.Samples, dark.SampleBlocks, input.HvOff, ResultFiles.Read(path, DarkResult.TaskName)) : null,
            ResultFiles.Read(path, Name), ResultFiles.Read(path, MaximumWindowResult.TaskName));
    }
}
