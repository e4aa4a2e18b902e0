using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json;
using DigiCam.Fitting;
using DigiCam.Fitting.Models;
using static System.FormattableString;

namespace DigiCam.Benchmarks;

/// <summary>
/// Fits of a whole camera for each model: on all cores by the clock, on one by its processor time, and beside iminuit with a numpy cost on some of the same histograms where a Python that has
/// iminuit and scipy is named by DIGICAM_FIT_PYTHON.
/// </summary>
internal static class FitFigures
{
    private const int Rounds = 5;

    // Fits of the peer at a minimum of their own; it stops at larger distances than ours.
    private const double SameMinimum = 0.01;

    public static int Print()
    {
        Console.WriteLine(Invariant($"{Environment.ProcessorCount} processors, .NET {Environment.Version}, {Rounds} rounds each of 1296 fits: best (median)"));
        FitSet[] sets = [.. FitSet.All()];
        Dictionary<string, Peer> peers = Peers(sets);
        bool good = true;
        foreach (FitSet set in sets)
        {
            ImmutableArray<FitResult> fits = [];
            Measurement all = Measurement.Of(Rounds, () => fits = Fit(set, threads: 0));
            Measurement one = Measurement.OfProcessor(Rounds, () => Fit(set, threads: 1));
            int withErrors = fits.Count(f => f.HasErrors);
            double rate = set.Cases.Length / one.Best;
            Console.WriteLine();
            Console.WriteLine(set.Name);
            string limit = set.LimitSeconds is { } seconds ? Invariant($", to be below {seconds} s") : "";
            Console.WriteLine(Invariant($"  all cores: {all.Best:F3} s ({all.Median:F3} s){limit}"));
            Console.WriteLine(Invariant($"  one core: {rate:F0} fits per second of processor time ({set.Cases.Length / one.Median:F0}), {fits.Average(f => f.Calls):F1} evaluations per fit, {fits.Average(f => f.DataCount):F0} bins"));
            Console.WriteLine(Invariant($"  with errors: {100.0 * withErrors / fits.Length:F2} %, on a limit {fits.Count(f => f.Status == FitStatus.AtLimit)} fits"));
            if (withErrors == 0) good = false;
            if (peers.TryGetValue(set.Name, out Peer? peer)) good &= Compare(set, fits, rate, peer);
        }

        return good ? 0 : 1;
    }

    private static ImmutableArray<FitResult> Fit(FitSet set, int threads) => CameraFit.Run(
        set.Cases.Length,
        () => new Workspace(set.Model(set.Cases[0])),
        (pixel, workspace) => workspace.Fit(set.Cases[pixel]),
        threads: threads);

    private static bool Compare(FitSet set, ImmutableArray<FitResult> fits, double rate, Peer peer)
    {
        int same = 0, lower = 0, higher = 0, failed = 0;
        for (int i = 0; i < peer.Minima.Length; i++)
        {
            FitResult fit = fits[Pixel(set, i)];
            if (peer.Minima[i] is not { } minimum) failed++;
            else if (fit.Minimum > minimum + SameMinimum || !fit.HasErrors) higher++;
            else if (fit.Minimum < minimum - SameMinimum) lower++;
            else same++;
        }

        Console.WriteLine(Invariant($"  iminuit: {peer.Rate:F0} fits/s, ours {rate / peer.Rate:F0} x; of {peer.Minima.Length} fits {same} end in the same minimum, ours in a lower one {lower}, in a higher one {higher}; iminuit not valid {failed}"));
        return same > 0;
    }

    private static Dictionary<string, Peer> Peers(FitSet[] sets)
    {
        if (Environment.GetEnvironmentVariable("DIGICAM_FIT_PYTHON") is not { Length: > 0 } python)
        {
            Console.WriteLine("no Python named by DIGICAM_FIT_PYTHON: the figures of iminuit are left out");
            return [];
        }

        string folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "digicam-benchmarks")).FullName;
        string path = Path.Combine(folder, "fits.json");
        File.WriteAllText(path, JsonSerializer.Serialize(sets.Select(s => new
        {
            name = s.Name,
            kind = s.Kind,
            cases = Chosen(s).Select(c => new
            {
                first = c.First,
                counts = c.Counts,
                settings = c.Settings,
                start = c.Parameters.Select(p => p.Start),
                limits = c.Parameters.Select(p => new[] { Limit(p.Lower), Limit(p.Upper) }),
                @fixed = c.Parameters.Select(p => p.IsFixed),
            }),
        })));
        ProcessStartInfo start = new(python, [Path.Combine(AppContext.BaseDirectory, "Peers", "fits.py"), path]) { RedirectStandardOutput = true };

        // One core, as ours.
        foreach (string library in (string[])["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"]) start.Environment[library] = "1";
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{python} ended with {process.ExitCode}");
        using JsonDocument document = JsonDocument.Parse(output.TrimEnd().Split('\n')[^1]);
        Dictionary<string, Peer> peers = [];
        for (int s = 0; s < sets.Length; s++)
        {
            JsonElement element = document.RootElement[s];
            double?[] minima = [.. element.GetProperty("minima").EnumerateArray().Select(m => m.ValueKind == JsonValueKind.Null ? null : (double?)m.GetDouble())];
            peers.Add(sets[s].Name, new Peer(element.GetProperty("rate").GetDouble(), minima));
        }

        return peers;

        static double? Limit(double value) => double.IsFinite(value) ? value : null;
    }

    private static IEnumerable<FitSet.Case> Chosen(FitSet set) => Enumerable.Range(0, set.PeerFits).Select(i => set.Cases[Pixel(set, i)]);

    // Spread over the camera, because the light is.
    private static int Pixel(FitSet set, int i) => i * set.Cases.Length / set.PeerFits;

    private sealed record Peer(double Rate, double?[] Minima);

    private sealed class Workspace(IBinnedModel model)
    {
        private readonly PoissonLikelihood _cost = new(model);
        private readonly Minimizer _minimizer = new();

        public FitResult Fit(FitSet.Case histogram)
        {
            if (_cost.Model is SinglePeModel single) single.SetPedestal(histogram.Settings["baseline"], histogram.Settings["noise"]);
            _cost.SetData(histogram.Counts, histogram.First);
            return _minimizer.Minimize(_cost, histogram.Parameters);
        }
    }
}
