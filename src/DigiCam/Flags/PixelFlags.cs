namespace DigiCam.Flags;

/// <summary>Why a pixel's result should not be used as it is. A set of bits, stable in files; names as in <see cref="PixelFlagNames"/>.</summary>
[Flags]
public enum PixelFlags : uint
{
    /// <summary>Nothing is wrong.</summary>
    None = 0,

    /// <summary>The fit has no valid result.</summary>
    FitFailed = 1 << 0,

    /// <summary>A fitted parameter rests on its limit.</summary>
    AtLimit = 1 << 1,

    /// <summary>The model does not describe the histogram.</summary>
    BadChi2 = 1 << 2,

    /// <summary>Too few entries.</summary>
    LowStatistics = 1 << 3,

    /// <summary>Samples in the first or last ADC code or outside the axis: the spectrum is cut.</summary>
    Overflow = 1 << 4,

    /// <summary>The gain lies far from the camera's.</summary>
    GainOutlier = 1 << 5,

    /// <summary>The electronic noise lies far from the camera's.</summary>
    NoiseOutlier = 1 << 6,

    /// <summary>No entries at all.</summary>
    Dead = 1 << 7,

    /// <summary>Far too many dark counts.</summary>
    Hot = 1 << 8,

    /// <summary>The light source does not reach the pixel.</summary>
    NoLed = 1 << 9,

    /// <summary>Set by hand.</summary>
    Manual = 1 << 10,

    /// <summary>The baseline lies far from the camera's.</summary>
    BaselineOutlier = 1 << 11,

    /// <summary>All samples have the same value: the channel does not follow its input.</summary>
    Stuck = 1 << 12,

    /// <summary>Counts that are not finite, not whole or negative in the input.</summary>
    NotFinite = 1 << 13,

    /// <summary>The pulse comes at another time than in the camera's other pixels.</summary>
    TimeOutlier = 1 << 14,
}
