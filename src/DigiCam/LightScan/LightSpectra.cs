using System.Collections.Immutable;
using DigiCam.Charges;
using DigiCam.Flags;
using DigiCam.Geometry;
using DigiCam.Histograms;
using DigiCam.Scans;
using DigiCam.Simulation;

namespace DigiCam.LightScan;

/// <summary>The charges of a scan at a fixed place of each pixel, with what is known of the pixels from elsewhere.</summary>
public sealed record LightSpectra
{
    /// <summary>Creates the spectra.</summary>
    /// <param name="charges">The charges on an axis of integers (level, pixel) [LSB].</param>
    /// <param name="pedestal">Place of no charge on that axis (pixel) [LSB]; NaN = not known.</param>
    /// <param name="noise">Noise of a charge without light and dark counts, the last rounding not included (pixel) [LSB]; NaN = not known.</param>
    /// <exception cref="ArgumentException">The axis is not one of integers, or the numbers of pixels differ.</exception>
    public LightSpectra(LevelHistograms charges, ImmutableArray<double> pedestal, ImmutableArray<double> noise)
    {
        ArgumentNullException.ThrowIfNull(charges);
        if (charges.Axis is not IntegerAxis axis) throw new ArgumentException($"charges on {charges.Axis}, not on an axis of integers", nameof(charges));
        if (pedestal.Length != charges.PixelCount || noise.Length != charges.PixelCount) throw new ArgumentException(FormattableString.Invariant($"pedestals of {pedestal.Length} and noise of {noise.Length} pixels for charges of {charges.PixelCount}"), nameof(pedestal));
        (Charges, Axis, Pedestal, Noise) = (charges, axis, pedestal, noise);
    }

    /// <summary>The charges (level, pixel) [LSB].</summary>
    public LevelHistograms Charges { get; }

    /// <summary>Their axis.</summary>
    public IntegerAxis Axis { get; }

    /// <summary>Place of no charge on the axis (pixel) [LSB]; NaN = not known.</summary>
    public ImmutableArray<double> Pedestal { get; }

    /// <summary>Noise of a charge without light and dark counts (pixel) [LSB]; NaN = not known.</summary>
    public ImmutableArray<double> Noise { get; }

    /// <summary>Rate of dark counts, crosstalk not counted (pixel) [MHz]; NaN = not known, and the fits find it. Default: not known for any pixel.</summary>
    public ImmutableArray<double> DarkCountRateMHz { get; init; }

    /// <summary>
    /// True under continuous light: the darkest level, too, may have any number of photo-electrons in a charge, and these are not of flashes. What they are is told by <see cref="LevelsWithoutFlash"/>.
    /// </summary>
    public bool IsUnderLight { get; init; }

    /// <summary>Places of the levels without flashes. Under continuous light their light is held at 0, so that the rate of the photo-electrons beside the flashes can be told from flashes. Default: none known.</summary>
    public ImmutableArray<int> LevelsWithoutFlash { get; init; } = [];

    /// <summary>
    /// Time from the start of the flash's pulse to the first sample of the charge (pixel) [ns]; NaN = not known, and the charge is taken to lie where it is largest.
    /// Default: not known for any pixel. Only the share of dark counts depends on it.
    /// </summary>
    public ImmutableArray<double> DelayNs { get; init; }

    /// <summary>Standard deviation of the flash's time from event to event [ns]: the charge is then taken at another place of the pulse. Without effect where <see cref="DelayNs"/> is not known.</summary>
    public double JitterNs { get; init; }

    /// <summary>Events of which a sample of the charge lies at the end of the ADC's range (level, pixel), flat. Default: none known.</summary>
    public ImmutableArray<long> SaturatedEvents { get; init; }

    /// <summary>What a charge means.</summary>
    public ChargeScale Scale => Charges.Scale;

    /// <summary>Number of levels.</summary>
    public int LevelCount => Charges.LevelCount;

    /// <summary>Number of pixels.</summary>
    public int PixelCount => Charges.PixelCount;

    /// <summary>Noise of a charge that is the sum of samples: that of the samples and all roundings but one, which is in the integrals over the bins [LSB].</summary>
    /// <param name="sampleNoise">Noise of a sample without its rounding [LSB].</param>
    /// <param name="scale">Number of samples.</param>
    public static double NoiseOf(double sampleNoise, ChargeScale scale) => Math.Sqrt((scale.Samples * sampleNoise * sampleNoise) + ((scale.Samples - 1) / 12.0));

    /// <summary>The charges of a scan of the AC LEDs, all levels under the same continuous light; see <see cref="ChargeHistograms.AtDc"/>.</summary>
    /// <param name="charges">The charges.</param>
    /// <param name="darkCountRateMHz">Rate of dark counts (pixel) [MHz], NaN = not known; default for none known. Under continuous light, whose photo-electrons are like dark counts, it is not used.</param>
    /// <param name="pulse">The pulse of one avalanche; null for the analytic one.</param>
    /// <param name="jitterNs">Standard deviation of the flash's time from event to event [ns].</param>
    /// <exception cref="ArgumentException">Levels differ in their continuous light, which changes gain, pedestal and dark counts.</exception>
    public static LightSpectra Of(ChargeHistograms charges, ImmutableArray<double> darkCountRateMHz = default, PulseShape? pulse = null, double jitterNs = 0)
    {
        ArgumentNullException.ThrowIfNull(charges);
        int dc = charges.Plan.Steps[0].Level.DcDac;
        foreach (ScanStep step in charges.Plan.Steps)
        {
            if (step.Level.DcDac != dc) throw new ArgumentException($"levels of different continuous light, DC {dc} and {step.Level.DcDac}, cannot be fitted together: AtDc gives those of one", nameof(charges));
        }

        double half = HalfHeightNs(pulse ?? PulseShape.Analytic);
        return new LightSpectra(
            charges.Charges, [.. Enumerable.Range(0, charges.PixelCount).Select(charges.ChargePedestal)], [.. charges.Pedestals.Noise.Select(noise => NoiseOf(noise, charges.Scale))])
        {
            IsUnderLight = dc > 0,
            LevelsWithoutFlash = [.. Enumerable.Range(0, charges.LevelCount).Where(level => charges.Plan.Steps[level].Level.AcDac == 0)],
            DarkCountRateMHz = dc > 0 ? default : darkCountRateMHz,
            DelayNs = [.. charges.EdgeNs.Select((edge, pixel) => (charges.ChargeStart(pixel) * CameraGeometry.SampleNs) - edge + half)],
            SaturatedEvents = charges.SaturatedEvents,
            JitterNs = jitterNs,
        };
    }

    // Time from the start of a pulse to half its height.
    private static double HalfHeightNs(PulseShape pulse)
    {
        const double step = 0.01;
        double time = 0;
        while (time < pulse.PeakTimeNs && pulse.At(time) < 0.5) time += step;
        return time;
    }

    /// <summary>True where entries of a histogram are cut at an end of its axis or of the ADC's range.</summary>
    /// <param name="level">Place of the level.</param>
    /// <param name="pixel">Software id.</param>
    internal bool IsCut(int level, int pixel) =>
        Charges.GetUnderflow(level, pixel) + Charges.GetOverflow(level, pixel) > 0 || (!SaturatedEvents.IsDefault && SaturatedEvents[(level * PixelCount) + pixel] > 0);

    /// <summary>The sum of some levels of each pixel, on as much of the axis as they need.</summary>
    /// <param name="levels">Places of the levels (pixel).</param>
    internal PixelHistograms Sum(IReadOnlyList<ImmutableArray<int>> levels)
    {
        int first = int.MaxValue;
        int last = int.MinValue;
        for (int pixel = 0; pixel < levels.Count; pixel++)
        {
            foreach (int level in levels[pixel])
            {
                int count = Charges.GetCounts(level, pixel, out int firstBin).Length;
                (first, last) = (Math.Min(first, firstBin), Math.Max(last, firstBin + count - 1));
            }
        }

        if (last < first) (first, last) = (0, 0);
        PixelHistograms sum = new(new IntegerAxis(Axis.First + first, last - first + 1), PixelCount, Scale) { EventCount = Charges.EventCounts.Sum() };
        for (int pixel = 0; pixel < levels.Count; pixel++)
        {
            foreach (int level in levels[pixel])
            {
                ReadOnlySpan<uint> counts = Charges.GetCounts(level, pixel, out int firstBin);
                sum.AddCounts(pixel, firstBin - first, counts, 0, 0, true);
            }
        }

        return sum;
    }

    /// <summary>What is wrong with a pixel of which no level could be fitted: what is wrong with its levels, STUCK, NO_LED.</summary>
    /// <param name="pixel">Software id.</param>
    /// <param name="of">The pixel.</param>
    internal PixelFlags FlagsWithoutFit(int pixel, LightPixel of)
    {
        PixelFlags any = PixelFlags.None;
        PixelFlags all = (PixelFlags)uint.MaxValue;
        bool isStuck = true;
        for (int level = 0; level < LevelCount; level++)
        {
            any |= of.Levels[level].Flags;
            all &= of.Levels[level].Flags;
            ReadOnlySpan<uint> counts = Charges.GetCounts(level, pixel, out _);
            isStuck &= counts.Length - counts.Count(0u) == 1;
        }

        PixelFlags flags = PixelFlags.FitFailed | all | (any & PixelFlags.Overflow);
        if (isStuck) return flags | PixelFlags.Stuck;
        return flags == PixelFlags.FitFailed && !of.HasLight ? flags | PixelFlags.NoLed : flags;
    }

    /// <summary>Refuses what is known of other pixels or levels.</summary>
    /// <exception cref="ArgumentException">The numbers differ.</exception>
    internal void Check()
    {
        if (!DarkCountRateMHz.IsDefault && DarkCountRateMHz.Length != PixelCount) throw new ArgumentException(FormattableString.Invariant($"dark count rates of {DarkCountRateMHz.Length} pixels for charges of {PixelCount}"));
        if (!DelayNs.IsDefault && DelayNs.Length != PixelCount) throw new ArgumentException(FormattableString.Invariant($"delays of {DelayNs.Length} pixels for charges of {PixelCount}"));
        if (!SaturatedEvents.IsDefault && SaturatedEvents.Length != PixelCount * LevelCount) throw new ArgumentException(FormattableString.Invariant($"{SaturatedEvents.Length} counts of saturated events for {PixelCount} pixels and {LevelCount} levels"));
    }

    /// <summary>True for a level of which it is known that what is in its charges is not of flashes.</summary>
    internal bool HasNoLight(int level) => IsUnderLight && LevelsWithoutFlash.Contains(level);

    internal double RateMHz(int pixel) => DarkCountRateMHz.IsDefault ? double.NaN : DarkCountRateMHz[pixel];

    internal double Delay(int pixel) => DelayNs.IsDefault ? double.NaN : DelayNs[pixel];
}
