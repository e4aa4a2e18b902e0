using System.Collections.Immutable;
using DigiCam.Fitting;

namespace DigiCam.LedCalibration;

/// <summary>Fits the light of one LED, or of the LEDs of a patch, against its DAC value.</summary>
public static class LedCurveFitter
{
    /// <summary>
    /// Fits a curve by least squares with the errors of the levels. The light of the lowest DAC value is that of the LED off and subtracted from all others. Levels up to the last one that does
    /// not exceed it by <see cref="LedCurveOptions.ThresholdSigmas"/> are below the threshold and stay out.
    /// </summary>
    /// <param name="dac">DAC values, ascending, of which the first is 0 or gives no light (level).</param>
    /// <param name="light">Mean number of photo-electrons of a flash (level) [pe]; NaN for a level that cannot be used.</param>
    /// <param name="errors">Their errors (level) [pe]; NaN for a level that cannot be used, and for a light of exactly 0, the limit of its fit.</param>
    /// <param name="options">How to fit; null for the defaults.</param>
    /// <returns>The curve; without one when fewer than five levels give light.</returns>
    /// <exception cref="ArgumentException">The lengths differ, the DAC values do not ascend, or the options are impossible.</exception>
    public static LedCurve Fit(ReadOnlySpan<double> dac, ReadOnlySpan<double> light, ReadOnlySpan<double> errors, LedCurveOptions? options = null)
    {
        options ??= new LedCurveOptions();
        if (light.Length != dac.Length || errors.Length != dac.Length) throw new ArgumentException(FormattableString.Invariant($"{dac.Length} DAC values, {light.Length} values of light and {errors.Length} errors"), nameof(light));
        if (!(options.ThresholdSigmas > 0) || !(options.RelativeError >= 0)) throw new ArgumentException(FormattableString.Invariant($"LED curve: threshold of {options.ThresholdSigmas} standard deviations, relative error {options.RelativeError}"), nameof(options));
        List<(double Dac, double Light, double Error)> levels = [];
        for (int i = 0; i < dac.Length; i++)
        {
            if (i > 0 && !(dac[i] > dac[i - 1])) throw new ArgumentException(FormattableString.Invariant($"DAC value {dac[i]} after {dac[i - 1]}: they have to ascend"), nameof(dac));

            // A light that rests on its limit of 0 has no error.
            bool isOff = light[i] == 0 && double.IsNaN(errors[i]);
            if (isOff || (double.IsFinite(light[i]) && errors[i] > 0 && double.IsFinite(errors[i]))) levels.Add((dac[i], light[i], isOff ? 0 : errors[i]));
        }

        // Without a level to subtract there is nothing to compare with.
        if (levels.Count == 0 || levels[0].Dac != dac[0]) return Without(double.NaN, double.NaN, double.NaN);
        (_, double dark, double darkError) = levels[0];
        int last = levels.FindLastIndex(level => level.Light - dark <= options.ThresholdSigmas * Math.Sqrt((level.Error * level.Error) + (darkError * darkError)));
        double threshold = last >= 0 ? levels[last].Dac : double.NaN;
        (double Dac, double Light, double Error)[] lit = [.. levels.Skip(last + 1).Select(level =>
        {
            double relative = options.RelativeError * (level.Light - dark);
            return (level.Dac, level.Light - dark, Math.Sqrt((level.Error * level.Error) + (relative * relative)));
        })];
        if (lit.Length <= LedCurve.Degree) return Without(threshold, dark, darkError);

        (double lowest, double highest) = (lit[0].Dac, lit[^1].Dac);
        LeastSquares cost = new(
            [.. lit.Select(level => (level.Dac - lowest) / (highest - lowest))], [.. lit.Select(level => level.Light)], [.. lit.Select(level => level.Error)],
            LedCurve.Degree + 1, Curve, static (u, _, gradient) => LedCurve.Weights(u, gradient));
        double rise = Math.Max(lit[^1].Light - lit[0].Light, 0) / LedCurve.Degree;
        FitParameter[] parameters = [.. LedCurve.Parameters.Select((p, k) => new FitParameter(p.Name, p.Unit, k == 0 ? Math.Max(lit[0].Light, 0) : rise, Lower: 0))];
        return new LedCurve(new Minimizer().Minimize(cost, parameters), lowest, highest, threshold, dark, darkError);

        LedCurve Without(double thresholdDac, double dark, double darkError) => new(
            FitResult.Without(FitStatus.NotEnoughData, [.. LedCurve.Parameters.Select(p => new FitParameter(p.Name, p.Unit, double.NaN, Lower: 0))], 0), double.NaN, double.NaN, thresholdDac, dark, darkError);
    }

    private static double Curve(double u, ReadOnlySpan<double> increments)
    {
        Span<double> weights = stackalloc double[LedCurve.Degree + 1];
        LedCurve.Weights(u, weights);
        double value = 0;
        for (int k = 0; k < weights.Length; k++) value += weights[k] * increments[k];
        return value;
    }
}
