using System.Collections.Immutable;

namespace DigiCam.Fitting.Models;

/// <summary>
/// Sum of the spectra of many light levels, a free content for each peak: expected = sum_n a_n N(baseline + n gain, sqrt(sigma_e^2 + n sigma_1^2)), n = 0..K-1, N
/// integrated over the bin. Parameters: baseline [LSB], gain [LSB/pe], sigma_e [LSB], sigma_1 [LSB], a_0..a_(K-1) [entries].
/// </summary>
/// <remarks>The last peaks lack the tails of those beyond: a range that ends one peak before the last avoids the bias of the gain.</remarks>
public sealed class FullMpeModel : PeakSumModel
{
    private const int FirstContent = 4;
    private readonly int _peaks;

    /// <summary>Creates the model.</summary>
    /// <param name="peaks">Number of peaks K, the one without photo-electrons included; at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no peak.</exception>
    public FullMpeModel(int peaks)
        : base(Names(peaks)) => _peaks = peaks;

    /// <inheritdoc/>
    protected override int CountPeaks(ReadOnlySpan<double> parameters) => _peaks;

    /// <inheritdoc/>
    protected override void FillPeaks(ReadOnlySpan<double> parameters, PeakList peaks)
    {
        parameters.Slice(FirstContent, _peaks).CopyTo(peaks.Weights);
        PeakShapes.FillEquidistant(peaks, firstPeak: 0, baseline: parameters[0], gain: parameters[1], noise: parameters[2], spread: parameters[3]);
        if (!peaks.WithSlopes) return;
        for (int n = 0; n < _peaks; n++) peaks.WeightSlopes(FirstContent + n)[n] = 1;
        PeakShapes.SetSlopes(peaks, firstPeak: 0, parameters[2], parameters[3], baselineIndex: 0, gainIndex: 1, noiseIndex: 2, spreadIndex: 3);
    }

    private static ImmutableArray<ModelParameter> Names(int peaks)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(peaks, 1);
        return
        [
            new("baseline", "LSB"), new("gain", "LSB/pe"), new("sigma_e", "LSB"), new("sigma_1", "LSB"),
            .. Enumerable.Range(0, peaks).Select(n => new ModelParameter(FormattableString.Invariant($"a_{n}"), "entries")),
        ];
    }
}
