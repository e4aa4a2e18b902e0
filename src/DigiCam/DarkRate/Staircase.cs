using System.Collections.Immutable;
using DigiCam.DarkSpe;
using DigiCam.Fitting;
using DigiCam.Results;
using MathNet.Numerics;

namespace DigiCam.DarkRate;

/// <summary>
/// Dark count rate and crosstalk from counting pulses above half a photo-electron and above one and a half: f = N(0.5) / T_live, and N(1.5) / N(0.5) is the
/// probability of more than one avalanche, 1 - exp(-x), raised by dark counts too close to be told apart.
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
    /// Counts the pulses of all pixels. The widths of the peaks say how many pulses noise carries across a threshold, and <see cref="PileUp"/> how many dark
    /// counts are too close to be told apart; both are corrected for, with the rate itself. Thresholds are moved to the nearest edge of a bin, and so are the corrections.
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
        PixelQuantity multiple = spe["crosstalk"];
        PileUp? pileUp = spe.Spectra.PileUp;
        for (int pixel = 0; pixel < pixels; pixel++)
        {
            FitResult fit = spe.Fits[pixel];
            (double gain, double offset, double spread) = (fit["gain"].Value, fit["offset"].Value, fit["sigma_1"].Value);
            double noise = spe.Spectra.Noise(pixel);
            (double lower, double upper) = (Threshold(0.5), Threshold(1.5));
            double all = spe.Spectra.CountAbove(pixel, lower);
            double part = spe.Spectra.CountAbove(pixel, upper) / all;

            // Of pulses that begin with one avalanche, or with two: those found above each threshold.
            double low = Above(lower, 1, 1);
            double perNs = spe.Spectra.RateOf(pixel, all / low);
            (double high, double two) = (Above(upper, 1, 1), Above(upper, 2, 2));
            (double lowAlone, double highAlone, double twoAlone) = (low, high, two);
            foreach (PileUpClass c in perNs > 0 ? pileUp!.Classes : [])
            {
                (double constant, double perOne) = pileUp!.PartOf(c, perNs);
                double pulses = constant + (perOne * (1 - multiple.Values[pixel]));
                double above = Above(upper, c.Charge, c.Spread);
                if (c.First == 1) (low, high) = (low + (pulses * (1 - lowAlone)), high + (pulses * (above - highAlone)));
                else if (c.First == 2) two += pulses * (above - twoAlone);
            }

            // part = [e^-x high + (1 - e^-x) two] / [e^-x low + 1 - e^-x]
            double one = (two - part) / (two - high - (part * (1 - low)));
            rate[pixel] = NsPerMHz * perNs;
            rateError[pixel] = rate[pixel] / Math.Sqrt(all);
            crosstalk[pixel] = -Math.Log(one);
            crosstalkError[pixel] = Math.Sqrt(part * (1 - part) / all) / (one * (two - high));

            // The edge of a bin nearest to a charge, so that no bin has to be divided [LSB above no charge].
            double Threshold(double pe)
            {
                double first = spe.Histograms.Axis.Edge(0) - spe.Spectra.Pedestal(pixel);
                return first + Math.Round((pe * gain) + offset - first);
            }

            double Above(double threshold, double charge, double variances) =>
                0.5 * SpecialFunctions.Erfc((threshold - (charge * gain) - offset) / Math.Sqrt(2 * ((noise * noise) + (variances * spread * spread))));
        }

        return new Staircase([.. rate], [.. rateError], [.. crosstalk], [.. crosstalkError]);
    }
}
