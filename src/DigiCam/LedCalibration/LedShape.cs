using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace DigiCam.LedCalibration;

/// <summary>What the curves of the camera's LEDs have in common: their mean shape and how far single LEDs lie from it. The amount of light is each LED's own.</summary>
/// <remarks>
/// The increments d of the LEDs scatter about their mean m by their errors, C on the average, and by what the LEDs really differ. In coordinates in which C is the unit matrix the covariance of the scatter
/// has eigenvalues l, of which l - 1 is real; max(l - 1, 0) + max(l, 1) / n, the error of the mean with it, is what an LED may differ by (empirical Bayes, as in James and Stein's estimator). The
/// direction of m itself, more or less light of the same shape, is left free.
/// </remarks>
internal sealed class LedShape
{
    /// <summary>Number of conditions that a shape puts on a curve.</summary>
    public const int RowCount = Count - 1;

    private const int Count = LedCurve.Degree + 1;

    // LEDs farther from the mean than chance lets one of 1e5 be (chi2 of five degrees of freedom) say nothing of the others.
    private const double FarthestSquared = 30;
    private const int Rounds = 5;

    private readonly double _lowest;
    private readonly double _highest;
    private readonly Matrix<double> _rows;

    private LedShape(double lowest, double highest, Matrix<double> rows) => (_lowest, _highest, _rows) = (lowest, highest, rows);

    /// <summary>Finds the shape of some LEDs.</summary>
    /// <param name="leds">Their levels.</param>
    /// <param name="least">Least number of LEDs with curves over the same levels.</param>
    /// <returns>The shape; null with fewer LEDs.</returns>
    public static LedShape? Of(IEnumerable<LedLevels> leds, int least)
    {
        // Curves over other levels have parameters of another meaning.
        LedLevels[]? alike = leds.Where(led => led.IsEnough).GroupBy(led => (led.LowestDac, led.HighestDac, led.Dac.Length)).OrderByDescending(group => group.Count()).ThenBy(group => group.Key).FirstOrDefault()?.ToArray();
        if (alike is null || alike.Length < least) return null;
        List<(Vector<double> Increments, Matrix<double> Covariance)> all = [];
        foreach (LedLevels led in alike)
        {
            if (led.TrySolve([], out LedEstimate estimate)) all.Add((Vector<double>.Build.DenseOfArray(estimate.Increments), Matrix<double>.Build.Dense(Count, Count, estimate.Covariance)));
        }

        List<(Vector<double> Increments, Matrix<double> Covariance)> kept = all;
        for (int round = 0; ; round++)
        {
            if (kept.Count < Math.Max(least, Count + 1)) return null;
            Vector<double> mean = Sum(kept.Select(led => led.Increments)) / kept.Count;
            Matrix<double> whiten = (kept.Select(led => led.Covariance).Aggregate((a, b) => a + b) / kept.Count).Cholesky().Factor.Inverse();
            Matrix<double> scatter = Matrix<double>.Build.Dense(Count, Count);
            foreach ((Vector<double> increments, _) in kept)
            {
                Vector<double> away = whiten * (increments - mean);
                scatter += away.OuterProduct(away) / (kept.Count - 1);
            }

            Evd<double> axes = scatter.Evd(Symmetricity.Symmetric);
            double[] values = [.. axes.EigenValues.Select(value => value.Real)];
            Matrix<double> turned = axes.EigenVectors.Transpose() * whiten;
            List<(Vector<double>, Matrix<double>)> near = [.. all.Where(led =>
            {
                Vector<double> away = turned * (led.Increments - mean);
                return away.Select((a, k) => a * a / Math.Max(values[k], 1)).Sum() < FarthestSquared;
            })];
            if (round < Rounds && near.Count != kept.Count)
            {
                kept = near;
                continue;
            }

            int used = kept.Count;
            Matrix<double> scaled = Matrix<double>.Build.DenseOfDiagonalArray([.. values.Select(l => 1 / Math.Sqrt(Math.Max(l - 1, 0) + (Math.Max(l, 1) / used)))]) * turned;
            return new LedShape(alike[0].LowestDac, alike[0].HighestDac, WithoutDirection(scaled, scaled * mean));
        }
    }

    /// <summary>The conditions rows . d = 0, each with standard deviation 1, on a curve over a range of DAC values (row, increment).</summary>
    /// <param name="lowest">Lowest DAC value of the curve.</param>
    /// <param name="highest">Highest DAC value of the curve.</param>
    /// <param name="leds">The curve is the mean of so many LEDs.</param>
    public double[] Rows(double lowest, double highest, int leds = 1)
    {
        Matrix<double> rows = _rows * Math.Sqrt(leds);
        if ((lowest, highest) != (_lowest, _highest)) rows *= Values(_lowest, _highest).Solve(Values(lowest, highest));
        return rows.ToRowMajorArray();

        // The same polynomial has other increments over another range.
        Matrix<double> Values(double from, double to) => Matrix<double>.Build.DenseOfRowArrays(Enumerable.Range(0, Count).Select(i =>
        {
            double[] weights = new double[Count];
            LedCurve.Weights((_lowest + ((_highest - _lowest) * i / LedCurve.Degree) - from) / (to - from), weights);
            return weights;
        }));
    }

    // Turns one direction into the first axis and leaves it away (Householder).
    private static Matrix<double> WithoutDirection(Matrix<double> rows, Vector<double> direction)
    {
        Vector<double> mirror = direction.Clone();
        mirror[0] += Math.CopySign(direction.L2Norm(), direction[0]);
        Matrix<double> turned = rows - (2 / mirror.DotProduct(mirror) * mirror.OuterProduct(rows.TransposeThisAndMultiply(mirror)));
        return turned.SubMatrix(1, RowCount, 0, Count);
    }

    private static Vector<double> Sum(IEnumerable<Vector<double>> vectors) => vectors.Aggregate((a, b) => a + b);
}
