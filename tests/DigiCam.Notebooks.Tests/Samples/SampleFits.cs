using DigiCam.Fitting;

namespace DigiCam.Notebooks.Tests.Samples;

/// <summary>Fits to show.</summary>
internal static class SampleFits
{
    /// <summary>A histogram of 20 000 entries that lies on a Gaussian but for the rounding, with a fit to do.</summary>
    public static FitProblem Gaussian()
    {
        double[] expected = new double[15];
        GaussianModel model = new();
        model.Evaluate([20_000, 350.3, 1.1], [.. Enumerable.Range(343, 16).Select(v => v - 0.5)], expected, new double[15], default);
        PoissonLikelihood cost = new(model);
        cost.SetData([.. expected.Select(e => (uint)Math.Round(e))], 343);
        return new FitProblem(cost, [new("norm", "entries", 18_000, Lower: 0), new("mean", "LSB", 350), new("sigma", "LSB", 1, 0.1, 10)]);
    }
}
