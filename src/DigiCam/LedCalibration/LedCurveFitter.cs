using DigiCam.Fitting;

namespace DigiCam.LedCalibration;

/// <summary>Fits the light of one LED, or of the LEDs of a patch, against its DAC value.</summary>
public static class LedCurveFitter
{
    private const int Count = LedCurve.Degree + 1;

    /// <summary>
    /// Fits a curve by least squares with the errors that the levels have at the light of the curve. The light of the lowest DAC value is that of the LED off and subtracted from all others. Levels up to the last one
    /// that does not exceed it by <see cref="LedCurveOptions.ThresholdSigmas"/> are below the threshold and stay out.
    /// </summary>
    /// <param name="dac">DAC values, ascending, of which the first is 0 or gives no light (level).</param>
    /// <param name="light">Mean number of photo-electrons of a flash (level) [pe]; NaN for a level that cannot be used.</param>
    /// <param name="errors">Their errors at this light (level) [pe]; NaN for a level that cannot be used, and for a light of exactly 0, the limit of its fit.</param>
    /// <param name="options">How to fit; null for the defaults.</param>
    /// <returns>The curve; without one when fewer than five levels give light.</returns>
    /// <exception cref="ArgumentException">The lengths differ, the DAC values do not ascend, or the options are impossible.</exception>
    public static LedCurve Fit(ReadOnlySpan<double> dac, ReadOnlySpan<double> light, ReadOnlySpan<double> errors, LedCurveOptions? options = null)
    {
        options ??= new LedCurveOptions();
        if (light.Length != dac.Length || errors.Length != dac.Length) throw new ArgumentException(FormattableString.Invariant($"{dac.Length} DAC values, {light.Length} values of light and {errors.Length} errors"), nameof(light));
        Check(dac, options);
        return Fit(LedLevels.Of(dac, light, errors, null, options), []);
    }

    internal static void Check(ReadOnlySpan<double> dac, LedCurveOptions options)
    {
        if (!(options.ThresholdSigmas > 0) || !(options.RelativeError >= 0)) throw new ArgumentException(FormattableString.Invariant($"LED curve: threshold of {options.ThresholdSigmas} standard deviations, relative error {options.RelativeError}"), nameof(options));
        for (int i = 0; i < dac.Length; i++)
        {
            if (i > 0 ? !(dac[i] > dac[i - 1]) : !double.IsFinite(dac[i])) throw new ArgumentException(FormattableString.Invariant($"DAC value {dac[i]}{(i > 0 ? FormattableString.Invariant($" after {dac[i - 1]}") : "")}: they have to ascend"), nameof(dac));
        }
    }

    /// <summary>Fits a curve to levels, and to what is known of it beside them.</summary>
    /// <param name="levels">The levels.</param>
    /// <param name="rows">The conditions of a <see cref="LedShape"/>, or none.</param>
    internal static LedCurve Fit(LedLevels levels, double[] rows)
    {
        if (!levels.IsEnough) return Without(levels, FitStatus.NotEnoughData);
        if (!levels.TrySolve(rows, out LedEstimate estimate)) return Without(levels, FitStatus.SingularHessian);

        // A condition is one more datum, at a place where no level is: -1, -2, ...
        int conditions = rows.Length / Count;
        (double lowest, double highest) = (levels.LowestDac, levels.HighestDac);
        LeastSquares cost = new(
            [.. levels.Dac.Select(dac => (dac - lowest) / (highest - lowest)), .. Enumerable.Range(1, conditions).Select(row => -(double)row)],
            [.. levels.Light, .. Enumerable.Repeat(0.0, conditions)], [.. estimate.Errors, .. Enumerable.Repeat(1.0, conditions)],
            Count, Value, (u, _, gradient) => Gradient(u, gradient));
        FitParameter[] parameters = [.. LedCurve.Parameters.Select((p, k) => new FitParameter(p.Name, p.Unit, Math.Max(estimate.Increments[k], 0), Lower: 0))];
        return new LedCurve(new Minimizer().Minimize(cost, parameters), lowest, highest, levels.ThresholdDac, levels.Dark, levels.DarkError, conditions > 0);

        double Value(double u, ReadOnlySpan<double> increments)
        {
            Span<double> weights = stackalloc double[Count];
            Gradient(u, weights);
            double value = 0;
            for (int k = 0; k < Count; k++) value += weights[k] * increments[k];
            return value;
        }

        void Gradient(double u, Span<double> weights)
        {
            if (u < 0) rows.AsSpan(((int)-u - 1) * Count, Count).CopyTo(weights);
            else LedCurve.Weights(u, weights);
        }
    }

    private static LedCurve Without(LedLevels levels, FitStatus status) => new(
        FitResult.Without(status, [.. LedCurve.Parameters.Select(p => new FitParameter(p.Name, p.Unit, double.NaN, Lower: 0))], 0), double.NaN, double.NaN, levels.ThresholdDac, levels.Dark, levels.DarkError, false);
}
