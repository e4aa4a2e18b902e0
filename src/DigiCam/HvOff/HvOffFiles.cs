using DigiCam.Charges;
using DigiCam.Fitting;
using DigiCam.Geometry;
using DigiCam.Histograms;
using DigiCam.Results;

namespace DigiCam.HvOff;

/// <summary>
/// Files of the HV-off task: the histograms and fit results of the original scripts (.npz), everything (.h5), a table for spreadsheets (.csv)
/// and where they come from (.json).
/// </summary>
public static class HvOffFiles
{
    /// <summary>Name of the histogram file unless the user gives one.</summary>
    public const string DefaultHistogramName = "adc_hv_off.npz";

    /// <summary>Name of the fit file unless the user gives one.</summary>
    public const string DefaultFitName = "adc_hv_off_fit.npz";

    // norm, mean, sigma.
    private const int ParameterCount = 3;

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

    /// <summary>Writes the fit results, and beside them everything (.h5), the table (.csv) and the provenance (.json).</summary>
    /// <param name="fitPath">The fit file (.npz).</param>
    /// <param name="result">The results.</param>
    /// <param name="provenance">Where they come from.</param>
    /// <returns>The paths.</returns>
    public static IReadOnlyList<string> WriteResults(string fitPath, HvOffResult result, Provenance provenance)
    {
        WriteFit(ResultPaths(fitPath)[0], result);
        return [ResultPaths(fitPath)[0], .. ResultFiles.Write(fitPath, provenance, result)];
    }

    /// <summary>The files that <see cref="WriteResults"/> writes: the fits (.npz), everything (.h5), the table (.csv) and the provenance (.json).</summary>
    /// <param name="fitPath">The fit file; .npz at its end gives way to the other endings, anything else stays.</param>
    public static IReadOnlyList<string> ResultPaths(string fitPath) => [ResultFiles.NpzPath(fitPath), .. ResultFiles.Paths(fitPath)];

    /// <summary>Writes histograms; see <see cref="NpzHistograms"/>.</summary>
    /// <param name="path">The target.</param>
    /// <param name="histograms">The histograms.</param>
    /// <param name="provenance">Where they come from, for a file (.json) beside them.</param>
    /// <returns>The paths.</returns>
    public static IReadOnlyList<string> WriteHistograms(string path, PixelHistograms histograms, Provenance provenance)
    {
        IReadOnlyList<string> paths = HistogramPaths(path);
        NpzHistograms.Write(paths[0], histograms);
        ResultFiles.WriteProvenance(paths[1], provenance);
        return paths;
    }

    /// <summary>The files that <see cref="WriteHistograms"/> writes: the histograms and the provenance (.json).</summary>
    /// <param name="path">The file of histograms.</param>
    public static IReadOnlyList<string> HistogramPaths(string path) => [path, ResultFiles.Paths(path)[^1]];

    /// <summary>Writes fit results: adcs_fit_result (pixel, [norm, mean, sigma], [value, error]) [entries, LSB, LSB]; NaN = not fitted.</summary>
    /// <param name="path">The target.</param>
    /// <param name="result">The results.</param>
    public static void WriteFit(string path, HvOffResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        NpzFits.Write(path, ParameterCount, (pixel, k) => NpzFits.Of(result.Fits[pixel], k));
    }

    /// <summary>Puts saved results back together with their histograms: complete where there is a file with everything (.h5), else from the fit file of the original scripts.</summary>
    /// <param name="histograms">The histograms.</param>
    /// <param name="fitPath">The fit file.</param>
    /// <exception cref="FileNotFoundException">There is neither file.</exception>
    /// <exception cref="InvalidDataException">It is not such a file.</exception>
    public static HvOffResult Restore(PixelHistograms histograms, string fitPath)
    {
        string complete = ResultFiles.Paths(fitPath)[0];
        return File.Exists(complete) ? HvOffFitter.Restore(histograms, ResultFiles.Read(complete, HvOffResult.TaskName)) : HvOffFitter.Restore(histograms, ReadFit(fitPath));
    }

    /// <summary>Reads baselines and noise as input of another task; the histograms behind them are not needed.</summary>
    /// <param name="path">A fit file of the original scripts (.npz) or of the kit (.h5).</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It holds no such results, or those of another number of pixels; the message names file and key.</exception>
    public static HvOffResult ReadInput(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!path.EndsWith(".h5", StringComparison.OrdinalIgnoreCase)) return HvOffFitter.WithoutHistograms(ReadFit(path));
        SavedResult saved = ResultFiles.Read(path, HvOffResult.TaskName);
        saved.RequireFits(CameraGeometry.PixelCount, ChargeScale.Amplitude, new GaussianModel().Parameters);
        return HvOffFitter.WithoutHistograms(saved.Fits, saved.Flags, saved.Limits);
    }

    /// <summary>Reads fit results (pixel, [norm, mean, sigma], [value, error]), flat rows of six.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">It is not such a file.</exception>
    public static double[][] ReadFit(string path) => NpzFits.Read(path, ParameterCount);
}
