namespace DigiCam.Fitting.Models;

/// <summary>Centres and widths of photo-electron peaks: centre = baseline + n gain, width = sqrt(noise^2 + n spread^2) with n avalanches.</summary>
internal static class PeakShapes
{
    /// <summary>Sets centres and widths.</summary>
    /// <param name="peaks">Receives them.</param>
    /// <param name="firstPeak">Number of avalanches of the first peak.</param>
    /// <param name="baseline">Centre without avalanches [LSB].</param>
    /// <param name="gain">Distance of the peaks [LSB/pe].</param>
    /// <param name="noise">Width without avalanches [LSB].</param>
    /// <param name="spread">Spread of one avalanche [LSB].</param>
    public static void FillEquidistant(PeakList peaks, int firstPeak, double baseline, double gain, double noise, double spread)
    {
        Span<double> centres = peaks.Centres;
        Span<double> widths = peaks.Widths;
        for (int i = 0; i < centres.Length; i++)
        {
            int n = firstPeak + i;
            centres[i] = baseline + (n * gain);
            widths[i] = Math.Sqrt((noise * noise) + (n * spread * spread));
        }
    }

    /// <summary>Sets the slopes by baseline, gain, noise and spread; a negative index stands for a value that is no parameter.</summary>
    /// <param name="peaks">The peaks, with their widths set.</param>
    /// <param name="firstPeak">Number of avalanches of the first peak.</param>
    /// <param name="noise">Width without avalanches [LSB].</param>
    /// <param name="spread">Spread of one avalanche [LSB].</param>
    /// <param name="baselineIndex">Index of the baseline.</param>
    /// <param name="gainIndex">Index of the gain.</param>
    /// <param name="noiseIndex">Index of the noise.</param>
    /// <param name="spreadIndex">Index of the spread.</param>
    public static void SetSlopes(PeakList peaks, int firstPeak, double noise, double spread, int baselineIndex, int gainIndex, int noiseIndex, int spreadIndex)
    {
        ReadOnlySpan<double> widths = peaks.Widths;
        for (int i = 0; i < widths.Length; i++)
        {
            int n = firstPeak + i;
            if (baselineIndex >= 0) peaks.CentreSlopes(baselineIndex)[i] = 1;
            peaks.CentreSlopes(gainIndex)[i] = n;
            if (noiseIndex >= 0) peaks.WidthSlopes(noiseIndex)[i] = noise / widths[i];
            peaks.WidthSlopes(spreadIndex)[i] = n * spread / widths[i];
        }
    }
}
