namespace DigiCam.Fitting;

/// <summary>
/// Factorisation of small symmetric matrices in place, without allocation. The library's own allocates per call,
/// which dominates fits of three parameters repeated for every pixel.
/// </summary>
internal static class Cholesky
{
    // Pivots below this fraction of the diagonal mean that a parameter follows from the others.
    private const double SmallestPivot = 1e-14;

    /// <summary>Replaces the lower triangle of a matrix by its factor; false when it is not positive definite.</summary>
    public static bool Factor(Span<double> matrix, int n)
    {
        for (int j = 0; j < n; j++)
        {
            double diagonal = matrix[(j * n) + j];
            double pivot = diagonal;
            for (int k = 0; k < j; k++) pivot -= matrix[(j * n) + k] * matrix[(j * n) + k];
            if (!(pivot > SmallestPivot * diagonal)) return false;
            double root = Math.Sqrt(pivot);
            matrix[(j * n) + j] = root;
            for (int i = j + 1; i < n; i++)
            {
                double sum = matrix[(i * n) + j];
                for (int k = 0; k < j; k++) sum -= matrix[(i * n) + k] * matrix[(j * n) + k];
                matrix[(i * n) + j] = sum / root;
            }
        }

        return true;
    }

    /// <summary>Solves with a factor, in place.</summary>
    public static void Solve(ReadOnlySpan<double> factor, int n, Span<double> vector)
    {
        for (int i = 0; i < n; i++)
        {
            double sum = vector[i];
            for (int k = 0; k < i; k++) sum -= factor[(i * n) + k] * vector[k];
            vector[i] = sum / factor[(i * n) + i];
        }

        for (int i = n - 1; i >= 0; i--)
        {
            double sum = vector[i];
            for (int k = i + 1; k < n; k++) sum -= factor[(k * n) + i] * vector[k];
            vector[i] = sum / factor[(i * n) + i];
        }
    }
}
