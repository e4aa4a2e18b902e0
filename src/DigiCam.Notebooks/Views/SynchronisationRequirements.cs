using DigiCam.Flags;
using DigiCam.Notebooks.Tables;
using DigiCam.Synchronisation;

namespace DigiCam.Notebooks.Views;

/// <summary>What the times of the flash have to fulfil for their verdict.</summary>
public sealed record SynchronisationRequirements : LightRequirements<SynchronisationResult>
{
    /// <summary>Largest spread of the edges over the camera [ns].</summary>
    public double MaximumSpreadNs { get; init; } = 3;

    /// <summary>Largest distance between the positions of two pixels [samples].</summary>
    public int MaximumPositionRange { get; init; } = 4;

    /// <summary>Least distance of the position of the flash from both ends of the waveform [samples].</summary>
    public int MinimumMargin { get; init; } = 6;

    /// <summary>Number of pixels of another time than the camera above which there is a warning.</summary>
    public int MaximumOutliers { get; init; } = 5;

    /// <inheritdoc/>
    protected override IEnumerable<Check> Checks(SynchronisationResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        int[] good = [.. Enumerable.Range(0, result.PixelCount).Where(pixel => result.Flags[pixel] == PixelFlags.None).Select(pixel => result.Position[pixel]).DefaultIfEmpty(result.MedianPosition)];
        return
        [
            Check.Limits("spread of the edges over the camera", result.TimeSpread.Sigma, "ns", null, MaximumSpreadNs),
            Check.Limits("range of the positions", good.Max() - good.Min(), "samples", null, MaximumPositionRange),
            Check.Limits("distance of the flash from the ends of the waveform", Math.Min(good.Min(), result.Times.SampleCount - 1 - good.Max()), "samples", MinimumMargin, null),
            Check.Limits("pixels of another time than the camera", Count(result, PixelFlags.TimeOutlier), "", null, MaximumOutliers, Outcome.Warn),
        ];
    }
}
