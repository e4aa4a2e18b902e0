using System.Collections.Immutable;
using System.Text.Json;
using DigiCam.Files;
using DigiCam.Fitting;
using DigiCam.Flags;
using DigiCam.Geometry;
using DigiCam.Results;

namespace DigiCam.LedCalibration;

/// <summary>The files of an LED calibration: everything (.h5), from which it is restored without a fit; tables for operators (.csv); where it comes from (.json).</summary>
/// <remarks>
/// HDF5: the group led-calibration has dac (level), light, light_error (level, pixel), each quantity, flags (pixel), and in curve (pixel) the fits of d_0..d_4 with lowest_dac, highest_dac, threshold_dac, dark,
/// dark_error, camera_shape; led-calibration_patches has curve (patch) and leds (patch). NaN = not measured.
/// </remarks>
public static class LedFiles
{
    /// <summary>Name of the file with everything unless the user gives one.</summary>
    public const string DefaultFitName = "led_calibration.h5";

    /// <summary>Name of the table of curves.</summary>
    public const string CurvesName = "led_curves.csv";

    /// <summary>Name of the table of settings.</summary>
    public const string SettingsName = "led_settings.csv";

    private const string Group = "/" + LedCalibrationResult.TaskName;
    private const string PatchGroup = Group + "_patches";
    private const string OptionsAttribute = "curve_options";

    /// <summary>The files that <see cref="Write"/> writes: everything, provenance, curves, settings.</summary>
    /// <param name="path">The file with everything (.h5).</param>
    public static IReadOnlyList<string> Paths(string path)
    {
        IReadOnlyList<string> paths = ResultFiles.Paths(path);
        string folder = Path.GetDirectoryName(path) ?? "";
        return [paths[0], paths[^1], Path.Combine(folder, CurvesName), Path.Combine(folder, SettingsName)];
    }

    /// <summary>Writes all files.</summary>
    /// <param name="path">The file with everything (.h5); the tables lie beside it.</param>
    /// <param name="provenance">Where the calibration comes from.</param>
    /// <param name="result">The calibration.</param>
    /// <param name="light">Light of the table of settings [pe]; null for <see cref="LedTables.UsualLight"/>.</param>
    /// <returns>The paths.</returns>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public static IReadOnlyList<string> Write(string path, Provenance provenance, LedCalibrationResult result, IReadOnlyList<double>? light = null)
    {
        ArgumentNullException.ThrowIfNull(result);
        IReadOnlyList<string> paths = Paths(path);
        int[] table = [result.Dac.Length, result.Pixels.Length];
        Hdf5Writer writer = new();
        ResultFiles.AddProvenance(writer, provenance);
        writer.AddAttribute(Group, OptionsAttribute, JsonSerializer.Serialize(result.Options))
            .Add<double>(Group + "/dac", result.Dac.AsSpan(), "DAC", "DAC values measured (level)")
            .Add<double>(Group + "/light", result.MeasuredLight.AsSpan(), table, "pe", "light that the curves were fitted to, that with the LEDs off not subtracted (level, pixel)")
            .Add<double>(Group + "/light_error", result.MeasuredErrors.AsSpan(), table, "pe", "its errors (level, pixel)");
        ResultFiles.AddQuantities(writer, Group, result.Quantities);
        ResultFiles.AddFlags(writer, Group, result.Flags, result.Limits);
        AddCurves(writer, Group, result.Pixels, "pixel");
        AddCurves(writer, PatchGroup, result.Patches, "patch");
        writer.Add<int>(PatchGroup + "/leds", result.PatchPixels.AsSpan(), "", "number of LEDs in the mean (patch)");
        writer.Write(paths[0]);
        ResultFiles.WriteProvenance(paths[1], provenance, result.Limits);
        LedTables.WriteCurves(paths[2], result);
        LedTables.WriteSettings(paths[3], result, light);
        return paths;
    }

    /// <summary>Reads a calibration, which is the one that was written to the last bit.</summary>
    /// <param name="path">The file (.h5).</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It holds no LED calibration, or is damaged; the message names file and dataset.</exception>
    public static LedCalibrationResult Read(string path)
    {
        using Hdf5File file = Hdf5File.Open(path);
        double[] dac = file.Read<double>(Group + "/dac", [-1], "DAC");
        int[] table = [dac.Length, CameraGeometry.PixelCount];
        double[] light = file.Read<double>(Group + "/light", table, "pe");
        double[] errors = file.Read<double>(Group + "/light_error", table, "pe");
        (ImmutableArray<PixelFlags> flags, FlagLimits limits) = ResultFiles.ReadFlags(file, Group, CameraGeometry.PixelCount);
        LedCurveOptions options = ResultFiles.Deserialize<LedCurveOptions>(file, Group, file.GetText(Group, OptionsAttribute));
        return new LedCalibrationResult(
            [.. dac], [.. light], [.. errors], ReadCurves(file, Group, CameraGeometry.PixelCount), ReadCurves(file, PatchGroup, CameraGeometry.PatchCount),
            [.. file.Read<int>(PatchGroup + "/leds", [CameraGeometry.PatchCount], "")], flags, options, limits);
    }

    private static void AddCurves(Hdf5Writer writer, string group, ImmutableArray<LedCurve> curves, string axis)
    {
        string place = group + "/curve";
        Add("lowest_dac", curve => curve.LowestDac, "DAC", "lowest DAC value of the curve");
        Add("highest_dac", curve => curve.HighestDac, "DAC", "highest DAC value of the curve");
        Add("threshold_dac", curve => curve.ThresholdDac, "DAC", "highest DAC value measured that gives no light");
        Add("dark", curve => curve.Dark, "pe", "light with the LED off, subtracted");
        Add("dark_error", curve => curve.DarkError, "pe", "its error");
        writer.Add<byte>(place + "/camera_shape", [.. curves.Select(curve => curve.HasCameraShape ? (byte)1 : (byte)0)], "", $"1 for a curve with what the LEDs have in common ({axis})");
        ResultFiles.AddFits(writer, place, [.. curves.Select(curve => curve.Fit)]);

        void Add(string name, Func<LedCurve, double> value, string unit, string description) => writer.Add<double>($"{place}/{name}", [.. curves.Select(value)], unit, $"{description} ({axis})");
    }

    private static ImmutableArray<LedCurve> ReadCurves(Hdf5File file, string group, int count)
    {
        string place = group + "/curve";
        ImmutableArray<FitResult> fits = ResultFiles.ReadFits(file, place);
        if (fits.Length != count || !fits[0].Parameters.Select(p => p.Name).SequenceEqual(LedCurve.Parameters.Select(p => p.Name)))
            throw new InvalidDataException(FormattableString.Invariant($"{file.Path}: {place} holds {fits.Length} fits of {string.Join(", ", fits.Take(1).SelectMany(fit => fit.Parameters).Select(p => p.Name))}, expected {count} of {string.Join(", ", LedCurve.Parameters.Select(p => p.Name))}"));
        (double[] lowest, double[] highest, double[] threshold) = (Read("lowest_dac", "DAC"), Read("highest_dac", "DAC"), Read("threshold_dac", "DAC"));
        (double[] dark, double[] darkError) = (Read("dark", "pe"), Read("dark_error", "pe"));
        byte[] shape = file.Read<byte>(place + "/camera_shape", [count], "");
        return [.. fits.Select((fit, i) => new LedCurve(fit, lowest[i], highest[i], threshold[i], dark[i], darkError[i], shape[i] != 0))];

        double[] Read(string name, string unit) => file.Read<double>($"{place}/{name}", [count], unit);
    }
}
