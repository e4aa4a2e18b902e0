using DigiCam.Fitting;

namespace DigiCam.LedCalibration;

/// <summary>The levels that the curve of one LED goes through, the light with the LED off subtracted.</summary>
internal sealed class LedLevels
{
    private const int Count = LedCurve.Degree + 1;

    // The error at a light is taken from that of the level: not farther down than this part of it.
    private const double LeastPart = 0.1;

    // Each round is an order of magnitude better; what is left is far below the error of the errors.
    private const int Rounds = 3;

    private readonly double[] _variances;
    private readonly double _offVariance;
    private readonly double _relativeError;

    private LedLevels(double[] dac, double[] light, double[] variances, double offVariance, double relativeError, double thresholdDac, double dark, double darkError) =>
        (Dac, Light, _variances, _offVariance, _relativeError, ThresholdDac, Dark, DarkError) = (dac, light, variances, offVariance, relativeError, thresholdDac, dark, darkError);

    /// <summary>DAC values (level), ascending.</summary>
    public double[] Dac { get; }

    /// <summary>Light (level) [pe].</summary>
    public double[] Light { get; }

    /// <summary>The highest DAC value that gives no light; NaN when each one does.</summary>
    public double ThresholdDac { get; }

    /// <summary>What was subtracted [pe].</summary>
    public double Dark { get; }

    /// <summary>Its error, common to all levels [pe].</summary>
    public double DarkError { get; }

    /// <summary>Whether there are enough levels for a curve.</summary>
    public bool IsEnough => Dac.Length >= Count;

    public double LowestDac => Dac[0];

    public double HighestDac => Dac[^1];

    /// <summary>Takes the levels that give light.</summary>
    /// <param name="dac">DAC values, ascending, the first with the LED off (level).</param>
    /// <param name="light">Light (level) [pe]; NaN = none.</param>
    /// <param name="errors">Errors (level) [pe]; NaN = none, or a light of exactly 0.</param>
    /// <param name="dark">What is to be subtracted, with its error [pe]; null for the light of the first level.</param>
    /// <param name="options">How to fit.</param>
    public static LedLevels Of(ReadOnlySpan<double> dac, ReadOnlySpan<double> light, ReadOnlySpan<double> errors, (double Light, double Error)? dark, LedCurveOptions options)
    {
        List<(double Dac, double Light, double Variance)> levels = [];
        for (int i = 0; i < dac.Length; i++)
        {
            if (TryLevel(light[i], errors[i], out double variance)) levels.Add((dac[i], light[i], variance));
        }

        // Without a level to subtract there is nothing to compare with.
        bool hasOff = levels.Count > 0 && levels[0].Dac == dac[0];
        if (levels.Count == 0 || (!hasOff && dark is null)) return new LedLevels([], [], [], 0, 0, double.NaN, double.NaN, double.NaN);
        double offVariance = hasOff ? levels[0].Variance : 0;
        (double off, double offError) = dark ?? (levels[0].Light, Math.Sqrt(offVariance));
        int last = hasOff ? 0 : -1;
        for (int i = 0; i < levels.Count; i++)
        {
            if (levels[i].Light - off <= options.ThresholdSigmas * Math.Sqrt(levels[i].Variance + (offError * offError))) last = i;
        }

        (double Dac, double Light, double Variance)[] lit = [.. levels.Skip(last + 1)];
        return new LedLevels(
            [.. lit.Select(level => level.Dac)], [.. lit.Select(level => level.Light - off)], [.. lit.Select(level => level.Variance)], offVariance, options.RelativeError,
            last >= 0 ? levels[last].Dac : double.NaN, off, offError);
    }

    /// <summary>Whether a level can be used; a light that rests on its limit of 0 has no error.</summary>
    public static bool TryLevel(double light, double error, out double variance)
    {
        bool isOff = light == 0 && double.IsNaN(error);
        variance = isOff ? 0 : error * error;
        return isOff || (double.IsFinite(light) && error > 0 && double.IsFinite(error));
    }

    /// <summary>
    /// Least squares without limits, with the errors that the levels have at the light of the curve: those at the measured light are smaller where it came out low, which pulls a curve down.
    /// </summary>
    /// <param name="rows">What is known of the curve, rows . d = 0 with standard deviation 1 (row, increment); empty for nothing.</param>
    /// <param name="estimate">The increments, their covariance, the errors of the levels [pe].</param>
    /// <returns>False when there is no solution.</returns>
    public bool TrySolve(ReadOnlySpan<double> rows, out LedEstimate estimate)
    {
        double[] errors = [.. Enumerable.Range(0, Dac.Length).Select(level => ErrorAt(level, Light[level]))];
        double[] normal = new double[Count * Count];
        double[] increments = new double[Count];
        Span<double> weights = stackalloc double[Count];
        for (int round = 0; round <= Rounds; round++)
        {
            Array.Clear(normal);
            Array.Clear(increments);
            for (int level = 0; level < Dac.Length; level++)
            {
                LedCurve.Weights((Dac[level] - LowestDac) / (HighestDac - LowestDac), weights);
                double weight = 1 / (errors[level] * errors[level]);
                for (int k = 0; k < Count; k++)
                {
                    increments[k] += weight * weights[k] * Light[level];
                    for (int l = 0; l < Count; l++) normal[(k * Count) + l] += weight * weights[k] * weights[l];
                }
            }

            for (int row = 0; row < rows.Length; row += Count)
            {
                for (int k = 0; k < Count; k++)
                {
                    for (int l = 0; l < Count; l++) normal[(k * Count) + l] += rows[row + k] * rows[row + l];
                }
            }

            if (!Cholesky.Factor(normal, Count))
            {
                estimate = default;
                return false;
            }

            Cholesky.Solve(normal, Count, increments);
            if (round == Rounds) break;
            for (int level = 0; level < Dac.Length; level++)
            {
                LedCurve.Weights((Dac[level] - LowestDac) / (HighestDac - LowestDac), weights);
                double light = 0;
                for (int k = 0; k < Count; k++) light += weights[k] * increments[k];
                errors[level] = ErrorAt(level, light);
            }
        }

        double[] covariance = new double[Count * Count];
        for (int k = 0; k < Count; k++)
        {
            covariance[(k * Count) + k] = 1;
            Cholesky.Solve(normal, Count, covariance.AsSpan(k * Count, Count));
        }

        estimate = new LedEstimate(increments, covariance, errors);
        return true;
    }

    // The variance of a level grows linearly with its light, from that of the LED off on.
    private double ErrorAt(int level, double light)
    {
        double part = Math.Max(light / Light[level], LeastPart);
        double off = _offVariance < _variances[level] ? _offVariance : 0;
        double relative = _relativeError * part * Light[level];
        return Math.Sqrt(off + ((_variances[level] - off) * part) + (relative * relative));
    }
}

/// <summary>A curve by least squares.</summary>
/// <param name="Increments">d_0..d_4 [pe].</param>
/// <param name="Covariance">Their covariances [pe^2].</param>
/// <param name="Errors">Errors of the levels at the light of the curve [pe].</param>
internal readonly record struct LedEstimate(double[] Increments, double[] Covariance, double[] Errors);
