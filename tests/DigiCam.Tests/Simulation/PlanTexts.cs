using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using DigiCam.Runs;
using DigiCam.Simulation.Plans;

namespace DigiCam.Tests.Simulation;

/// <summary>Plans as text.</summary>
internal static class PlanTexts
{
    private static readonly JsonSerializerOptions Everything = new() { IncludeFields = true, WriteIndented = true, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    /// <summary>All that a plan holds, every number with all its digits; for comparison.</summary>
    public static string Describe(CampaignPlan plan) => JsonSerializer.Serialize(plan, Everything);

    /// <summary>The plan in YAML, every key written.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="template">Name of the file of its pulse template.</param>
    public static string Write(CampaignPlan plan, string template = "template.txt")
    {
        CameraPlan camera = plan.Camera;
        LightPlan light = plan.Light;
        string start = plan.Start.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);
        string pulse = plan.Pulse.Template is not null ? $"{{template: {template}}}"
            : Invariant($"{{tail_level: {plan.Pulse.TailLevel:R}, tail_end: {plan.Pulse.TailEndNs:R} ns, tail_fall: {plan.Pulse.TailFallNs:R} ns}}");
        StringBuilder text = new(Invariant($$"""
            name: '{{plan.Name}}'
            seed: {{plan.Seed}}
            telescope: {{plan.TelescopeId}}
            start: {{start}}
            samples: {{plan.SampleCount}}
            camera:
              baseline: {{Write(camera.Baseline, " LSB")}}
              noise: {{Write(camera.Noise, " LSB")}}
              gain: {{Write(camera.Gain, " LSB/pe")}}
              single_pe_spread: {{Write(camera.SinglePeSpread, " LSB")}}
              crosstalk: {{Write(camera.CrossTalk, "")}}
              dark_count_rate: {{Write(camera.DarkCountRateMHz, " MHz")}}
              afterpulsing: {{Write(camera.Afterpulsing, "")}}
              afterpulse_delay: {{camera.AfterpulseDelayNs:R}} ns
              recovery: {{camera.RecoveryNs:R}} ns
              resistance_capacitance: {{camera.ResistanceCapacitanceNs:R}} ns
            pulse: {{pulse}}
            light:
              coverage: {{light.Coverage switch { LightCoverage.All => "all", LightCoverage.Cts0 => "cts_0", LightCoverage.Cts120 => "cts_120", _ => "cts_240" }}}
              ac:
                threshold: {{light.AcThresholdDac:R}}
                coefficients: [{{string.Join(", ", light.AcCoefficients.Select(c => Invariant($"{c:R} pe")))}}]
                efficiency: {{Write(light.AcEfficiency, "")}}
              dc:
                reference_rate: {{light.DcReferenceRateMHz:R}} MHz
                reference_dac: {{light.DcReferenceDac:R}}
                slope: {{light.DcSlopePerDac:R}}
                efficiency: {{Write(light.DcEfficiency, "")}}
              flash:
                time: {{light.FlashTimeNs:R}} ns
                jitter: {{light.FlashJitterNs:R}} ns
                pixel_delay: {{Write(light.PixelDelayNs, " ns")}}
            trigger:
              cluster7_threshold: {{plan.Trigger.Cluster7ThresholdLsb}} LSB
              cluster19_threshold: {{plan.Trigger.Cluster19ThresholdLsb}} LSB

            """));
        if (plan.Faults.Pixels.Count + plan.Faults.SwappedModules.Length > 0) text.Append("faults:\n");
        foreach (IGrouping<PixelFault, int> pixels in plan.Faults.Pixels.GroupBy(p => p.Value, p => p.Key)) text.Append(Invariant($"  {pixels.Key.ToString().ToLowerInvariant()}: [{string.Join(", ", pixels)}]\n"));
        if (plan.Faults.SwappedModules.Length > 0) text.Append(Invariant($"  swapped_modules: [{string.Join(", ", plan.Faults.SwappedModules.Select(s => Invariant($"[{s.FirstModule}, {s.SecondModule}]")))}]\n"));
        text.Append("runs:\n");
        foreach (RunPlan run in plan.Runs)
        {
            bool isScan = run.Kind is not (RunKind.HvOff or RunKind.Dark);
            text.Append(Invariant($$"""
                  - name: {{run.Name}}
                    kind: {{run.Kind switch { RunKind.HvOff => "hv_off", RunKind.Dark => "dark", RunKind.AcScan => "ac_scan", RunKind.DcScan => "dc_scan", _ => "ac_dc_scan" }}}
                    {{(isScan ? "events_per_level" : "events")}}: {{run.EventsPerLevel}}
                    files: {{(run.Files == 0 ? "per_level" : run.Files.ToString(CultureInfo.InvariantCulture))}}
                    clock: {{(run.Clock == EventClock.Random ? "random" : "periodic")}}
                    rate: {{run.RateHz:R}} Hz
                    event_type: [{{string.Join(", ", Types(run.EventType))}}]
                    first_event_number: {{run.FirstEventNumber}}
                    missing_fraction: {{run.MissingFraction:R}}
                    last_file_fraction: {{run.LastFileFraction:R}}

                """));
            if (run.Kind is RunKind.AcScan or RunKind.AcDcScan) text.Append(Invariant($"    ac_levels: [{string.Join(", ", run.AcLevels)}]\n"));
            if (run.Kind is RunKind.DcScan or RunKind.AcDcScan) text.Append(Invariant($"    dc_levels: [{string.Join(", ", run.DcLevels)}]\n"));
            if (run.MissingEvents is { } missing) text.Append(Invariant($"    missing_events: {missing}\n"));
            if (isScan) text.Append(Invariant($"    level_shift_events: {run.LevelShiftEvents}\n"));
        }

        return text.ToString();
    }

    private static string Write(Distribution distribution, string unit) => distribution.Shape switch
    {
        DistributionShape.Constant => Invariant($"{distribution.Mean:R}{unit}"),
        DistributionShape.Uniform => Invariant($"{{uniform: [{distribution.Minimum:R}{unit}, {distribution.Maximum:R}{unit}]}}"),
        _ => Invariant($"{{normal: {distribution.Mean:R}{unit}, spread: {distribution.Spread:R}{unit}")
            + (double.IsFinite(distribution.Minimum) ? Invariant($", min: {distribution.Minimum:R}{unit}") : "")
            + (double.IsFinite(distribution.Maximum) ? Invariant($", max: {distribution.Maximum:R}{unit}") : "") + "}",
    };

    private static IEnumerable<string> Types(EventTypes types) => types == EventTypes.None ? ["none"]
        : new (EventTypes Type, string Name)[]
        {
            (EventTypes.Patch7, "patch7"), (EventTypes.Patch19, "patch19"), (EventTypes.Muon, "muon"), (EventTypes.Pulser, "pulser"),
            (EventTypes.ExternalMaster, "external_master"), (EventTypes.Continuous, "continuous"),
        }.Where(t => types.HasFlag(t.Type)).Select(t => t.Name);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
