using MathNet.Numerics;

namespace DigiCam.Fitting.Models;

/// <summary>
/// Generalised Poisson law, GP(n; mu, x) = mu (mu + n x)^(n - 1) exp(-mu - n x) / n!: the number of avalanches when a Poisson number of photo-electrons, mu in the
/// mean, each starts a cascade in which every avalanche makes x more in the mean. Consul and Jain, Technometrics 15 (1973) 791.
/// </summary>
internal static class GeneralisedPoisson
{
    private static readonly double[] LogFactorials = TabulateLogFactorials(2048);

    /// <summary>Largest number of avalanches that matters: more have a probability below 1e-12. 0 where there is no such law.</summary>
    /// <param name="mu">Mean number of primary avalanches.</param>
    /// <param name="crosstalk">Mean number of secondary avalanches per avalanche, below 1.</param>
    public static int LargestNumber(double mu, double crosstalk)
    {
        if (!(mu >= 0) || !(crosstalk < 1)) return 0;
        double largest = Math.Ceiling((mu / (1 - crosstalk)) + (12 * Math.Sqrt(mu / Math.Pow(1 - crosstalk, 3))) + 20);
        return largest < 1e6 ? (int)largest : 0;
    }

    /// <summary>Probabilities of successive numbers, times a factor, and their derivatives.</summary>
    /// <param name="mu">Mean number of primary avalanches.</param>
    /// <param name="crosstalk">Mean number of secondary avalanches per avalanche.</param>
    /// <param name="first">The first number.</param>
    /// <param name="probabilities">Receives the probabilities (number - first).</param>
    /// <param name="byMu">Receives the derivatives by mu (number - first); empty if not wanted.</param>
    /// <param name="byCrosstalk">Receives the derivatives by the crosstalk (number - first); empty like the other.</param>
    public static void Fill(double mu, double crosstalk, int first, Span<double> probabilities, Span<double> byMu, Span<double> byCrosstalk)
    {
        for (int i = 0; i < probabilities.Length; i++)
        {
            int n = first + i;
            double mean = mu + (n * crosstalk);

            // The law divided by mu, which stays finite for mu = 0; without crosstalk and photo-electrons only one avalanche has a slope there.
            double reduced = n <= 1 ? Math.Exp(-mean) : mean > 0 ? Math.Exp(((n - 1) * Math.Log(mean)) - mean - LogFactorial(n)) : 0;
            probabilities[i] = n == 0 ? reduced : mu * reduced;
            if (byMu.IsEmpty) continue;
            double slope = n <= 1 ? -1 : mean > 0 ? ((n - 1) / mean) - 1 : 0;
            byMu[i] = n == 0 ? -reduced : reduced * (1 + (mu * slope));
            byCrosstalk[i] = n == 0 ? 0 : mu * reduced * n * slope;
        }
    }

    private static double LogFactorial(int n) => n < LogFactorials.Length ? LogFactorials[n] : SpecialFunctions.GammaLn(n + 1.0);

    private static double[] TabulateLogFactorials(int count)
    {
        double[] table = new double[count];
        double sum = 0;
        double lost = 0;
        for (int n = 2; n < count; n++)
        {
            // Compensated: each entry is right to its last digit.
            double term = Math.Log(n) - lost;
            double next = sum + term;
            lost = next - sum - term;
            sum = next;
            table[n] = sum;
        }

        return table;
    }
}
