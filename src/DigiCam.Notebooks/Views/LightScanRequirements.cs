using DigiCam.Charges;
using DigiCam.Flags;
using DigiCam.LightScan;
using DigiCam.Notebooks.Tables;

namespace DigiCam.Notebooks.Views;

/// <summary>What the fits of a light scan have to fulfil for their verdict. Limits in LSB are those of amplitudes.</summary>
public sealed record LightScanRequirements : LightRequirements<LightScanResult>
{
    /// <summary>Least median gain of the camera, of amplitudes [LSB/pe].</summary>
    public double MinimumGain { get; init; } = 4.5;

    /// <summary>Largest median gain of the camera, of amplitudes [LSB/pe].</summary>
    public double MaximumGain { get; init; } = 6;

    /// <summary>Least median crosstalk.</summary>
    public double MinimumCrosstalk { get; init; } = 0.04;

    /// <summary>Largest median crosstalk.</summary>
    public double MaximumCrosstalk { get; init; } = 0.15;

    /// <summary>Largest median electronic noise, of amplitudes [LSB].</summary>
    public double MaximumNoiseLsb { get; init; } = 1.3;

    /// <summary>How far the charge of a photo-electron from means and variances may be from that of the fit, in the median of the camera [%].</summary>
    public double MaximumFFactorDifference { get; init; } = 2;

    /// <summary>Least part of the levels of good pixels whose light can be used [%].</summary>
    public double MinimumLevels { get; init; } = 98;

    /// <summary>Number of outliers in gain or noise above which there is a warning.</summary>
    public int MaximumOutliers { get; init; } = 5;

    /// <inheritdoc/>
    protected override IEnumerable<Check> Checks(LightScanResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        bool isAmplitude = result.Scale == ChargeScale.Amplitude;
        int[] good = [.. Enumerable.Range(0, result.PixelCount).Where(pixel => result.Flags[pixel] == PixelFlags.None)];
        double valid = good.Sum(pixel => result.Pixels[pixel].Levels.Count(level => level.IsValid));
        return
        [
            .. isAmplitude ? new[] { Check.Limits("median gain", Median(result, "gain"), "LSB/pe", MinimumGain, MaximumGain) } : [],
            Check.Limits("median crosstalk", Median(result, "crosstalk"), "", MinimumCrosstalk, MaximumCrosstalk),
            .. isAmplitude ? new[] { Check.Limits("median electronic noise", Median(result, "electronic_noise"), "LSB", null, MaximumNoiseLsb) } : [],
            Check.Limits("charge of a photo-electron by the F-factor against the fit", 100 * (FFactorRatio(result, good) - 1), "%", -MaximumFFactorDifference, MaximumFFactorDifference),
            Check.Limits("levels of good pixels whose light can be used", good.Length > 0 ? 100 * valid / (good.Length * (double)result.LevelCount) : 0, "%", MinimumLevels, null),
            Check.Limits("outliers in gain or noise", Count(result, PixelFlags.GainOutlier | PixelFlags.NoiseOutlier), "", null, MaximumOutliers, Outcome.Warn),
        ];
    }

    private static double FFactorRatio(LightScanResult result, int[] good) => SigmaClip.Of(
        good.Select(pixel => result["f_factor_charge"].Values[pixel] / (result["gain"].Values[pixel] / (1 - result["crosstalk"].Values[pixel]))).Where(double.IsFinite), result.Limits.OutlierSigmas).Median;
}
