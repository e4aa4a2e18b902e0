using DigiCam.Fitting;
using DigiCam.Flags;
using DigiCam.Histograms;
using DigiCam.HvOff;

namespace DigiCam.Tests.Fitting;

/// <summary>Reference fits of the noise without high voltage, from the task's own range and start values.</summary>
public sealed class GaussianGoldenTests
{
    [Fact]
    public void Fit_OwnStartAndRange_FindsTheReferenceMinimum()
    {
        foreach (FitGolden golden in FitGolden.Read("hv_off").Where(g => !g.IsDegenerate))
        {
            HvOffPixel pixel = FitHistogram(golden);
            Assert.Equal(golden.Range(), (pixel.FirstCode, pixel.LastCode));
            golden.AssertAgrees(pixel.Fit);
        }
    }

    [Fact]
    public void Fit_DegenerateInput_HasNoSigmaAndDoesNotThrow()
    {
        FitGolden[] degenerate = [.. FitGolden.Read("hv_off").Where(g => g.IsDegenerate)];
        Assert.Equal(5, degenerate.Length);
        foreach (FitGolden golden in degenerate)
        {
            HvOffPixel pixel = FitHistogram(golden);
            Assert.False(pixel.Fit.IsValid);
            Assert.Equal(FitStatus.NotEnoughData, pixel.Fit.Status);
            Assert.True(double.IsNaN(pixel.Noise));
            Assert.NotEqual(PixelFlags.None, pixel.Flags);
        }
    }

    private static HvOffPixel FitHistogram(FitGolden golden)
    {
        (uint[] counts, int firstBin) = golden.Histogram();
        PixelHistograms histograms = new(IntegerAxis.Adc, 1);
        double[] all = new double[IntegerAxis.Adc.Count];
        for (int i = 0; i < counts.Length; i++) all[firstBin + i] = counts[i];
        histograms.SetCounts(0, all);
        return HvOffFitter.Fit(histograms, cancellationToken: TestContext.Current.CancellationToken).Pixels[0];
    }
}
