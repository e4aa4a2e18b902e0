using System.Globalization;
using System.Text.Json;
using DigiCam.Dark;
using DigiCam.Files;
using DigiCam.Histograms;
using DigiCam.HvOff;
using DigiCam.LightScan;
using DigiCam.Results;
using DigiCam.Runs;
using DigiCam.Scans;
using DigiCam.Synchronisation;

namespace DigiCam.Notebooks;

/// <summary>
/// Histograms that a command has filled already, for notebooks: the report of a big run need not read it once more. With no file named there are none, and the notebook accumulates them; a file of another
/// run, or of another result with high voltage off, is refused. Each method says which file it used.
/// </summary>
public static class SavedHistograms
{
    /// <summary>All samples of a run with high voltage off, as <c>digicam hvoff -c</c> or <c>digicam merge</c> wrote them.</summary>
    /// <param name="file">The file, adc_hv_off.npz; empty for none.</param>
    /// <param name="run">The run that it has to be of.</param>
    /// <returns>The histograms; null without a file.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is damaged, is of another run, or does not say of which one.</exception>
    public static PixelHistograms? Samples(string file, Run run)
    {
        ArgumentNullException.ThrowIfNull(run);
        if (string.IsNullOrWhiteSpace(file)) return null;
        Require(file, run);
        PixelHistograms histograms = NpzHistograms.Read(file);
        histograms.EventCount = run.EventCount;
        return Told(file, histograms);
    }

    /// <summary>What the dark tasks fit, as <c>digicam dark</c>, <c>dark-spe</c> or <c>dark-rate</c> with -c or <c>digicam merge</c> wrote it.</summary>
    /// <param name="file">The file, such as adc_hv_on.h5; empty for none. Of one in .npz that in .h5 beside it is read.</param>
    /// <param name="run">The run that it has to be of.</param>
    /// <param name="hvOff">The result with high voltage off that it has to be filled with.</param>
    /// <returns>The histograms; null without a file.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is damaged, is of another run, does not say of which one, or was filled with another result with high voltage off.</exception>
    public static DarkHistograms? Dark(string file, Run run, HvOffResult hvOff)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(hvOff);
        if (string.IsNullOrWhiteSpace(file)) return null;
        string path = Complete(file);
        Require(path, run);
        DarkHistograms dark = DarkHistograms.Read(path);
        Require(path, dark.Pedestals, hvOff);
        return Told(path, dark);
    }

    /// <summary>Where the pulses of a scan are, as <c>digicam ac-dac-scan -t</c> or <c>digicam merge</c> wrote it.</summary>
    /// <param name="file">The file, peaks.h5; empty for none. Of one in .npz that in .h5 beside it is read.</param>
    /// <param name="scan">The scan that it has to be of.</param>
    /// <returns>The histograms; null without a file.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is damaged, is of another scan, or does not say of which one.</exception>
    public static PulseTimeHistograms? PulseTimes(string file, Scan scan)
    {
        ArgumentNullException.ThrowIfNull(scan);
        if (string.IsNullOrWhiteSpace(file)) return null;
        string path = Complete(file);
        PulseTimeHistograms times = PulseTimeHistograms.Read(path);
        Require(path, times.Plan, scan);
        return Told(path, times);
    }

    /// <summary>The charges of a scan, as <c>digicam ac-dac-scan -c</c> or <c>digicam merge</c> wrote them.</summary>
    /// <param name="file">The file, mpe_scan.h5; empty for none. Of one in .npz that in .h5 beside it is read.</param>
    /// <param name="scan">The scan that it has to be of.</param>
    /// <param name="hvOff">The result with high voltage off that it has to be filled with.</param>
    /// <returns>The histograms; null without a file.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is damaged, is of another scan, does not say of which one, or was filled with another result with high voltage off.</exception>
    public static ChargeHistograms? Charges(string file, Scan scan, HvOffResult hvOff)
    {
        ArgumentNullException.ThrowIfNull(scan);
        ArgumentNullException.ThrowIfNull(hvOff);
        if (string.IsNullOrWhiteSpace(file)) return null;
        string path = Complete(file);
        ChargeHistograms charges = ChargeHistograms.Read(path);
        Require(path, charges.Plan, scan);
        Require(path, charges.Pedestals, hvOff);
        return Told(path, charges);
    }

    /// <summary>
    /// Where the result of a notebook comes from. Without saved histograms the files of the run are read to their ends for their SHA-256 and their own checksums; saved histograms know these already, and are named
    /// beside the files.
    /// </summary>
    /// <param name="files">Files of histograms that the notebook may have used; empty ones are left out.</param>
    /// <param name="input">What the run was opened with.</param>
    /// <param name="task">Name of the task.</param>
    /// <param name="run">The run.</param>
    /// <param name="parameters">Further parameters of the task.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static async Task<Provenance> ProvenanceAsync(IReadOnlyList<string> files, RunInput input, string task, Run run, params (string Name, object? Value)[] parameters)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(run);
        string[] used = [.. files.Where(file => !string.IsNullOrWhiteSpace(file)).Select(file => File.Exists(Complete(file)) ? Complete(file) : file)];
        if (used.Length == 0) return await input.ProvenanceAsync(task, run, parameters).ConfigureAwait(false);
        Provenance saved = ReadProvenance(used[^1]);
        List<InputFile> inputs = [.. saved.Inputs];
        foreach (string file in used) inputs.Add(await InputFile.HashAsync(file, null).ConfigureAwait(false));
        return Provenance.Now(task, inputs, [("events", run.EventCount), ("maximum_events", input.Options.MaximumEvents), ("pixel_order", input.Options.PixelOrder), .. parameters]);
    }

    private static string Complete(string file) => ResultFiles.Paths(file)[0];

    private static T Told<T>(string file, T histograms)
    {
        Console.WriteLine($"histograms of {Path.GetFileName(file)}: the events are not read once more");
        return histograms;
    }

    private static void Require(string file, Pedestals used, HvOffResult hvOff)
    {
        if (!used.Equals(Pedestals.From(hvOff))) throw new InvalidDataException($"{file}: was filled with another result with high voltage off than that of this notebook");
    }

    private static void Require(string file, ScanPlan plan, Scan scan)
    {
        if (!plan.Equals(scan.Plan)) throw new InvalidDataException($"{file}: is of another scan than the one of this notebook");
        Provenance provenance = Require(file, scan.Run);
        RequireSame(file, provenance, "maximum_events", scan.Input.Options.MaximumEvents);
    }

    // Names, numbers of events and fingerprints tell runs apart; the SHA-256 would take the time of reading the files.
    private static Provenance Require(string file, Run run)
    {
        Provenance provenance = ReadProvenance(file);
        string[] then = [.. provenance.Inputs.Where(input => input.Events is not null).Select(input => FormattableString.Invariant($"{input.Name} ({input.Events} events)")).Order(StringComparer.Ordinal)];
        string[] now = [.. run.Files.Select(input => FormattableString.Invariant($"{Path.GetFileName(input.Path)} ({input.EventCount} events)")).Order(StringComparer.Ordinal)];
        if (!then.SequenceEqual(now))
        {
            (string[] onlyThen, string[] onlyNow) = ([.. then.Except(now)], [.. now.Except(then)]);
            throw new InvalidDataException($"{file}: is of other files than the input of this notebook: {(onlyThen.Length > 0 ? $"of {First(onlyThen)}" : $"not of {First(onlyNow)}")}");
        }

        if (run.Files.FirstOrDefault(input => !provenance.Inputs.Any(known => IsOf(known, input))) is { } other)
            throw new InvalidDataException($"{file}: is of another {Path.GetFileName(other.Path)} than the input of this notebook: name and number of events are the same, headers or events are not");
        RequireSame(file, provenance, "events", run.EventCount);
        RequireSame(file, provenance, "pixel_order", run.Options.PixelOrder);
        return provenance;
    }

    // Files of earlier versions have no fingerprint.
    private static bool IsOf(InputFile known, RunFile input) => known.Events == input.EventCount && known.Name == Path.GetFileName(input.Path) && (known.Fingerprint is null || known.Fingerprint == input.Fingerprint());

    private static void RequireSame(string file, Provenance provenance, string name, object? value)
    {
        string expected = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
        string found = provenance.Parameters.GetValueOrDefault(name, "");
        if (found != expected) throw new InvalidDataException($"{file}: was filled with {name} = {(found.Length > 0 ? found : "all")}, this notebook has {(expected.Length > 0 ? expected : "all")}");
    }

    private static string First(string[] names) => names[0] + (names.Length > 1 ? FormattableString.Invariant($" and {names.Length - 1} more") : "");

    private static Provenance ReadProvenance(string file)
    {
        if (!File.Exists(file)) throw new FileNotFoundException($"{file}: no such file of histograms", file);
        Provenance? provenance = file.EndsWith(".h5", StringComparison.OrdinalIgnoreCase) ? Inside(file) : ResultFiles.ReadProvenanceBeside(file);
        return provenance ?? throw new InvalidDataException($"{file}: nothing says of which run these histograms are; digicam writes that with them");
    }

    private static Provenance? Inside(string path)
    {
        using Hdf5File file = Hdf5File.Open(path);
        string? place = ((string[])[DarkHistograms.Group, ChargeHistograms.Group, PulseTimeHistograms.Group]).Select(group => group + "/provenance").FirstOrDefault(file.Contains);
        if (place is null) return null;
        try
        {
            return file.ReadTexts(place) is [string text] ? JsonSerializer.Deserialize<Provenance>(text) : null;
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{path}: {place} is no provenance: {exception.Message}", exception);
        }
    }
}
