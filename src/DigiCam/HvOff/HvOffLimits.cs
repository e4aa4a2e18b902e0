namespace DigiCam.HvOff;

/// <summary>Every threshold behind the flags of the HV-off task, kept with its result.</summary>
public sealed record HvOffLimits
{
    /// <summary>Entries below which a pixel is flagged LOW_STATISTICS.</summary>
    public long MinimumEntries { get; init; } = 1000;

    /// <summary>chi2/ndf above which a pixel is flagged BAD_CHI2, if its p-value is below <see cref="MaximumBadPValue"/> as well.</summary>
    public double MaximumChiSquarePerNdf { get; init; } = 3;

    /// <summary>p-value below which a large chi2/ndf counts; few degrees of freedom scatter widely.</summary>
    public double MaximumBadPValue { get; init; } = 1e-6;

    /// <summary>Distance from the camera's median, in spreads, above which baseline or noise are outliers.</summary>
    public double OutlierSigmas { get; init; } = 5;

    /// <summary>Least number of good pixels for outliers to be looked for: a spread of fewer means little.</summary>
    public int MinimumPixelsForOutliers { get; init; } = 20;

    /// <summary>Empty bins kept on either side of the filled ones; they count in the likelihood.</summary>
    public int RangeMarginBins { get; init; } = 3;
}
