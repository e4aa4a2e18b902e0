using System.Collections.Immutable;
using DigiCam.Charges;
using DigiCam.Files;
using DigiCam.Fitting;
using DigiCam.Flags;
using DigiCam.Histograms;

namespace DigiCam.Results;

/// <summary>
/// The result of a task with one histogram and one fit for every pixel: what displays, tables and files need, whatever the task. Each task derives its own
/// with what only it knows.
/// </summary>
public abstract class CameraResult
{
    /// <summary>Creates a result.</summary>
    /// <param name="histograms">The histograms that were fitted.</param>
    /// <param name="fits">The fits (pixel).</param>
    /// <param name="flags">The flags (pixel).</param>
    /// <param name="limits">The thresholds behind the flags.</param>
    /// <exception cref="ArgumentException">The numbers of pixels differ.</exception>
    protected CameraResult(PixelHistograms histograms, ImmutableArray<FitResult> fits, ImmutableArray<PixelFlags> flags, FlagLimits limits)
    {
        ArgumentNullException.ThrowIfNull(histograms);
        ArgumentNullException.ThrowIfNull(limits);
        if (fits.Length != histograms.PixelCount || flags.Length != histograms.PixelCount) throw new ArgumentException(FormattableString.Invariant($"{fits.Length} fits and {flags.Length} flags for {histograms.PixelCount} pixels"), nameof(fits));
        Histograms = histograms;
        Fits = fits;
        Flags = flags;
        Limits = limits;
    }

    /// <summary>Name of the task in files and commands, for example "dark-spe".</summary>
    public abstract string Task { get; }

    /// <summary>Name of the task in displays, for example "Dark single photo-electron".</summary>
    public abstract string Title { get; }

    /// <summary>What was measured, the most important quantity first.</summary>
    public abstract ImmutableArray<PixelQuantity> Quantities { get; }

    /// <summary>The histograms that were fitted.</summary>
    public PixelHistograms Histograms { get; }

    /// <summary>The fits (pixel).</summary>
    public ImmutableArray<FitResult> Fits { get; }

    /// <summary>The flags (pixel).</summary>
    public ImmutableArray<PixelFlags> Flags { get; }

    /// <summary>The thresholds behind the flags.</summary>
    public FlagLimits Limits { get; }

    /// <summary>What a charge in LSB means here.</summary>
    public ChargeScale Scale => Histograms.Scale;

    /// <summary>Number of pixels.</summary>
    public int PixelCount => Histograms.PixelCount;

    /// <summary>Number of pixels without any flag.</summary>
    public int GoodCount => Flags.Count(f => f == PixelFlags.None);

    /// <summary>A quantity by its key.</summary>
    /// <param name="key">For example "gain".</param>
    /// <exception cref="ArgumentException">There is no such quantity.</exception>
    public PixelQuantity this[string key] => Quantities.FirstOrDefault(q => q.Key == key)
        ?? throw new ArgumentException($"no quantity '{key}'; there are {string.Join(", ", Quantities.Select(q => q.Key))}", nameof(key));

    /// <summary>
    /// The fit of a pixel as it began: data, model, start values and limits. To fit by hand:
    /// <c>result.Problem(700).Fix("gain", 5.2).Fit()</c>. The result itself is never changed.
    /// </summary>
    /// <param name="pixel">Software id.</param>
    public abstract FitProblem Problem(int pixel);

    /// <summary>Adds what the result has beside quantities, fits and flags to a file.</summary>
    /// <param name="writer">The file.</param>
    protected internal virtual void AddTo(Hdf5Writer writer)
    {
    }

    /// <summary>A quantity made of a fitted parameter.</summary>
    /// <param name="parameter">Name of the parameter in the fits.</param>
    /// <param name="key">Name in files.</param>
    /// <param name="name">Name in displays.</param>
    /// <param name="symbol">Symbol in displays.</param>
    /// <param name="unit">Unit of the parameter.</param>
    /// <param name="description">What it is.</param>
    protected PixelQuantity FromFits(string parameter, string key, string name, string symbol, string unit, string description) => new(
        key, name, symbol, unit, [.. Fits.Select(f => f[parameter].Value)], [.. Fits.Select(f => f[parameter].Error)], description);
}
