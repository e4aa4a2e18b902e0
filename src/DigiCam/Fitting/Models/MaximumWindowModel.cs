using DigiCam.Geometry;

namespace DigiCam.Fitting.Models;

/// <summary>
/// Largest window of a dark waveform. With l avalanches in the waveform in the mean, a window of w of its S samples and theta = l w / S,
/// expected = N { e^-l N(x_el, sigma_el) + (1 - e^-l) / (1 - e^-theta) sum_n GP(n; theta, mu_xt) N(x00 + n gain, sqrt(n sigma_pe^2 + sigma_el^2)) }, n = 1..K,
/// x00 = -theta gain / (1 - mu_xt) because the baseline subtracted from the sum contains the mean dark charge. N is the number of events.
/// Parameters: l, mu_xt, gain [LSB/pe], sigma_pe [LSB], sigma_el [LSB], x_el [LSB].
/// </summary>
/// <remarks>A picture of the waveform with at most one group of avalanches, all in the window: for pulses wider than the window it is an approximation.</remarks>
public sealed class MaximumWindowModel : PeakSumModel
{
    private readonly int _peaks;
    private readonly double _fraction;

    /// <summary>Creates the model.</summary>
    /// <param name="events">Number of events N.</param>
    /// <param name="window">Samples of the window w.</param>
    /// <param name="samples">Samples of the waveform S.</param>
    /// <param name="peaks">Number of peaks with avalanches K, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range: no peak, or a window that is empty or longer than the waveform.</exception>
    public MaximumWindowModel(long events, int window = 5, int samples = 50, int peaks = 7)
        : base([new("l", ""), new("mu_xt", ""), new("gain", "LSB/pe"), new("sigma_pe", "LSB"), new("sigma_el", "LSB"), new("x_el", "LSB")])
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(peaks, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, window);
        Events = events;
        Window = window;
        Samples = samples;
        _peaks = peaks;
        _fraction = (double)window / samples;
    }

    /// <summary>Number of events, the sum of all bins of an unlimited axis; may change from pixel to pixel.</summary>
    public long Events { get; set; }

    /// <summary>Samples of the window.</summary>
    public int Window { get; }

    /// <summary>Samples of the waveform.</summary>
    public int Samples { get; }

    /// <summary>What the parameters mean for the sensor.</summary>
    /// <param name="averageCount">Mean number of avalanches in the waveform l.</param>
    /// <param name="crosstalk">Mean number of secondary avalanches per avalanche mu_xt.</param>
    /// <param name="gain">Gain [LSB/pe].</param>
    public MaximumWindowQuantities Derive(double averageCount, double crosstalk, double gain)
    {
        double excess = (1 / (1 - crosstalk)) - (averageCount * _fraction);
        double duration = Samples * CameraGeometry.SampleNs;
        return new MaximumWindowQuantities(1e3 * averageCount / duration, 1 - (1 / excess), gain * excess, -averageCount * _fraction * gain * excess);
    }

    /// <inheritdoc/>
    protected override int CountPeaks(ReadOnlySpan<double> parameters) => parameters[0] >= 0 && parameters[1] < 1 ? _peaks + 1 : 0;

    /// <inheritdoc/>
    protected override void FillPeaks(ReadOnlySpan<double> parameters, PeakList peaks)
    {
        double l = parameters[0];
        double crosstalk = parameters[1];
        double gain = parameters[2];
        double spread = parameters[3];
        double noise = parameters[4];
        double theta = l * _fraction;
        double none = Math.Exp(-l);
        double any = OneMinusExp(l);
        double anyInWindow = OneMinusExp(theta);
        double ratio = l == 0 ? 1 / _fraction : any / anyInWindow;
        double shift = -theta * gain / (1 - crosstalk);
        bool withSlopes = peaks.WithSlopes;

        Span<double> weights = peaks.Weights;
        GeneralisedPoisson.Fill(theta, crosstalk, 1, weights[1..], withSlopes ? peaks.WeightSlopes(0)[1..] : default, withSlopes ? peaks.WeightSlopes(1)[1..] : default);
        PeakShapes.FillEquidistant(peaks, firstPeak: 0, shift, gain, noise, spread);
        peaks.Centres[0] = parameters[5];
        if (withSlopes)
        {
            // Without avalanches the ratio goes to 1/fraction, with slope (fraction - 1) / (2 fraction).
            double ratioSlope = l < 1e-8
                ? (_fraction - 1) / (2 * _fraction)
                : (none / anyInWindow) - (ratio * _fraction * Math.Exp(-theta) / anyInWindow);
            PeakShapes.SetSlopes(peaks, firstPeak: 0, noise, spread, baselineIndex: -1, gainIndex: 2, noiseIndex: 4, spreadIndex: 3);
            Span<double> byL = peaks.WeightSlopes(0);
            Span<double> byCrosstalk = peaks.WeightSlopes(1);
            byL[0] = -Events * none;
            for (int n = 1; n <= _peaks; n++)
            {
                byL[n] = Events * ((ratioSlope * weights[n]) + (ratio * _fraction * byL[n]));
                byCrosstalk[n] *= Events * ratio;
                peaks.CentreSlopes(0)[n] = -_fraction * gain / (1 - crosstalk);
                peaks.CentreSlopes(1)[n] = shift / (1 - crosstalk);
                peaks.CentreSlopes(2)[n] += -theta / (1 - crosstalk);
            }

            peaks.CentreSlopes(5)[0] = 1;
        }

        weights[0] = Events * none;
        for (int n = 1; n <= _peaks; n++) weights[n] *= Events * ratio;
    }

    // 1 - e^-x without loss of digits for small x.
    private static double OneMinusExp(double x)
    {
        double t = Math.Tanh(0.5 * x);
        return 2 * t / (1 + t);
    }
}
