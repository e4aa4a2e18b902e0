using System.Globalization;
using System.Numerics;
using DigiCam.Geometry;
using DigiCam.Notebooks.Formatting;

namespace DigiCam.Notebooks.Cameras;

/// <summary>The flags of all pixels, with what they mean.</summary>
[TypeFormatterSource(typeof(HtmlFormatterSource<PixelFlagSet>))]
public sealed class PixelFlagSet : IHtml
{
    /// <summary>Takes the flags of all pixels.</summary>
    /// <param name="bits">Flags of each pixel by software id, shape (1296); 0 = good.</param>
    /// <param name="flags">Meaning of the bits.</param>
    /// <exception cref="ArgumentException">Not 1296 values.</exception>
    public PixelFlagSet(IReadOnlyList<uint> bits, IReadOnlyList<PixelFlag> flags)
    {
        ArgumentNullException.ThrowIfNull(bits);
        ArgumentNullException.ThrowIfNull(flags);
        if (bits.Count != CameraGeometry.PixelCount)
        {
            throw new ArgumentException($"flags are needed for {CameraGeometry.PixelCount} pixels, not {bits.Count}", nameof(bits));
        }

        (Bits, Flags) = ([.. bits], [.. flags]);
    }

    /// <summary>Flags of each pixel by software id, shape (1296); 0 = good.</summary>
    public IReadOnlyList<uint> Bits { get; }

    /// <summary>Meaning of the bits.</summary>
    public IReadOnlyList<PixelFlag> Flags { get; }

    /// <summary>Flagged pixels by software id, ascending.</summary>
    public IReadOnlyList<int> Flagged => [.. Enumerable.Range(0, Bits.Count).Where(i => Bits[i] != 0)];

    /// <summary>Number of pixels that carry a flag.</summary>
    /// <param name="flag">One of <see cref="Flags"/>.</param>
    public int CountOf(PixelFlag flag) => Bits.Count(b => (b >> flag.Bit & 1) != 0);

    /// <summary>The names of a pixel's flags, joined by commas; empty for a good pixel.</summary>
    /// <param name="pixel">Software id.</param>
    public string NamesOf(int pixel)
    {
        uint bits = Bits[pixel];
        List<string> names = [.. Flags.Where(f => (bits >> f.Bit & 1) != 0).Select(f => f.Name)];
        uint known = Flags.Aggregate(0u, (sum, f) => sum | 1u << f.Bit);
        for (uint rest = bits & ~known; rest != 0; rest &= rest - 1) names.Add(string.Create(CultureInfo.InvariantCulture, $"bit {BitOperations.TrailingZeroCount(rest)}"));
        return string.Join(", ", names);
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        int flagged = Bits.Count(b => b != 0);
        IEnumerable<string> reasons = Flags.Where(f => CountOf(f) > 0).Select(f => string.Create(CultureInfo.InvariantCulture, $"{f.Name} {CountOf(f)}"));
        return flagged == 0
            ? $"no pixel of {Bits.Count} flagged"
            : string.Create(CultureInfo.InvariantCulture, $"{flagged} of {Bits.Count} pixels flagged ({string.Join(", ", reasons)})");
    }

    /// <inheritdoc/>
    public string ToHtml() => new CameraDisplay("Flagged pixels", [new CameraQuantity("number of flags", "", "", [.. Bits.Select(b => (double)BitOperations.PopCount(b))]) { Low = 0, High = 4 }]) { Flags = this }.ToHtml();
}
