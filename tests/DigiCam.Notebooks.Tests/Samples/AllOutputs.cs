using DigiCam.Fitting;

namespace DigiCam.Notebooks.Tests.Samples;

/// <summary>HTML of one of every output.</summary>
internal static class AllOutputs
{
    public static string[] Create() =>
    [
        SampleCamera.Create().ToHtml(), SampleCamera.CreateEvent().ToHtml(), SampleScan.Create(3, 2).ToHtml(), .. SampleCharts.Create().Select(c => c.ToHtml()), .. SampleCharts.Tables(), .. Fits(),
    ];

    private static string[] Fits()
    {
        FitProblem problem = SampleFits.Gaussian();
        FitResult fit = problem.Fit();
        return [Show.Fit(fit, problem).ToHtml(), Show.Problem(problem).ToHtml(), Show.Compare(fit, problem.Fix("sigma", 1).Fit(), problem).ToHtml()];
    }
}
