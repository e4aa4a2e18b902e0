namespace DigiCam.Notebooks.Cameras;

/// <summary>The part of a histogram that is drawn.</summary>
/// <param name="FirstCentre">Centre of the first drawn bin [unit of the axis].</param>
/// <param name="Width">Width of a drawn bin [unit of the axis].</param>
/// <param name="Group">Bins of the histogram in one drawn bin.</param>
/// <param name="Counts">Entries per drawn bin.</param>
/// <param name="Expected">Expected entries per drawn bin, NaN outside the fitted range; null without a fit.</param>
/// <param name="Below">Entries of the histogram below the first drawn bin.</param>
/// <param name="Above">Entries of the histogram above the last drawn bin.</param>
internal sealed record DrawnSpectrum(double FirstCentre, double Width, int Group, long[] Counts, double[]? Expected, long Below, long Above)
{
    /// <summary>Lower edge of the first drawn bin.</summary>
    public double Low => FirstCentre - (Width / 2);

    /// <summary>Upper edge of the last drawn bin.</summary>
    public double High => Low + (Width * Counts.Length);
}
