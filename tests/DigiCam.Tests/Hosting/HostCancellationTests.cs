using DigiCam.Histograms;
using DigiCam.HvOff;

namespace DigiCam.Tests.Hosting;

/// <summary>Long functions that are called without a token stop by that of the program around.</summary>
public sealed class HostCancellationTests
{
    [Fact]
    public void Fit_CalledWithoutToken_StopsWhenTheHostIsInterrupted()
    {
        // Tests of this process run side by side: the host answers this one only.
        AsyncLocal<CancellationToken> here = new();
        AppContext.SetData("host.cancellation", (Func<CancellationToken>)(() => here.Value));
        PixelHistograms histograms = new(new IntegerAxis(0, 10), 4);
        here.Value = new CancellationToken(canceled: true);
        Assert.Throws<OperationCanceledException>(() => HvOffFitter.Fit(histograms));
        here.Value = default;
        Assert.Equal(4, HvOffFitter.Fit(histograms).Pixels.Length);
    }
}
