using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using DigiCam.Charges;
using DigiCam.Files;

namespace DigiCam.Scans;

/// <summary>
/// The levels of a scan in the order they are taken, and where their events are: each step in files of its own or in part of a file, or, where no file is named,
/// so many events after those of the step before, counted through all files. Immutable and safe to share.
/// </summary>
public sealed record ScanPlan
{
    /// <summary>Creates a plan.</summary>
    /// <param name="steps">The steps; one of the same light as the one before, in another file, is the same step that goes on there.</param>
    /// <exception cref="ArgumentException">There is no step, only some name files, a file comes back after another one, or only one of several parts of a file says how many events it has.</exception>
    public ScanPlan(params ImmutableArray<ScanStep> steps)
    {
        if (steps.IsDefaultOrEmpty) throw new ArgumentException("a scan has at least one level", nameof(steps));
        NamesFiles = steps[0].Parts[0].File.Length > 0;
        ImmutableArray<string>.Builder files = ImmutableArray.CreateBuilder<string>();
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (ScanPart part in steps.SelectMany(step => step.Parts))
        {
            if ((part.File.Length > 0) != NamesFiles) throw new ArgumentException("some levels of the scan name a file and others do not", nameof(steps));
            if (!NamesFiles || (files.Count > 0 && files[^1] == part.File)) continue;
            if (!seen.Add(part.File)) throw new ArgumentException($"file {part.File} comes back after {files[^1]}: the levels are not in the order of their events", nameof(steps));
            files.Add(part.File);
        }

        (Steps, Files) = (Joined(steps), files.ToImmutable());
        foreach (string file in Files)
        {
            ScanPart[] parts = [.. steps.SelectMany(step => step.Parts).Where(part => part.File == file)];
            if (parts.Length > 1 && parts.Any(part => part.EventCount == 0)) throw new ArgumentException($"file {file} has several levels, each needs a number of events", nameof(steps));
        }
    }

    /// <summary>The steps; histograms of a scan have one level for each.</summary>
    public ImmutableArray<ScanStep> Steps { get; }

    /// <summary>Number of levels.</summary>
    public int LevelCount => Steps.Length;

    /// <summary>DC values of the levels, each once, in the order they are first taken [DAC].</summary>
    public ImmutableArray<int> DcLevels => [.. Steps.Select(step => step.Level.DcDac).Distinct()];

    /// <summary>The files in the order of their events; empty where the plan names none.</summary>
    public ImmutableArray<string> Files { get; }

    /// <summary>True when every step names its files.</summary>
    public bool NamesFiles { get; }

    /// <summary>Number of the first event of the scan, where it is known though its first events may be lost; null to take the smallest number there is.</summary>
    public long? FirstEventNumber { get; init; }

    /// <summary>What a charge is, as the plan has it; null where it does not say.</summary>
    /// <exception cref="InvalidDataException">Levels have charges of different numbers of samples, which are never put together.</exception>
    public ChargeScale? Scale
    {
        get
        {
            int[] samples = [.. Steps.Select(step => step.ChargeSamples).Where(n => n > 0).Distinct()];
            return samples.Length switch
            {
                0 => null,
                1 => new ChargeScale(samples[0]),
                _ => throw new InvalidDataException(FormattableString.Invariant($"the levels of the scan have charges of {samples[0]} and of {samples[1]} samples: a scan has one charge scale")),
            };
        }
    }

    /// <summary>Samples among which the pulses of all flashes lie; null where the plan does not say.</summary>
    public SampleRange? Flash
    {
        get
        {
            SampleRange[] ranges = [.. Steps.Where(step => step.Level.AcDac > 0 && step.Flash is not null).Select(step => step.Flash!.Value)];
            return ranges.Length == 0 ? null : ranges.Aggregate((a, b) => a.Around(b));
        }
    }

    /// <summary>The plan as a setting of what is filled by level.</summary>
    internal IEnumerable<(string Name, object Value)> Settings => [("scan_plan", Digest.Of(ToCsv().AsSpan())), ("first_event", FirstEventNumber?.ToString(CultureInfo.InvariantCulture) ?? "")];

    /// <summary>A scan whose levels have the same number of events each, counted through all files: at each DC level all AC levels.</summary>
    /// <param name="acLevels">AC levels [DAC].</param>
    /// <param name="dcLevels">DC levels [DAC].</param>
    /// <param name="eventsPerLevel">Events of each level, at least 1.</param>
    public static ScanPlan Counted(IReadOnlyList<int> acLevels, IReadOnlyList<int> dcLevels, int eventsPerLevel)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(eventsPerLevel);
        return new ScanPlan([.. Nested(acLevels, dcLevels).Select(level => new ScanStep(level, new ScanPart("", eventsPerLevel)))]);
    }

    /// <summary>A scan with a file for each level: at each DC level all AC levels.</summary>
    /// <param name="acLevels">AC levels [DAC].</param>
    /// <param name="dcLevels">DC levels [DAC].</param>
    /// <param name="files">The files.</param>
    /// <param name="eventsPerLevel">Events planned in each; 0 when that is not known.</param>
    /// <exception cref="ArgumentException">There are more or fewer files than levels.</exception>
    public static ScanPlan FilePerLevel(IReadOnlyList<int> acLevels, IReadOnlyList<int> dcLevels, IReadOnlyList<string> files, int eventsPerLevel = 0)
    {
        ArgumentNullException.ThrowIfNull(files);
        ScanLevel[] levels = [.. Nested(acLevels, dcLevels)];
        if (levels.Length != files.Count) throw new ArgumentException(FormattableString.Invariant($"{files.Count} files for {levels.Length} levels: a scan with a file for each level needs as many"), nameof(files));
        return new ScanPlan([.. levels.Select((level, i) => new ScanStep(level, new ScanPart(files[i], eventsPerLevel)))]);
    }

    /// <summary>Reads a plan.</summary>
    /// <param name="path">The file: .yaml, .yml or .json, anything else as .csv.</param>
    /// <exception cref="Plans.PlanException">The file cannot be read or understood; one sentence with file, line and cause.</exception>
    public static ScanPlan Read(string path) => ScanPlanReader.Read(path);

    /// <summary>Reads a plan from its text.</summary>
    /// <param name="text">The plan.</param>
    /// <param name="name">Name of the plan in messages; its end says how it is written.</param>
    /// <exception cref="Plans.PlanException">The text cannot be understood; one sentence with name, line and cause.</exception>
    public static ScanPlan Parse(string text, string name) => ScanPlanReader.Parse(text, name);

    /// <summary>The plan as CSV with the columns file, ac, dc, n_events, window; <see cref="Parse"/> reads it. There is no place for <see cref="FirstEventNumber"/>.</summary>
    public string ToCsv()
    {
        StringBuilder text = new("file,ac,dc,n_events,window\n");
        foreach (ScanStep step in Steps)
        {
            string window = (step.ChargeSamples, step.Flash) switch
            {
                (0, null) => "",
                (0, { } flash) => flash.ToString(),
                (int samples, null) => samples.ToString(CultureInfo.InvariantCulture),
                (int samples, { } flash) => FormattableString.Invariant($"{samples} in {flash}"),
            };
            foreach (ScanPart part in step.Parts)
            {
                string events = part.EventCount > 0 ? part.EventCount.ToString(CultureInfo.InvariantCulture) : "";
                text.Append(CultureInfo.InvariantCulture, $"{Quoted(part.File)},{step.Level.AcDac},{step.Level.DcDac},{events},{window}\n");
            }
        }

        return text.ToString();

        static string Quoted(string name) => name.AsSpan().IndexOfAny(",\"\n\r ") < 0 ? name : $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    /// <summary>Writes the plan as CSV.</summary>
    /// <param name="path">The target; an existing file is replaced.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Write(string path) => AtomicFile.WriteText(path, ToCsv());

    /// <summary>Equal when all steps are.</summary>
    /// <param name="other">Another plan.</param>
    public bool Equals(ScanPlan? other) => other is not null && FirstEventNumber == other.FirstEventNumber && Steps.SequenceEqual(other.Steps);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Steps.Length, Steps[0], FirstEventNumber);

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant(
        $"scan of {LevelCount} levels from {Steps[0].Level} to {Steps[^1].Level}, {(NamesFiles ? FormattableString.Invariant($"{Files.Length} files") : "events counted through all files")}");

    private static ImmutableArray<ScanStep> Joined(ImmutableArray<ScanStep> steps)
    {
        ImmutableArray<ScanStep>.Builder joined = ImmutableArray.CreateBuilder<ScanStep>(steps.Length);
        foreach (ScanStep step in steps)
        {
            if (joined.Count > 0 && joined[^1].GoesOnIn(step)) joined[^1] = joined[^1].With(step.Parts);
            else joined.Add(step);
        }

        return joined.ToImmutable();
    }

    private static IEnumerable<ScanLevel> Nested(IReadOnlyList<int> acLevels, IReadOnlyList<int> dcLevels)
    {
        ArgumentNullException.ThrowIfNull(acLevels);
        ArgumentNullException.ThrowIfNull(dcLevels);
        return dcLevels.SelectMany(dc => acLevels.Select(ac => new ScanLevel(ac, dc)));
    }
}
