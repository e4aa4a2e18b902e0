namespace DigiCam.Notebooks.Cameras;

/// <summary>
/// The histograms of one pixel at all levels of a scan, each with its fit when there is one. The display shows the histogram of the
/// chosen level, all levels one above the other, and the chosen quantity from level to level.
/// </summary>
/// <remarks>
/// Drawn from packed data: counts up to 16 are exact, larger ones and expected entries within an eighth of their Poisson error, so that a pull is right to a quarter. Bins are
/// joined so that a histogram has at most 100 to 256 of them, fewer with many levels and where the fit runs straight across them; of a histogram made long by a few far entries (at most one in a
/// thousand on either side) the bulk is drawn, and the text tells how many lie beyond. With more than 24 levels the display keeps the histograms of every second, third ... level;
/// those of the pixel selected at first and of flagged pixels it keeps at all levels. Values, errors and their curve are there for every level.
/// </remarks>
public sealed class PixelLevels : PixelPanel
{
    private const int BinsOfAllLevels = 2560;
    private const int LevelsKept = 24;
    private const double FarFraction = 0.001;

    /// <summary>Takes the histograms of a pixel.</summary>
    /// <param name="spectra">Histogram at each level, null where there is none; all with the same parameters, those of their own level.</param>
    /// <exception cref="ArgumentException">No level.</exception>
    public PixelLevels(IReadOnlyList<PixelSpectrum?> spectra)
    {
        ArgumentNullException.ThrowIfNull(spectra);
        if (spectra.Count == 0) throw new ArgumentException("a pixel with levels has at least one", nameof(spectra));
        Spectra = spectra;
    }

    /// <summary>Histogram at each level; null where there is none.</summary>
    public IReadOnlyList<PixelSpectrum?> Spectra { get; }

    /// <summary>Fitted parameters that all levels share; the same number and order for every pixel of a display.</summary>
    public IReadOnlyList<SpectrumParameter> Parameters { get; init; } = [];

    /// <inheritdoc/>
    public override string ToString() => string.Join("; ", Parameters.Select(p => p.ToString()).Prepend(FormattableString.Invariant($"histograms at {Spectra.Count(s => s is not null)} of {Spectra.Count} levels")));

    /// <summary>What is drawn of the histogram at a level.</summary>
    internal DrawnSpectrum Drawn(PixelSpectrum spectrum) => spectrum.Drawn(Math.Clamp(BinsOfAllLevels / Spectra.Count, 100, 256), FarFraction, join: true);

    /// <summary>Of this many levels a display keeps the histograms of one.</summary>
    internal static int Stride(int levels) => (levels + LevelsKept - 1) / LevelsKept;
}
