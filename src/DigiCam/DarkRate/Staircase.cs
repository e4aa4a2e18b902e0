using System.Collections.Immutable;
using DigiCam.DarkSpe;
using DigiCam.Fitting;
using MathNet.Numerics;

namespace DigiCam.DarkRate;

/// <summary>
/// Dark count rate and crosstalk from counting pulses above half a photo-electron and above one and a half: f = N(0.5) / T_live, and N(1.5) / N(0.5) is the
/// probability of more than one avalanche, 1 - exp(-x), raised by second dark counts too close to be told apart.
/// </summary>
public sealed class Staircase
{
    private const double NsPerMHz = 1e3;

    private Staircase(ImmutableArray<double> rate, ImmutableArray<double> rateError, ImmutableArray<double> crosstalk, ImmutableArray<double> crosstalkError) =>
        (RateMHz, RateErrorMHz, Crosstalk, CrosstalkError) = (rate, rateError, crosstalk, crosstalkError);

    /// <summary>Dark count rate (pixel) [MHz]; NaN = not measured.</summary>
    public ImmutableArray<double> RateMHz { get; }

    /// <summary>Its error (pixel) [MHz].</summary>
    public ImmutableArray<double> RateErrorMHz { get; }

    /// <summary>Crosstalk: mean number of avalanches that one sets off itself (pixel); NaN = not measured.</summary>
    public ImmutableArray<double> Crosstalk { get; }

    /// <summary>Its error (pixel).</summary>
    public ImmutableArray<double> CrosstalkError { get; }

    /// <summary>
    /// Counts the pulses of all pixels. The widths of the peaks say how many pulses noise carries across a threshold, and pairs of dark counts how many are too
    /// close to be told apart; both are corrected for, with the rate itself.
    /// </summary>
    /// <param name="spe">Gains, offsets and widths, with the pulses.</param>
    public static Staircase Of(DarkSpeResult spe)
    {
        ArgumentNullException.ThrowIfNull(spe);
        int pixels = spe.PixelCount;
        double[] rate = new double[pixels];
        double[] rateError = new double[pixels];
        double[] crosstalk = new double[pixels];
        double[] crosstalkError = new double[pixels];
        for (int pixel = 0; pixel < pixels; pixel++)
        {
            FitResult fit = spe.Fits[pixel];
            (double gain, double offset, double spread) = (fit["gain"].Value, fit["offset"].Value, fit["sigma_1"].Value);
            double noise = spe.Spectra.Noise(pixel);
            double all = spe.Spectra.CountAbove(pixel, (0.5 * gain) + offset);
            double part = spe.Spectra.CountAbove(pixel, (1.5 * gain) + offset) / all;
            double live = spe.Spectra.LiveTimeNs[pixel];

            // Of pulses of one avalanche: those found above each threshold.
            double low = Above(0.5, 1);
            double high = Above(1.5, 1);
            double perNs = live > 0 ? spe.Spectra.RateOf(all / low / live) : double.NaN;
            double pairs = 0;
            foreach ((double excess, double time) in spe.Spectra.Pairs?.Classes ?? []) pairs += perNs * time * (Above(1.5, 1 + excess) - high);

            // part = [e^-x (high + pairs) + (1 - e^-x) two] / [e^-x low + 1 - e^-x]
            double two = Above(1.5, 2);
            double one = (two - part) / (two - high - pairs - (part * (1 - low)));
            rate[pixel] = NsPerMHz * perNs;
            rateError[pixel] = rate[pixel] / Math.Sqrt(all);
            crosstalk[pixel] = -Math.Log(one);
            crosstalkError[pixel] = Math.Sqrt(part * (1 - part) / all) / (one * (two - high - pairs));

            double Above(double threshold, double charge) =>
                0.5 * SpecialFunctions.Erfc((threshold - charge) * gain / Math.Sqrt(2 * ((noise * noise) + (charge * spread * spread))));
        }

        return new Staircase([.. rate], [.. rateError], [.. crosstalk], [.. crosstalkError]);
    }
}
