using System.CommandLine;
using DigiCam.Cli.Reporting;
using DigiCam.Files;
using DigiCam.Flags;
using DigiCam.Histograms;
using DigiCam.HvOff;
using DigiCam.Results;
using DigiCam.Runs;

namespace DigiCam.Cli.Commands;

/// <summary>digicam hvoff: baselines and electronic noise, in the stages and with the options of the original script.</summary>
internal static class HvOffCommand
{
    public static Command Create()
    {
        Argument<string?> folder = new("OUTPUT_DIRECTORY") { Description = "same as --output_directory", Arity = ArgumentArity.ZeroOrOne };
        Option<bool> create = new("--create_histo", "-c") { Description = "create the histograms" };
        Option<bool> fit = new("--perform_fit", "-p") { Description = "fit the histograms (the saved ones without -c)" };
        Option<string> list = new("--file_list", "-f") { Description = "input file names separated by ','; without it all files that start with the base name", DefaultValueFactory = _ => "" };
        Option<string> directory = new("--directory", "-d") { Description = "input directory", DefaultValueFactory = _ => "." };
        Option<string> basename = new("--file_basename", "--file_namebase") { Description = "start of the input file names; may hold %s, %d or %03d", DefaultValueFactory = _ => "" };
        Option<string> histogramName = new("--histo_filename") { Description = "histogram file", DefaultValueFactory = _ => HvOffFiles.DefaultHistogramName };
        Option<string?> output = new("--output_directory") { Description = "directory of the histogram and fit files [default: .]" };
        Option<string> fitName = new("--fit_filename") { Description = "fit file", DefaultValueFactory = _ => HvOffFiles.DefaultFitName };
        Option<long?> maximum = new("--evt_max") { Description = "largest number of events of the whole run" };
        Option<int> batch = new("--n_evt_per_batch", "-n") { Description = "events between two looks at progress and Ctrl+C; results do not depend on it", DefaultValueFactory = _ => Run.DefaultBatchEvents };
        Option<PixelOrder> order = new("--pixel_order") { Description = "Legacy2017 for files before October 2017", DefaultValueFactory = _ => PixelOrder.FromFile };
        Option<int?> sector = new("--cts_sector") { Description = "accepted for old command lines; with high voltage off all pixels are read, wherever the CTS is" };
        Option<bool> quiet = new("--quiet", "-q") { Description = "print nothing but errors" };
        Command command = new("hvoff", "Baseline and electronic noise of every pixel from a run with high voltage off. Without -c and -p saved results are only displayed.")
        {
            folder, create, fit, list, directory, basename, histogramName, output, fitName, maximum, batch, order, sector, quiet,
        };
        command.SetAction((result, cancellationToken) => CommandHost.RunAsync("hvoff", () => RunAsync(
            new Request(
                result.GetValue(create), result.GetValue(fit), result.GetRequiredValue(list), result.GetRequiredValue(directory), result.GetRequiredValue(basename),
                result.GetRequiredValue(histogramName), result.GetValue(output) ?? result.GetValue(folder) ?? ".", result.GetRequiredValue(fitName),
                result.GetValue(maximum), result.GetValue(batch), result.GetValue(order), result.GetValue(quiet)),
            cancellationToken)));
        return command;
    }

    private static async Task<int> RunAsync(Request request, CancellationToken cancellationToken)
    {
        if (request.MaximumEvents is < 1) throw new UsageException(FormattableString.Invariant($"--evt_max {request.MaximumEvents}: at least 1 event is needed"));
        if (request.BatchEvents < 1) throw new UsageException(FormattableString.Invariant($"-n {request.BatchEvents}: at least 1 event per batch is needed"));
        if (HvOffFiles.ResultPaths(request.FitPath).Contains(request.HistogramPath)) throw new UsageException($"{request.HistogramPath}: histograms and results of the fit need files of their own");
        ClosingLine closing = new();
        long events = 0;
        PixelHistograms? histograms = null;
        Provenance? provenance = null;

        if (request.Create)
        {
            RunInput input = new(
                RunFileList.FromOptions(request.Directory, request.Basename, request.FileList),
                new RunOptions { MaximumEvents = request.MaximumEvents, PixelOrder = request.PixelOrder });
            using Run run = input.Open();

            // Before hours of reading, not after.
            request.CheckTargets();
            foreach (string problem in run.Summary.Problems) Say(request, "note: " + problem);
            using (ProgressLine progress = new(request.Quiet))
            {
                histograms = AdcHistograms.Accumulate(run, progress, batchEvents: request.BatchEvents, cancellationToken: cancellationToken);
            }

            events = histograms.EventCount;
            provenance = await input.ProvenanceAsync("hvoff", run, [], cancellationToken);
            foreach (InputFile bad in provenance.Inputs.Where(i => i.Checksums == "bad"))
            {
                Console.Error.WriteLine($"digicam hvoff: {bad.Name}: its checksums are wrong: the file was changed after it was written");
            }

            foreach (string path in HvOffFiles.WriteHistograms(request.HistogramPath, histograms, provenance)) Say(request, $"histograms: {path}");
        }

        HvOffResult? result = null;
        if (request.Fit || !request.Create)
        {
            if (histograms is null)
            {
                histograms = HvOffFiles.ReadHistograms(request.HistogramPath);

                // The raw files behind saved histograms stay named, and the histograms come on top.
                InputFile saved = await InputFile.HashAsync(request.HistogramPath, null, cancellationToken);
                provenance = HvOffFiles.ReadHistogramProvenance(request.HistogramPath) is { } raw
                    ? Provenance.Now("hvoff", [.. raw.Inputs, saved], raw.Parameters.Select(p => (p.Key, (object?)p.Value)))
                    : Provenance.Now("hvoff", [saved], []);
                request.CheckTargets();
            }

            result = request.Fit
                ? HvOffFitter.Fit(histograms, cancellationToken: cancellationToken)
                : HvOffFitter.Restore(histograms, HvOffFiles.ReadFit(request.FitPath));
        }

        if (request.Fit)
        {
            foreach (string path in HvOffFiles.WriteResults(request.FitPath, result!, provenance!)) Say(request, $"fit: {path}");
        }

        if (!request.Quiet)
        {
            if (result is not null) HvOffDisplay.Print(result);
            closing.Write("hvoff", events);
        }

        return 0;
    }

    private static void Say(Request request, string text)
    {
        if (!request.Quiet) Console.WriteLine(text);
    }

    private sealed record Request(
        bool Create, bool Fit, string FileList, string Directory, string Basename, string HistogramName, string OutputDirectory, string FitName,
        long? MaximumEvents, int BatchEvents, PixelOrder PixelOrder, bool Quiet)
    {
        public string HistogramPath => Path.Combine(OutputDirectory, HistogramName);

        public string FitPath => Path.Combine(OutputDirectory, FitName);

        public void CheckTargets()
        {
            if (Create)
            {
                AtomicFile.CheckTarget(HistogramPath);
                AtomicFile.CheckTarget(HvOffFiles.ProvenancePath(HistogramPath));
            }

            if (!Fit) return;
            foreach (string path in HvOffFiles.ResultPaths(FitPath)) AtomicFile.CheckTarget(path);
        }
    }
}
