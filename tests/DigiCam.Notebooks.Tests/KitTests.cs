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
    public void HvOffView_OfASimulatedRun_ComparesWithItsTruth()
    {
        string path = Path.Combine(TestEnvironment.RepositoryRoot, "data-samples", "small", "hv_off_000.fits.fz");
        SimulationTruth truth = SimulationTruth.For(path)!;
        using Run run = Run.Open(path);
        DigiCam.HvOff.HvOffResult result = DigiCam.HvOff.HvOffFitter.Fit(DigiCam.Histograms.AdcHistograms.Accumulate(run));
        string table = Show.HvOff(result).CompareWithTruth(truth).ToString();
        Assert.Contains("baseline", table, StringComparison.Ordinal);

        // 1296 pixels without the faulty ones; all others are fitted.
        int healthy = truth.Pixels.Faults.Count(fault => fault is null);
        Assert.Equal(1296 - Enum.GetValues<PixelFault>().Length - 2, healthy);
        Assert.Contains(healthy.ToString(System.Globalization.CultureInfo.InvariantCulture), table, StringComparison.Ordinal);
    }
}
