using System.Collections.Immutable;
using DigiCam.Fitting;
using DigiCam.Fitting.Models;

namespace DigiCam.DarkSpe;

/// <summary>
/// The spectrum of dark pulses: <see cref="SinglePeModel"/>, and beside its peaks of one and two avalanches the pulses in which a second dark count adds to the
/// charge. Those have no parameters of their own: how often and by how much follows from the rate and from <see cref="PulsePairs"/>. Without a rate it is
/// the model of the peaks alone. Parameters: sigma_1 [LSB], gain [LSB/pe], offset [LSB], a_1..a_K [entries], with the pulses of n avalanches and a second dark count in a_n.
/// </summary>
public sealed class DarkSpectrumModel : PeakSumModel
{
    private const int FirstContent = 3;

    // Peaks of so many avalanches have second dark counts beside them; of more there are too few pulses.
    private const int PeaksWithPairs = 2;

    // However high the rate, so many pulses stay as they are: the first order in the rate has long failed then.
    private const double LeastAlone = 0.5;

    private readonly PulsePairs? _pairs;
    private readonly int _peaks;
    private double _perNs;

    /// <summary>Creates the model.</summary>
    /// <param name="peaks">Number of peaks K, at least 2.</param>
    /// <param name="pairs">What the finder makes of pairs of pulses; null for peaks alone.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than two peaks.</exception>
    public DarkSpectrumModel(int peaks, PulsePairs? pairs)
        : base(Names(peaks)) => (_peaks, _pairs) = (peaks, pairs);

    /// <summary>Place of no charge [LSB].</summary>
    public double Pedestal { get; private set; }

    /// <summary>Noise of a charge [LSB].</summary>
    public double Noise { get; private set; }

    private int Classes => _pairs is null || _perNs == 0 ? 0 : _pairs.Classes.Length;

    /// <summary>Sets what is known of a pixel.</summary>
    /// <param name="pedestal">Place of no charge [LSB].</param>
    /// <param name="noise">Noise of a charge [LSB].</param>
    /// <param name="perNs">Dark counts per time [1/ns]; 0 or NaN for peaks alone.</param>
    public void SetPixel(double pedestal, double noise, double perNs)
    {
        (Pedestal, Noise) = (pedestal, noise);
        double most = _pairs is null ? 0 : (1 - LeastAlone) / _pairs.Classes.Sum(c => c.TimeNs);
        _perNs = perNs > 0 ? Math.Min(perNs, most) : 0;
    }

    /// <inheritdoc/>
    protected override int CountPeaks(ReadOnlySpan<double> parameters) => _peaks + (PeaksWithPairs * Classes);

    /// <inheritdoc/>
    protected override void FillPeaks(ReadOnlySpan<double> parameters, PeakList peaks)
    {
        int classes = Classes;
        double together = 0;
        for (int k = 0; k < classes; k++) together += _perNs * _pairs!.Classes[k].TimeNs;
        for (int n = 1; n <= _peaks; n++)
        {
            bool hasPairs = n <= PeaksWithPairs;
            Set(parameters, peaks, n - 1, n, n, hasPairs ? 1 - together : 1);
            for (int k = 0; hasPairs && k < classes; k++) Set(parameters, peaks, _peaks + ((n - 1) * classes) + k, n, n + _pairs!.Classes[k].Excess, _perNs * _pairs.Classes[k].TimeNs);
        }
    }

    private void Set(ReadOnlySpan<double> parameters, PeakList peaks, int index, int n, double charge, double part)
    {
        double spread = parameters[0];
        double width = Math.Sqrt((Noise * Noise) + (charge * spread * spread));
        peaks.Weights[index] = part * parameters[FirstContent + n - 1];
        peaks.Centres[index] = Pedestal + parameters[2] + (charge * parameters[1]);
        peaks.Widths[index] = width;
        if (!peaks.WithSlopes) return;
        peaks.WeightSlopes(FirstContent + n - 1)[index] = part;
        peaks.CentreSlopes(1)[index] = charge;
        peaks.CentreSlopes(2)[index] = 1;
        peaks.WidthSlopes(0)[index] = charge * spread / width;
    }

    private static ImmutableArray<ModelParameter> Names(int peaks)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(peaks, PeaksWithPairs);
        return new SinglePeModel(0, 1, peaks).Parameters;
    }
}
