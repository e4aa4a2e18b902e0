using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using DigiCam.Geometry;
using DigiCam.Plans;
using DigiCam.Scans;

namespace DigiCam.Simulation.Plans;

/// <summary>
/// Reads the plan of a campaign from YAML; docs/simulation.md describes the language. Whatever is wrong with a plan is found here, before
/// anything is simulated.
/// </summary>
public static class CampaignPlanReader
{
    private const long LargestFile = 1 << 20;
    private const int LongestName = 60;
    private const int LastCode = 4095;
    private const int MostSamples = 1024;
    private const int MostCoefficients = 4;
    private const int LargestCluster7 = 7 * 255;
    private const int LargestCluster19 = 19 * 255;

    // Beyond these nothing is impossible, only no camera; they keep a mistyped power of ten from filling memory with pulses.
    private const double HighestDarkCountRateMHz = 1000;
    internal const double HighestLightRateMHz = 10_000;
    private const double LongestTimeNs = 1000;
    private const double LargestCoefficientPe = 1e6;

    // The plateau stands behind the peak of the analytic pulse.
    private const double AnalyticPeakNs = 14.2;

    private static readonly PlanRange Fraction = new(0, 1, WithoutMaximum: true);
    private static readonly PlanRange Time = new(0, LongestTimeNs);
    private static readonly PlanRange PositiveTime = Time with { WithoutMinimum = true };

    /// <summary>Reads a plan.</summary>
    /// <param name="path">The file. What it names itself, as a pulse template, is looked for in the same folder.</param>
    /// <exception cref="PlanException">The file cannot be read, or the plan cannot be understood or asks for something impossible.</exception>
    public static CampaignPlan Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Parse(ReadText(path, new PlanException(path, 0, "", "the file does not exist")), path, Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>Reads a plan from its text.</summary>
    /// <param name="text">The plan in YAML.</param>
    /// <param name="name">Name of the plan in messages.</param>
    /// <param name="folder">Folder of the files that the plan names.</param>
    /// <exception cref="PlanException">The plan cannot be understood or asks for something impossible.</exception>
    public static CampaignPlan Parse(string text, string name, string folder)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(folder);
        PlanKeys keys = new PlanValue(name, "", PlanParser.Parse(name, text))
            .Keys("name", "seed", "telescope", "start", "samples", "camera", "pulse", "light", "trigger", "faults", "runs");
        CampaignPlan plan = new();
        plan = plan with
        {
            Name = keys["name"] is { } title ? Title(title) : plan.Name,
            Seed = keys["seed"] is { } seed ? Seed(seed) : plan.Seed,
            TelescopeId = (int?)keys["telescope"]?.Integer(0, int.MaxValue) ?? plan.TelescopeId,
            Start = keys["start"] is { } start ? Start(start) : plan.Start,
            SampleCount = (int?)keys["samples"]?.Integer(1, MostSamples) ?? plan.SampleCount,
            Camera = keys["camera"] is { } camera ? Camera(camera) : plan.Camera,
            Pulse = keys["pulse"] is { } pulse ? Pulse(pulse, folder) : plan.Pulse,
            Light = keys["light"] is { } light ? Light(light) : plan.Light,
            Trigger = keys["trigger"] is { } trigger ? Trigger(trigger) : plan.Trigger,
            Faults = keys["faults"] is { } faults ? Faults(faults) : plan.Faults,
        };
        return plan with { Runs = RunPlanReader.Read(keys, plan) };
    }

    private static string Title(PlanValue value)
    {
        // The name goes into headers of FITS files, which hold printable ASCII only.
        string title = value.Text("a name");
        if (title.Length > LongestName) throw value.Error(FormattableString.Invariant($"the name has more than {LongestName} characters"));
        return title.All(c => c is >= ' ' and <= '~' and not '\'') ? title : throw value.Error("a name consists of printable ASCII characters, ' excepted");
    }

    private static ulong Seed(PlanValue value)
    {
        string text = value.Text("a whole number");
        return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong seed) ? seed
            : throw value.Error($"'{text}' is not a whole number from 0 to 18446744073709551615");
    }

    private static DateTime Start(PlanValue value)
    {
        string text = value.Text("a time");
        string[] forms = ["yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", "yyyy-MM-dd'T'HH:mm'Z'"];
        if (!DateTime.TryParseExact(text, forms, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out DateTime start)) throw value.Error($"'{text}' is not a time in UTC such as 2018-08-22T20:00:00Z");
        return start.Year is >= 1970 and < 2100 ? start : throw value.Error($"{text} is impossible, the year must be from 1970 to 2099");
    }

    private static CameraPlan Camera(PlanValue value)
    {
        PlanKeys keys = value.Keys("baseline", "noise", "gain", "single_pe_spread", "crosstalk", "dark_count_rate", "afterpulsing", "afterpulse_delay", "recovery", "resistance_capacitance");
        CameraPlan camera = new();
        camera = camera with
        {
            Baseline = keys["baseline"]?.Distribution(PlanUnit.Lsb, new PlanRange(0, LastCode)) ?? camera.Baseline,
            Noise = keys["noise"]?.Distribution(PlanUnit.Lsb, new PlanRange(0, LastCode)) ?? camera.Noise,
            Gain = keys["gain"]?.Distribution(PlanUnit.LsbPerPe, new PlanRange(0, LastCode, WithoutMinimum: true)) ?? camera.Gain,
            SinglePeSpread = keys["single_pe_spread"]?.Distribution(PlanUnit.Lsb, new PlanRange(0, LastCode)) ?? camera.SinglePeSpread,
            CrossTalk = keys["crosstalk"]?.Distribution(PlanUnit.Number, Fraction) ?? camera.CrossTalk,
            DarkCountRateMHz = keys["dark_count_rate"]?.Distribution(PlanUnit.Megahertz, new PlanRange(0, HighestDarkCountRateMHz)) ?? camera.DarkCountRateMHz,
            Afterpulsing = keys["afterpulsing"]?.Distribution(PlanUnit.Number, Fraction) ?? camera.Afterpulsing,
            AfterpulseDelayNs = keys["afterpulse_delay"]?.Quantity(PlanUnit.Nanoseconds, new PlanRange(SimulatedCamera.ShortestAfterpulseDelayNs, SimulatedCamera.LongestAfterpulseDelayNs)) ?? camera.AfterpulseDelayNs,
            RecoveryNs = keys["recovery"]?.Quantity(PlanUnit.Nanoseconds, PositiveTime) ?? camera.RecoveryNs,
            ResistanceCapacitanceNs = keys["resistance_capacitance"]?.Quantity(PlanUnit.Nanoseconds, Time) ?? camera.ResistanceCapacitanceNs,
        };

        // An avalanche sets off crosstalk and afterpulses, and each of these again: the nearer their mean number is to 1, the longer it goes on.
        double afterpulses = LargestOf(camera.Afterpulsing);
        double successors = LargestOf(camera.CrossTalk) + afterpulses;
        if (afterpulses == 0 || successors <= SimulatedCamera.MostSuccessors) return camera;
        throw keys.Require("afterpulsing").Error(FormattableString.Invariant($"crosstalk and afterpulsing reach {successors:G3} successors of an avalanche together, with more than {SimulatedCamera.MostSuccessors} cascades last too long"));
    }

    private static PulsePlan Pulse(PlanValue value, string folder)
    {
        PulsePlan pulse = new();
        if (value.Node is not PlanTable) return value.Choice(("analytic", pulse));
        PlanKeys keys = value.Keys("template", "tail_level", "tail_end", "tail_fall");
        if (keys["template"] is not { } template)
        {
            return pulse with
            {
                TailLevel = keys["tail_level"]?.Quantity(PlanUnit.Number, Fraction) ?? pulse.TailLevel,
                TailEndNs = keys["tail_end"]?.Quantity(PlanUnit.Nanoseconds, Time with { Minimum = AnalyticPeakNs, WithoutMinimum = true }) ?? pulse.TailEndNs,
                TailFallNs = keys["tail_fall"]?.Quantity(PlanUnit.Nanoseconds, PositiveTime) ?? pulse.TailFallNs,
            };
        }

        if (keys.FirstOf("tail_level", "tail_end", "tail_fall") is { } tail) throw tail.Error("a template has its own tail");
        string file = template.Text("the name of a file");
        string path = Path.Combine(folder, file);
        return pulse with { Template = PulseTemplateReader.Parse(path, ReadText(path, template.Error($"the file {path} does not exist"))) };
    }

    private static LightPlan Light(PlanValue value)
    {
        PlanKeys keys = value.Keys("coverage", "ac", "dc", "flash");
        LightPlan light = new();
        light = light with
        {
            Coverage = keys["coverage"]?.Choice(("all", LightCoverage.All), ("cts_0", LightCoverage.Cts0), ("cts_120", LightCoverage.Cts120), ("cts_240", LightCoverage.Cts240)) ?? light.Coverage,
        };
        PlanRange efficiency = new(0, 10);
        if (keys["ac"]?.Keys("threshold", "coefficients", "efficiency") is { } ac)
        {
            light = light with
            {
                AcThresholdDac = ac["threshold"]?.Integer(0, ScanLevel.LargestDac) ?? light.AcThresholdDac,
                AcCoefficients = ac["coefficients"] is { } coefficients ? Coefficients(coefficients) : light.AcCoefficients,
                AcEfficiency = ac["efficiency"]?.Distribution(PlanUnit.Number, efficiency) ?? light.AcEfficiency,
            };
        }

        if (keys["dc"]?.Keys("reference_rate", "reference_dac", "slope", "efficiency") is { } dc)
        {
            light = light with
            {
                DcReferenceRateMHz = dc["reference_rate"]?.Quantity(PlanUnit.Megahertz, new PlanRange(0, HighestLightRateMHz)) ?? light.DcReferenceRateMHz,
                DcReferenceDac = dc["reference_dac"]?.Integer(0, ScanLevel.LargestDac) ?? light.DcReferenceDac,
                DcSlopePerDac = dc["slope"]?.Quantity(PlanUnit.Number, new PlanRange(0, 1)) ?? light.DcSlopePerDac,
                DcEfficiency = dc["efficiency"]?.Distribution(PlanUnit.Number, efficiency) ?? light.DcEfficiency,
            };
        }

        if (keys["flash"]?.Keys("time", "jitter", "pixel_delay") is { } flash)
        {
            light = light with
            {
                FlashTimeNs = flash["time"]?.Quantity(PlanUnit.Nanoseconds, new PlanRange(0, MostSamples * CameraGeometry.SampleNs)) ?? light.FlashTimeNs,
                FlashJitterNs = flash["jitter"]?.Quantity(PlanUnit.Nanoseconds, new PlanRange(0, 100)) ?? light.FlashJitterNs,
                PixelDelayNs = flash["pixel_delay"]?.Distribution(PlanUnit.Nanoseconds, new PlanRange(-100, 100)) ?? light.PixelDelayNs,
            };
        }

        return light;
    }

    private static ImmutableArray<double> Coefficients(PlanValue value)
    {
        ImmutableArray<PlanValue> items = value.Items();
        return items.Length <= MostCoefficients ? [.. items.Select(item => item.Quantity(PlanUnit.Pe, new PlanRange(-LargestCoefficientPe, LargestCoefficientPe)))]
            : throw value.Error(FormattableString.Invariant($"at most {MostCoefficients} coefficients are possible, here are {items.Length}"));
    }

    private static TriggerPlan Trigger(PlanValue value)
    {
        PlanKeys keys = value.Keys("cluster7_threshold", "cluster19_threshold");
        TriggerPlan trigger = new();
        return trigger with
        {
            Cluster7ThresholdLsb = keys["cluster7_threshold"] is { } seven ? Threshold(seven, LargestCluster7) : trigger.Cluster7ThresholdLsb,
            Cluster19ThresholdLsb = keys["cluster19_threshold"] is { } nineteen ? Threshold(nineteen, LargestCluster19) : trigger.Cluster19ThresholdLsb,
        };
    }

    private static int Threshold(PlanValue value, int maximum)
    {
        double threshold = value.Quantity(PlanUnit.Lsb, new PlanRange(0, maximum));
        return threshold == Math.Floor(threshold) ? (int)threshold : throw value.Error($"{value.Text("")} is not a whole number of LSB");
    }

    private static FaultPlan Faults(PlanValue value)
    {
        (string Key, PixelFault Fault)[] faults = [.. Enum.GetValues<PixelFault>().Select(fault => (fault.ToString().ToLowerInvariant(), fault))];
        PlanKeys keys = value.Keys([.. faults.Select(f => f.Key), "swapped_modules"]);
        ImmutableSortedDictionary<int, PixelFault>.Builder pixels = ImmutableSortedDictionary.CreateBuilder<int, PixelFault>();
        foreach ((string key, PixelFault fault) in faults)
        {
            foreach (PlanValue item in keys[key]?.Items() ?? [])
            {
                int pixel = (int)item.Integer(0, CameraGeometry.PixelCount - 1);
                if (!pixels.TryAdd(pixel, fault)) throw item.Error(FormattableString.Invariant($"pixel {pixel} is listed twice, a pixel has one fault (this one is already {pixels[pixel].ToString().ToLowerInvariant()})"));
            }
        }

        return new FaultPlan { Pixels = pixels.ToImmutable(), SwappedModules = keys["swapped_modules"] is { } swaps ? Swaps(swaps) : [] };
    }

    private static ImmutableArray<SwappedModules> Swaps(PlanValue value)
    {
        ImmutableArray<SwappedModules>.Builder swaps = ImmutableArray.CreateBuilder<SwappedModules>();
        HashSet<int> taken = [];
        foreach (PlanValue pair in value.Items())
        {
            ImmutableArray<PlanValue> modules = pair.Items();
            if (pair.Node is not PlanList || modules.Length != 2) throw pair.Error("expected pairs of modules as in [[59, 88]]");
            int[] numbers = [.. modules.Select(module => (int)module.Integer(1, CameraGeometry.ModuleCount))];
            if (numbers[0] == numbers[1]) throw pair.Error(FormattableString.Invariant($"module {numbers[0]} cannot be swapped with itself"));
            foreach (int number in numbers)
            {
                if (!taken.Add(number)) throw pair.Error(FormattableString.Invariant($"module {number} is already swapped"));
            }

            swaps.Add(new SwappedModules(numbers[0], numbers[1]));
        }

        return swaps.DrainToImmutable();
    }

    /// <summary>The largest value that is looked at in checks: an end of the distribution, or 6 standard deviations above its mean.</summary>
    internal static double LargestOf(Distribution distribution) =>
        distribution.Shape == DistributionShape.Normal ? Math.Min(distribution.Maximum, distribution.Mean + (PlanValue.FarthestSigma * distribution.Spread)) : distribution.Maximum;

    /// <summary>The smallest value that is looked at in checks: an end of the distribution, or 6 standard deviations below its mean.</summary>
    internal static double SmallestOf(Distribution distribution) =>
        distribution.Shape == DistributionShape.Normal ? Math.Max(distribution.Minimum, distribution.Mean - (PlanValue.FarthestSigma * distribution.Spread)) : distribution.Minimum;

    private static string ReadText(string path, PlanException missing)
    {
        try
        {
            if (Directory.Exists(path)) throw new PlanException(path, 0, "", "this is a folder, not a file");
            if (!File.Exists(path)) throw missing;
            if (new FileInfo(path).Length > LargestFile) throw new PlanException(path, 0, "", "the file is larger than 1 MB, too large for a plan or a pulse");
            return File.ReadAllText(path, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
        }
        catch (DecoderFallbackException exception)
        {
            throw new PlanException(path, 0, "", "the file is not text in UTF-8", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new PlanException(path, 0, "", $"the file cannot be read: {exception.Message.TrimEnd('.')}", exception);
        }
    }
}
