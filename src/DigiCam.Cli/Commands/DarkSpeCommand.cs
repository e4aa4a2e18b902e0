using System.CommandLine;
using DigiCam.Cli.Jobs;
using DigiCam.Cli.Reporting;
using DigiCam.Dark;
using DigiCam.DarkSpe;
using DigiCam.Results;

namespace DigiCam.Cli.Commands;

/// <summary>digicam dark-spe: gains from the spectrum of dark pulses, in the stages and with the options of the original script.</summary>
internal static class DarkSpeCommand
{
    private const string Name = DarkSpeResult.TaskName;

    public static Command Create() => Define().Command;

    public static TaskDefinition Define()
    {
        TaskOptions options = new(DarkSpeFiles.DefaultHistogramName, DarkSpeFiles.DefaultFitName);
        FileOption hvOff = DarkInput.CreateOption();
        Command command = options.CreateCommand(Name, "Gain and spread of one photo-electron from the pulses of a dark run. Without -c and -p saved results are only displayed.", hvOff);
        command.SetAction((result, cancellationToken) => CommandHost.RunAsync(Name, () => RunAsync(options.Read(result, Name), result.GetValue(hvOff), cancellationToken)));
        return new TaskDefinition(command, options.Stages, Stages);

        IReadOnlyList<TaskStage> Stages(ParseResult result)
        {
            TaskRequest request = options.Read(result, Name);
            return DarkInput.Stages(request, result.GetValue(hvOff), needsHvOff: true, ResultPaths(request));
        }
    }

    private static IReadOnlyList<string> ResultPaths(TaskRequest request) => [ResultFiles.NpzPath(request.FitPath), .. ResultFiles.Paths(request.FitPath)];

    private static async Task<int> RunAsync(TaskRequest request, string? hvOff, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> resultPaths = ResultPaths(request);
        ClosingLine closing = new();
        DarkInput input = await DarkInput.ReadAsync(request, hvOff, needsHvOff: true, resultPaths, cancellationToken);
        if (request.Shard is not null) return request.Close(closing, input.EventsRead);
        DarkSpeResult? result = null;
        if (request.HasResult)
        {
            PulseSpectra spectra = input.Dark is { } dark ? PulseSpectra.Of(dark) : PulseSpectra.Of(input.Codes!, Pedestals.From(input.HvOff!));
            using FitLine progress = new(request.Quiet);
            result = request.Fit ? DarkSpeFitter.Fit(spectra, progress: progress, cancellationToken: cancellationToken) : DarkSpeFitter.Restore(spectra, ResultFiles.Read(resultPaths[1], Name));
        }

        if (request.Fit)
        {
            request.CheckTargets([], resultPaths);
            DarkSpeFiles.WriteFit(resultPaths[0], result!, input.HvOff!);
            foreach (string path in (IEnumerable<string>)[resultPaths[0], .. ResultFiles.Write(request.FitPath, input.Provenance, result!)]) request.Say($"fit: {path}");
        }

        if (request.Quiet) return 0;
        if (result is not null) ResultDisplay.Print(result);
        closing.Write(Name, input.EventsRead);
        return 0;
    }
}
