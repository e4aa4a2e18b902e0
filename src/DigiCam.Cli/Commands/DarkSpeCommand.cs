using System.CommandLine;
using DigiCam.Cli.Reporting;
using DigiCam.Dark;
using DigiCam.DarkSpe;
using DigiCam.Results;

namespace DigiCam.Cli.Commands;

/// <summary>digicam dark-spe: gains from the spectrum of dark pulses, in the stages and with the options of the original script.</summary>
internal static class DarkSpeCommand
{
    private const string Name = DarkSpeResult.TaskName;

    public static Command Create()
    {
        TaskOptions options = new(DarkSpeFiles.DefaultHistogramName, DarkSpeFiles.DefaultFitName);
        Option<string?> hvOff = DarkInput.CreateOption();
        Command command = options.CreateCommand(Name, "Gain and spread of one photo-electron from the pulses of a dark run. Without -c and -p saved results are only displayed.", hvOff);
        command.SetAction((result, cancellationToken) => CommandHost.RunAsync(Name, () => RunAsync(options.Read(result, Name), result.GetValue(hvOff), cancellationToken)));
        return command;
    }

    private static async Task<int> RunAsync(TaskRequest request, string? hvOff, CancellationToken cancellationToken)
    {
        string npz = ResultFiles.NpzPath(request.FitPath);
        IReadOnlyList<string> resultPaths = [npz, .. ResultFiles.Paths(request.FitPath)];
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
            DarkSpeFiles.WriteFit(npz, result!, input.HvOff!);
            foreach (string path in (IEnumerable<string>)[npz, .. ResultFiles.Write(request.FitPath, input.Provenance, result!)]) request.Say($"fit: {path}");
        }

        if (request.Quiet) return 0;
        if (result is not null) ResultDisplay.Print(result);
        closing.Write(Name, input.EventsRead);
        return 0;
    }
}
