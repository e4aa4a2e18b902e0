using System.Collections.Immutable;
using DigiCam.Charges;
using DigiCam.Dark;
using DigiCam.Files;
using DigiCam.Histograms;
using DigiCam.Plans;
using DigiCam.Scans;

namespace DigiCam.LightScan;

/// <summary>
/// The charges of a light scan at a fixed position of each pixel: one histogram for every level and pixel, with all that is needed to fit them.
/// </summary>
public sealed class ChargeHistograms : RunHistograms
{
    /// <summary>Group of the histograms in HDF5 files.</summary>
    public const string Group = "/charge_histograms";

    // Room below no charge on the axis of sums, for each sample [LSB].
    private const int RoomBelow = 64;

    private const double SignificantErrors = 5;
    private const double SmallestPart = 0.02;

    // Baselines drift from file to file, by less than this for each sample [LSB].
    private const double LeastDifferenceLsb = 0.5;

    internal ChargeHistograms(
        ScanPlan plan, int sampleCount, Pedestals pedestals, LevelHistograms charges, ImmutableArray<int> position, ImmutableArray<double> edgeNs, ImmutableArray<long> saturatedEvents)
    {
        if (charges.LevelCount != plan.LevelCount) throw new ArgumentException(FormattableString.Invariant($"histograms of {charges.LevelCount} levels for a scan of {plan.LevelCount}"), nameof(charges));
        int pixels = charges.PixelCount;
        if (pedestals.PixelCount != pixels || position.Length != pixels || edgeNs.Length != pixels || saturatedEvents.Length != pixels * plan.LevelCount)
            throw new ArgumentException(FormattableString.Invariant($"pedestals of {pedestals.PixelCount} pixels, {position.Length} positions, {edgeNs.Length} edges and {saturatedEvents.Length} counts for histograms of {pixels} pixels and {plan.LevelCount} levels"), nameof(charges));
        (Plan, SampleCount, Pedestals, Charges, Position, EdgeNs, SaturatedEvents) = (plan, sampleCount, pedestals, charges, position, edgeNs, saturatedEvents);
    }

    /// <summary>The levels: one of the histograms for each step.</summary>
    public ScanPlan Plan { get; }

    /// <summary>
    /// The charges (level, pixel) on an axis of integers [LSB]: ADC codes for amplitudes, the baseline not subtracted; sums of samples without the pedestal rounded to whole
    /// LSB, or with all of it where the pedestal is not known. <see cref="ChargePedestal"/> says where no charge lies.
    /// </summary>
    public LevelHistograms Charges { get; }

    /// <summary>What a charge means.</summary>
    public ChargeScale Scale => Charges.Scale;

    /// <summary>Number of levels.</summary>
    public int LevelCount => Charges.LevelCount;

    /// <summary>Number of pixels.</summary>
    public int PixelCount => Charges.PixelCount;

    /// <summary>Number of events used (level).</summary>
    public ImmutableArray<long> EventCounts => Charges.EventCounts;

    /// <summary>Samples of a waveform, 4 ns each.</summary>
    public int SampleCount { get; }

    /// <summary>Baselines and noise with high voltage off; not known for any pixel where the pass was made without.</summary>
    public Pedestals Pedestals { get; }

    /// <summary>The sample that holds the peak of the pulse (pixel); a sum of samples begins up to two samples before it.</summary>
    public ImmutableArray<int> Position { get; }

    /// <summary>Mean half-height leading edge of the flash in the waveform (pixel) [ns]; NaN = not known.</summary>
    public ImmutableArray<double> EdgeNs { get; }

    /// <summary>Number of events in which a sample of the charge has the last ADC code, 4095 (level, pixel), flat: such charges are cut, and so is their histogram.</summary>
    public ImmutableArray<long> SaturatedEvents { get; private set; }

    /// <summary>First sample of the charge.</summary>
    /// <param name="pixel">Software id.</param>
    public int ChargeStart(int pixel) => ChargeStart(Position[pixel], Scale.Samples, SampleCount);

    /// <summary>Place of no charge on the axis [LSB]: the baseline of amplitudes, what rounding left of the pedestal of sums; NaN without pedestal.</summary>
    /// <param name="pixel">Software id.</param>
    public double ChargePedestal(int pixel) => Scale.Samples == 1 ? Pedestals.Baseline[pixel] : (Scale.Samples * Pedestals.Baseline[pixel]) - Math.Floor((Scale.Samples * Pedestals.Baseline[pixel]) + 0.5);

    /// <summary>Number of events of a level and a pixel whose charge is cut by the end of the ADC range; a level with any is of no use for the pixel.</summary>
    /// <param name="level">Place of the level.</param>
    /// <param name="pixel">Software id.</param>
    public long GetSaturated(int level, int pixel)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)pixel, (uint)PixelCount, nameof(pixel));
        return SaturatedEvents[(level * PixelCount) + pixel];
    }

    /// <summary>The sum of the charges over some levels: the full spectrum that a gain is fitted to.</summary>
    /// <param name="levels">Places of the levels; null for all.</param>
    public PixelHistograms Full(IEnumerable<int>? levels = null) => levels is null ? Charges.Sum() : Charges.Sum(levels);

    /// <summary>The levels of one continuous light, which can be fitted together; the counts are copied.</summary>
    /// <param name="dcDac">DC value [DAC].</param>
    /// <exception cref="ArgumentException">No level has it, or they come to be neighbours that the plan would take for one level which goes on in another file.</exception>
    public ChargeHistograms AtDc(int dcDac)
    {
        int[] levels = [.. Enumerable.Range(0, LevelCount).Where(level => Plan.Steps[level].Level.DcDac == dcDac)];
        if (levels.Length == 0) throw new ArgumentException(FormattableString.Invariant($"no level has DC {dcDac}"), nameof(dcDac));
        return new ChargeHistograms(
            new ScanPlan([.. levels.Select(level => Plan.Steps[level])]) { FirstEventNumber = Plan.FirstEventNumber }, SampleCount, Pedestals, Charges.SelectLevels(levels), Position, EdgeNs,
            [.. levels.SelectMany(level => SaturatedEvents.AsSpan(level * PixelCount, PixelCount).ToArray())]);
    }

    /// <summary>
    /// Levels that cannot be those of the plan, one sentence each: of two levels under the same continuous light the one with the higher AC value leaves less charge, by five errors and half an LSB
    /// for each sample and more, in a fiftieth of the pixels, and more charge in fewer. Empty where all is well. Looks at all counts.
    /// </summary>
    public ImmutableArray<string> Problems()
    {
        ImmutableArray<string>.Builder problems = ImmutableArray.CreateBuilder<string>();
        foreach (int dc in Plan.DcLevels)
        {
            int[] levels = [.. Enumerable.Range(0, LevelCount).Where(level => Plan.Steps[level].Level.DcDac == dc && EventCounts[level] > 0).OrderBy(level => Plan.Steps[level].Level.AcDac)];
            for (int i = 1; i < levels.Length; i++)
            {
                (ScanLevel low, ScanLevel high) = (Plan.Steps[levels[i - 1]].Level, Plan.Steps[levels[i]].Level);
                if (low.AcDac == high.AcDac) continue;
                (int less, int more) = Compare(levels[i - 1], levels[i]);
                if (less > SmallestPart * PixelCount && less > more)
                    problems.Add(FormattableString.Invariant($"level {levels[i]} ({high}) leaves less charge than level {levels[i - 1]} ({low}) in {less} pixels, more in {more}: the files do not hold the levels of the plan"));
            }
        }

        return problems.ToImmutable();
    }

    // Pixels with significantly less charge and with more.
    private (int Less, int More) Compare(int low, int high)
    {
        (int less, int more) = (0, 0);
        for (int pixel = 0; pixel < PixelCount; pixel++)
        {
            (HistogramMoments first, HistogramMoments second) = (Moments(low, pixel), Moments(high, pixel));
            if (first.Entries < 2 || second.Entries < 2) continue;
            double least = Math.Max(SignificantErrors * Math.Sqrt((first.Variance / first.Entries) + (second.Variance / second.Entries)), LeastDifferenceLsb * Scale.Samples);
            double difference = second.Mean - first.Mean;
            if (difference < -least) less++;
            else if (difference > least) more++;
        }

        return (less, more);
    }

    private HistogramMoments Moments(int level, int pixel) => HistogramMoments.Of(Charges.GetCounts(level, pixel, out int first), first);

    internal override string FileGroup => Group;

    internal override long FilledEvents => EventCounts.Sum();

    internal override IEnumerable<(string Name, object Value)> Settings =>
    [
        .. Plan.Settings,
        ("sample_count", SampleCount),
        ("charge_scale", Scale),
        ("pedestals", Pedestals.Digest),
        ("positions", Digest.Of(Position.AsSpan())),
        ("edges", Digest.Of(EdgeNs.AsSpan())),
    ];

    /// <inheritdoc/>
    public override void WriteTo(Hdf5Writer writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ScanPlanFiles.WriteTo(writer, Group, Plan);
        writer.AddAttribute(Group, "sample_count", (long)SampleCount)
            .Add(Group + "/baseline", Pedestals.Baseline.AsSpan(), "LSB", "baselines that were used (pixel); NaN = not known")
            .Add(Group + "/noise", Pedestals.Noise.AsSpan(), "LSB", "electronic noise, without the rounding of the ADC (pixel); NaN = not known")
            .Add(Group + "/position", Position.AsSpan(), "sample", "sample of the peak of the pulse, counted from 0 (pixel)")
            .Add(Group + "/edge", EdgeNs.AsSpan(), "ns", "mean half-height leading edge of the flash (pixel); NaN = not known")
            .Add<long>(Group + "/saturated", SaturatedEvents.AsSpan(), [LevelCount, PixelCount], "", "events in which a sample of the charge has the last ADC code (level, pixel)");
        Charges.WriteTo(writer, Group + "/charges", "charges at the fixed position (level, pixel); for amplitudes the baseline is not subtracted");
    }

    /// <summary>Reads what <see cref="RunHistograms.Write"/> or <see cref="WriteTo"/> wrote.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is not such a file, or is damaged: one sentence that names file and dataset.</exception>
    public static ChargeHistograms Read(string path)
    {
        using Hdf5File file = Hdf5File.Open(path);
        return ReadFrom(file);
    }

    internal static ChargeHistograms ReadFrom(Hdf5File file)
    {
        string path = file.Path;
        ScanPlan plan = ScanPlanFiles.ReadFrom(file, Group);
        LevelHistograms charges = LevelHistograms.ReadFrom(file, Group + "/charges");
        int pixels = charges.PixelCount;
        if (charges.Axis is not IntegerAxis) throw new InvalidDataException($"{path}: {Group}/charges is on {charges.Axis}, not on an axis of integers");
        if (charges.LevelCount != plan.LevelCount) throw new InvalidDataException(FormattableString.Invariant($"{path}: {Group}/charges has {charges.LevelCount} levels, the plan {plan.LevelCount}"));
        long samples = file.GetNumber<long>(Group, "sample_count");
        int[] position = file.Read<int>(Group + "/position", [pixels], "sample");
        if (samples < charges.Scale.Samples || samples > ushort.MaxValue) throw new InvalidDataException(FormattableString.Invariant($"{path}: {Group} has an attribute sample_count of {samples}, the charges are made of {charges.Scale.Samples}"));
        if (position.Any(p => p < 0 || p >= samples)) throw new InvalidDataException(FormattableString.Invariant($"{path}: {Group}/position is outside the {samples} samples"));
        return new ChargeHistograms(
            plan, (int)samples, new Pedestals([.. file.Read<double>(Group + "/baseline", [pixels], "LSB")], [.. file.Read<double>(Group + "/noise", [pixels], "LSB")]), charges,
            [.. position], [.. file.Read<double>(Group + "/edge", [pixels], "ns")], [.. file.Read<long>(Group + "/saturated", [plan.LevelCount, pixels], "")]);
    }

    internal override void AddFrom(Hdf5File file)
    {
        Charges.AddFrom(file, Group + "/charges");
        SaturatedEvents = [.. Sum(SaturatedEvents, file.Read<long>(Group + "/saturated", [LevelCount, PixelCount], ""))];
    }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"charges ({Scale}) of {LevelCount} levels and {PixelCount} pixels, {EventCounts.Sum()} events");

    /// <summary>The axis that charges of a scale are filled on.</summary>
    internal static IntegerAxis AxisOf(ChargeScale scale) => scale.Samples == 1 ? IntegerAxis.Adc : new IntegerAxis(-RoomBelow * scale.Samples, ((RoomBelow + IntegerAxis.Adc.Last) * scale.Samples) + 1);

    /// <summary>First sample of a charge: so that the best part of the pulse is in it, which falls more slowly than it rises, and that it lies within the waveform.</summary>
    internal static int ChargeStart(int position, int samples, int sampleCount) => Math.Clamp(position - Math.Min((samples - 1) / 2, 2), 0, sampleCount - samples);
}
