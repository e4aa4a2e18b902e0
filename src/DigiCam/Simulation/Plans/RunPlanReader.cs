using System.Collections.Immutable;
using DigiCam.Geometry;
using DigiCam.Plans;
using DigiCam.Runs;
using DigiCam.Scans;
using DigiCam.Zfits;

namespace DigiCam.Simulation.Plans;

/// <summary>The runs of a plan.</summary>
internal static class RunPlanReader
{
    private const int LongestName = 100;
    private const int MostFiles = 1000;

    // Numbers of avalanches are drawn from a Poisson law up to this mean; it is ten times what saturates a pixel.
    private const double BrightestFlashPe = 1e5;

    // The clock of the camera ends in 2262, and a campaign may begin in 2099.
    private const double HoursPerYear = 365.25 * 24;
    private const double LongestCampaignYears = 50;
    private const double LongestCampaignHours = LongestCampaignYears * HoursPerYear;

    private static readonly PlanRange RateHz = new(1e-3, 1e6);

    /// <summary>Reads them.</summary>
    /// <param name="plan">The outermost keys of the plan.</param>
    /// <param name="campaign">The plan so far.</param>
    /// <exception cref="PlanException">There is no run, or something is wrong with one.</exception>
    public static ImmutableArray<RunPlan> Read(PlanKeys plan, CampaignPlan campaign)
    {
        PlanValue runs = plan.Require("runs");
        if (runs.Node is not PlanList) throw runs.Error("expected a list of runs, each beginning with '- name:'");
        ImmutableArray<RunPlan>.Builder read = ImmutableArray.CreateBuilder<RunPlan>();

        // Some file systems do not tell upper from lower case.
        HashSet<string> names = new(StringComparer.OrdinalIgnoreCase);
        double hours = 0;
        foreach (PlanValue item in runs.Items())
        {
            PlanKeys keys = item.Keys(
                "name", "kind", "events", "events_per_level", "ac_levels", "dc_levels", "files", "clock", "rate", "event_type", "first_event_number",
                "missing_fraction", "missing_events", "level_shift_events", "last_file_fraction");
            RunPlan run = Run(keys, campaign);
            if (!names.Add(run.Name)) throw keys.Require("name").Error($"there is already a run {run.Name}");
            hours += run.HoursToNext;
            if (hours > LongestCampaignHours) throw (keys["rate"] ?? keys.Require("kind")).Error(FormattableString.Invariant($"at {run.RateHz} Hz the campaign lasts {hours / HoursPerYear:F0} years with the {run.EventCount} events of this run, at most {LongestCampaignYears} are possible"));
            CheckLight(keys, plan, campaign, run);
            read.Add(run);
        }

        return read.DrainToImmutable();
    }

    private static RunPlan Run(PlanKeys keys, CampaignPlan campaign)
    {
        RunKind kind = keys.Require("kind").Choice(("hv_off", RunKind.HvOff), ("dark", RunKind.Dark), ("ac_scan", RunKind.AcScan), ("dc_scan", RunKind.DcScan), ("ac_dc_scan", RunKind.AcDcScan));
        bool isScan = kind is not (RunKind.HvOff or RunKind.Dark);
        string kindName = keys.Require("kind").Text("");
        if (keys[isScan ? "events" : "events_per_level"] is { } other) throw other.Error($"a run of kind {kindName} takes {(isScan ? "events_per_level" : "events")} instead");
        PlanValue events = keys.Require(isScan ? "events_per_level" : "events");
        RunPlan run = new() { Name = Name(keys.Require("name")), Kind = kind, EventsPerLevel = (int)events.Integer(1, int.MaxValue) };
        run = run with
        {
            AcLevels = Levels(keys, "ac_levels", kindName, kind is RunKind.AcScan or RunKind.AcDcScan),
            DcLevels = Levels(keys, "dc_levels", kindName, kind is RunKind.DcScan or RunKind.AcDcScan),
            Clock = keys["clock"]?.Choice(("periodic", EventClock.Periodic), ("random", EventClock.Random)) ?? run.Clock,
            RateHz = keys["rate"]?.Quantity(PlanUnit.Hertz, RateHz) ?? run.RateHz,
            EventType = keys["event_type"] is { } type ? EventType(type) : run.EventType,
            FirstEventNumber = (uint?)keys["first_event_number"]?.Integer(0, uint.MaxValue) ?? run.FirstEventNumber,
            MissingFraction = keys["missing_fraction"]?.Quantity(PlanUnit.Number, new PlanRange(0, RunPlan.LargestMissingFraction)) ?? run.MissingFraction,
            LastFileFraction = keys["last_file_fraction"]?.Quantity(PlanUnit.Number, new PlanRange(0, 1, WithoutMinimum: true)) ?? run.LastFileFraction,
        };
        int levels = run.AcLevels.Length * run.DcLevels.Length;
        long count = (long)run.EventsPerLevel * levels;
        if (count > RunPlan.MostEvents) throw events.Error(FormattableString.Invariant($"{(isScan ? $"{levels} levels of {run.EventsPerLevel}" : $"{count}")} events are too many, a run has at most {RunPlan.MostEvents}"));
        double windowNs = campaign.SampleCount * CameraGeometry.SampleNs;
        if (run.RateHz * windowNs >= 1e9) throw keys.Require("rate").Error(FormattableString.Invariant($"windows of {campaign.SampleCount} samples, {windowNs:G6} ns, would overlap at {run.RateHz} Hz, the rate must be less than {1e9 / windowNs:G6} Hz"));
        if (run.FirstEventNumber + count - 1 > uint.MaxValue) throw keys.Require("first_event_number").Error(FormattableString.Invariant($"the last of {count} events would have a number beyond {uint.MaxValue}"));
        run = run with
        {
            Files = Files(keys, isScan, kindName, levels, (int)count),
            MissingEvents = keys["missing_events"] is { } missing ? Missing(missing, (int)count) : null,
            LevelShiftEvents = keys["level_shift_events"] is { } shift ? LevelShift(shift, isScan, kindName, (int)count) : 0,
        };
        if (run.EmptyFile(run.DrawMissing(campaign.Seed)) is not { } empty) return run;
        throw (keys["missing_events"] ?? keys.Require("missing_fraction")).Error(FormattableString.Invariant($"all events of file {run.FileName(empty)} are missing, {run.FirstEventOf(empty)} to {run.FirstEventOf(empty + 1) - 1} counted from 0"));
    }

    private static string Name(PlanValue value)
    {
        string name = value.Text("a name");
        if (name.Length > LongestName) throw value.Error(FormattableString.Invariant($"the name has more than {LongestName} characters"));
        return name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') ? name
            : throw value.Error($"'{name}' cannot begin the names of files, use letters, digits, - and _");
    }

    private static ImmutableArray<int> Levels(PlanKeys keys, string key, string kindName, bool isScanned)
    {
        if (!isScanned) return keys[key] is { } superfluous ? throw superfluous.Error($"a run of kind {kindName} has no {key}") : [0];
        PlanValue value = keys.Require(key);
        if (value.Node is not PlanTable) return [.. value.Items().Select(item => (int)item.Integer(0, ScanLevel.LargestDac))];
        PlanKeys range = value.Keys("from", "to", "step");
        int from = (int)range.Require("from").Integer(0, ScanLevel.LargestDac);
        int to = (int)range.Require("to").Integer(0, ScanLevel.LargestDac);
        int step = (int)range.Require("step").Integer(-ScanLevel.LargestDac, ScanLevel.LargestDac);
        if (step == 0) throw range.Require("step").Error("with a step of 0 the levels never end");
        if (from != to && to > from != step > 0) throw range.Require("step").Error(FormattableString.Invariant($"steps of {step} do not lead from {from} to {to}"));
        return [.. Enumerable.Range(0, ((to - from) / step) + 1).Select(i => from + (i * step))];
    }

    private static int Files(PlanKeys keys, bool isScan, string kindName, int levels, int events)
    {
        bool isPerLevel = keys["files"] is { Node: PlanScalar { Text: "per_level" } } || (isScan && keys["files"] is null);
        if (!isPerLevel)
        {
            int files = (int?)keys["files"]?.Integer(1, MostFiles) ?? 1;
            return files <= events ? files : throw keys.Require("files").Error(FormattableString.Invariant($"{files} files cannot share {events} events"));
        }

        if (!isScan) throw keys.Require("files").Error($"a run of kind {kindName} has no levels, give a number of files");
        return levels <= MostFiles ? 0 : throw (keys["files"] ?? keys.FirstOf("ac_levels", "dc_levels"))!.Error(FormattableString.Invariant($"{levels} levels make more than {MostFiles} files, give a number of files"));
    }

    private static EventTypes EventType(PlanValue value)
    {
        EventTypes types = EventTypes.None;
        foreach (PlanValue item in value.Items())
        {
            types |= item.Choice(
                ("none", EventTypes.None), ("patch7", EventTypes.Patch7), ("patch19", EventTypes.Patch19), ("muon", EventTypes.Muon), ("pulser", EventTypes.Pulser),
                ("external_master", EventTypes.ExternalMaster), ("continuous", EventTypes.Continuous));
        }

        return types;
    }

    private static ZFitsRowSet Missing(PlanValue value, int events)
    {
        string text = value.Text("events as in 10-20,57");
        ZFitsRowSet missing;
        try
        {
            missing = ZFitsRowSet.Parse(text);
        }
        catch (ArgumentException)
        {
            throw value.Error($"'{text}' is no list of events as in 10-20,57");
        }

        (long first, long last) = missing.Ranges[^1];
        long named = last == long.MaxValue ? first : last;
        if (named >= events) throw value.Error(FormattableString.Invariant($"there is no event {named}, the run has {events} events counted from 0"));
        return missing.CountWithin(events) < events ? missing : throw value.Error("all events are missing");
    }

    private static int LevelShift(PlanValue value, bool isScan, string kindName, int events)
    {
        int shift = (int)value.Integer(int.MinValue, int.MaxValue);
        if (!isScan) throw value.Error($"a run of kind {kindName} has no levels");
        return shift != int.MinValue && Math.Abs(shift) < events ? shift : throw value.Error(FormattableString.Invariant($"a shift by {shift} leaves one level only, the run has {events} events"));
    }

    // Light is given for the whole campaign; whether it fits depends on the levels of a run.
    private static void CheckLight(PlanKeys keys, PlanKeys plan, CampaignPlan campaign, RunPlan run)
    {
        LightPlan light = campaign.Light;
        foreach (int dac in run.AcLevels)
        {
            double mean = light.FlashMean(dac);
            if (mean < 0) throw At("ac", "coefficients", "ac_levels").Error(FormattableString.Invariant($"at the AC level {dac} of run {run.Name} the light is negative"));
            if (!(mean * CampaignPlanReader.LargestOf(light.AcEfficiency) <= BrightestFlashPe)) throw At("ac", "coefficients", "ac_levels").Error(FormattableString.Invariant($"at the AC level {dac} of run {run.Name} flashes have more than {BrightestFlashPe} pe"));
        }

        foreach (int dac in run.DcLevels)
        {
            if (light.LightRateMHz(dac) * CampaignPlanReader.LargestOf(light.DcEfficiency) <= CampaignPlanReader.HighestLightRateMHz) continue;
            throw At("dc", "slope", "dc_levels").Error(FormattableString.Invariant($"at the DC level {dac} of run {run.Name} the light is brighter than {CampaignPlanReader.HighestLightRateMHz} MHz"));
        }

        if (run.Kind is not (RunKind.AcScan or RunKind.AcDcScan)) return;
        double peakNs = light.FlashTimeNs + PulseShape.Create(campaign.Pulse).PeakTimeNs;
        double windowNs = campaign.SampleCount * CameraGeometry.SampleNs;
        double earliestNs = peakNs + CampaignPlanReader.SmallestOf(light.PixelDelayNs);
        double latestNs = peakNs + CampaignPlanReader.LargestOf(light.PixelDelayNs);
        PlanValue otherwise = plan.Find("light", "flash", "time") ?? plan["samples"] ?? keys.Require("kind");
        string window = FormattableString.Invariant($"outside of the window of {campaign.SampleCount} samples, {windowNs:G6} ns");
        if (!(peakNs < windowNs)) throw otherwise.Error(FormattableString.Invariant($"flashes of run {run.Name} peak at {peakNs:G6} ns, {window}"));
        if (earliestNs >= 0 && latestNs < windowNs) return;
        throw (plan.Find("light", "flash", "pixel_delay") ?? otherwise)
            .Error(FormattableString.Invariant($"with the delays of the pixels flashes of run {run.Name} peak from {earliestNs:G6} to {latestNs:G6} ns, {window}"));

        // What the user wrote last is most likely what is wrong: the LED's curve where it is given, otherwise the levels.
        PlanValue At(string leds, string curve, string levels) => plan.Find("light", leds, curve) ?? keys.Require(levels);
    }
}
