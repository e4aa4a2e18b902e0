using DigiCam.Flags;
using DigiCam.Notebooks.Tables;
using DigiCam.Results;

namespace DigiCam.Notebooks.Views;

/// <summary>What the result of a run with flashes has to fulfil: the light source need not light all pixels, and of those without light nothing is asked.</summary>
/// <typeparam name="T">The result of the task.</typeparam>
public abstract record LightRequirements<T> : Requirements<T>
    where T : CameraResult
{
    /// <summary>Creates requirements for a light source that lights 528 pixels of the camera, as the CTS of 2018 did.</summary>
    protected LightRequirements() => (MinimumGoodPixels, MaximumFailedFits) = (515, 5);

    /// <inheritdoc/>
    protected override IEnumerable<Check> General(T result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return
        [
            Check.Limits("pixels with light and without any flag", result.GoodCount, "", MinimumGoodPixels, null),
            Check.Limits("pixels with light and without a valid fit", Enumerable.Range(0, result.PixelCount).Count(pixel => !result.Flags[pixel].HasFlag(PixelFlags.NoLed) && !result.Fits[pixel].IsValid), "", null, MaximumFailedFits),
        ];
    }
}
