using System.Collections.Immutable;
using DigiCam.Charges;
using DigiCam.Histograms;

namespace DigiCam.LightScan;

/// <summary>The charges of a scan at a fixed place of each pixel, with what is known of the pixels from elsewhere.</summary>
public sealed record LightSpectra
{
    /// <summary>Creates the spectra.</summary>
    /// <param name="charges">The charges on an axis of integers (level, pixel) [LSB].</param>
    /// <param name="pedestal">Place of no charge on that axis (pixel) [LSB]; NaN = not known.</param>
    /// <param name="noise">Noise of a charge without light and dark counts, the last rounding not included (pixel) [LSB]; NaN = not known.</param>
    /// <exception cref="ArgumentException">The axis is not one of integers, or the numbers of pixels differ.</exception>
    public LightSpectra(LevelHistograms charges, ImmutableArray<double> pedestal, ImmutableArray<double> noise)
    {
        ArgumentNullException.ThrowIfNull(charges);
        if (charges.Axis is not IntegerAxis axis) throw new ArgumentException($"charges on {charges.Axis}, not on an axis of integers", nameof(charges));
        if (pedestal.Length != charges.PixelCount || noise.Length != charges.PixelCount) throw new ArgumentException(FormattableString.Invariant($"pedestals of {pedestal.Length} and noise of {noise.Length} pixels for charges of {charges.PixelCount}"), nameof(pedestal));
        (Charges, Axis, Pedestal, Noise) = (charges, axis, pedestal, noise);
    }

    /// <summary>The charges (level, pixel) [LSB].</summary>
    public LevelHistograms Charges { get; }

    /// <summary>Their axis.</summary>
    public IntegerAxis Axis { get; }

    /// <summary>Place of no charge on the axis (pixel) [LSB]; NaN = not known.</summary>
    public ImmutableArray<double> Pedestal { get; }

    /// <summary>Noise of a charge without light and dark counts (pixel) [LSB]; NaN = not known.</summary>
    public ImmutableArray<double> Noise { get; }

    /// <summary>Rate of dark counts, crosstalk not counted (pixel) [MHz]; NaN = not known, and the fits find it. Default: not known for any pixel.</summary>
    public ImmutableArray<double> DarkCountRateMHz { get; init; }

    /// <summary>
    /// Time from the start of the flash's pulse to the first sample of the charge (pixel) [ns]; NaN = not known, and the charge is taken to lie where it is largest.
    /// Default: not known for any pixel. Only the share of dark counts depends on it.
    /// </summary>
    public ImmutableArray<double> DelayNs { get; init; }

    /// <summary>Events of which a sample of the charge lies at the end of the ADC's range (level, pixel), flat. Default: none known.</summary>
    public ImmutableArray<long> SaturatedEvents { get; init; }

    /// <summary>What a charge means.</summary>
    public ChargeScale Scale => Charges.Scale;

    /// <summary>Number of levels.</summary>
    public int LevelCount => Charges.LevelCount;

    /// <summary>Number of pixels.</summary>
    public int PixelCount => Charges.PixelCount;

    /// <summary>Noise of a charge that is the sum of samples: that of the samples and all roundings but one, which is in the integrals over the bins [LSB].</summary>
    /// <param name="sampleNoise">Noise of a sample without its rounding [LSB].</param>
    /// <param name="scale">Number of samples.</param>
    public static double NoiseOf(double sampleNoise, ChargeScale scale) => Math.Sqrt((scale.Samples * sampleNoise * sampleNoise) + ((scale.Samples - 1) / 12.0));

    /// <summary>True where entries of a histogram are cut at an end of its axis or of the ADC's range.</summary>
    /// <param name="level">Place of the level.</param>
    /// <param name="pixel">Software id.</param>
    internal bool IsCut(int level, int pixel) =>
        Charges.GetUnderflow(level, pixel) + Charges.GetOverflow(level, pixel) > 0 || (!SaturatedEvents.IsDefault && SaturatedEvents[(level * PixelCount) + pixel] > 0);

    internal double RateMHz(int pixel) => DarkCountRateMHz.IsDefault ? double.NaN : DarkCountRateMHz[pixel];

    internal double Delay(int pixel) => DelayNs.IsDefault ? double.NaN : DelayNs[pixel];
}
