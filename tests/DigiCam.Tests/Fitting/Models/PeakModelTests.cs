using DigiCam.Fitting;
using DigiCam.Fitting.Models;
using MathNet.Numerics.Distributions;

namespace DigiCam.Tests.Fitting.Models;

/// <summary>Limits of the single models, and fits whose result is known without a fit.</summary>
public sealed class PeakModelTests
{
    [Fact]
    public void Mpe_NoCrosstalk_PeaksFollowPoisson()
    {
        double[] contents = Contents(new MpeModel(), [2.5, 0, 100, 0, 1, 0.5, 1000], peaks: 12, spacing: 100);
        for (int n = 0; n < 12; n++) Assert.Equal(1000 * Poisson.PMF(2.5, n), contents[n], 8);
    }

    [Fact]
    public void Mpe_NoLight_IsTheBaselinePeakWithTheSlopeOfOnePhotoElectron()
    {
        double[] edges = [.. Enumerable.Range(0, 4).Select(n => (n - 0.5) * 100)];
        double[] expected = new double[3];
        double[] gradient = new double[21];
        new MpeModel().Evaluate([0, 0.1, 100, 0, 1, 0.5, 1000], edges, expected, new double[3], gradient);
        Assert.Equal(1000, expected[0], 9);
        Assert.All(gradient, g => Assert.True(double.IsFinite(g)));

        // One photo-electron stays alone with probability e^-x: the first slope is 1000 e^-0.1.
        Assert.Equal(-1, gradient[0], 9);
        Assert.Equal(1000 * Math.Exp(-0.1), expected[1] * gradient[1], 1e-6);
    }

    [Theory]
    [InlineData(0.3, 0.05)]
    [InlineData(4, 0.1)]
    [InlineData(25, 0.2)]
    public void Mpe_PeakContents_HaveMeanAndVarianceOfTheLaw(double mu, double crosstalk)
    {
        double[] contents = Contents(new MpeModel(), [mu, crosstalk, 50, 0, 1, 0.1, 1], peaks: 200, spacing: 50);
        double mean = contents.Select((w, n) => n * w).Sum();
        double variance = contents.Select((w, n) => (n - mean) * (n - mean) * w).Sum();
        Assert.Equal(1, contents.Sum(), 11);
        Assert.Equal(mu / (1 - crosstalk), mean, 1e-9 * mean);
        Assert.Equal(mu / Math.Pow(1 - crosstalk, 3), variance, 1e-9 * variance);
    }

    [Theory]
    [InlineData(1.0, 1.0)]
    [InlineData(-0.1, 0.1)]
    [InlineData(1.0, double.NaN)]
    [InlineData(1e300, 0.1)]
    public void Mpe_NoSuchLaw_IsNotANumber(double mu, double crosstalk)
    {
        double[] expected = new double[1];
        new MpeModel().Evaluate([mu, crosstalk, 5.6, 200, 1, 0.5, 1000], [199, 201], expected, new double[1], default);
        Assert.True(double.IsNaN(expected[0]));
    }

    [Fact]
    public void MaximumWindow_NoDarkCounts_IsTheNoisePeakAlone()
    {
        MaximumWindowModel model = new(1000);
        double[] edges = [-50, 10, 30, 50, 200];
        double[] expected = new double[4];
        double[] gradient = new double[24];
        model.Evaluate([0, 0.1, 20, 1, 1, 1], edges, expected, new double[4], gradient);
        Assert.Equal(1000, expected[0], 8);

        // An avalanche somewhere in the waveform is the largest window: the slope of the first peak is N e^-x.
        Assert.Equal(1000 * Math.Exp(-0.1), expected[1] * gradient[1], 1e-6);
        Assert.All(gradient, g => Assert.True(double.IsFinite(g)));
    }

    [Fact]
    public void MaximumWindow_Derive_WithoutDarkCountsGivesTheCrosstalkItself()
    {
        MaximumWindowQuantities quantities = new MaximumWindowModel(1000).Derive(0, 0.12, 20);
        Assert.Equal(new MaximumWindowQuantities(0, 0.12, 20 / 0.88, 0).Crosstalk, quantities.Crosstalk, 12);
        Assert.Equal(20 / 0.88, quantities.ChargePerPe, 12);
        Assert.Equal(5 * 0.3, new MaximumWindowModel(1000).Derive(0.3, 0.12, 20).DarkCountRateMHz, 12);
        Assert.Equal(0.3 / (92 * 4e-3), new MaximumWindowModel(1000, samples: 92).Derive(0.3, 0.12, 20).DarkCountRateMHz, 12);
    }

    [Fact]
    public void SinglePe_SetPedestal_MovesAndWidensThePeaks()
    {
        SinglePeModel model = new(2010, 0.9);
        double[] parameters = [0.5, 5.6, 0, 1000, 100, 10, 1, 0.1];
        double[] edges = [.. Enumerable.Range(0, 60).Select(i => 2000.5 + i)];
        double[] before = new double[59];
        double[] after = new double[59];
        model.Evaluate(parameters, edges, before, new double[59], default);
        model.SetPedestal(2013, 0.9);
        model.Evaluate(parameters, edges, after, new double[59], default);
        for (int i = 0; i < 50; i++) Assert.Equal(before[i], after[i + 3], 1e-9);
        model.SetPedestal(double.NaN, 0.9);
        model.Evaluate(parameters, edges, after, new double[59], default);
        Assert.True(double.IsNaN(after[10]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-3)]
    public void Constructors_NoPeaks_Refuse(int peaks)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new SinglePeModel(2010, 0.9, peaks));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FullMpeModel(peaks));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MaximumWindowModel(1000, peaks: peaks));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MaximumWindowModel(1000, window: peaks));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MaximumWindowModel(1000, window: 5, samples: 4));
    }

    [Fact]
    public void FullMpe_SeparatePeaks_ContentsAndErrorsAreCountsAndTheirRoots()
    {
        // Peaks 50 widths apart: each content is the number of entries of its peak, with the error of a Poisson number, independent of all others.
        FullMpeModel model = new(4);
        double[] truth = [100, 50, 1, 0.3, 4000, 900, 400, 100];
        PoissonLikelihood cost = new(model);
        double[] edges = [.. Enumerable.Range(0, 301).Select(i => i - 0.5)];
        double[] expected = new double[300];
        model.Evaluate(truth, edges, expected, new double[300], default);
        uint[] counts = [.. expected.Select(m => (uint)Math.Round(m))];
        cost.SetData(counts, edges);
        FitResult fit = new Minimizer().Minimize(cost, [.. model.Parameters.Select((p, k) => new FitParameter(p.Name, p.Unit, truth[k] * (k < 2 ? 1.001 : 1.1), Lower: 0))]);
        Assert.Equal(FitStatus.Converged, fit.Status);
        for (int n = 0; n < 4; n++)
        {
            double entries = counts.Skip(100 + (50 * n) - 25).Take(50).Sum(c => c);
            FittedParameter content = fit[FormattableString.Invariant($"a_{n}")];
            Assert.Equal(entries, content.Value, 1e-4 * entries);
            Assert.Equal(Math.Sqrt(entries), content.Error, 1e-4 * Math.Sqrt(entries));
        }

        Assert.InRange(Math.Abs(fit.Correlation(4, 5)), 0, 1e-6);
    }

    [Fact]
    public void FullMpe_PeaksBeyondTheRangeOrWithoutEntries_RestOnZeroAndTheOthersHaveErrors()
    {
        // Six peaks: the last two beyond the range, where they change nothing, the one before without entries.
        FullMpeModel model = new(6);
        double[] truth = [100, 20, 1, 0.3, 4000, 900, 100, 0, 0, 0];
        PoissonLikelihood cost = new(model);
        double[] edges = [.. Enumerable.Range(0, 71).Select(i => 95.5 + i)];
        double[] expected = new double[70];
        model.Evaluate(truth, edges, expected, new double[70], default);
        cost.SetData([.. expected.Select(m => (uint)Math.Round(m))], edges);
        FitResult fit = new Minimizer().Minimize(cost, [.. model.Parameters.Select((p, k) => new FitParameter(p.Name, p.Unit, Math.Max(1, truth[k] * 1.01), Lower: 0))]);
        Assert.Equal(FitStatus.AtLimit, fit.Status);
        Assert.Equal(["a_3", "a_4", "a_5"], fit.Parameters.Where(p => p.IsAtLimit).Select(p => p.Name));
        Assert.All(fit.Parameters, p => Assert.True(p.IsAtLimit ? p.Value == 0 && double.IsNaN(p.Error) : p.Error > 0, fit.ToString()));
    }

    [Fact]
    public void Mpe_OnlyBaselinePeakKnown_MuIsTheLogarithmOfItsShare()
    {
        // Two wide bins, below and above half a photo-electron: with crosstalk fixed and amplitude N, e^-mu is the share of the first.
        PoissonLikelihood cost = new(new MpeModel());
        cost.SetData([3000u, 7000u], [-500, 50, 1e7]);
        FitResult fit = new Minimizer().Minimize(cost,
        [
            new FitParameter("mu", "pe", 1, 0.001), new FitParameter("mu_xt", "", 0.08, IsFixed: true), new FitParameter("gain", "LSB/pe", 100, IsFixed: true),
            new FitParameter("baseline", "LSB", 0, IsFixed: true), new FitParameter("sigma_e", "LSB", 1, IsFixed: true),
            new FitParameter("sigma_1", "LSB", 1, IsFixed: true), new FitParameter("amplitude", "entries", 10_000, IsFixed: true),
        ]);
        double share = 0.3;
        Assert.Equal(-Math.Log(share), fit["mu"].Value, 1e-8);

        // Binomial error of the share; Poisson numbers in both bins with a fixed sum of expectations give the same.
        Assert.Equal(Math.Sqrt((1 - share) / (share * 10_000)), fit["mu"].Error, 1e-6);
    }

    // Content of each peak, from bins of one spacing around them.
    private static double[] Contents(IBinnedModel model, double[] parameters, int peaks, double spacing)
    {
        double[] edges = [.. Enumerable.Range(0, peaks + 1).Select(n => (n - 0.5) * spacing)];
        double[] expected = new double[peaks];
        model.Evaluate(parameters, edges, expected, new double[peaks], default);
        return expected;
    }
}
