using DigiCam.Dark;
using DigiCam.Fitting;
using DigiCam.Histograms;
using DigiCam.HvOff;
using DigiCam.Runs;
using static System.FormattableString;

namespace DigiCam.Benchmarks;

/// <summary>The shot-noise fit of a whole camera to all samples of a dark run.</summary>
internal static class ShotNoiseFigures
{
    private const int Rounds = 3;
    private const int Events = 3000;

    public static int Print()
    {
        Console.WriteLine(Invariant($"{Environment.ProcessorCount} processors, .NET {Environment.Version}, {Rounds} rounds each of 1296 fits to {Events} events of 50 samples, 3 MHz dark counts"));
        using Run hvOffRun = Run.Open(BenchmarkData.Run(2000));
        HvOffResult hvOff = HvOffFitter.Fit(AdcHistograms.Accumulate(hvOffRun));
        using Run run = Run.Open(BenchmarkData.DarkRun(Events));
        DarkHistograms dark = DarkPass.Accumulate(run, Pedestals.From(hvOff));
        DarkResult? result = null;
        Print("one core", () => result = DarkFitter.Fit(dark.Samples, dark.SampleBlocks, hvOff, threads: 1));
        Print("all cores", () => result = DarkFitter.Fit(dark, hvOff));
        Console.WriteLine(Invariant($"{result!.Fits.Count(f => f.HasErrors)} fits with errors, {result.Fits.Average(f => f.Calls):F1} evaluations each, {result.Fits.Average(f => f.DataCount):F0} codes; {result}"));
        FitProblem problem = result.Problem(0);
        double[] values = result.Fits[0].Values();
        double[] gradient = new double[values.Length];
        double[] curvature = new double[values.Length * values.Length];
        const int evaluations = 200;
        Measurement evaluation = Measurement.Of(Rounds, () =>
        {
            for (int i = 0; i < evaluations; i++) problem.Cost.Evaluate(values, gradient, curvature);
        });
        Console.WriteLine(Invariant($"one evaluation with first derivatives: {evaluation.Best / evaluations * 1e6:F0} us"));
        return 0;
    }

    // Other programs may run: the time of the processor is given beside.
    private static void Print(string name, Action work)
    {
        (Measurement clock, Measurement processor) = Measurement.OfBoth(Rounds, work);
        Console.WriteLine(Invariant($"whole camera, {name}: best {clock.Best:F2} s, to be below 60 s; processor time {processor.Best:F2} s"));
    }
}
