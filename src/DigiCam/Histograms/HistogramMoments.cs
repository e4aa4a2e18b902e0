namespace DigiCam.Histograms;

/// <summary>Moments of the entries on a histogram's axis; under- and overflow do not take part.</summary>
/// <param name="Entries">Number of entries.</param>
/// <param name="Mean">Mean; NaN without entries.</param>
/// <param name="Variance">Population variance, the binning's 1/12 included; NaN without entries.</param>
/// <param name="Skewness">Third standardised moment; NaN without spread.</param>
/// <param name="FirstFilled">Value of the first bin that is not empty.</param>
/// <param name="LastFilled">Value of the last bin that is not empty.</param>
/// <param name="FilledBins">Number of bins that are not empty.</param>
public readonly record struct HistogramMoments(
    long Entries, double Mean, double Variance, double Skewness, int FirstFilled, int LastFilled, int FilledBins)
{
    /// <summary>Square root of the variance.</summary>
    public double StandardDeviation => Math.Sqrt(Variance);

    /// <summary>Moments of counts whose first bin has the value <paramref name="firstValue"/>.</summary>
    /// <param name="counts">Entries of each bin (bin).</param>
    /// <param name="firstValue">Value of the first bin.</param>
    public static HistogramMoments Of(ReadOnlySpan<uint> counts, int firstValue)
    {
        int first = counts.IndexOfAnyExcept(0u);
        if (first < 0) return new HistogramMoments(0, double.NaN, double.NaN, double.NaN, firstValue, firstValue - 1, 0);
        int last = counts.LastIndexOfAnyExcept(0u);

        // Relative to the first filled bin the sum of at most 2^32 entries is exact in 64 bits.
        long entries = 0;
        long sum = 0;
        int filled = 0;
        for (int i = first; i <= last; i++)
        {
            entries += counts[i];
            sum += (long)counts[i] * (i - first);
            if (counts[i] != 0) filled++;
        }

        double offset = (double)sum / entries;
        double second = 0;
        double third = 0;
        for (int i = first; i <= last; i++)
        {
            double d = i - first - offset;
            second += counts[i] * d * d;
            third += counts[i] * d * d * d;
        }

        double variance = second / entries;
        double skewness = third / entries / Math.Pow(variance, 1.5);
        return new HistogramMoments(entries, firstValue + first + offset, variance, skewness, firstValue + first, firstValue + last, filled);
    }
}
