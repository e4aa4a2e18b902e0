using DigiCam.Fitting;
using DigiCam.Fitting.Models;

namespace DigiCam.LightScan;

/// <summary>
/// Charge of a primary photo-electron with its crosstalk, G / (1 - x), from means and variances at much light, where no peaks are seen:
/// <code>(var_light - var_dark) / (mean_light - mean_dark) = F^2 G / (1 - x),   F^2 = 1 / (1 - x) + (s_1 / G)^2 (1 - x)</code>
/// Independent of the fits but for the excess noise F^2, in which crosstalk and spread enter weakly.
/// </summary>
/// <param name="Charge">G / (1 - x), the weighted mean over the levels [LSB/pe]; NaN without such levels.</param>
/// <param name="Error">Its standard error, those of crosstalk and spread included [LSB/pe].</param>
/// <param name="Levels">Number of levels.</param>
public readonly record struct FFactorGain(double Charge, double Error, int Levels)
{
    /// <summary>Light from which levels are used, and up to which the jitter of flashes adds little to the variance [pe].</summary>
    public const double LeastMu = 10;

    /// <inheritdoc cref="LeastMu"/>
    public const double MostMu = 60;

    /// <summary>Of a fitted pixel. Mean and variance without flash are those of the fit: pedestal, noise and dark counts.</summary>
    /// <param name="spectra">The charges.</param>
    /// <param name="pixel">The fits of the pixel.</param>
    /// <param name="place">Software id.</param>
    /// <param name="dark">The pulse of a dark count relative to the charge of a flash's; null without dark counts.</param>
    internal static FFactorGain Of(LightSpectra spectra, LightPixel pixel, int place, ShotNoisePulse? dark)
    {
        FitResult fit = pixel.Fit;
        if (!fit.HasErrors) return new FFactorGain(double.NaN, double.NaN, 0);
        double gain = fit.Parameters[LightModel.Gain].Value;
        double x = fit.Parameters[LightModel.CrossTalk].Value;
        double spread = fit.Parameters[LightModel.Spread].Value;
        double noise = fit.Parameters[LightModel.Noise].Value;
        double rate = fit.Parameters[LightModel.Rate].Value;
        double cascade = 1 / (1 - x);
        double darkMean = fit.Parameters[LightModel.Baseline].Value + (dark is null ? 0 : rate * dark.IntegralNs * gain * cascade);
        double darkVariance = (noise * noise) + (1.0 / 12) + (dark is null ? 0 : rate * dark.SquareIntegralNs * cascade * ((gain * gain * cascade * cascade) + (spread * spread)));
        double relative = spread / gain;
        double excess = cascade + (relative * relative / cascade);
        double weights = 0;
        double sum = 0;
        int levels = 0;
        for (int level = 0; level < spectra.LevelCount; level++)
        {
            LightLevel light = pixel.Levels[level];
            if (!light.IsValid || !(light.Mu is >= LeastMu and <= MostMu)) continue;
            (double entries, double mean, double variance, double fourth) = Moments(spectra.Charges.GetCounts(level, place, out int firstBin), spectra.Axis.First + firstBin);
            double ratio = (variance - darkVariance) / (mean - darkMean);

            // The variance of the variance dominates; that of the mean goes with the ratio once more.
            double error = Math.Sqrt((Math.Max(fourth - (variance * variance), 0) / entries) + (ratio * ratio * variance / entries)) / (mean - darkMean);

            // Both go with the variance that was found: their ratio does not prefer levels in which it came out small.
            double weight = ratio * ratio / (error * error);
            weights += weight;
            sum += weight * ratio;
            levels++;
        }

        if (levels == 0) return new FFactorGain(double.NaN, double.NaN, 0);

        // d F^2 / dx = 1 / (1 - x)^2 - (s_1 / G)^2, d F^2 / d s_1 = 2 s_1 (1 - x) / G^2.
        double byCrossTalk = ((cascade * cascade) - (relative * relative)) / excess;
        double bySpread = 2 * relative / (gain * cascade * excess);
        double shared = (Square(byCrossTalk) * Known(LightModel.CrossTalk, LightModel.CrossTalk)) + (Square(bySpread) * Known(LightModel.Spread, LightModel.Spread)) + (2 * byCrossTalk * bySpread * Known(LightModel.CrossTalk, LightModel.Spread));
        double charge = sum / weights / excess;
        return new FFactorGain(charge, charge * Math.Sqrt((1 / weights) + Math.Max(shared, 0)), levels);

        double Known(int k, int l) => double.IsNaN(fit.Covariance(k, l)) ? 0 : fit.Covariance(k, l);
        static double Square(double value) => value * value;
    }

    private static (double Entries, double Mean, double Variance, double Fourth) Moments(ReadOnlySpan<uint> counts, int firstValue)
    {
        double entries = 0;
        double sum = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            entries += counts[i];
            sum += (double)counts[i] * i;
        }

        double mean = sum / entries;
        double second = 0;
        double fourth = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            double square = (i - mean) * (i - mean);
            second += counts[i] * square;
            fourth += counts[i] * square * square;
        }

        return (entries, firstValue + mean, second / (entries - 1), fourth / entries);
    }
}
