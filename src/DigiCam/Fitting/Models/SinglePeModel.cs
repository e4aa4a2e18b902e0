using System.Collections.Immutable;

namespace DigiCam.Fitting.Models;

/// <summary>
/// Dark single-photo-electron spectrum, peaks of one avalanche and more but none without: expected = sum_n a_n N(baseline + n gain + offset,
/// sqrt(noise^2 + n sigma_1^2)), n = 1..K, N integrated over the bin. Baseline and noise are known from a run without high voltage.
/// Parameters: sigma_1 [LSB], gain [LSB/pe], offset [LSB], a_1..a_K [entries].
/// </summary>
public sealed class SinglePeModel : PeakSumModel
{
    private const int FirstContent = 3;
    private readonly int _peaks;

    /// <summary>Creates the model.</summary>
    /// <param name="baseline">Baseline without high voltage [LSB].</param>
    /// <param name="noise">Electronic noise [LSB].</param>
    /// <param name="peaks">Number of peaks K, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no peak.</exception>
    public SinglePeModel(double baseline, double noise, int peaks = 5)
        : base(Names(peaks))
    {
        _peaks = peaks;
        SetPedestal(baseline, noise);
    }

    /// <summary>Baseline without high voltage [LSB].</summary>
    public double Baseline { get; private set; }

    /// <summary>Electronic noise [LSB].</summary>
    public double Noise { get; private set; }

    /// <summary>Sets baseline and noise, for the next pixel. With NaN the model is not defined, and a fit ends as not finite.</summary>
    /// <param name="baseline">Baseline without high voltage [LSB].</param>
    /// <param name="noise">Electronic noise [LSB].</param>
    public void SetPedestal(double baseline, double noise)
    {
        Baseline = baseline;
        Noise = noise;
    }

    /// <inheritdoc/>
    protected override int CountPeaks(ReadOnlySpan<double> parameters) => _peaks;

    /// <inheritdoc/>
    protected override void FillPeaks(ReadOnlySpan<double> parameters, PeakList peaks)
    {
        parameters.Slice(FirstContent, _peaks).CopyTo(peaks.Weights);
        PeakShapes.FillEquidistant(peaks, firstPeak: 1, baseline: Baseline + parameters[2], gain: parameters[1], noise: Noise, spread: parameters[0]);
        if (!peaks.WithSlopes) return;
        for (int n = 0; n < _peaks; n++) peaks.WeightSlopes(FirstContent + n)[n] = 1;
        PeakShapes.SetSlopes(peaks, firstPeak: 1, Noise, parameters[0], baselineIndex: 2, gainIndex: 1, noiseIndex: -1, spreadIndex: 0);
    }

    private static ImmutableArray<ModelParameter> Names(int peaks)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(peaks, 1);
        return
        [
            new("sigma_1", "LSB"), new("gain", "LSB/pe"), new("offset", "LSB"),
            .. Enumerable.Range(1, peaks).Select(n => new ModelParameter(FormattableString.Invariant($"a_{n}"), "entries")),
        ];
    }
}
