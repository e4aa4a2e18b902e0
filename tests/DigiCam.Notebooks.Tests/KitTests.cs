using DigiCam.Results;
using DigiCam.Runs;
using DigiCam.Simulation;
using DigiCam.Simulation.Plans;

namespace DigiCam.Notebooks.Tests;

public sealed class KitTests
{
    [Fact]
    public void Input_UnknownSampleRun_NamesThoseThereAre() =>
        Assert.Equal("campaign demonstration has no run 'flat', it has hv_off, dark, ac_scan", Assert.Throws<ArgumentException>(() => Kit.Input(" ", sampleRun: "flat")).Message);

    [Fact]
    public void Input_Given_IsTakenWhateverTheSampleRun()
    {
        string path = Path.Combine(TestEnvironment.RepositoryRoot, "data-samples", "small", "hv_off_000.fits.fz");
        RunInput input = Kit.Input(path, maximumEvents: 5, pixelOrder: "asstored", sampleRun: "flat");
        Assert.Equal([path], input.Files);
        Assert.Equal((5L, PixelOrder.AsStored), (input.Options.MaximumEvents, input.Options.PixelOrder));
    }

    [Fact]
    public void CameraResultView_OfASimulatedRun_ComparesWithItsTruth()
    {
        string path = Path.Combine(TestEnvironment.RepositoryRoot, "data-samples", "small", "hv_off_000.fits.fz");
        SimulationTruth truth = SimulationTruth.For(path)!;
        using Run run = Run.Open(path);
        DigiCam.HvOff.HvOffResult result = DigiCam.HvOff.HvOffFitter.Fit(DigiCam.Histograms.AdcHistograms.Accumulate(run));
        DigiCam.Notebooks.Views.TruthComparison comparison = Show.Result(result).CompareWithTruth(truth, ("baseline", truth.Pixels.Baseline), ("electronic_noise", truth.Pixels.Noise));

        // 1296 pixels without the faulty ones; all others are fitted.
        int healthy = truth.Pixels.Faults.Count(fault => fault is null);
        Assert.Equal(1296 - Enum.GetValues<PixelFault>().Length - 2, healthy);
        Assert.Equal(["baseline", "electronic noise"], comparison.Table.Rows.Select(r => r[0]));
        Assert.All(comparison.Table.Rows, r => Assert.Equal(healthy, r[2]));

        // Beside its truth a baseline is off by its error, some hundredths of an LSB.
        Measurement difference = (Measurement)comparison.Table.Rows[0][4]!;
        Assert.InRange(difference.Value, -5 * difference.Error, 5 * difference.Error);
        Assert.Contains("pull of the baseline", comparison.Pulls("baseline").ToString(), StringComparison.Ordinal);
        Assert.Contains("simulated baseline [LSB]", comparison.Measured("baseline").ToString(), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => comparison.Pulls("skewness"));
        Assert.Throws<ArgumentException>(() => Show.Result(result).CompareWithTruth(truth, ("skewness", truth.Pixels.Noise)));
    }
}
