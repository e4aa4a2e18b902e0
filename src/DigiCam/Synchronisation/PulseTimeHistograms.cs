using System.Collections.Immutable;
using DigiCam.Files;
using DigiCam.Geometry;
using DigiCam.Histograms;
using DigiCam.Scans;

namespace DigiCam.Synchronisation;

/// <summary>Where the pulses of a light scan are in the waveforms, from one pass over some events of each level.</summary>
public sealed class PulseTimeHistograms : RunHistograms
{
    /// <summary>Group of the histograms in HDF5 files.</summary>
    public const string Group = "/pulse_times";

    /// <summary>Position of a waveform without one, below the axis.</summary>
    internal const int NoPosition = -1;

    // 0.1 ns.
    private const int EdgeBinsPerSample = 40;

    internal PulseTimeHistograms(
        ScanPlan plan, SynchronisationOptions options, int sampleCount, LevelHistograms positions, PixelHistograms edges, ImmutableArray<long> saturatedEvents, ImmutableArray<long> flatEvents)
    {
        if (positions.LevelCount != plan.LevelCount) throw new ArgumentException(FormattableString.Invariant($"histograms of {positions.LevelCount} levels for a scan of {plan.LevelCount}"), nameof(positions));
        int counts = positions.PixelCount * plan.LevelCount;
        if (edges.PixelCount != positions.PixelCount || saturatedEvents.Length != counts || flatEvents.Length != counts)
            throw new ArgumentException(FormattableString.Invariant($"edges of {edges.PixelCount} pixels, {saturatedEvents.Length} and {flatEvents.Length} counts for positions of {positions.PixelCount} pixels and {plan.LevelCount} levels"), nameof(edges));
        (Plan, Options, SampleCount, Positions, Edges, SaturatedEvents, FlatEvents) = (plan, options, sampleCount, positions, edges, saturatedEvents, flatEvents);
    }

    /// <summary>The levels: one of the histograms for each step.</summary>
    public ScanPlan Plan { get; }

    /// <summary>What was looked at.</summary>
    public SynchronisationOptions Options { get; }

    /// <summary>Samples of a waveform, 4 ns each.</summary>
    public int SampleCount { get; }

    /// <summary>Number of pixels.</summary>
    public int PixelCount => Positions.PixelCount;

    /// <summary>
    /// The position of the largest sample of each waveform, of equal ones each in its turn (level, pixel) [sample]. Waveforms without one count as underflow: those that reach the last ADC
    /// code, whose largest sample is anywhere on the plateau, and those of one code only.
    /// </summary>
    public LevelHistograms Positions { get; }

    /// <summary>Half-height leading edges of pulses of flashes above the threshold (pixel) [ns], all levels with flashes together.</summary>
    public PixelHistograms Edges { get; }

    /// <summary>Waveforms that reach the last ADC code, 4095 (level, pixel), flat.</summary>
    public ImmutableArray<long> SaturatedEvents { get; private set; }

    /// <summary>Waveforms of one code only (level, pixel), flat.</summary>
    public ImmutableArray<long> FlatEvents { get; private set; }

    internal override string FileGroup => Group;

    internal override long FilledEvents => Positions.EventCounts.Sum();

    internal override IEnumerable<(string Name, object Value)> Settings => [.. Plan.Settings, ("sample_count", SampleCount), ("events_per_level", Options.EventsPerLevel), ("edge_threshold", Options.EdgeThresholdLsb), ("baseline_samples", Options.BaselineSamples)];

    /// <inheritdoc/>
    public override void WriteTo(Hdf5Writer writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ScanPlanFiles.WriteTo(writer, Group, Plan);
        int[] shape = [Plan.LevelCount, PixelCount];
        writer.AddAttribute(Group, "sample_count", (long)SampleCount)
            .AddAttribute(Group, "events_per_level", (long)Options.EventsPerLevel)
            .AddAttribute(Group, "edge_threshold", Options.EdgeThresholdLsb)
            .AddAttribute(Group, "baseline_samples", (long)Options.BaselineSamples)
            .Add<long>(Group + "/saturated", SaturatedEvents.AsSpan(), shape, "", "waveforms that reach the last ADC code (level, pixel)")
            .Add<long>(Group + "/flat", FlatEvents.AsSpan(), shape, "", "waveforms of one code only (level, pixel)");
        Positions.WriteTo(writer, Group + "/positions", "position of the largest sample (level, pixel); saturated and flat waveforms are below the axis");
        Edges.WriteTo(writer, Group + "/edges", "half-height leading edges of pulses above the threshold");
    }

    /// <summary>Reads what <see cref="RunHistograms.Write"/> or <see cref="WriteTo"/> wrote.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is not such a file, or is damaged: one sentence that names file and dataset.</exception>
    public static PulseTimeHistograms Read(string path)
    {
        using Hdf5File file = Hdf5File.Open(path);
        return ReadFrom(file);
    }

    internal static PulseTimeHistograms ReadFrom(Hdf5File file)
    {
        string path = file.Path;
        ScanPlan plan = ScanPlanFiles.ReadFrom(file, Group);
        LevelHistograms positions = LevelHistograms.ReadFrom(file, Group + "/positions");
        PixelHistograms edges = PixelHistograms.ReadFrom(file, Group + "/edges");
        int samples = Number("sample_count");
        if (positions.Axis != PositionAxis(samples)) throw new InvalidDataException(FormattableString.Invariant($"{path}: {Group}/positions is on {positions.Axis}, not on the {samples} samples"));
        if (edges.Axis != EdgeAxis(samples)) throw new InvalidDataException(FormattableString.Invariant($"{path}: {Group}/edges is on {edges.Axis}, not on the {samples} samples"));
        if (positions.LevelCount != plan.LevelCount) throw new InvalidDataException(FormattableString.Invariant($"{path}: {Group}/positions has {positions.LevelCount} levels, the plan {plan.LevelCount}"));
        if (edges.PixelCount != positions.PixelCount) throw new InvalidDataException(FormattableString.Invariant($"{path}: {Group}/edges is of {edges.PixelCount} pixels, positions of {positions.PixelCount}"));
        SynchronisationOptions options = new()
        {
            EventsPerLevel = Number("events_per_level"),
            EdgeThresholdLsb = file.GetNumber<double>(Group, "edge_threshold"),
            BaselineSamples = Number("baseline_samples"),
        };
        int[] shape = [plan.LevelCount, positions.PixelCount];
        return new PulseTimeHistograms(plan, options, samples, positions, edges, [.. file.Read<long>(Group + "/saturated", shape, "")], [.. file.Read<long>(Group + "/flat", shape, "")]);

        int Number(string name) => file.GetNumber<long>(Group, name) is var found and >= 0 and <= int.MaxValue ? (int)found
            : throw new InvalidDataException($"{path}: {Group} has an attribute {name} that is no number of events or samples");
    }

    internal override void AddFrom(Hdf5File file)
    {
        int[] shape = [Plan.LevelCount, PixelCount];
        Positions.AddFrom(file, Group + "/positions");
        Edges.AddFrom(file, Group + "/edges");
        SaturatedEvents = [.. Sum(SaturatedEvents, file.Read<long>(Group + "/saturated", shape, ""))];
        FlatEvents = [.. Sum(FlatEvents, file.Read<long>(Group + "/flat", shape, ""))];
    }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"pulse times of {Plan.LevelCount} levels and {PixelCount} pixels, {Positions.EventCounts.Sum()} events");

    internal static IntegerAxis PositionAxis(int sampleCount) => new(0, Math.Max(sampleCount, 1), "sample");

    internal static RegularAxis EdgeAxis(int sampleCount) => new(0, CameraGeometry.SampleNs * Math.Max(sampleCount, 1), EdgeBinsPerSample * Math.Max(sampleCount, 1), "ns");
}
