using DigiCam.Files;
using DigiCam.Geometry;
using DigiCam.Histograms;

namespace DigiCam.Results;

/// <summary>
/// Histograms of ADC codes as the 2017 scripts keep them in .npz files: adcs (pixel, code) counts, adcs_bin_centers (code) [LSB]; NaN for pixels with
/// invalid counts. Entries beyond the axis, which no healthy camera makes, go into a further array adcs_flow (pixel, [below, above]).
/// </summary>
public static class NpzHistograms
{
    private const string CountsKey = "adcs";
    private const string CentersKey = "adcs_bin_centers";
    private const string FlowKey = "adcs_flow";

    /// <summary>Writes histograms.</summary>
    /// <param name="path">The target.</param>
    /// <param name="histograms">The histograms.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, PixelHistograms histograms)
    {
        ArgumentNullException.ThrowIfNull(histograms);
        NpzWriter writer = new NpzWriter()
            .Add(CountsKey, [histograms.PixelCount, histograms.Axis.Count], (pixel, row) =>
            {
                if (!histograms.IsValid(pixel)) row.Fill(double.NaN);
                else
                {
                    ReadOnlySpan<uint> counts = histograms.GetCounts(pixel);
                    for (int i = 0; i < row.Length; i++) row[i] = counts[i];
                }
            })
            .Add(CentersKey, histograms.IntegerAxis.Centers());
        if (Enumerable.Range(0, histograms.PixelCount).Any(pixel => histograms.GetUnderflow(pixel) + histograms.GetOverflow(pixel) > 0))
        {
            writer.Add(FlowKey, [histograms.PixelCount, 2], (pixel, row) => (row[0], row[1]) = (histograms.GetUnderflow(pixel), histograms.GetOverflow(pixel)));
        }

        writer.Write(path);
    }

    /// <summary>Reads histograms. The number of events is not in the file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is not such a file.</exception>
    public static PixelHistograms Read(string path)
    {
        using NpzFile file = NpzFile.Open(path);
        double[] centers = file.ReadVector(CentersKey);
        // Samples have 16 bits: beyond them there are no codes, and no sense in memory for their bins.
        if (centers.Length is 0 or > 1 << 16 || !double.IsInteger(centers[0]) || centers[0] < short.MinValue || centers[^1] > short.MaxValue
            || centers.Where((c, i) => c != centers[0] + i).Any())
        {
            throw new InvalidDataException($"{path}: {CentersKey} are not consecutive whole ADC codes");
        }

        double[][] flow = new double[CameraGeometry.PixelCount][];
        Array.Fill(flow, [0, 0]);
        if (file.Contains(FlowKey)) file.Read(FlowKey, [CameraGeometry.PixelCount, 2], (pixel, row) => flow[pixel] = row.ToArray());
        PixelHistograms histograms = new(new IntegerAxis((int)centers[0], centers.Length), CameraGeometry.PixelCount);
        file.Read(CountsKey, [CameraGeometry.PixelCount, centers.Length], (pixel, row) => histograms.SetCounts(pixel, row, flow[pixel][0], flow[pixel][1]));
        return histograms;
    }
}
