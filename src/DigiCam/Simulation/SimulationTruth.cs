using System.Collections.Immutable;
using System.Runtime.InteropServices;
using DigiCam.Files;
using DigiCam.Flags;
using DigiCam.Geometry;
using DigiCam.Runs;
using DigiCam.Scans;
using DigiCam.Simulation.Plans;

namespace DigiCam.Simulation;

/// <summary>
/// What was simulated in a run, kept beside it as NAME_truth.h5 (HDF5): the parameters of every pixel, the conditions of every level, what was drawn,
/// and which events belong to which level. Gains and amplitudes are those of the pulse's peak, not of a sum of samples.
/// </summary>
public sealed record SimulationTruth
{
    /// <summary>
    /// Version of the simulated bytes: the same plan and seed give the same files as long as this number stays. It goes up with every change of what is written.
    /// </summary>
    public const int SimulationVersion = 1;

    /// <summary>Scale of all gains and amplitudes: the peak of the pulse.</summary>
    public const string ChargeScale = "amplitude";

    private const string Suffix = "_truth.h5";
    private const double SampleNs = 4;
    private const string Healthy = "none";

    private static readonly string[] FaultNames = [Healthy, .. Enum.GetNames<PixelFault>().Select(name => name.ToLowerInvariant())];

    private static readonly ImmutableArray<(RunKind Kind, string Name)> KindNames =
        [(RunKind.HvOff, "hv_off"), (RunKind.Dark, "dark"), (RunKind.AcScan, "ac_scan"), (RunKind.DcScan, "dc_scan"), (RunKind.AcDcScan, "ac_dc_scan")];

    /// <summary>Name of the campaign.</summary>
    public required string Campaign { get; init; }

    /// <summary>Name of the run.</summary>
    public required string Run { get; init; }

    /// <summary>What was measured.</summary>
    public required RunKind Kind { get; init; }

    /// <summary>Seed of the campaign.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Telescope id.</summary>
    public required int TelescopeId { get; init; }

    /// <summary>Samples per pixel, 4 ns each.</summary>
    public required int SampleCount { get; init; }

    /// <summary>Start of the pulse of a flash in the readout window, before jitter and delay of the pixel [ns].</summary>
    public required double FlashTimeNs { get; init; }

    /// <summary>Standard deviation of the start from flash to flash [ns].</summary>
    public required double FlashJitterNs { get; init; }

    /// <summary>Mean delay of afterpulses [ns].</summary>
    public required double AfterpulseDelayNs { get; init; }

    /// <summary>Recovery time of a cell [ns].</summary>
    public required double RecoveryNs { get; init; }

    /// <summary>Bias resistance times cell capacitance [ns].</summary>
    public required double ResistanceCapacitanceNs { get; init; }

    /// <summary>The parameters of the pixels.</summary>
    public required TruePixels Pixels { get; init; }

    /// <summary>The levels in the order they were taken; a run that is no scan has one.</summary>
    public required ImmutableArray<TrueLevel> Levels { get; init; }

    /// <summary>Numbers of the events written (event).</summary>
    public required ImmutableArray<uint> EventNumbers { get; init; }

    /// <summary>Level of each event written, by index in <see cref="Levels"/> (event).</summary>
    public required ImmutableArray<int> EventLevels { get; init; }

    /// <summary>The pulse of one avalanche.</summary>
    public required TruePulse Pulse { get; init; }

    /// <summary>Path of the truth of a simulated run from the path of any of its files: x/dark_003.fits.fz has x/dark_truth.h5.</summary>
    /// <param name="runFile">A file of the run.</param>
    public static string PathFor(string runFile)
    {
        ArgumentNullException.ThrowIfNull(runFile);
        string stem = runFile.EndsWith(RunFileList.Extension, StringComparison.Ordinal) ? runFile[..^RunFileList.Extension.Length] : runFile;
        string name = stem.TrimEnd(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
        return (name.Length < stem.Length && name.EndsWith('_') ? name[..^1] : stem) + Suffix;
    }

    /// <summary>The truth of a simulated run; null if the run has no file of truth beside it.</summary>
    /// <param name="runFile">A file of the run.</param>
    /// <exception cref="InvalidDataException">The file is not one of truth, or is damaged.</exception>
    public static SimulationTruth? For(string runFile) => PathFor(runFile) is string path && File.Exists(path) ? Read(path) : null;

    /// <summary>Reads a file of truth.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is not a file of truth, or is damaged; the message names file and dataset.</exception>
    public static SimulationTruth Read(string path)
    {
        using Hdf5File file = Hdf5File.Open(path);
        string scale = file.GetText("/", "charge_scale");
        if (scale != ChargeScale) throw new InvalidDataException($"{path}: charge_scale is '{scale}', expected '{ChargeScale}'");
        string kind = file.GetText("/", "kind");
        if (!KindNames.Any(k => k.Name == kind)) throw new InvalidDataException($"{path}: kind '{kind}' is none of {string.Join(", ", KindNames.Select(k => k.Name))}");
        uint[] numbers = file.Read<uint>("/events/number", [-1]);
        int[] levels = file.Read<int>("/events/level", [numbers.Length]);
        TrueLevel[] conditions = ReadLevels(file);
        if (levels.Any(level => level < 0 || level >= conditions.Length)) throw new InvalidDataException(FormattableString.Invariant($"{path}: /events/level holds a level outside 0..{conditions.Length - 1}"));
        double[] times = file.Read<double>("/pulse/time", [-1], "ns");
        return new SimulationTruth
        {
            Campaign = file.GetText("/", "campaign"),
            Run = file.GetText("/", "run"),
            Kind = KindNames.First(k => k.Name == kind).Kind,
            Seed = file.GetNumber<ulong>("/", "seed"),
            TelescopeId = (int)file.GetNumber<long>("/", "telescope_id"),
            SampleCount = (int)file.GetNumber<long>("/", "sample_count"),
            FlashTimeNs = file.GetNumber<double>("/", "flash_time_ns"),
            FlashJitterNs = file.GetNumber<double>("/", "flash_jitter_ns"),
            AfterpulseDelayNs = file.GetNumber<double>("/", "afterpulse_delay_ns"),
            RecoveryNs = file.GetNumber<double>("/", "recovery_ns"),
            ResistanceCapacitanceNs = file.GetNumber<double>("/", "resistance_capacitance_ns"),
            Pixels = ReadPixels(file),
            Levels = [.. conditions],
            EventNumbers = [.. numbers],
            EventLevels = [.. levels],
            Pulse = new TruePulse([.. times], [.. file.Read<double>("/pulse/amplitude", [times.Length], "")], file.GetNumber<double>("/pulse", "integral_ns"), file.GetNumber<double>("/pulse", "square_integral_ns")),
        };
    }

    /// <summary>
    /// Distances of measured values from the truth in units of their errors (pixel): over many pixels their mean is 0 and their width 1. NaN for pixels that
    /// are faulty or flagged, and where there is no value or no error.
    /// </summary>
    /// <param name="values">Measured values (pixel).</param>
    /// <param name="errors">Their errors (pixel).</param>
    /// <param name="truth">What was simulated (pixel).</param>
    /// <param name="flags">Flags of the pixels (pixel).</param>
    /// <exception cref="ArgumentException">A list has not one entry for each pixel.</exception>
    public double[] Pulls(IReadOnlyList<double> values, IReadOnlyList<double> errors, IReadOnlyList<double> truth, IReadOnlyList<PixelFlags> flags)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(errors);
        ArgumentNullException.ThrowIfNull(truth);
        ArgumentNullException.ThrowIfNull(flags);
        int pixels = Pixels.Faults.Length;
        if (values.Count != pixels || errors.Count != pixels || truth.Count != pixels || flags.Count != pixels) throw new ArgumentException(FormattableString.Invariant($"{values.Count} values, {errors.Count} errors, {truth.Count} true values and {flags.Count} flags for {pixels} pixels"));
        return [.. Enumerable.Range(0, pixels).Select(p => Pixels.Faults[p] is null && flags[p] == PixelFlags.None && errors[p] > 0 ? (values[p] - truth[p]) / errors[p] : double.NaN)];
    }

    /// <summary>Writes the file; equal truth gives equal bytes.</summary>
    /// <param name="path">The target.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Write(string path)
    {
        Hdf5Writer writer = new();
        writer.AddAttribute("/", "campaign", Campaign)
            .AddAttribute("/", "run", Run)
            .AddAttribute("/", "kind", KindNames.First(k => k.Kind == Kind).Name)
            .AddAttribute("/", "seed", Seed)
            .AddAttribute("/", "telescope_id", TelescopeId)
            .AddAttribute("/", "sample_count", SampleCount)
            .AddAttribute("/", "sample_ns", SampleNs)
            .AddAttribute("/", "charge_scale", ChargeScale)
            .AddAttribute("/", "simulation_version", SimulationVersion)
            .AddAttribute("/", "flash_time_ns", FlashTimeNs)
            .AddAttribute("/", "flash_jitter_ns", FlashJitterNs)
            .AddAttribute("/", "afterpulse_delay_ns", AfterpulseDelayNs)
            .AddAttribute("/", "recovery_ns", RecoveryNs)
            .AddAttribute("/", "resistance_capacitance_ns", ResistanceCapacitanceNs);
        WritePixels(writer);
        WriteLevels(writer);
        writer.Add<uint>("/events/number", EventNumbers.AsSpan(), "", "number of each event written (event)")
            .Add<int>("/events/level", EventLevels.AsSpan(), "", "level of each event written, index of the first axis of /levels (event)")
            .Add<double>("/pulse/time", Pulse.TimesNs.AsSpan(), "ns", "time since the start of the pulse of one avalanche (point)")
            .Add<double>("/pulse/amplitude", Pulse.Amplitudes.AsSpan(), "", "pulse of one avalanche relative to its peak (point)")
            .AddAttribute("/pulse", "integral_ns", Pulse.IntegralNs)
            .AddAttribute("/pulse", "square_integral_ns", Pulse.SquareIntegralNs)
            .Write(path);
    }

    private static TruePixels ReadPixels(Hdf5File file)
    {
        if (!file.GetTexts("/pixels/fault", Hdf5Writer.NamesAttribute).SequenceEqual(FaultNames)) throw new InvalidDataException($"{file.Path}: /pixels/fault has other names of faults than {string.Join(", ", FaultNames)}");
        byte[] faults = file.Read<byte>("/pixels/fault", [CameraGeometry.PixelCount]);
        if (faults.Any(fault => fault >= FaultNames.Length)) throw new InvalidDataException(FormattableString.Invariant($"{file.Path}: /pixels/fault holds a code outside 0..{FaultNames.Length - 1}"));
        int[] stored = file.Read<int>("/pixels/stored_pixel", [CameraGeometry.PixelCount]);
        if (!stored.Order().SequenceEqual(Enumerable.Range(0, stored.Length))) throw new InvalidDataException($"{file.Path}: /pixels/stored_pixel does not hold each pixel once");
        return new TruePixels
        {
            Baseline = Pixel("baseline", "LSB"),
            Noise = Pixel("noise", "LSB"),
            Gain = Pixel("gain", "LSB/pe"),
            SinglePeSpread = Pixel("single_pe_spread", "LSB"),
            CrossTalk = Pixel("crosstalk", ""),
            DarkCountRateMHz = Pixel("dark_count_rate", "MHz"),
            Afterpulsing = Pixel("afterpulsing", ""),
            AcEfficiency = Pixel("ac_efficiency", ""),
            DcEfficiency = Pixel("dc_efficiency", ""),
            DelayNs = Pixel("delay", "ns"),
            IsLit = [.. file.Read<byte>("/pixels/lit", [CameraGeometry.PixelCount]).Select(lit => lit != 0)],
            Faults = [.. faults.Select(fault => fault == 0 ? (PixelFault?)null : (PixelFault)(fault - 1))],
            StoredPixel = [.. stored],
        };

        ImmutableArray<double> Pixel(string name, string unit) => ImmutableCollectionsMarshal.AsImmutableArray(file.Read<double>("/pixels/" + name, [CameraGeometry.PixelCount], unit));
    }

    private static TrueLevel[] ReadLevels(Hdf5File file)
    {
        int[] ac = file.Read<int>("/levels/ac_dac", [-1]);
        int count = ac.Length;
        int[] dc = file.Read<int>("/levels/dc_dac", [count]);
        uint[] first = file.Read<uint>("/levels/first_event", [count]);
        int[] events = file.Read<int>("/levels/event_count", [count]);
        double[] flashMean = Table<double>("flash_mean", "pe");
        double[] light = Table<double>("light_rate", "MHz");
        double[] dark = Table<double>("dark_count_rate", "MHz");
        double[] gain = Table<double>("gain", "LSB/pe");
        double[] spread = Table<double>("single_pe_spread", "LSB");
        double[] shift = Table<double>("baseline_shift", "LSB");
        double[] variance = Table<double>("shot_noise_variance", "LSB^2");
        long[] primaries = Table<long>("flash_primaries", "");
        long[] avalanches = Table<long>("flash_avalanches", "");
        long[] random = Table<long>("random_pulses", "");
        return [.. Enumerable.Range(0, count).Select(level => new TrueLevel
        {
            Conditions = new LevelConditions
            {
                Level = new ScanLevel(ac[level], dc[level]),
                FlashMean = Row(flashMean, level),
                LightRateMHz = Row(light, level),
                DarkCountRateMHz = Row(dark, level),
                Gain = Row(gain, level),
                SinglePeSpread = Row(spread, level),
                BaselineShift = Row(shift, level),
                ShotNoiseVariance = Row(variance, level),
            },
            FirstEvent = first[level],
            EventCount = events[level],
            FlashPrimaries = Row(primaries, level),
            FlashAvalanches = Row(avalanches, level),
            RandomPulses = Row(random, level),
        })];

        T[] Table<T>(string name, string unit) where T : unmanaged => file.Read<T>("/levels/" + name, [count, CameraGeometry.PixelCount], unit);

        static ImmutableArray<T> Row<T>(T[] table, int level) => [.. table.AsSpan(level * CameraGeometry.PixelCount, CameraGeometry.PixelCount)];
    }

    private void WritePixels(Hdf5Writer writer)
    {
        Pixel("baseline", Pixels.Baseline, "LSB", "baseline without light and dark counts (pixel)");
        Pixel("noise", Pixels.Noise, "LSB", "electronic noise of one sample before rounding (pixel)");
        Pixel("gain", Pixels.Gain, "LSB/pe", "peak of the pulse of one avalanche without light (pixel)");
        Pixel("single_pe_spread", Pixels.SinglePeSpread, "LSB", "spread of the amplitude of one avalanche without light (pixel)");
        Pixel("crosstalk", Pixels.CrossTalk, "", "mean number of avalanches that one avalanche sets off itself (pixel)");
        Pixel("dark_count_rate", Pixels.DarkCountRateMHz, "MHz", "rate of dark counts with high voltage on, crosstalk not counted (pixel)");
        Pixel("afterpulsing", Pixels.Afterpulsing, "", "mean number of afterpulses of one avalanche (pixel)");
        Pixel("ac_efficiency", Pixels.AcEfficiency, "", "efficiency of the AC LED (pixel)");
        Pixel("dc_efficiency", Pixels.DcEfficiency, "", "efficiency of the DC LED (pixel)");
        Pixel("delay", Pixels.DelayNs, "ns", "constant delay against the flash (pixel)");
        writer.Add<byte>("/pixels/lit", [.. Pixels.IsLit.Select(lit => lit ? (byte)1 : (byte)0)], "", "1 where the light test device lights the pixel (pixel)");
        writer.AddNamed<byte>("/pixels/fault", [.. Pixels.Faults.Select(fault => fault is null ? (byte)0 : (byte)(fault + 1))], FaultNames, "what is wrong with the pixel, names by code (pixel)");
        writer.Add<int>("/pixels/stored_pixel", Pixels.StoredPixel.AsSpan(), "", "physical pixel whose data the file holds under this pixel id (pixel)");

        void Pixel(string name, ImmutableArray<double> values, string unit, string description) => writer.Add<double>("/pixels/" + name, values.AsSpan(), unit, description);
    }

    private void WriteLevels(Hdf5Writer writer)
    {
        writer.Add<int>("/levels/ac_dac", [.. Levels.Select(l => l.Conditions.Level.AcDac)], "", "DAC value of the AC LEDs, 0 for none (level)");
        writer.Add<int>("/levels/dc_dac", [.. Levels.Select(l => l.Conditions.Level.DcDac)], "", "DAC value of the DC LEDs, 0 for none (level)");
        writer.Add<uint>("/levels/first_event", [.. Levels.Select(l => l.FirstEvent)], "", "number of the first event written, 0 where there is none (level)");
        writer.Add<int>("/levels/event_count", [.. Levels.Select(l => l.EventCount)], "", "events written (level)");
        Table("flash_mean", l => l.Conditions.FlashMean, "pe", "mean number of primary photo-electrons of a flash (level, pixel)");
        Table("light_rate", l => l.Conditions.LightRateMHz, "MHz", "rate of primary photo-electrons of continuous light (level, pixel)");
        Table("dark_count_rate", l => l.Conditions.DarkCountRateMHz, "MHz", "rate of dark counts, crosstalk not counted (level, pixel)");
        Table("gain", l => l.Conditions.Gain, "LSB/pe", "peak of the pulse of one avalanche under this light (level, pixel)");
        Table("single_pe_spread", l => l.Conditions.SinglePeSpread, "LSB", "spread of the amplitude of one avalanche under this light (level, pixel)");
        Table("baseline_shift", l => l.Conditions.BaselineShift, "LSB", "mean of a sample outside flashes minus the baseline (level, pixel)");
        Table("shot_noise_variance", l => l.Conditions.ShotNoiseVariance, "LSB^2", "variance of a sample outside flashes beyond the electronic noise (level, pixel)");
        Table("flash_primaries", l => l.FlashPrimaries, "", "primary photo-electrons drawn for the flashes of all events written (level, pixel)");
        Table("flash_avalanches", l => l.FlashAvalanches, "", "avalanches drawn for the flashes of all events written, crosstalk included, afterpulses not (level, pixel)");
        Table("random_pulses", l => l.RandomPulses, "", "dark counts and photo-electrons of continuous light drawn inside the readout windows, crosstalk not counted (level, pixel)");

        void Table<T>(string name, Func<TrueLevel, ImmutableArray<T>> select, string unit, string description) where T : unmanaged =>
            writer.Add<T>("/levels/" + name, [.. Levels.SelectMany(level => select(level).AsEnumerable())], [Levels.Length, CameraGeometry.PixelCount], unit, description);
    }
}
