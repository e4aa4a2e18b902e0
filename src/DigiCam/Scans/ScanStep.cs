using System.Collections.Immutable;

namespace DigiCam.Scans;

/// <summary>One step of a scan: its light, its events, and what the plan says of the samples to use.</summary>
public sealed record ScanStep
{
    /// <summary>Creates a step.</summary>
    /// <param name="level">The light.</param>
    /// <param name="parts">Its events, in the order they are taken: one part, or several where the step goes on in another file.</param>
    /// <exception cref="ArgumentException">There is no part, a number of events is negative, a DAC value is impossible, or only some parts name a file.</exception>
    public ScanStep(ScanLevel level, params ImmutableArray<ScanPart> parts)
    {
        if (parts.IsDefaultOrEmpty) throw new ArgumentException($"level {level} has no events", nameof(parts));
        if (level.AcDac is < 0 or > ScanLevel.LargestDac || level.DcDac is < 0 or > ScanLevel.LargestDac) throw new ArgumentException(FormattableString.Invariant($"level {level}: DAC values are 0..{ScanLevel.LargestDac}"), nameof(level));
        foreach (ScanPart part in parts)
        {
            ArgumentNullException.ThrowIfNull(part.File, nameof(parts));
            if (part.EventCount < 0) throw new ArgumentException(FormattableString.Invariant($"level {level}: {part.EventCount} events"), nameof(parts));
            if ((part.File.Length == 0) != (parts[0].File.Length == 0) || (part.File.Length == 0 && parts.Length > 1)) throw new ArgumentException($"level {level} has several parts, and not all name their file", nameof(parts));
            if (part.File.Length == 0 && part.EventCount == 0) throw new ArgumentException($"level {level} has neither a file nor a number of events", nameof(parts));
        }

        (Level, Parts) = (level, parts);
    }

    /// <summary>The light.</summary>
    public ScanLevel Level { get; }

    /// <summary>Its events, in the order they are taken.</summary>
    public ImmutableArray<ScanPart> Parts { get; }

    /// <summary>Number of samples that make a charge; 0 where the plan does not say.</summary>
    public int ChargeSamples { get; init; }

    /// <summary>Samples among which the pulse of the flash lies; null where the plan does not say.</summary>
    public SampleRange? Flash { get; init; }

    /// <summary>Events planned; 0 where the plan does not say.</summary>
    public int EventCount => Parts.Any(part => part.EventCount == 0) ? 0 : Parts.Sum(part => part.EventCount);

    /// <summary>Equal when everything is.</summary>
    /// <param name="other">Another step.</param>
    public bool Equals(ScanStep? other) => other is not null && Level == other.Level && Parts.SequenceEqual(other.Parts) && ChargeSamples == other.ChargeSamples && Flash == other.Flash;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Level, Parts.Length, EventCount, ChargeSamples, Flash);

    /// <summary>True when the next step is the same one in another file.</summary>
    internal bool GoesOnIn(ScanStep next) =>
        Level == next.Level && (ChargeSamples, Flash) == (next.ChargeSamples, next.Flash) && next.Parts[0].File.Length > 0 && next.Parts[0].File != Parts[^1].File;

    /// <summary>The same step with further parts.</summary>
    internal ScanStep With(ImmutableArray<ScanPart> further) => new(Level, [.. Parts, .. further]) { ChargeSamples = ChargeSamples, Flash = Flash };

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"{Level}, {(EventCount > 0 ? FormattableString.Invariant($"{EventCount} events") : "all events")}{(Parts[0].File.Length > 0 ? $" of {string.Join(", ", Parts.Select(part => part.File))}" : "")}");
}
