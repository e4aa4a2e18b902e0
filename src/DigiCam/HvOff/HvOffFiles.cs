using System.Globalization;
using System.Text;
using System.Text.Json;
using DigiCam.Files;
using DigiCam.Flags;
using DigiCam.Geometry;
using DigiCam.Histograms;
using DigiCam.Results;

namespace DigiCam.HvOff;

/// <summary>
/// Files of the HV-off task: the histograms and fit results of the original scripts (.npz), a table for spreadsheets (.csv)
/// and where they come from (.json).
/// </summary>
public static class HvOffFiles
{
    /// <summary>Name of the histogram file unless the user gives one.</summary>
    public const string DefaultHistogramName = "adc_hv_off.npz";

    /// <summary>Name of the fit file unless the user gives one.</summary>
    public const string DefaultFitName = "adc_hv_off_fit.npz";

    private const string CountsKey = "adcs";
    private const string CentersKey = "adcs_bin_centers";
    private const string FlowKey = "adcs_flow";
    private const int ParameterCount = 3;

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, NewLine = "\n" };

    /// <summary>Writes all files of the task under their usual names.</summary>
    /// <param name="directory">Where to; created if it does not exist.</param>
    /// <param name="result">The results.</param>
    /// <param name="provenance">Where they come from.</param>
    /// <returns>The paths.</returns>
    public static IReadOnlyList<string> WriteAll(string directory, HvOffResult result, Provenance provenance)
    {
        ArgumentNullException.ThrowIfNull(result);
        string histograms = Path.Combine(directory, DefaultHistogramName);
        return [.. WriteHistograms(histograms, result.Histograms, provenance), .. WriteResults(Path.Combine(directory, DefaultFitName), result, provenance)];
    }

    /// <summary>Writes the fit results, and beside them the table (.csv) and the provenance (.json).</summary>
    /// <param name="fitPath">The fit file (.npz).</param>
    /// <param name="result">The results.</param>
    /// <param name="provenance">Where they come from.</param>
    /// <returns>The paths.</returns>
    public static IReadOnlyList<string> WriteResults(string fitPath, HvOffResult result, Provenance provenance)
    {
        ArgumentNullException.ThrowIfNull(result);
        IReadOnlyList<string> paths = ResultPaths(fitPath);
        WriteFit(paths[0], result);
        WriteTable(paths[1], result);
        WriteProvenance(paths[2], provenance, result.Limits);
        return paths;
    }

    /// <summary>The files that <see cref="WriteResults"/> writes: the fits, the table and the provenance.</summary>
    /// <param name="fitPath">The fit file; .npz at its end gives way to .csv and .json, anything else stays.</param>
    public static IReadOnlyList<string> ResultPaths(string fitPath)
    {
        ArgumentNullException.ThrowIfNull(fitPath);
        string stem = fitPath.EndsWith(".npz", StringComparison.OrdinalIgnoreCase) ? fitPath[..^4] : fitPath;
        return [fitPath, stem + ".csv", stem + ".json"];
    }

    /// <summary>
    /// Writes histograms: adcs (pixel, code) counts, adcs_bin_centers (code) [LSB]. Pixels with invalid counts become NaN.
    /// Entries beyond the axis, which no healthy camera makes, go into a further array adcs_flow (pixel, [below, above]).
    /// </summary>
    /// <param name="path">The target.</param>
    /// <param name="histograms">The histograms.</param>
    /// <param name="provenance">Where they come from, for a file (.json) beside them; null for none.</param>
    /// <returns>The paths.</returns>
    public static IReadOnlyList<string> WriteHistograms(string path, PixelHistograms histograms, Provenance? provenance = null)
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
        if (provenance is null) return [path];
        string json = ProvenancePath(path);
        AtomicFile.WriteText(json, JsonSerializer.Serialize(new { provenance }, Json) + "\n");
        return [path, json];
    }

    /// <summary>Where histograms that were saved come from; null when there is no such file beside them.</summary>
    /// <param name="histogramPath">The histograms (.npz).</param>
    /// <exception cref="InvalidDataException">The file beside them is not one of provenance.</exception>
    public static Provenance? ReadHistogramProvenance(string histogramPath)
    {
        string path = ProvenancePath(histogramPath);
        if (!File.Exists(path)) return null;
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            return document.RootElement.GetProperty("provenance").Deserialize<Provenance>() ?? throw new JsonException("it is empty");
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new InvalidDataException($"{path}: not a file of provenance: {exception.Message}", exception);
        }
    }

    /// <summary>The file beside saved histograms that says where they come from.</summary>
    /// <param name="histogramPath">The histograms; .npz at the end gives way to .json, anything else stays.</param>
    public static string ProvenancePath(string histogramPath) => ResultPaths(histogramPath)[2];

    /// <summary>Reads histograms. The number of events is not in the file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">It is not such a file.</exception>
    public static PixelHistograms ReadHistograms(string path)
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

    /// <summary>Writes fit results: adcs_fit_result (pixel, [norm, mean, sigma], [value, error]) [entries, LSB, LSB]; NaN = not fitted.</summary>
    /// <param name="path">The target.</param>
    /// <param name="result">The results.</param>
    public static void WriteFit(string path, HvOffResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        new NpzWriter()
            .Add("adcs_fit_result", [result.Pixels.Length, ParameterCount, 2], (pixel, row) =>
            {
                for (int k = 0; k < ParameterCount; k++)
                {
                    row[2 * k] = result.Pixels[pixel].Fit.Parameters[k].Value;
                    row[(2 * k) + 1] = result.Pixels[pixel].Fit.Parameters[k].Error;
                }
            })
            .Write(path);
    }

    /// <summary>Reads fit results (pixel, [norm, mean, sigma], [value, error]), flat rows of six.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">It is not such a file.</exception>
    public static double[][] ReadFit(string path)
    {
        using NpzFile file = NpzFile.Open(path);
        double[][] rows = new double[CameraGeometry.PixelCount][];
        file.Read("adcs_fit_result", [CameraGeometry.PixelCount, ParameterCount, 2], (pixel, row) => rows[pixel] = row.ToArray());
        return rows;
    }

    /// <summary>Writes one line per pixel, with a header line; units are in the names. NaN = not fitted.</summary>
    /// <param name="path">The target.</param>
    /// <param name="result">The results.</param>
    public static void WriteTable(string path, HvOffResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        StringBuilder text = new("pixel,baseline_lsb,baseline_error_lsb,noise_lsb,noise_error_lsb,norm,norm_error,chi2,ndf,p_value,skewness,entries,underflow,overflow,status,flags\n");
        foreach (HvOffPixel p in result.Pixels)
        {
            text.Append(CultureInfo.InvariantCulture, $"{p.Pixel},{p.Baseline:R},{p.BaselineError:R},{p.Noise:R},{p.NoiseError:R},{p.Fit.Parameters[0].Value:R},{p.Fit.Parameters[0].Error:R},")
                .Append(CultureInfo.InvariantCulture, $"{p.Fit.Minimum:R},{p.Fit.DegreesOfFreedom},{p.Fit.PValue:R},{p.Moments.Skewness:R},{p.Moments.Entries},{p.Underflow},{p.Overflow},{p.Fit.Status},{PixelFlagNames.Describe(p.Flags)}\n");
        }

        AtomicFile.WriteText(path, text.ToString());
    }

    /// <summary>Writes where a result comes from, with the thresholds of its flags.</summary>
    /// <param name="path">The target.</param>
    /// <param name="provenance">Where it comes from.</param>
    /// <param name="limits">The thresholds.</param>
    public static void WriteProvenance(string path, Provenance provenance, FlagLimits limits) =>
        AtomicFile.WriteText(path, JsonSerializer.Serialize(new { provenance, limits, flag_bits = PixelFlagNames.All.ToDictionary(f => f.Name, f => (uint)f.Flag) }, Json) + "\n");
}
