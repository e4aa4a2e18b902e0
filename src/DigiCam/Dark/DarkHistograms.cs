using System.Collections.Immutable;
using DigiCam.Files;
using DigiCam.Geometry;
using DigiCam.Histograms;
using DigiCam.Runs;

namespace DigiCam.Dark;

/// <summary>Everything that the dark tasks fit, from one pass over a run.</summary>
public sealed class DarkHistograms : RunHistograms
{
    /// <summary>Group of the histograms in HDF5 files.</summary>
    public const string Group = "/dark_histograms";

    /// <summary>Axis of the largest 5-sample sums [LSB], that of the observatory's own fit.</summary>
    public static IntegerAxis MaximumWindowAxis { get; } = new(-50, 176);

    /// <summary>Axis of sums of samples without the pedestal [LSB].</summary>
    public static IntegerAxis ChargeAxis { get; } = new(-100, 1600);

    internal DarkHistograms(
        DarkPassOptions options, Pedestals pedestals, int sampleCount, LevelHistograms sampleBlocks, PixelHistograms pulses, PixelHistograms largestWindow, PixelHistograms maximumWindow,
        ImmutableArray<double> liveTimeNs)
    {
        (Options, Pedestals, SampleCount, SampleBlocks, Samples) = (options, pedestals, sampleCount, sampleBlocks, sampleBlocks.Sum());
        (Pulses, LargestWindow, MaximumWindow, LiveTimeNs) = (pulses, largestWindow, maximumWindow, liveTimeNs);
    }

    /// <summary>What was filled.</summary>
    public DarkPassOptions Options { get; }

    /// <summary>Baselines and noise that pulses and windows were filled with; not known for any pixel when the pass was made without.</summary>
    public Pedestals Pedestals { get; }

    /// <summary>Number of pixels.</summary>
    public int PixelCount => Samples.PixelCount;

    /// <summary>Number of events used.</summary>
    public long EventCount => Samples.EventCount;

    /// <summary>Samples per pixel, 4 ns each.</summary>
    public int SampleCount { get; }

    /// <summary>Length of a waveform [ns].</summary>
    public double WindowNs => SampleCount * CameraGeometry.SampleNs;

    /// <summary>All samples [LSB].</summary>
    public PixelHistograms Samples { get; private set; }

    /// <summary>The same by blocks of events: the level of an event is its number modulo the number of blocks.</summary>
    public LevelHistograms SampleBlocks { get; }

    /// <summary>
    /// The charges of the pulses found: ADC codes at the peak, the baseline not subtracted; with <see cref="PulseFinderOptions.ChargeSamples"/> above 1, sums of samples without
    /// the pedestal. <see cref="PulsePedestal"/> says where no charge lies. Pixels without pedestal are empty.
    /// </summary>
    public PixelHistograms Pulses { get; }

    /// <summary>
    /// The largest sum of <see cref="DarkPassOptions.WindowSamples"/> samples of each waveform without the pedestal, which is rounded to whole LSB: no charge lies at
    /// <see cref="LargestWindowShift"/>. Pixels without pedestal are empty.
    /// </summary>
    public PixelHistograms LargestWindow { get; }

    /// <summary>
    /// The largest sum of <see cref="DarkPassOptions.MaximumWindowSamples"/> samples of each waveform without the baseline that the camera wrote with the event, rounded as
    /// floor(v + 1/2). Empty when the run has no such baselines, or their scale is not known.
    /// </summary>
    public PixelHistograms MaximumWindow { get; }

    /// <summary>Time in which a pulse would have been counted (pixel) [ns]; waveforms below <see cref="ChargeAxis"/> have none; 0 without pedestal.</summary>
    public ImmutableArray<double> LiveTimeNs { get; private set; }

    /// <summary>Place of no charge on the axis of <see cref="LargestWindow"/>, between -1/2 and 1/2 (pixel) [LSB]; NaN without pedestal.</summary>
    public ImmutableArray<double> LargestWindowShift => [.. Pedestals.Baseline.Select(baseline => Remainder(Options.WindowSamples * baseline))];

    /// <summary>Number of pixels that were left out of pulses and largest windows because their pedestal is not known.</summary>
    public int SkippedPixels => Pedestals.UnknownCount;

    internal override string FileGroup => Group;

    internal override long FilledEvents => EventCount;

    internal override IEnumerable<(string Name, object Value)> Settings =>
    [
        ("sample_count", SampleCount),
        ("window_samples", Options.WindowSamples),
        ("maximum_window_samples", Options.MaximumWindowSamples),
        ("blocks", Options.Blocks),
        ("event_types", Options.Types),
        ("pulse_threshold_sigmas", Options.Pulses.ThresholdSigmas),
        ("pulse_edge_samples", Options.Pulses.EdgeSamples),
        ("pulse_charge_samples", Options.Pulses.ChargeSamples),
        ("pedestals", Pedestals.Digest),
    ];

    /// <summary>Place of no charge on the axis of <see cref="Pulses"/> [LSB]: the baseline of amplitudes, what rounding left of the pedestal of sums; NaN without pedestal.</summary>
    /// <param name="pixel">Software id.</param>
    public double PulsePedestal(int pixel) => Options.Pulses.ChargeSamples == 1 ? Pedestals.Baseline[pixel] : Remainder(Options.Pulses.ChargeSamples * Pedestals.Baseline[pixel]);

    /// <inheritdoc/>
    public override void WriteTo(Hdf5Writer writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        PulseFinderOptions pulses = Options.Pulses;
        writer.AddAttribute(Group, "sample_count", (long)SampleCount)
            .AddAttribute(Group, "window_samples", (long)Options.WindowSamples)
            .AddAttribute(Group, "maximum_window_samples", (long)Options.MaximumWindowSamples)
            .AddAttribute(Group, "event_types", (ulong)Options.Types)
            .AddAttribute(Group, "pulse_threshold_sigmas", pulses.ThresholdSigmas)
            .AddAttribute(Group, "pulse_edge_samples", (long)pulses.EdgeSamples)
            .AddAttribute(Group, "pulse_charge_samples", (long)pulses.ChargeSamples)
            .Add(Group + "/baseline", Pedestals.Baseline.AsSpan(), "LSB", "baselines that were used (pixel); NaN = not known")
            .Add(Group + "/noise", Pedestals.Noise.AsSpan(), "LSB", "electronic noise that was used, without the rounding of the ADC (pixel); NaN = not known")
            .Add(Group + "/live_time", LiveTimeNs.AsSpan(), "ns", "time in which a pulse would have been counted (pixel)");
        SampleBlocks.WriteTo(writer, Group + "/sample_blocks", "all samples by blocks of events (block, pixel); the block is the event number modulo the number of blocks");
        Pulses.WriteTo(writer, Group + "/pulses", "charges of the pulses found; for amplitudes the baseline is not subtracted");
        LargestWindow.WriteTo(writer, Group + "/largest_window", "largest sum of window_samples samples of each waveform without the pedestal");
        MaximumWindow.WriteTo(writer, Group + "/maximum_window", "largest sum of maximum_window_samples samples of each waveform without the baseline that the camera wrote");
    }

    /// <summary>Reads what <see cref="RunHistograms.Write"/> or <see cref="WriteTo"/> wrote.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is not such a file, or is damaged: one sentence that names file and dataset.</exception>
    public static DarkHistograms Read(string path)
    {
        using Hdf5File file = Hdf5File.Open(path);
        return ReadFrom(file);
    }

    internal static DarkHistograms ReadFrom(Hdf5File file)
    {
        string path = file.Path;
        LevelHistograms blocks = LevelHistograms.ReadFrom(file, Group + "/sample_blocks");
        PixelHistograms pulses = PixelHistograms.ReadFrom(file, Group + "/pulses");
        PixelHistograms largest = PixelHistograms.ReadFrom(file, Group + "/largest_window");
        PixelHistograms maximum = PixelHistograms.ReadFrom(file, Group + "/maximum_window");
        int pixels = blocks.PixelCount;
        DarkPassOptions options = new()
        {
            WindowSamples = Number("window_samples", largest.Scale.Samples),
            MaximumWindowSamples = Number("maximum_window_samples", maximum.Scale.Samples),
            Blocks = blocks.LevelCount,
            Types = (EventTypes)file.GetNumber<ulong>(Group, "event_types"),
            Pulses = new PulseFinderOptions
            {
                ThresholdSigmas = file.GetNumber<double>(Group, "pulse_threshold_sigmas"),
                EdgeSamples = Number("pulse_edge_samples"),
                ChargeSamples = Number("pulse_charge_samples", pulses.Scale.Samples),
            },
        };
        foreach ((string name, PixelHistograms histograms) in ((string, PixelHistograms)[])[("pulses", pulses), ("largest_window", largest), ("maximum_window", maximum)])
        {
            if (histograms.PixelCount != pixels) throw new InvalidDataException(FormattableString.Invariant($"{path}: {Group}/{name} is of {histograms.PixelCount} pixels, sample_blocks of {pixels}"));
            if (histograms.Axis is not IntegerAxis) throw new InvalidDataException($"{path}: {Group}/{name} is on {histograms.Axis}, not on an axis of integers");
        }

        if (blocks.Axis is not IntegerAxis) throw new InvalidDataException($"{path}: {Group}/sample_blocks is on {blocks.Axis}, not on an axis of integers");
        Pedestals pedestals = new([.. file.Read<double>(Group + "/baseline", [pixels], "LSB")], [.. file.Read<double>(Group + "/noise", [pixels], "LSB")]);
        return new DarkHistograms(options, pedestals, Number("sample_count"), blocks, pulses, largest, maximum, [.. file.Read<double>(Group + "/live_time", [pixels], "ns")]);

        int Number(string name, int? expected = null)
        {
            long found = file.GetNumber<long>(Group, name);
            if (found is < 0 or > ushort.MaxValue || (expected is { } other && found != other)) throw new InvalidDataException(FormattableString.Invariant($"{path}: {Group} has an attribute {name} of {found}{(expected is { } right ? FormattableString.Invariant($", its histograms one of {right}") : "")}"));
            return (int)found;
        }
    }

    internal override void AddFrom(Hdf5File file)
    {
        SampleBlocks.AddFrom(file, Group + "/sample_blocks");
        Pulses.AddFrom(file, Group + "/pulses");
        LargestWindow.AddFrom(file, Group + "/largest_window");
        MaximumWindow.AddFrom(file, Group + "/maximum_window");
        LiveTimeNs = [.. LiveTimeNs.Zip(file.Read<double>(Group + "/live_time", [PixelCount], "ns"), (a, b) => a + b)];
        Samples = SampleBlocks.Sum();
    }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"dark run, {EventCount} events of {SampleCount} samples, {PixelCount - SkippedPixels} of {PixelCount} pixels with pedestal");

    /// <summary>A pedestal rounded to whole LSB, as it is subtracted from sums of samples.</summary>
    internal static int Round(double pedestal) => (int)Math.Floor(pedestal + 0.5);

    private static double Remainder(double pedestal) => pedestal - Math.Floor(pedestal + 0.5);
}
