using System.Collections.Immutable;
using DigiCam.Fitting;
using DigiCam.Fitting.Models;

namespace DigiCam.DarkSpe;

/// <summary>
/// The spectrum of dark pulses: <see cref="SinglePeModel"/>, and beside its peaks of one and two avalanches the pulses whose charge is changed by dark counts that follow. Those have
/// no parameters of their own: how often and by how much follows from the rate, from <see cref="PileUp"/>, and from the contents, as what follows has crosstalk too. Without a rate it is
/// the model of the peaks alone. Parameters: sigma_1 [LSB], gain [LSB/pe], offset [LSB], a_1..a_K [entries], the pulses that begin with n avalanches in a_n.
/// </summary>
public sealed class DarkSpectrumModel : PeakSumModel
{
    private const int FirstContent = 3;

    private readonly int _peaks;
    private readonly PileUp? _pileUp;

    // The peaks, and behind them the classes of pile-up: what part they have in the content they belong to, constant and per part of dark counts of one avalanche.
    private readonly ImmutableArray<PileUpClass> _classes;
    private readonly double[] _constants;
    private readonly double[] _perOne;
    private bool _hasPileUp;

    /// <summary>Creates the model.</summary>
    /// <param name="peaks">Number of peaks K, at least 2.</param>
    /// <param name="pileUp">What dark counts add that follow; null for peaks alone.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than two peaks.</exception>
    public DarkSpectrumModel(int peaks, PileUp? pileUp)
        : base(Names(peaks))
    {
        (_peaks, _pileUp) = (peaks, pileUp);
        _classes = pileUp is null ? [] : [.. pileUp.Classes.Where(c => c.First <= peaks)];
        _constants = new double[peaks + _classes.Length];
        _perOne = new double[peaks + _classes.Length];
    }

    /// <summary>Place of no charge [LSB].</summary>
    public double Pedestal { get; private set; }

    /// <summary>Noise of a charge [LSB].</summary>
    public double Noise { get; private set; }

    /// <summary>Sets what is known of a pixel.</summary>
    /// <param name="pedestal">Place of no charge [LSB].</param>
    /// <param name="noise">Noise of a charge [LSB].</param>
    /// <param name="perNs">Dark counts per time [1/ns]; 0 or NaN for peaks alone.</param>
    public void SetPixel(double pedestal, double noise, double perNs)
    {
        (Pedestal, Noise) = (pedestal, noise);
        _hasPileUp = perNs > 0 && _classes.Length > 0;
        Array.Clear(_perOne, 0, _peaks);
        Array.Fill(_constants, 1, 0, _peaks);
        for (int k = 0; _hasPileUp && k < _classes.Length; k++)
        {
            (double constant, double perOne) = _pileUp!.PartOf(_classes[k], perNs);
            (_constants[_peaks + k], _perOne[_peaks + k]) = (constant, perOne);
            _constants[_classes[k].First - 1] -= constant;
            _perOne[_classes[k].First - 1] -= perOne;
        }
    }

    /// <inheritdoc/>
    protected override int CountPeaks(ReadOnlySpan<double> parameters) => _hasPileUp ? _constants.Length : _peaks;

    /// <inheritdoc/>
    protected override void FillPeaks(ReadOnlySpan<double> parameters, PeakList peaks)
    {
        (double spread, double gain, double offset) = (parameters[0], parameters[1], parameters[2]);
        ReadOnlySpan<double> contents = parameters.Slice(FirstContent, _peaks);
        double all = 0;
        foreach (double content in contents) all += content;
        double ones = all > 0 ? contents[0] / all : 0;
        for (int k = 0; k < peaks.Count; k++)
        {
            (int first, double charge, double variances) = k < _peaks ? (k + 1, k + 1, k + 1) : (_classes[k - _peaks].First, _classes[k - _peaks].Charge, _classes[k - _peaks].Spread);
            double width = Math.Sqrt((Noise * Noise) + (variances * spread * spread));
            double part = _constants[k] + (_perOne[k] * ones);
            peaks.Weights[k] = part * contents[first - 1];
            peaks.Centres[k] = Pedestal + offset + (charge * gain);
            peaks.Widths[k] = width;
            if (!peaks.WithSlopes) continue;
            peaks.CentreSlopes(1)[k] = charge;
            peaks.CentreSlopes(2)[k] = 1;
            peaks.WidthSlopes(0)[k] = variances * spread / width;
            peaks.WeightSlopes(FirstContent + first - 1)[k] = part;
            if (_perOne[k] == 0 || all == 0) continue;
            for (int n = 0; n < _peaks; n++) peaks.WeightSlopes(FirstContent + n)[k] += _perOne[k] * contents[first - 1] * ((n == 0 ? 1 : 0) - ones) / all;
        }
    }

    private static ImmutableArray<ModelParameter> Names(int peaks)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(peaks, 2);
        return new SinglePeModel(0, 1, peaks).Parameters;
    }
}
