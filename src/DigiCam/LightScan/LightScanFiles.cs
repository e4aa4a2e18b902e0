using System.Collections.Immutable;
using DigiCam.Files;
using DigiCam.Fitting;
using DigiCam.Flags;
using DigiCam.Results;

namespace DigiCam.LightScan;

/// <summary>
/// What the fits of a scan have beside one fit for each pixel: the light of every level, in HDF5, and the files of the 2017 scripts (.npz). The fits themselves are in those
/// of <see cref="ResultFiles"/>.
/// </summary>
/// <remarks>
/// HDF5: a group named as the task with "_levels" behind; in it mu, mu_error, own_error [pe], crosstalk, crosstalk_error, chi2, degrees_of_freedom, status, flags,
/// is_shared (level, pixel), place (slot, pixel), has_light, f_factor_charge, f_factor_error, f_factor_levels (pixel). NaN = not measured, place -1 = none.
/// </remarks>
public static class LightScanFiles
{
    /// <summary>Name of the file with the fits of the sums unless the user gives one.</summary>
    public const string DefaultFullFitName = "full_mpe_fit.npz";

    /// <summary>Name of the file with the fits of the levels unless the user gives one.</summary>
    public const string DefaultLevelFitName = "mpe_fit.npz";

    private const string FullKey = "full_mpe_fit_result";
    private const string LevelKey = "mpes_fit_result";
    private const int FullParameters = 4 + ClassicalFitter.MostPeaks;
    private const int LevelParameters = 8;

    /// <summary>Adds the light of the levels to an HDF5 file, as <see cref="ResultFiles"/> does with every result of a scan; <see cref="ReadLevels"/> reads it.</summary>
    /// <param name="writer">The file.</param>
    /// <param name="task">Name of the task.</param>
    /// <param name="pixels">The fits (pixel).</param>
    /// <exception cref="ArgumentException">The group is there already, or there is no pixel.</exception>
    public static void WriteLevels(Hdf5Writer writer, string task, ImmutableArray<LightPixel> pixels)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (pixels.IsDefaultOrEmpty) throw new ArgumentException("no pixel to write", nameof(pixels));
        string group = GroupOf(task);
        int levels = pixels[0].Levels.Length;
        int slots = Math.Max(1, pixels.Max(p => p.Shared.Length));
        int[] shape = [levels, pixels.Length];
        Add("mu", level => level.Mu, "pe", "primary photo-electrons of a flash in the mean");
        Add("mu_error", level => level.MuError, "pe", "standard error, that of the pixel's other parameters included; NaN = none, as for light of 0");
        Add("own_error", level => level.OwnError, "pe", "the part of the error that is the level's own");
        Add("crosstalk", level => level.CrossTalk, "", "crosstalk found with the light, or held");
        Add("crosstalk_error", level => level.CrossTalkError, "", "its standard error; NaN = held");
        Add("chi2", level => level.ChiSquare, "", "-2 ln L of the level relative to the saturated model");
        Add("degrees_of_freedom", level => level.DegreesOfFreedom, "", "bins minus parameters of the level's own");
        Add("status", level => (int)level.Status, "", $"how the fit ended: {string.Join(", ", Enum.GetValues<FitStatus>().Select(s => FormattableString.Invariant($"{(int)s} {s}")))}");
        Add("flags", level => (uint)level.Flags, "", "what is wrong with the level: bits as of the pixels' flags");
        Add("is_shared", level => (byte)(level.IsShared ? 1 : 0), "", "1 for a level that took part in the fit of what the levels share");
        writer.Add<int>(group + "/place", [.. Enumerable.Range(0, slots).SelectMany(slot => pixels.Select(p => slot < p.Shared.Length ? p.Shared[slot] : -1))], [slots, pixels.Length], "", "levels that were fitted together (slot, pixel); -1 = none")
            .Add<byte>(group + "/has_light", [.. pixels.Select(p => (byte)(p.HasLight ? 1 : 0))], "", "1 where some level has light (pixel)")
            .Add<double>(group + "/f_factor_charge", [.. pixels.Select(p => p.FFactor.Charge)], "LSB/pe", "G / (1 - x) from means and variances at much light (pixel)")
            .Add<double>(group + "/f_factor_error", [.. pixels.Select(p => p.FFactor.Error)], "LSB/pe", "its standard error (pixel)")
            .Add<int>(group + "/f_factor_levels", [.. pixels.Select(p => p.FFactor.Levels)], "", "levels of much light that were used (pixel)");

        void Add<T>(string name, Func<LightLevel, T> value, string unit, string description)
            where T : unmanaged =>
            writer.Add<T>($"{group}/{name}", [.. Enumerable.Range(0, levels).SelectMany(level => pixels.Select(p => value(p.Levels[level])))], shape, unit, description + " (level, pixel)");
    }

    /// <summary>Reads what <see cref="WriteLevels"/> wrote; the fits are without values, see <see cref="LightScanFitter.Restore"/>.</summary>
    /// <param name="file">The file.</param>
    /// <param name="task">Name of the task.</param>
    /// <param name="levelCount">Number of levels.</param>
    /// <param name="pixelCount">Number of pixels.</param>
    /// <exception cref="InvalidDataException">There are none, or they are damaged: one sentence that names file and dataset.</exception>
    public static ImmutableArray<LightPixel> ReadLevels(Hdf5File file, string task, int levelCount, int pixelCount)
    {
        ArgumentNullException.ThrowIfNull(file);
        string group = GroupOf(task);
        int[] shape = [levelCount, pixelCount];
        double[] mu = file.Read<double>(group + "/mu", shape, "pe");
        double[] muError = file.Read<double>(group + "/mu_error", shape, "pe");
        double[] ownError = file.Read<double>(group + "/own_error", shape, "pe");
        double[] crossTalk = file.Read<double>(group + "/crosstalk", shape, "");
        double[] crossTalkError = file.Read<double>(group + "/crosstalk_error", shape, "");
        double[] chiSquare = file.Read<double>(group + "/chi2", shape, "");
        int[] degreesOfFreedom = file.Read<int>(group + "/degrees_of_freedom", shape, "");
        int[] status = file.Read<int>(group + "/status", shape, "");
        uint[] flags = file.Read<uint>(group + "/flags", shape, "");
        byte[] isShared = file.Read<byte>(group + "/is_shared", shape, "");
        int[] place = file.Read<int>(group + "/place", [-1, pixelCount], "", out int[] found);
        byte[] hasLight = file.Read<byte>(group + "/has_light", [pixelCount], "");
        double[] charge = file.Read<double>(group + "/f_factor_charge", [pixelCount], "LSB/pe");
        double[] chargeError = file.Read<double>(group + "/f_factor_error", [pixelCount], "LSB/pe");
        int[] chargeLevels = file.Read<int>(group + "/f_factor_levels", [pixelCount], "");
        if (place.Any(level => level < -1 || level >= levelCount)) throw new InvalidDataException(FormattableString.Invariant($"{file.Path}: {group}/place names levels beyond the {levelCount} there are"));
        if (status.Any(s => !Enum.IsDefined((FitStatus)s))) throw new InvalidDataException($"{file.Path}: {group}/status has numbers without a meaning");
        FitResult none = FitResult.Without(FitStatus.NotEnoughData, [], 0);
        return
        [
            .. Enumerable.Range(0, pixelCount).Select(pixel => new LightPixel(
                none, [.. Enumerable.Range(0, found[0]).Select(slot => place[(slot * pixelCount) + pixel]).Where(level => level >= 0)],
                [
                    .. Enumerable.Range(0, levelCount).Select(level => (level * pixelCount) + pixel).Select(i => new LightLevel(
                        mu[i], muError[i], ownError[i], crossTalk[i], crossTalkError[i], chiSquare[i], degreesOfFreedom[i], (FitStatus)status[i], (PixelFlags)flags[i], isShared[i] != 0)),
                ],
                hasLight[pixel] != 0)
            {
                FFactor = new FFactorGain(charge[pixel], chargeError[pixel], chargeLevels[pixel]),
            }),
        ];
    }

    /// <summary>Reads the fits of levels together that <see cref="ResultFiles"/> wrote.</summary>
    /// <param name="path">The file (.h5).</param>
    /// <param name="spectra">The charges that were fitted.</param>
    /// <param name="options">How they were fitted; null for the defaults.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It holds no such fits, or those of other charges or options, or is damaged.</exception>
    public static LightScanResult Read(string path, LightSpectra spectra, LightScanOptions? options = null)
    {
        (SavedResult saved, ImmutableArray<LightPixel> levels) = Saved(path, LightScanResult.TaskName, spectra);
        return LightScanFitter.Restore(spectra, saved, levels, options);
    }

    /// <summary>Reads the fits of the classical chain that <see cref="ResultFiles"/> wrote.</summary>
    /// <param name="path">The file (.h5).</param>
    /// <param name="spectra">The charges that were fitted.</param>
    /// <param name="options">How they were fitted; null for the defaults.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It holds no such fits, or those of other charges or options, or is damaged.</exception>
    public static ClassicalResult ReadClassical(string path, LightSpectra spectra, LightScanOptions? options = null)
    {
        (SavedResult saved, ImmutableArray<LightPixel> levels) = Saved(path, ClassicalResult.TaskName, spectra);
        return ClassicalFitter.Restore(spectra, saved, levels, options);
    }

    /// <summary>Writes full_mpe_fit_result (pixel, [baseline, gain, sigma_e, sigma_1, A0..A21], [value, error]) [LSB, entries]; NaN = not fitted.</summary>
    /// <param name="path">The target.</param>
    /// <param name="result">The fits of the sums.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void WriteFullFit(string path, ClassicalResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        WriteFullFit(path, result.Fits);
    }

    /// <summary>The same from fits as a file keeps them.</summary>
    internal static void WriteFullFit(string path, ImmutableArray<FitResult> fits) =>
        new NpzWriter().Add(FullKey, [fits.Length, FullParameters, 2], (pixel, row) =>
        {
            for (int k = 0; k < FullParameters; k++) (row[2 * k], row[(2 * k) + 1]) = NpzFits.Of(fits[pixel], k);
        }).Write(path);

    /// <summary>
    /// Writes mpes_fit_result (level, pixel, [mu, mu_xt, gain, baseline, sigma_e, sigma_1, amplitude, offset], [value, error]) [pe, LSB, entries]; NaN = not fitted. The
    /// amplitude is the number of entries and without error, the offset 0.
    /// </summary>
    /// <param name="path">The target.</param>
    /// <param name="spectra">The charges.</param>
    /// <param name="pixels">The fits (pixel), of either way to fit.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void WriteLevelFits(string path, LightSpectra spectra, ImmutableArray<LightPixel> pixels)
    {
        ArgumentNullException.ThrowIfNull(spectra);
        string[] shared = ["gain", "baseline", "sigma_e", "sigma_1"];
        new NpzWriter().Add(LevelKey, [spectra.LevelCount, pixels.Length, LevelParameters, 2], (level, row) =>
        {
            for (int pixel = 0; pixel < pixels.Length; pixel++)
            {
                LightLevel light = pixels[pixel].Levels[level];
                Span<double> values = row.Slice(pixel * LevelParameters * 2, LevelParameters * 2);
                values.Fill(double.NaN);
                if (double.IsNaN(light.Mu)) continue;
                (values[0], values[1], values[2], values[3]) = (light.Mu, light.MuError, light.CrossTalk, light.CrossTalkError);
                for (int k = 0; k < shared.Length; k++) (values[4 + (2 * k)], values[5 + (2 * k)]) = (pixels[pixel].Fit[shared[k]].Value, pixels[pixel].Fit[shared[k]].Error);
                (values[12], values[14]) = (spectra.Charges.GetEntries(level, pixel), 0);
            }
        }).Write(path);
    }

    /// <summary>Saved fits and levels of the same pixels together.</summary>
    internal static ImmutableArray<LightPixel> Joined(LightSpectra spectra, SavedResult saved, ImmutableArray<LightPixel> levels)
    {
        if (levels.Length != saved.Fits.Length || levels.Any(p => p.Levels.Length != spectra.LevelCount))
            throw new InvalidDataException(FormattableString.Invariant($"{saved.Path}: fits of {saved.Fits.Length} pixels and {spectra.LevelCount} levels of charges, but light of {levels.Length} pixels"));
        return [.. levels.Select((p, pixel) => p with { Fit = saved.Fits[pixel] })];
    }

    private static (SavedResult Saved, ImmutableArray<LightPixel> Levels) Saved(string path, string task, LightSpectra spectra)
    {
        ArgumentNullException.ThrowIfNull(spectra);
        SavedResult saved = ResultFiles.Read(path, task);
        using Hdf5File file = Hdf5File.Open(path);
        return (saved, ReadLevels(file, task, spectra.LevelCount, spectra.PixelCount));
    }

    private static string GroupOf(string task) => $"/{task}_levels";
}
