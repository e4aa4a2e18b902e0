using System.Collections.Immutable;
using System.Text.Json;
using DigiCam.Charges;
using DigiCam.Files;
using DigiCam.Fitting;
using DigiCam.Flags;

namespace DigiCam.Results;

/// <summary>
/// The files that every task writes beside those of the 2017 scripts: HDF5 (.h5) with all there is, from which a result is restored; a table (.csv); and
/// where the result comes from (.json). Each is written under a temporary name and renamed.
/// </summary>
/// <remarks>
/// HDF5: a group named as the task; in it a dataset (pixel) for each quantity and NAME_error for its errors; flags (pixel); fit/value, fit/error,
/// fit/is_at_limit, fit/is_fixed (pixel, parameter), fit/covariance (pixel, parameter, parameter), fit/status, fit/minimum, fit/data_count,
/// fit/degrees_of_freedom, fit/calls (pixel); fit/attempt/* (attempt) with the pixel of each. NaN = not measured.
/// </remarks>
public static class ResultFiles
{
    private const string TitleAttribute = "title";
    private const string ScaleAttribute = "charge_scale";
    internal const string LimitsAttribute = "flag_limits";
    private const string ProvenancePlace = "/provenance";
    private const string FlagsDescription = "what is wrong with each pixel, a set of bits named from the lowest (pixel)";

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, NewLine = "\n" };
    internal static readonly string[] StatusNames = Enum.GetNames<FitStatus>();

    // By bit: a flag that has no name here would be lost in a file.
    internal static readonly string[] FlagNames = [.. PixelFlagNames.All.Select(f => f.Name)];

    /// <summary>Writes the three files.</summary>
    /// <param name="path">The HDF5 file; see <see cref="Paths"/> for the others.</param>
    /// <param name="provenance">Where the results come from.</param>
    /// <param name="result">The result; the table is its own.</param>
    /// <param name="further">Further results that belong to it and go into the same HDF5 file, of other task names.</param>
    /// <returns>The paths.</returns>
    /// <exception cref="IOException">A file cannot be written; the message names it.</exception>
    public static IReadOnlyList<string> Write(string path, Provenance provenance, CameraResult result, params CameraResult[] further)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(further);
        IReadOnlyList<string> paths = Paths(path);
        WriteHdf5(paths[0], provenance, result, further);
        ResultTable.Write(paths[1], result);
        WriteProvenance(paths[2], provenance, result.Limits);
        return paths;
    }

    /// <summary>The files that <see cref="Write"/> writes: HDF5, table, provenance.</summary>
    /// <param name="path">A file of the result; .npz or .h5 at its end gives way to .h5, .csv and .json, anything else stays.</param>
    public static IReadOnlyList<string> Paths(string path)
    {
        string stem = Stem(path);
        return [stem + ".h5", stem + ".csv", stem + ".json"];
    }

    /// <summary>The file of the 2017 scripts beside the others: the path itself, but for one that ends in .h5.</summary>
    /// <param name="path">A file of the result.</param>
    public static string NpzPath(string path) => path is not null && path.EndsWith(".h5", StringComparison.OrdinalIgnoreCase) ? Stem(path) + ".npz" : path!;

    internal static string Stem(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string extension = Path.GetExtension(path);
        return extension.Equals(".npz", StringComparison.OrdinalIgnoreCase) || extension.Equals(".h5", StringComparison.OrdinalIgnoreCase) ? path[..^extension.Length] : path;
    }

    /// <summary>Writes results with all there is of them.</summary>
    /// <param name="path">The target.</param>
    /// <param name="provenance">Where the results come from.</param>
    /// <param name="result">A result.</param>
    /// <param name="further">Further results, of other task names.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void WriteHdf5(string path, Provenance provenance, CameraResult result, params CameraResult[] further)
    {
        ArgumentNullException.ThrowIfNull(provenance);
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(further);
        Hdf5Writer writer = new();
        AddProvenance(writer, provenance);
        foreach (CameraResult each in (IEnumerable<CameraResult>)[result, .. further]) Add(writer, each);
        writer.Write(path);
    }

    /// <summary>True when a file holds a result of a task.</summary>
    /// <param name="path">The file (.h5).</param>
    /// <param name="task">Name of the task.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static bool Contains(string path, string task)
    {
        using Hdf5File file = Hdf5File.Open(path);
        return file.Contains("/" + task);
    }

    /// <summary>Reads the fits of a task.</summary>
    /// <param name="path">The file (.h5).</param>
    /// <param name="task">Name of the task.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It holds no result of this task, or is damaged; the message names file and dataset.</exception>
    public static SavedResult Read(string path, string task)
    {
        ArgumentException.ThrowIfNullOrEmpty(task);
        using Hdf5File file = Hdf5File.Open(path);
        string group = "/" + task;
        string scaleText = file.GetText(group, ScaleAttribute);
        if (!ChargeScale.TryParse(scaleText, out ChargeScale scale)) throw Defect(file, group, $"has a charge_scale '{scaleText}' that is none");
        ImmutableArray<FitResult> fits = ReadFits(file, group + "/fit");
        (ImmutableArray<PixelFlags> flags, FlagLimits limits) = ReadFlags(file, group, fits.Length);
        return new SavedResult(path, task, scale, fits, flags, limits);
    }

    /// <summary>Where the results in a file come from.</summary>
    /// <param name="path">The file (.h5).</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It does not say, or is damaged.</exception>
    public static Provenance ReadProvenance(string path)
    {
        using Hdf5File file = Hdf5File.Open(path);
        string[] texts = file.ReadTexts(ProvenancePlace);
        return texts.Length == 1 ? Deserialize<Provenance>(file, ProvenancePlace, texts[0]) : throw Defect(file, ProvenancePlace, FormattableString.Invariant($"holds {texts.Length} texts, expected one"));
    }

    /// <summary>Writes where a result comes from, with the thresholds of its flags.</summary>
    /// <param name="path">The target (.json).</param>
    /// <param name="provenance">Where it comes from.</param>
    /// <param name="limits">The thresholds; null for files without flags.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void WriteProvenance(string path, Provenance provenance, FlagLimits? limits = null) => AtomicFile.WriteText(
        path,
        (limits is null
            ? JsonSerializer.Serialize(new { provenance }, Json)
            : JsonSerializer.Serialize(new { provenance, limits, flag_bits = PixelFlagNames.All.ToDictionary(f => f.Name, f => (uint)f.Flag) }, Json)) + "\n");

    /// <summary>Where a file comes from, as the file (.json) beside it says; null when there is none.</summary>
    /// <param name="path">The file of provenance.</param>
    /// <exception cref="InvalidDataException">The file beside it is not one of provenance.</exception>
    public static Provenance? ReadProvenanceBeside(string path)
    {
        string json = Stem(path) + ".json";
        if (!File.Exists(json)) return null;
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(json));
            return document.RootElement.GetProperty("provenance").Deserialize<Provenance>() ?? throw new JsonException("it is empty");
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new InvalidDataException($"{json}: not a file of provenance: {exception.Message}", exception);
        }
    }

    private static void Add(Hdf5Writer writer, CameraResult result)
    {
        string group = "/" + result.Task;
        writer.AddAttribute(group, TitleAttribute, result.Title)
            .AddAttribute(group, ScaleAttribute, result.Scale.ToString());
        AddQuantities(writer, group, result.Quantities);
        AddFlags(writer, group, result.Flags, result.Limits);
        AddFits(writer, group + "/fit", result.Fits);
        result.AddTo(writer);
    }

    internal static void AddProvenance(Hdf5Writer writer, Provenance provenance) => writer.AddTexts(ProvenancePlace, [JsonSerializer.Serialize(provenance)], "where the results come from, JSON");

    internal static void AddQuantities(Hdf5Writer writer, string group, ImmutableArray<PixelQuantity> quantities)
    {
        foreach (PixelQuantity quantity in quantities)
        {
            writer.Add<double>($"{group}/{quantity.Key}", quantity.Values.AsSpan(), quantity.Unit, quantity.Description + " (pixel)");
            if (quantity.HasErrors) writer.Add<double>($"{group}/{quantity.Key}_error", quantity.Errors.AsSpan(), quantity.Unit, $"standard error of {quantity.Key} (pixel)");
        }
    }

    internal static void AddFlags(Hdf5Writer writer, string group, ImmutableArray<PixelFlags> flags, FlagLimits limits) => writer
        .AddAttribute(group, LimitsAttribute, JsonSerializer.Serialize(limits))
        .AddNamed<uint>(group + "/flags", [.. flags.Select(f => (uint)f)], FlagNames, FlagsDescription);

    internal static (ImmutableArray<PixelFlags> Flags, FlagLimits Limits) ReadFlags(Hdf5File file, string group, int pixels)
    {
        uint[] flags = file.Read<uint>(group + "/flags", [pixels]);
        string[] names = file.GetTexts(group + "/flags", Hdf5Writer.NamesAttribute);
        if (!FlagNames.Take(names.Length).SequenceEqual(names)) throw Defect(file, group + "/flags", $"has other names of flags than {string.Join(", ", FlagNames)}");
        return ([.. flags.Select(f => (PixelFlags)f)], Deserialize<FlagLimits>(file, group, file.GetText(group, LimitsAttribute)));
    }

    internal static void AddFits(Hdf5Writer writer, string group, ImmutableArray<FitResult> fits)
    {
        ImmutableArray<FittedParameter> names = fits[0].Parameters;
        int count = names.Length;
        double[] covariance = new double[fits.Length * count * count];
        for (int i = 0; i < covariance.Length; i++) covariance[i] = fits[i / (count * count)].Covariance(i / count % count, i % count);
        int[] table = [fits.Length, count];
        (int Pixel, FitAttempt Attempt)[] attempts = [.. fits.SelectMany((fit, pixel) => fit.Attempts.Select(attempt => (pixel, attempt)))];
        string[] descriptions = [.. attempts.Select(a => a.Attempt.Description).Distinct().DefaultIfEmpty("none")];
        writer.AddTexts(group + "/parameter", [.. names.Select(p => p.Name)], "names of the parameters (parameter)")
            .AddTexts(group + "/unit", [.. names.Select(p => p.Unit)], "units of the parameters (parameter)")
            .Add<double>(group + "/value", [.. All(p => p.Value)], table, "", "fitted values in their own units; NaN = not fitted (pixel, parameter)")
            .Add<double>(group + "/error", [.. All(p => p.Error)], table, "", "standard errors; NaN = none: not converged, fixed or on a limit (pixel, parameter)")
            .Add<byte>(group + "/is_at_limit", [.. All(p => p.IsAtLimit ? (byte)1 : (byte)0)], table, "", "1 where the value rests on a limit (pixel, parameter)")
            .Add<byte>(group + "/is_fixed", [.. All(p => p.IsFixed ? (byte)1 : (byte)0)], table, "", "1 where the value was not fitted (pixel, parameter)")
            .Add<double>(group + "/covariance", covariance, [fits.Length, count, count], "", "covariances; NaN = none (pixel, parameter, parameter)")
            .AddNamed<byte>(group + "/status", [.. fits.Select(f => (byte)f.Status)], StatusNames, "how the fit ended, a code named from 0 (pixel)")
            .Add<double>(group + "/minimum", [.. fits.Select(f => f.Minimum)], "", "-2 ln L relative to the saturated model, serves as chi2 (pixel)")
            .Add<double>(group + "/estimated_distance", [.. fits.Select(f => f.EstimatedDistance)], "", "expected distance of the minimum from the true one (pixel)")
            .Add<int>(group + "/data_count", [.. fits.Select(f => f.DataCount)], "", "bins in the fit, empty ones included (pixel)")
            .Add<int>(group + "/degrees_of_freedom", [.. fits.Select(f => f.DegreesOfFreedom)], "", "data minus free parameters (pixel)")
            .Add<int>(group + "/calls", [.. fits.Select(f => f.Calls)], "", "evaluations of the cost (pixel)")
            .Add<int>(group + "/attempt/pixel", [.. attempts.Select(a => a.Pixel)], "", "pixel of each try, ascending; within a pixel in order (attempt)")
            .AddNamed<int>(group + "/attempt/description", [.. attempts.Select(a => Array.IndexOf(descriptions, a.Attempt.Description))], descriptions, "what was tried, a code named from 0 (attempt)")
            .Add<byte>(group + "/attempt/status", [.. attempts.Select(a => (byte)a.Attempt.Status)], "", "how it ended, a code named as fit/status (attempt)")
            .Add<double>(group + "/attempt/minimum", [.. attempts.Select(a => a.Attempt.Minimum)], "", "minimum reached (attempt)")
            .Add<int>(group + "/attempt/calls", [.. attempts.Select(a => a.Attempt.Calls)], "", "evaluations of the cost (attempt)");

        IEnumerable<T> All<T>(Func<FittedParameter, T> value) => fits.SelectMany(f => f.Parameters.Select(value));
    }

    internal static ImmutableArray<FitResult> ReadFits(Hdf5File file, string group)
    {
        string[] names = file.ReadTexts(group + "/parameter");
        string[] units = file.ReadTexts(group + "/unit");
        if (names.Length == 0 || units.Length != names.Length) throw Defect(file, group, FormattableString.Invariant($"has {names.Length} parameters and {units.Length} units"));
        int count = names.Length;
        double[] values = file.Read<double>(group + "/value", [-1, count], null, out int[] shape);
        int pixels = shape[0];
        double[] errors = file.Read<double>(group + "/error", [pixels, count]);
        byte[] atLimit = file.Read<byte>(group + "/is_at_limit", [pixels, count]);
        byte[] isFixed = file.Read<byte>(group + "/is_fixed", [pixels, count]);
        double[] covariance = file.Read<double>(group + "/covariance", [pixels, count, count]);
        FitStatus[] status = ReadStatus(file, group + "/status", pixels);
        double[] minimum = file.Read<double>(group + "/minimum", [pixels]);
        double[] distance = file.Read<double>(group + "/estimated_distance", [pixels]);
        int[] data = file.Read<int>(group + "/data_count", [pixels]);
        int[] calls = file.Read<int>(group + "/calls", [pixels]);
        ImmutableArray<FitAttempt>[] attempts = ReadAttempts(file, group + "/attempt", pixels);
        return [.. Enumerable.Range(0, pixels).Select(Fit)];

        FitResult Fit(int pixel)
        {
            double[] matrix = covariance.AsSpan(pixel * count * count, count * count).ToArray();
            return FitResult.Create(
                status[pixel],
                [.. Enumerable.Range(0, count).Select(k => new FittedParameter(names[k], units[k], values[(pixel * count) + k], errors[(pixel * count) + k], atLimit[(pixel * count) + k] != 0, isFixed[(pixel * count) + k] != 0))],
                matrix.All(double.IsNaN) ? [] : matrix, minimum[pixel], distance[pixel], data[pixel], calls[pixel], attempts[pixel]);
        }
    }

    private static ImmutableArray<FitAttempt>[] ReadAttempts(Hdf5File file, string group, int pixels)
    {
        int[] pixel = file.Read<int>(group + "/pixel", [-1]);
        string[] descriptions = file.GetTexts(group + "/description", Hdf5Writer.NamesAttribute);
        int[] description = file.Read<int>(group + "/description", [pixel.Length]);
        if (description.Any(code => code < 0 || code >= descriptions.Length)) throw Defect(file, group + "/description", FormattableString.Invariant($"holds a code outside 0..{descriptions.Length - 1}"));
        FitStatus[] status = ReadStatus(file, group + "/status", pixel.Length);
        double[] minimum = file.Read<double>(group + "/minimum", [pixel.Length]);
        int[] calls = file.Read<int>(group + "/calls", [pixel.Length]);
        ImmutableArray<FitAttempt>.Builder[] attempts = [.. Enumerable.Range(0, pixels).Select(_ => ImmutableArray.CreateBuilder<FitAttempt>(1))];
        for (int i = 0; i < pixel.Length; i++)
        {
            if (pixel[i] < 0 || pixel[i] >= pixels) throw Defect(file, group + "/pixel", FormattableString.Invariant($"holds {pixel[i]}, not a pixel between 0 and {pixels - 1}"));
            attempts[pixel[i]].Add(new FitAttempt(descriptions[description[i]], status[i], minimum[i], calls[i]));
        }

        return [.. attempts.Select(a => a.ToImmutable())];
    }

    private static FitStatus[] ReadStatus(Hdf5File file, string place, int count)
    {
        byte[] codes = file.Read<byte>(place, [count]);
        if (codes.Any(code => code >= StatusNames.Length)) throw Defect(file, place, FormattableString.Invariant($"holds a code outside 0..{StatusNames.Length - 1}"));
        return [.. codes.Select(code => (FitStatus)code)];
    }

    internal static T Deserialize<T>(Hdf5File file, string place, string text)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(text) ?? throw new JsonException("it is empty");
        }
        catch (JsonException exception)
        {
            throw Defect(file, place, $"has no valid {typeof(T).Name}: {exception.Message}");
        }
    }

    private static InvalidDataException Defect(Hdf5File file, string place, string what) => new($"{file.Path}: {place} {what}");
}
