using DigiCam.Fitting;
using DigiCam.Fitting.Models;
using MathNet.Numerics.Distributions;

namespace DigiCam.Tests.Fitting.Models;

/// <summary>
/// A camera of spectra drawn avalanche by avalanche, never from the binned model: fitted values scatter around the truth as their errors say. With 1296 pixels a mean
/// pull of 0.15 is more than five of its own errors away from 0, and a width of 0.85 or 1.15 more than seven from 1.
/// </summary>
public sealed class PeakModelClosureTests
{
    private const int Pixels = 1296;
    private const int Entries = 10_000;

    [Fact]
    public void SinglePe_CameraOfToys_PullsAreStandard() => AssertStandardPulls(1, () => new SinglePeModel(2010.3, 0.9), (random, cost) =>
    {
        uint[] counts = new uint[60];
        int entries = Poisson.Sample(random, Entries);
        for (int i = 0; i < entries; i++) Add(counts, 2000, Charge(random, Cascade(random, 1, 0.1), 2010.6, 5.6, 0.9, 0.5));

        // Up to half-way between the fifth and the sixth peak, which the model does not have.
        const int last = 2041;
        cost.SetData(counts.AsSpan(0, last - 2000 + 1), 2000);
        return
        [
            new Value("sigma_1", 0.5, 0.7, 0.01, 5), new Value("gain", 5.6, 5.7, 0.5, 100), new Value("offset", 0.3, 0, -100, 100),
            .. Enumerable.Range(1, 5).Select(n => new Value(FormattableString.Invariant($"a_{n}"), n == 1 ? Entries * Math.Exp(-0.1) : double.NaN, Entries * Math.Pow(0.1, n - 1), 0, double.PositiveInfinity)),
        ];
    });

    [Fact]
    public void Mpe_CameraOfToys_PullsAreStandard() => AssertStandardPulls(2, () => new MpeModel(), (random, cost) =>
    {
        uint[] counts = new uint[120];
        int entries = Poisson.Sample(random, Entries);
        for (int i = 0; i < entries; i++) Add(counts, 190, Charge(random, Cascade(random, Poisson.Sample(random, 1.5), 0.08), 200.3, 5.6, 0.8, 0.5));
        cost.SetData(counts, 190);
        return
        [
            new Value("mu", 1.5, 1.4, 0.001, double.PositiveInfinity), new Value("mu_xt", 0.08, 0.06, 0, 0.6), new Value("gain", 5.6, 5.7, 4, 8),
            new Value("baseline", 200.3, 200.5, 198, 203), new Value("sigma_e", 0.8, 0.9, 0.05, 5.6), new Value("sigma_1", 0.5, 0.45, 0.01, 5.6),
            new Value("amplitude", Entries, 0.98 * Entries, 0, double.PositiveInfinity),
        ];
    });

    [Fact]
    public void FullMpe_CameraOfToys_PullsAreStandard() => AssertStandardPulls(3, () => new FullMpeModel(12), (random, cost) =>
    {
        uint[] counts = new uint[160];
        foreach (double mu in (double[])[0.5, 1, 2, 4])
        {
            for (int i = 0; i < Entries / 4; i++) Add(counts, 190, Charge(random, Cascade(random, Poisson.Sample(random, mu), 0.08), 200.3, 5.6, 0.8, 0.5));
        }

        // Twelve peaks, seen up to the tenth: those beyond do not reach into the range.
        cost.SetData(counts.AsSpan(0, (int)(200.3 + (9.5 * 5.6)) - 190 + 1), 190);
        return
        [
            new Value("baseline", 200.3, 200.5, 198, 203), new Value("gain", 5.6, 5.63, 4, 8), new Value("sigma_e", 0.8, 0.9, 0.05, 5.6), new Value("sigma_1", 0.5, 0.45, 0.01, 5.6),
            .. Enumerable.Range(0, 12).Select(n => new Value(FormattableString.Invariant($"a_{n}"), double.NaN, Entries / 10.0, 0, double.PositiveInfinity)),
        ];
    });

    [Fact]
    public void MaximumWindow_CameraOfToys_PullsAreStandard() => AssertStandardPulls(4, () => new MaximumWindowModel(Entries), (random, cost) =>
    {
        uint[] counts = new uint[200];
        double shift = -0.04 * 21.1 / (1 - 0.12);
        for (int i = 0; i < Entries; i++)
        {
            int n = 0;
            if (random.NextDouble() > Math.Exp(-0.4))
            {
                while (n == 0) n = Cascade(random, Poisson.Sample(random, 0.04), 0.12);
            }

            Add(counts, -50, Charge(random, n, n == 0 ? 1.5 : shift, 21.1, 2.2, 3.1));
        }

        cost.SetData(counts.AsSpan(0, 176), -50);
        return
        [
            new Value("l", 0.4, 0.2, 1e-4, 2), new Value("mu_xt", 0.12, 0.11, 1e-5, 0.4), new Value("gain", 21.1, 20, 1, 40), new Value("sigma_pe", 3.1, 2, 0.5, 10),
            new Value("sigma_el", 2.2, 4, 0.1, 20), new Value("x_el", 1.5, 0, double.NegativeInfinity, double.PositiveInfinity),
        ];
    });

    private static void AssertStandardPulls(int seed, Func<IBinnedModel> model, Func<Random, PoissonLikelihood, Value[]> draw)
    {
        Value[] values = [];
        var fits = CameraFit.Run(Pixels, () => (Cost: new PoissonLikelihood(model()), Minimizer: new Minimizer()), (pixel, space) =>
        {
            Value[] own = draw(new Random((seed * 10_000) + pixel), space.Cost);
            if (pixel == 0) values = own;
            return space.Minimizer.Minimize(space.Cost, [.. own.Select(v => new FitParameter(v.Name, "", v.Start, v.Lower, v.Upper))]);
        }, cancellationToken: TestContext.Current.CancellationToken);
        Assert.All(fits, f => Assert.True(f.HasErrors, f.ToString()));
        for (int k = 0; k < values.Length; k++)
        {
            if (double.IsNaN(values[k].Truth)) continue;
            double[] pulls = [.. fits.Where(f => !f.Parameters[k].IsAtLimit).Select(f => (f.Parameters[k].Value - values[k].Truth) / f.Parameters[k].Error)];
            double mean = pulls.Average();
            double width = Math.Sqrt(pulls.Sum(p => (p - mean) * (p - mean)) / (pulls.Length - 1));
            Assert.True(pulls.Length == Pixels && Math.Abs(mean) < 0.15 && width is > 0.85 and < 1.15, FormattableString.Invariant($"{values[k].Name}: {pulls.Length} pulls {mean:F3} +- {width:F3}"));
        }
    }

    // Avalanches in all from a number of first ones, each making x more in the mean.
    private static int Cascade(Random random, int primaries, double crosstalk)
    {
        int all = primaries;
        for (int generation = primaries; generation > 0; all += generation) generation = Poisson.Sample(random, crosstalk * generation);
        return all;
    }

    private static double Charge(Random random, int n, double baseline, double gain, double noise, double spread) =>
        Normal.Sample(random, baseline + (n * gain), Math.Sqrt((noise * noise) + (n * spread * spread)));

    private static void Add(uint[] counts, int first, double value)
    {
        int bin = (int)Math.Floor(value + 0.5) - first;
        if (bin >= 0 && bin < counts.Length) counts[bin]++;
    }

    // A parameter: its true value (NaN where it is no single number), start and limits.
    private readonly record struct Value(string Name, double Truth, double Start, double Lower, double Upper);
}
