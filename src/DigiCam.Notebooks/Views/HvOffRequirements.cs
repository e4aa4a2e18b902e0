namespace DigiCam.Notebooks.Views;

/// <summary>What an HV-off run has to fulfil for its verdict.</summary>
public sealed record HvOffRequirements
{
    /// <summary>Least number of pixels without any flag.</summary>
    public int MinimumGoodPixels { get; init; } = 1270;

    /// <summary>Least median electronic noise of the camera [LSB].</summary>
    public double MinimumNoiseLsb { get; init; } = 0.7;

    /// <summary>Largest median electronic noise of the camera [LSB].</summary>
    public double MaximumNoiseLsb { get; init; } = 1.3;

    /// <summary>Largest number of pixels without a valid fit.</summary>
    public int MaximumFailedFits { get; init; } = 13;

    /// <summary>Number of outliers in baseline or noise above which there is a warning.</summary>
    public int MaximumOutliers { get; init; } = 13;

    /// <summary>Number of pixels whose spectrum is cut by the ADC range above which there is a warning.</summary>
    public int MaximumOverflows { get; init; }

    /// <summary>Least number of entries of every pixel.</summary>
    public long MinimumEntries { get; init; } = 1000;
}
