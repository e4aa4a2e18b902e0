using System.Diagnostics;
using DigiCam.Dark;
using DigiCam.Fitting;
using DigiCam.Flags;
using DigiCam.Simulation;
using DigiCam.Simulation.Plans;

namespace DigiCam.Tests.Dark;

public sealed class DarkFitterTests
{
    [Theory]
    [InlineData(2000, false)]
    [InlineData(2000, true)]
    public void Explore(int events, bool fix)
    {
        Stopwatch w = Stopwatch.StartNew();
        SimulatedDark sim = new(new CampaignPlan(), events, 1000);
        Console.WriteLine($"simulated {w.Elapsed.TotalSeconds:F1} s");
        w.Restart();
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        DarkResult r = DarkFitter.Fit(sim.Samples, sim.SampleBlocks, sim.HvOff, new DarkOptions { FixSpread = fix });
        Console.WriteLine($"fit {w.Elapsed.TotalSeconds:F1} s, cpu {(Environment.CpuUsage.TotalTime - cpu).TotalSeconds:F1} {r}");
        Console.WriteLine(string.Join(", ", r.Fits.GroupBy(f => f.Status).Select(g => $"{g.Key} {g.Count()}")) + $" calls {r.Fits.Average(f => f.Calls):F1} attempts {r.Fits.Count(f => f.Attempts.Length > 1)}");
        Console.WriteLine(string.Join(", ", r.Flags.GroupBy(f => f).Select(g => $"{PixelFlagNames.Describe(g.Key)} {g.Count()}")));
        SimulatedCamera c = sim.Camera;
        foreach ((string key, IReadOnlyList<double> truth) in new (string, IReadOnlyList<double>)[] { ("dark_count_rate", c.DarkCountRateMHz), ("crosstalk", c.CrossTalk), ("gain", c.Gain), ("electronic_noise", c.Noise), ("baseline", c.Baseline), ("single_pe_spread", c.SinglePeSpread), ("campbell_rate", c.DarkCountRateMHz), ("campbell_crosstalk", c.CrossTalk) })
        {
            var q = r[key];
            double[] pulls = [.. Enumerable.Range(0, 1296).Where(p => q.Error(p) > 0).Select(p => (q.Values[p] - truth[p]) / q.Error(p))];
            double mean = pulls.Average();
            double bias = Enumerable.Range(0, 1296).Where(p => q.Error(p) > 0).Average(p => q.Values[p] - truth[p]);
            Console.WriteLine($"{key}: pull mean {mean:F3} width {Math.Sqrt(pulls.Average(x => (x - mean) * (x - mean))):F3} n {pulls.Length} bias {bias:E2} mean error {Enumerable.Range(0, 1296).Where(p => q.Error(p) > 0).Average(q.Error):E2} max {pulls.Max(Math.Abs):F1}");
        }

        foreach (string name in new[] { "baseline", "sigma_e", "gain", "rate", "mu_xt", "sigma_1" }) Console.WriteLine($"{name} scale {r.ErrorScale(name).Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average():F3}");
        var chi = r["chi2_per_ndf"].Values.Where(double.IsFinite).ToArray();
        Console.WriteLine($"chi2/ndf scaled mean {chi.Average():F2} max {chi.Max():F2}; raw mean {r.Fits.Average(f => f.ChiSquarePerNdf):F2} max {r.Fits.Max(f => f.ChiSquarePerNdf):F2}; p<0.01: {r.Pixels.Count(p => p.PValue < 0.01)}");
    }
}
