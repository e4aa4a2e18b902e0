using DigiCam.Histograms;
using MathNet.Numerics.Statistics;

namespace DigiCam.Dark;

/// <summary>Tells whether pedestals belong to the pixels of a dark run: a file of another night, another camera or other cables gives numbers that look right.</summary>
public static class PedestalCheck
{
    /// <summary>
    /// Largest distance of samples and baselines in the median pixel [LSB]. Dark counts raise samples by less than half an LSB; baselines of other pixels differ
    /// by their spread over the camera, 6 LSB and more, and a pedestal that is wrong by 3 LSB, half a photo-electron, is of no use.
    /// </summary>
    public const double LargestDistanceLsb = 3;

    /// <summary>Median over the pixels of the distance between the median sample and the baseline [LSB]; NaN without pedestals.</summary>
    /// <param name="samples">All samples of the run, on an axis of ADC codes.</param>
    /// <param name="pedestals">The pedestals.</param>
    public static double MedianDistance(PixelHistograms samples, Pedestals pedestals)
    {
        ArgumentNullException.ThrowIfNull(samples);
        ArgumentNullException.ThrowIfNull(pedestals);
        return Enumerable.Range(0, samples.PixelCount)
            .Where(pixel => pedestals.IsKnown(pixel) && samples.GetEntries(pixel) > 0)
            .Select(pixel => Math.Abs(Median(samples, pixel) - pedestals.Baseline[pixel])).Median();
    }

    /// <summary>Refuses pedestals farther from the samples than <see cref="LargestDistanceLsb"/>.</summary>
    /// <param name="samples">All samples of the run, on an axis of ADC codes.</param>
    /// <param name="pedestals">The pedestals.</param>
    /// <exception cref="InvalidDataException">They are of other pixels or of another time: one sentence that names their source.</exception>
    public static void Require(PixelHistograms samples, Pedestals pedestals)
    {
        double distance = MedianDistance(samples, pedestals);
        if (!(distance > LargestDistanceLsb)) return;
        throw new InvalidDataException(FormattableString.Invariant(
            $"{pedestals.Source}: baselines lie {distance:F1} LSB from the samples of the dark run in the median pixel: they are of other pixels or of another time"));
    }

    private static double Median(PixelHistograms samples, int pixel)
    {
        long half = (samples.GetEntries(pixel) + 1) / 2;
        long sum = samples.GetUnderflow(pixel);
        ReadOnlySpan<uint> counts = samples.GetCounts(pixel);
        for (int i = 0; i < counts.Length; i++)
        {
            sum += counts[i];
            if (sum >= half) return samples.IntegerAxis.First + i;
        }

        return samples.IntegerAxis.Last;
    }
}
