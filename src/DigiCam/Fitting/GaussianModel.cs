using DigiCam.Fitting.Models;

namespace DigiCam.Fitting;

/// <summary>
/// A Gaussian integrated over each bin: expected = norm * [Phi((b - mean) / sigma) - Phi((a - mean) / sigma)] for a bin from a to b.
/// Parameters: norm [entries], mean, sigma [both in the unit of the axis]; sigma does not contain the width of the bins.
/// </summary>
public sealed class GaussianModel : PeakSumModel
{
    /// <summary>Creates the model.</summary>
    /// <param name="unit">Unit of the axis.</param>
    public GaussianModel(string unit = "LSB")
        : base([new("norm", "entries"), new("mean", unit), new("sigma", unit)])
    {
    }

    /// <inheritdoc/>
    protected override int CountPeaks(ReadOnlySpan<double> parameters) => 1;

    /// <inheritdoc/>
    protected override void FillPeaks(ReadOnlySpan<double> parameters, PeakList peaks)
    {
        peaks.Weights[0] = parameters[0];
        peaks.Centres[0] = parameters[1];
        peaks.Widths[0] = parameters[2];
        if (!peaks.WithSlopes) return;
        peaks.WeightSlopes(0)[0] = 1;
        peaks.CentreSlopes(1)[0] = 1;
        peaks.WidthSlopes(2)[0] = 1;
    }
}
