namespace DigiCam.Charges;

/// <summary>
/// What a charge in LSB means: one sample of the pulse, or the sum of neighbouring samples. The gain of the same pixel is about 5 LSB/pe on the amplitude
/// scale and about 20 on that of seven samples: numbers of different scales are never put together.
/// </summary>
/// <param name="Samples">Number of samples summed, at least 1; 1 = amplitude.</param>
public readonly record struct ChargeScale(int Samples)
{
    /// <summary>One sample: ADC codes, amplitudes at a fixed time and maxima.</summary>
    public static ChargeScale Amplitude { get; } = new(1);

    /// <summary>Number of samples summed.</summary>
    public int Samples { get; } = Samples > 0 ? Samples : throw new ArgumentOutOfRangeException(nameof(Samples), Samples, "a charge is made of at least one sample");

    /// <summary>The sum of neighbouring samples.</summary>
    /// <param name="samples">How many.</param>
    public static ChargeScale SumOf(int samples) => new(samples);

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    /// <param name="text">For example "amplitude" or "sum of 7 samples".</param>
    /// <param name="scale">The scale.</param>
    /// <returns>False for any other text.</returns>
    public static bool TryParse(string? text, out ChargeScale scale)
    {
        const string start = "sum of ";
        const string end = " samples";
        scale = Amplitude;
        if (text == "amplitude") return true;
        if (text is null || !text.StartsWith(start, StringComparison.Ordinal) || !text.EndsWith(end, StringComparison.Ordinal) || text.Length <= start.Length + end.Length) return false;
        if (!int.TryParse(text.AsSpan(start.Length, text.Length - start.Length - end.Length), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int samples) || samples < 2) return false;
        scale = new ChargeScale(samples);
        return true;
    }

    /// <summary>"amplitude", or for example "sum of 7 samples"; as in files.</summary>
    public override string ToString() => Samples <= 1 ? "amplitude" : FormattableString.Invariant($"sum of {Samples} samples");
}
