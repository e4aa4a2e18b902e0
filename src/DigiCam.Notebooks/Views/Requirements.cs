using DigiCam.Flags;
using DigiCam.Notebooks.Tables;
using DigiCam.Results;

namespace DigiCam.Notebooks.Views;

/// <summary>What the result of a task has to fulfil for its verdict: first what is asked of all of them, then what only the task knows.</summary>
/// <typeparam name="T">The result of the task.</typeparam>
public abstract record Requirements<T>
    where T : CameraResult
{
    /// <summary>Least number of pixels without any flag.</summary>
    public int MinimumGoodPixels { get; init; } = 1270;

    /// <summary>Largest number of pixels without a valid fit.</summary>
    public int MaximumFailedFits { get; init; } = 13;

    /// <summary>Whether a result fulfils what is asked.</summary>
    /// <param name="result">The result.</param>
    public Verdict Judge(T result)
    {
        ArgumentNullException.ThrowIfNull(result);
        string title = result.Histograms.EventCount > 0 ? FormattableString.Invariant($"{result.Title}, {result.Histograms.EventCount} events") : result.Title;
        return new Verdict(title, [.. General(result), .. Checks(result)]);
    }

    /// <summary>What is asked of all tasks.</summary>
    /// <param name="result">The result.</param>
    protected virtual IEnumerable<Check> General(T result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return
        [
            Check.Limits("pixels without any flag", result.GoodCount, "", MinimumGoodPixels, null),
            Check.Limits("pixels without a valid fit", result.Fits.Count(f => !f.IsValid), "", null, MaximumFailedFits),
        ];
    }

    /// <summary>The checks that only this task has.</summary>
    /// <param name="result">The result.</param>
    protected abstract IEnumerable<Check> Checks(T result);

    /// <summary>The median of a quantity over the pixels without any flag; NaN without one.</summary>
    /// <param name="result">The result.</param>
    /// <param name="key">The quantity, for example "gain".</param>
    protected static double Median(T result, string key)
    {
        ArgumentNullException.ThrowIfNull(result);
        return SigmaClip.Of(result[key].Values.Where((_, pixel) => result.Flags[pixel] == PixelFlags.None), result.Limits.OutlierSigmas).Median;
    }

    /// <summary>Number of pixels with any of some flags.</summary>
    /// <param name="result">The result.</param>
    /// <param name="flags">The flags.</param>
    protected static int Count(T result, PixelFlags flags)
    {
        ArgumentNullException.ThrowIfNull(result);
        return result.Flags.Count(f => (f & flags) != 0);
    }
}
