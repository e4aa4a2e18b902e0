namespace DigiCam.Fitting.Models;

/// <summary>
/// Photo-electron spectrum of one light level: expected = amplitude * sum_n GP(n; mu, mu_xt) N(baseline + n gain, sqrt(sigma_e^2 + n sigma_1^2)), with the
/// generalised Poisson law GP and N integrated over the bin. The number of peaks follows the parameters; what is left out is below 1e-12.
/// Parameters: mu [pe], mu_xt, gain [LSB/pe], baseline [LSB], sigma_e [LSB], sigma_1 [LSB], amplitude [entries].
/// </summary>
public sealed class MpeModel : PeakSumModel
{
    /// <summary>Creates the model.</summary>
    public MpeModel()
        : base([new("mu", "pe"), new("mu_xt", ""), new("gain", "LSB/pe"), new("baseline", "LSB"), new("sigma_e", "LSB"), new("sigma_1", "LSB"), new("amplitude", "entries")])
    {
    }

    /// <inheritdoc/>
    protected override int CountPeaks(ReadOnlySpan<double> parameters)
    {
        int largest = GeneralisedPoisson.LargestNumber(parameters[0], parameters[1]);
        return largest > 0 ? largest + 1 : 0;
    }

    /// <inheritdoc/>
    protected override void FillPeaks(ReadOnlySpan<double> parameters, PeakList peaks)
    {
        double amplitude = parameters[6];
        Span<double> weights = peaks.Weights;
        Span<double> byMu = peaks.WithSlopes ? peaks.WeightSlopes(0) : default;
        Span<double> byCrosstalk = peaks.WithSlopes ? peaks.WeightSlopes(1) : default;
        GeneralisedPoisson.Fill(parameters[0], parameters[1], 0, weights, byMu, byCrosstalk);
        PeakShapes.FillEquidistant(peaks, firstPeak: 0, baseline: parameters[3], gain: parameters[2], noise: parameters[4], spread: parameters[5]);
        if (peaks.WithSlopes)
        {
            weights.CopyTo(peaks.WeightSlopes(6));
            for (int n = 0; n < peaks.Count; n++)
            {
                byMu[n] *= amplitude;
                byCrosstalk[n] *= amplitude;
            }

            PeakShapes.SetSlopes(peaks, firstPeak: 0, parameters[4], parameters[5], baselineIndex: 3, gainIndex: 2, noiseIndex: 4, spreadIndex: 5);
        }

        foreach (ref double weight in weights) weight *= amplitude;
    }
}
