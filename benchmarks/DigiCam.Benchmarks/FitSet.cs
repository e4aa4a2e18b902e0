using DigiCam.Fitting;
using DigiCam.Fitting.Models;
using MathNet.Numerics.Distributions;

namespace DigiCam.Benchmarks;

/// <summary>Histograms of a whole camera for one model: drawn from the process, avalanche by avalanche, with the start values and limits of their fits.</summary>
internal sealed class FitSet
{
    private const int Pixels = 1296;
    private const int Margin = 5;

    private FitSet(string name, string kind, double? limitSeconds, int peerFits, Func<Case, IBinnedModel> model, Case[] cases)
    {
        Name = name;
        Kind = kind;
        LimitSeconds = limitSeconds;
        PeerFits = peerFits;
        Model = model;
        Cases = cases;
    }

    /// <summary>What is fitted.</summary>
    public string Name { get; }

    /// <summary>Name of the model in the peer's script.</summary>
    public string Kind { get; }

    /// <summary>Time a camera may take on two cores [s]; null without a limit.</summary>
    public double? LimitSeconds { get; }

    /// <summary>How many of the fits the peer does.</summary>
    public int PeerFits { get; }

    /// <summary>Makes the model, or sets it up for a case.</summary>
    public Func<Case, IBinnedModel> Model { get; }

    /// <summary>The histograms (pixel).</summary>
    public Case[] Cases { get; }

    /// <summary>One histogram with its fit.</summary>
    /// <param name="First">Value of the first bin.</param>
    /// <param name="Counts">Entries of bins of width 1.</param>
    /// <param name="Parameters">Start values and limits.</param>
    /// <param name="Settings">What the model knows beside its parameters.</param>
    internal sealed record Case(int First, uint[] Counts, FitParameter[] Parameters, Dictionary<string, double> Settings);

    /// <summary>All sets, the same in every run.</summary>
    public static IEnumerable<FitSet> All()
    {
        yield return new FitSet("Gaussian", "gaussian", 0.1, 200, _ => new GaussianModel(), Draw(1, Gaussian));
        yield return new FitSet("dark single pe, 5 peaks", "single", 1, 100, c => new SinglePeModel(c.Settings["baseline"], c.Settings["noise"]), Draw(2, Single));
        yield return new FitSet("largest window", "window", 4, 60, c => new MaximumWindowModel((long)c.Settings["events"]), Draw(3, Window));
        yield return new FitSet("light level, amplitude scale, 3 free", "level", 1, 80, _ => new MpeModel(), Draw(4, (r, p) => Level(r, Amplitude(r), p, free: 3)));
        yield return new FitSet("light level, charge scale, 3 free", "level", 2, 40, _ => new MpeModel(), Draw(5, (r, p) => Level(r, Charge(r), p, free: 3)));
        yield return new FitSet("light level, amplitude scale, 7 free", "level", null, 40, _ => new MpeModel(), Draw(6, (r, p) => Level(r, Amplitude(r), p % 648, free: 7)));
        yield return new FitSet("full multi-pe, amplitude scale, 22 peaks", "full", 4, 20, _ => new FullMpeModel(22), Draw(7, (r, _) => Full(r, Amplitude(r))));
        yield return new FitSet("full multi-pe, charge scale, 22 peaks", "full", 4, 10, _ => new FullMpeModel(22), Draw(8, (r, _) => Full(r, Charge(r))));
    }

    private static Case[] Draw(int seed, Func<Random, int, Case> draw)
    {
        Case[] cases = new Case[Pixels];
        Parallel.For(0, Pixels, pixel => cases[pixel] = draw(new Random((seed * 10_000) + pixel), pixel));
        return cases;
    }

    private static Sensor Amplitude(Random random) => new(Near(random, 5.6), Near(random, 0.8), Near(random, 0.5), 200.3 + random.NextDouble(), Near(random, 0.08));

    private static Sensor Charge(Random random) => new(Near(random, 20.1), Near(random, 3.3), Near(random, 1.8), random.NextDouble(), Near(random, 0.1));

    private static double Near(Random random, double value) => value * (0.95 + (0.1 * random.NextDouble()));

    private static Case Gaussian(Random random, int pixel)
    {
        double baseline = 200 + (20 * random.NextDouble());
        double noise = 0.6 + (0.6 * random.NextDouble());
        Histogram histogram = new(-1000, 5000);
        for (int i = 0; i < 100_000; i++) histogram.Add(Normal.Sample(random, baseline, noise));
        (int first, uint[] counts) = histogram.Filled(3);
        double entries = 0, sum = 0, squares = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            entries += counts[i];
            sum += counts[i] * (double)(first + i);
            squares += counts[i] * (double)(first + i) * (first + i);
        }

        double mean = sum / entries;
        return new Case(
            first, counts,
            [
                new FitParameter("norm", "entries", entries, 0), new FitParameter("mean", "LSB", mean),
                new FitParameter("sigma", "LSB", Math.Sqrt((squares / entries) - (mean * mean) - (1 / 12.0)), 0.01),
            ],
            []);
    }

    private static Case Single(Random random, int pixel)
    {
        Sensor sensor = Amplitude(random) with { Noise = Near(random, 0.9) };
        double offset = random.NextDouble() - 0.5;
        Histogram histogram = new(-1000, 5000);
        for (int i = 0; i < 20_000; i++) histogram.Add(sensor.Draw(random, Cascade(random, 1, sensor.Crosstalk)) + offset);
        (int first, uint[] counts) = histogram.Filled(3);
        counts = Cut(first, counts, (int)Math.Floor(sensor.Baseline + offset + (5.5 * sensor.Gain)));
        List<FitParameter> parameters =
        [
            new("sigma_1", "LSB", 0.7, 0.01, 5), new("gain", "LSB/pe", 5.6, 0.5, 100), new("offset", "LSB", 0, -100, 100),
        ];
        for (int n = 1; n <= 5; n++) parameters.Add(new FitParameter(FormattableString.Invariant($"a_{n}"), "entries", Content(first, counts, sensor.Baseline, 5.6, n), 0));
        return new Case(first, counts, [.. parameters], new() { ["baseline"] = sensor.Baseline, ["noise"] = sensor.Noise, ["peaks"] = 5 });
    }

    private static Case Window(Random random, int pixel)
    {
        const int events = 10_000;
        double mean = 0.1 + (0.5 * random.NextDouble());
        Sensor sensor = new(Near(random, 21), Near(random, 2.3), Near(random, 3.1), 1, Near(random, 0.14));
        double shift = -0.1 * mean * sensor.Gain / (1 - sensor.Crosstalk);
        Histogram histogram = new(-50, 125);
        for (int i = 0; i < events; i++)
        {
            // At least one avalanche somewhere, and then those in the window; a window without any does not exist in this picture.
            int n = 0;
            if (random.NextDouble() > Math.Exp(-mean))
            {
                while (n == 0) n = Cascade(random, Poisson.Sample(random, 0.1 * mean), sensor.Crosstalk);
            }

            double q = n == 0 ? sensor.Baseline : shift + (n * sensor.Gain);
            histogram.Add(Normal.Sample(random, q, Math.Sqrt((n * sensor.Spread * sensor.Spread) + (sensor.Noise * sensor.Noise))));
        }

        uint[] counts = histogram.Counts[(-14 + 50)..];
        return new Case(
            -14, counts,
            [
                new FitParameter("l", "", 0.2, 1e-4, 2), new FitParameter("mu_xt", "", 0.11, 1e-5, 0.4), new FitParameter("gain", "LSB/pe", 20, 1, 40),
                new FitParameter("sigma_pe", "LSB", 2, 0.5, 10), new FitParameter("sigma_el", "LSB", 4, 0.1, 20), new FitParameter("x_el", "LSB", 0),
            ],
            new() { ["events"] = events, ["peaks"] = 7, ["window"] = 5, ["samples"] = 50 });
    }

    // Light from 0.1 to 25 photo-electrons over the camera.
    private static Case Level(Random random, Sensor sensor, int pixel, int free)
    {
        const int entries = 5000;
        double mu = 0.1 * Math.Pow(250, pixel / (double)(Pixels - 1));
        Histogram histogram = new(-1000, 5000);
        double sum = 0;
        for (int i = 0; i < entries; i++) sum += histogram.Add(sensor.Draw(random, Cascade(random, Poisson.Sample(random, mu), sensor.Crosstalk)));
        (int first, uint[] counts) = histogram.Filled(Margin);
        double start = Math.Max(((sum / entries) - sensor.Baseline) / sensor.Gain * 0.94, 0.01);
        bool known = free == 3;
        double displaced = known ? 0 : 1;
        FitParameter[] parameters =
        [
            new("mu", "pe", start, 0.001),
            new("mu_xt", "", 0.06, 0, 0.6),
            new("gain", "LSB/pe", sensor.Gain * (1 + (0.02 * displaced)), 0.7 * sensor.Gain, 1.4 * sensor.Gain, known),
            new("baseline", "LSB", sensor.Baseline + (0.04 * displaced * sensor.Gain), sensor.Baseline - (0.46 * sensor.Gain), sensor.Baseline + (0.54 * sensor.Gain), known),
            new("sigma_e", "LSB", sensor.Noise * (1 + (0.1 * displaced)), 0.05, sensor.Gain, known),
            new("sigma_1", "LSB", sensor.Spread * (1 - (0.1 * displaced)), 0.01, sensor.Gain, known),
            new("amplitude", "entries", entries, 0),
        ];

        // Enough peaks for everything the fit may come by.
        double widest = (1.3 * mu) + 0.2;
        double crosstalk = Math.Min(0.3, sensor.Crosstalk + 0.1);
        double peaks = Math.Ceiling((widest / (1 - crosstalk)) + (12 * Math.Sqrt(widest / Math.Pow(1 - crosstalk, 3))) + 21);
        return new Case(first, counts, parameters, new() { ["peaks"] = peaks });
    }

    private static Case Full(Random random, Sensor sensor)
    {
        double[] levels = [0.5, 1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 16, 18, 20, 22];
        Histogram histogram = new(-1000, 5000);
        foreach (double mu in levels)
        {
            for (int i = 0; i < 3000; i++) histogram.Add(sensor.Draw(random, Cascade(random, Poisson.Sample(random, mu), sensor.Crosstalk)));
        }

        (int first, uint[] counts) = histogram.Filled(Margin);
        counts = Cut(first, counts, (int)Math.Floor(sensor.Baseline + (21.5 * sensor.Gain)));
        List<FitParameter> parameters =
        [
            new("baseline", "LSB", sensor.Baseline + (0.03 * sensor.Gain), sensor.Baseline - (0.46 * sensor.Gain), sensor.Baseline + (0.54 * sensor.Gain)),
            new("gain", "LSB/pe", 1.005 * sensor.Gain, 0.7 * sensor.Gain, 1.4 * sensor.Gain),
            new("sigma_e", "LSB", 1.1 * sensor.Noise, 0.05, sensor.Gain), new("sigma_1", "LSB", 0.9 * sensor.Spread, 0.01, sensor.Gain),
        ];
        for (int n = 0; n < 22; n++) parameters.Add(new FitParameter(FormattableString.Invariant($"a_{n}"), "entries", Content(first, counts, sensor.Baseline, sensor.Gain, n), 0));
        return new Case(first, counts, [.. parameters], new() { ["peaks"] = 22 });
    }

    // Avalanches in all from a number of first ones, each making x more in the mean.
    private static int Cascade(Random random, int primaries, double crosstalk)
    {
        int all = primaries;
        for (int generation = primaries; generation > 0; all += generation) generation = Poisson.Sample(random, crosstalk * generation);
        return all;
    }

    // Entries within half a gain of a peak, at least 1.
    private static double Content(int first, uint[] counts, double baseline, double gain, int n)
    {
        double sum = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            if (Math.Abs(first + i - baseline - (n * gain)) < gain / 2) sum += counts[i];
        }

        return Math.Max(sum, 1);
    }

    private static uint[] Cut(int first, uint[] counts, int last) => last - first + 1 < counts.Length ? counts[..(last - first + 1)] : counts;

    private sealed record Sensor(double Gain, double Noise, double Spread, double Baseline, double Crosstalk)
    {
        public double Draw(Random random, int avalanches) =>
            Normal.Sample(random, Baseline + (avalanches * Gain), Math.Sqrt((Noise * Noise) + (avalanches * Spread * Spread)));
    }

    private sealed class Histogram(int first, int last)
    {
        public uint[] Counts { get; } = new uint[last - first + 1];

        // Rounds, and leaves out what is beyond the axis; the rounded value.
        public double Add(double value)
        {
            double rounded = Math.Floor(value + 0.5);
            if (rounded >= first && rounded <= last) Counts[(int)rounded - first]++;
            return rounded;
        }

        public (int First, uint[] Counts) Filled(int margin)
        {
            int from = Math.Max(Array.FindIndex(Counts, c => c > 0) - margin, 0);
            int to = Math.Min(Array.FindLastIndex(Counts, c => c > 0) + margin, Counts.Length - 1);
            return (first + from, Counts[from..(to + 1)]);
        }
    }
}
