using System.Collections.Immutable;
using DigiCam.HvOff;

namespace DigiCam.Dark;

/// <summary>Baseline and electronic noise of every pixel, as a run with high voltage off gives them.</summary>
public sealed record Pedestals
{
    /// <summary>Creates pedestals.</summary>
    /// <param name="baseline">Baselines (pixel) [LSB]; NaN = not known.</param>
    /// <param name="noise">Electronic noise without the rounding of the ADC (pixel) [LSB]; NaN = not known.</param>
    /// <exception cref="ArgumentException">The numbers of pixels differ.</exception>
    public Pedestals(ImmutableArray<double> baseline, ImmutableArray<double> noise)
    {
        if (baseline.Length != noise.Length) throw new ArgumentException(FormattableString.Invariant($"baselines of {baseline.Length} pixels and noise of {noise.Length}"), nameof(noise));
        (Baseline, Noise) = (baseline, noise);
    }

    /// <summary>Baselines (pixel) [LSB]; NaN = not known.</summary>
    public ImmutableArray<double> Baseline { get; }

    /// <summary>Electronic noise without the rounding of the ADC (pixel) [LSB]; NaN = not known.</summary>
    public ImmutableArray<double> Noise { get; }

    /// <summary>Where they come from, for messages: file and key.</summary>
    public string Source { get; init; } = "pedestals";

    /// <summary>Number of pixels.</summary>
    public int PixelCount => Baseline.Length;

    /// <summary>Number of pixels whose baseline or noise is not known.</summary>
    public int UnknownCount => Enumerable.Range(0, PixelCount).Count(pixel => !IsKnown(pixel));

    /// <summary>SHA-256 of all values.</summary>
    internal string Digest => Files.Digest.Of<double>([.. Baseline, .. Noise]);

    /// <summary>Pedestals of which nothing is known.</summary>
    /// <param name="pixelCount">Number of pixels.</param>
    public static Pedestals Unknown(int pixelCount)
    {
        ImmutableArray<double> nothing = [.. Enumerable.Repeat(double.NaN, pixelCount)];
        return new Pedestals(nothing, nothing);
    }

    /// <summary>The pedestals of a result with high voltage off; those of pixels without a valid fit are not known.</summary>
    /// <param name="result">The result.</param>
    /// <param name="source">Where it comes from, for messages; null if there is no file of it.</param>
    public static Pedestals From(HvOffResult result, string? source = null)
    {
        ArgumentNullException.ThrowIfNull(result);
        Pedestals pedestals = new(
            [.. result.Pixels.Select(pixel => pixel.Fit.IsValid ? pixel.Baseline : double.NaN)],
            [.. result.Pixels.Select(pixel => pixel.Fit.IsValid ? pixel.Noise : double.NaN)]);
        return source is null ? pedestals : pedestals with { Source = source };
    }

    /// <summary>True for a pixel with a baseline and a noise above 0.</summary>
    /// <param name="pixel">Software id.</param>
    public bool IsKnown(int pixel) => double.IsFinite(Baseline[pixel]) && double.IsFinite(Noise[pixel]) && Noise[pixel] > 0;

    /// <summary>Equal when all values are, unknown ones included, wherever they come from.</summary>
    /// <param name="other">Other pedestals.</param>
    public bool Equals(Pedestals? other) => other is not null && Baseline.SequenceEqual(other.Baseline) && Noise.SequenceEqual(other.Noise);

    /// <inheritdoc/>
    public override int GetHashCode() => PixelCount == 0 ? 0 : HashCode.Combine(PixelCount, Baseline[0], Noise[0]);

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"pedestals of {PixelCount - UnknownCount} of {PixelCount} pixels");
}
