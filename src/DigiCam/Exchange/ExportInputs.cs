using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using DigiCam.Dark;
using DigiCam.Files;
using DigiCam.LightScan;
using DigiCam.Results;
using DigiCam.Synchronisation;

namespace DigiCam.Exchange;

/// <summary>The kind of a file, found from its content.</summary>
internal enum ExportKind
{
    /// <summary>HDF5 of the kit.</summary>
    Kit,

    /// <summary>A pandas frame.</summary>
    Frame,

    /// <summary>A calibration of digicampipe.</summary>
    Yaml,

    /// <summary>Arrays of numpy.</summary>
    Npz,

    /// <summary>A FITS table.</summary>
    Fits,

    /// <summary>A table of comma-separated numbers.</summary>
    Csv,
}

/// <summary>The files that an export is made of, told apart by what is in them.</summary>
internal sealed partial class ExportInputs
{
    private readonly ImmutableArray<(string Path, ExportKind Kind, ImmutableArray<string> Groups)> _files;

    /// <summary>Looks into the files.</summary>
    /// <param name="paths">The files; at least one.</param>
    /// <exception cref="IOException">One is not there or cannot be read.</exception>
    /// <exception cref="InvalidDataException">One is of no known kind.</exception>
    public ExportInputs(IEnumerable<string> paths) => _files = [.. paths.Select(path => Look(path))];

    /// <summary>The files in their order.</summary>
    public IEnumerable<(string Path, ExportKind Kind)> Files => _files.Select(file => (file.Path, file.Kind));

    /// <summary>The one file that holds a group; the group is a result of a task or its histograms.</summary>
    /// <param name="group">Name of the group, for example "dark-rate".</param>
    /// <param name="what">What it is, with the command that makes it, for the message.</param>
    /// <exception cref="ArgumentException">No file holds it, or several.</exception>
    public string Find(string group, string what)
    {
        string[] found = [.. With(group)];
        return found.Length switch
        {
            1 => found[0],
            0 => throw new ArgumentException($"{string.Join(", ", _files.Select(file => file.Path))}: {what} is needed"),
            _ => throw new ArgumentException($"{string.Join(" and ", found)} both hold {what}; one is needed"),
        };
    }

    /// <summary>All files that hold a group.</summary>
    public IEnumerable<string> With(string group) => _files.Where(file => file.Groups.Contains(group.Trim('/'))).Select(file => file.Path);

    /// <summary>Where the content of the files comes from: the files themselves, and those that they were made from.</summary>
    public async Task<Provenance> ProvenanceAsync(string format, CancellationToken cancellationToken)
    {
        List<InputFile> inputs = [];
        Dictionary<string, object?> parameters = new(StringComparer.Ordinal);
        foreach ((string path, ExportKind kind, ImmutableArray<string> groups) in _files)
        {
            if (kind == ExportKind.Kit && ReadProvenance(path, groups) is { } from)
            {
                inputs.AddRange(from.Inputs);

                // Parameters of several results have the same names.
                foreach ((string name, string value) in from.Parameters) parameters[_files.Length == 1 ? name : $"{Path.GetFileName(path)}: {name}"] = value;
            }
        }

        foreach ((string path, _, _) in _files) inputs.Add(await InputFile.HashAsync(path, null, cancellationToken).ConfigureAwait(false));
        parameters["format"] = format;
        return Provenance.Now("export", inputs.Distinct(), parameters.Select(parameter => (parameter.Key, parameter.Value)));
    }

    /// <summary>Where the content of one of the files comes from; null where it does not say.</summary>
    public Provenance? ProvenanceOf(string path) => ReadProvenance(path, _files.First(file => file.Path == path).Groups);

    /// <summary>Parameters of the result in a file, as its provenance keeps them; null when there is none.</summary>
    public string? Parameter(string path, string name) => ProvenanceOf(path)?.Parameters.GetValueOrDefault(name);

    /// <summary>Day, first and last file and telescope of the raw files, as far as options do not give them.</summary>
    /// <exception cref="ArgumentException">They cannot be told.</exception>
    public static string FileStem(Provenance? provenance, ExportOptions options)
    {
        Match[] names = [.. (provenance?.Inputs ?? []).Select(input => RawName().Match(input.Name)).Where(match => match.Success)];
        DateOnly date = options.Date ?? Same("date", "--date", match => DateOnly.TryParseExact(match.Groups["date"].Value, "yyyyMMdd", System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.None, out DateOnly day) ? day : throw new ArgumentException($"{match.Value} has no date in its name; --date is needed"));
        int telescope = options.Telescope ?? Same("telescope", "--telescope", match => Whole(match, "telescope"));
        int first = options.FirstRun ?? (names.Length > 0 ? names.Min(match => Whole(match, "run")) : throw Missing("--first_run"));
        int last = options.LastRun ?? (names.Length > 0 ? names.Max(match => Whole(match, "run")) : options.FirstRun ?? throw Missing("--last_run"));
        return ObservatoryCalibration.FileStem(date, first, last, telescope);

        T Same<T>(string what, string option, Func<Match, T> value)
        {
            T[] values = [.. names.Select(value).Distinct()];
            return values.Length switch
            {
                1 => values[0],
                0 => throw Missing(option),
                _ => throw new ArgumentException($"the raw files are of more than one {what}: {string.Join(", ", names.Select(match => match.Value))}; {option} names one"),
            };
        }

        static int Whole(Match match, string group) => int.Parse(match.Groups[group].Value, System.Globalization.CultureInfo.InvariantCulture);

        static ArgumentException Missing(string option) => new($"the names of the raw files do not tell date, number and telescope as SST1M1_20240131_0042.fits.fz does; {option} is needed");
    }

    private static (string Path, ExportKind Kind, ImmutableArray<string> Groups) Look(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path)) throw new IOException($"{path}: is a directory, not a file");
        if (!File.Exists(path)) throw new FileNotFoundException($"{path}: no such file", path);
        string extension = Path.GetExtension(path).ToLowerInvariant();
        switch (extension)
        {
            case ".yml" or ".yaml":
                return (path, ExportKind.Yaml, []);
            case ".npz":
                return (path, ExportKind.Npz, []);
            case ".fits" or ".fit":
                return (path, ExportKind.Fits, []);
            case ".csv":
                return (path, ExportKind.Csv, []);
            case ".h5" or ".hdf5" or ".hdf":
                using (Hdf5File file = Hdf5File.Open(path))
                {
                    return PandasFrameFile.IsOne(file) ? (path, ExportKind.Frame, []) : (path, ExportKind.Kit, [.. file.NamesIn("/")]);
                }

            default:
                throw new InvalidDataException($"{path}: of the kinds of files that can be exported (.h5, .npz, .yml, .fits, .csv) none ends in '{extension}'");
        }
    }

    private static Provenance? ReadProvenance(string path, ImmutableArray<string> groups)
    {
        if (groups.Contains("provenance")) return ResultFiles.ReadProvenance(path);
        string? group = ((string[])[DarkHistograms.Group, ChargeHistograms.Group, PulseTimeHistograms.Group]).FirstOrDefault(name => groups.Contains(name.Trim('/')));
        if (group is null) return null;
        using Hdf5File file = Hdf5File.Open(path);
        if (!file.Contains(group + "/provenance")) return null;
        try
        {
            return JsonSerializer.Deserialize<Provenance>(file.ReadTexts(group + "/provenance").FirstOrDefault() ?? "null");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{path}: {group}/provenance is no provenance: {exception.Message}", exception);
        }
    }

    [GeneratedRegex(@"^SST1M(?<telescope>\d)_(?<date>\d{8})_(?<run>\d{4})\.fits(\.fz)?$")]
    private static partial Regex RawName();
}
