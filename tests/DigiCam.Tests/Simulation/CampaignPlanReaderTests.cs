using System.Collections.Immutable;
using CsCheck;
using DigiCam.Runs;
using DigiCam.Scans;
using DigiCam.Simulation;
using DigiCam.Simulation.Plans;
using DigiCam.Zfits;

namespace DigiCam.Tests.Simulation;

public sealed class CampaignPlanReaderTests
{
    private const string Runs = "runs:\n  - name: night-1\n    kind: hv_off\n    events: 20\n";

    // No more digits than people write, and the smallest and largest possible values among them.
    private static readonly Gen<PulseTemplate?> Templates = Gen.Select(Gen.Double[0.001, 3].Array[2, 40], Gen.Double[0.001, 1].Array[40]).Select((steps, values) =>
    {
        double[] times = new double[steps.Length];
        for (int i = 1; i < times.Length; i++) times[i] = times[i - 1] + steps[i];
        double[] amplitudes = values[..times.Length];
        amplitudes[^1] = 1;
        return (PulseTemplate?)new PulseTemplate("template.txt", [.. times], [.. amplitudes]);
    });

    private static readonly Gen<CameraPlan> Cameras =
        from baseline in Distributions(100, 1000)
        from noise in Distributions(0.2, 5)
        from gain in Distributions(1, 30)
        from spread in Distributions(0.05, 3)
        from crosstalk in Distributions(0.01, 0.3)
        from rate in Distributions(0.5, 900)
        from afterpulsing in Distributions(0.01, 0.3)
        from delay in Gen.Double[1, 200]
        from times in Gen.Double[0.01, 500].Array[2]
        select new CameraPlan
        {
            Baseline = baseline,
            Noise = noise,
            Gain = gain,
            SinglePeSpread = spread,
            CrossTalk = crosstalk,
            DarkCountRateMHz = rate,
            Afterpulsing = afterpulsing,
            AfterpulseDelayNs = delay,
            RecoveryNs = times[0],
            ResistanceCapacitanceNs = times[1],
        };

    private static readonly Gen<PulsePlan> Pulses =
        from template in Gen.OneOf(Gen.Const((PulseTemplate?)null), Templates)
        from level in Gen.Double[0, 0.9]
        from end in Gen.Double[20, 200]
        from fall in Gen.Double[0.1, 100]
        select template is null ? new PulsePlan { TailLevel = level, TailEndNs = end, TailFallNs = fall } : new PulsePlan { Template = template };

    private static readonly Gen<LightPlan> Lights =
        from coverage in Gen.Enum<LightCoverage>()
        from threshold in Gen.Int[0, 300]
        from coefficients in Gen.Double[0, 1e-11].Array[1, 4]
        from ac in Distributions(0.3, 2)
        from rate in Gen.Double[0, 10]
        from reference in Gen.Int[0, 300]
        from slope in Gen.Double[0, 0.001]
        from dc in Distributions(0.3, 2)
        from flash in Gen.Double[60, 150]
        from jitter in Gen.Double[0, 100]
        from delay in Distributions(-20, 20)
        select new LightPlan
        {
            Coverage = coverage,
            AcThresholdDac = threshold,
            AcCoefficients = [.. coefficients],
            AcEfficiency = ac,
            DcReferenceRateMHz = rate,
            DcReferenceDac = reference,
            DcSlopePerDac = slope,
            DcEfficiency = dc,
            FlashTimeNs = flash,
            FlashJitterNs = jitter,
            PixelDelayNs = delay,
        };

    private static readonly Gen<FaultPlan> Faults =
        from pixels in Gen.Select(Gen.Int[0, 1295], Gen.Enum<PixelFault>()).Array[0, 12]
        from modules in Gen.Shuffle(Enumerable.Range(1, 108).ToArray(), 2 * 3)
        from swaps in Gen.Int[0, 3]
        select new FaultPlan
        {
            Pixels = pixels.GroupBy(p => p.Item1).ToImmutableSortedDictionary(p => p.Key, p => p.First().Item2),
            SwappedModules = [.. modules.Chunk(2).Take(swaps).Select(pair => new SwappedModules(pair[0], pair[1]))],
        };

    private static readonly Gen<RunPlan> AnyRun =
        from kind in Gen.Enum<RunKind>()
        from events in Gen.Int[50, 5000]
        from ac in Gen.Int[0, 4095].Array[1, 8]
        from dc in Gen.Int[0, 4095].Array[1, 8]
        from files in Gen.Int[0, 20]
        from first in Gen.UInt[0, 4_000_000_000]
        from rate in Gen.Double[0.1, 1e5]
        from clock in Gen.Enum<EventClock>()
        from type in Gen.OneOf(new[] { EventTypes.None, EventTypes.Pulser, EventTypes.Patch7 | EventTypes.Muon, EventTypes.Continuous | EventTypes.ExternalMaster, EventTypes.Patch19 }.Select(Gen.Const).ToArray())
        from fractions in Gen.Double[0, 0.5].Array[2]
        from missing in Gen.Long[0, 49].Array[0, 5]
        from shift in Gen.Int[-49, 49]
        let isScan = kind is not (RunKind.HvOff or RunKind.Dark)

        // Files of 50 events and more: none of them loses all by chance.
        let mostFiles = events / 50
        select new RunPlan
        {
            Name = "",
            Kind = kind,
            EventsPerLevel = events,
            AcLevels = kind is RunKind.AcScan or RunKind.AcDcScan ? [.. ac] : [0],
            DcLevels = kind is RunKind.DcScan or RunKind.AcDcScan ? [.. dc] : [0],
            Files = isScan ? Math.Min(files, mostFiles) : Math.Clamp(files, 1, mostFiles),
            FirstEventNumber = first,
            RateHz = rate,
            Clock = clock,
            EventType = type,
            MissingFraction = fractions[0],
            MissingEvents = missing.Length == 0 ? null : ZFitsRowSet.Of(missing),
            LevelShiftEvents = isScan ? shift : 0,
            LastFileFraction = 1 - fractions[1],
        };

    private static readonly Gen<CampaignPlan> Plans =
        from name in Gen.String[Gen.Char["abcXYZ 019-_.:#{["], 1, 20].Where(n => n.Trim().Length == n.Length)
        from seed in Gen.ULong
        from telescope in Gen.Int[0, 1000]
        from start in Gen.Long[0, 4_000_000_000 * 10_000_000L]
        from samples in Gen.Int[80, 1024]
        from camera in Cameras
        from pulse in Pulses
        from light in Lights
        from trigger in Gen.Select(Gen.Int[0, 1785], Gen.Int[0, 4845])
        from faults in Faults
        from runs in AnyRun.Array[1, 5]
        select new CampaignPlan
        {
            Name = name,
            Seed = seed,
            TelescopeId = telescope,
            Start = DateTime.UnixEpoch.AddTicks(start),
            SampleCount = samples,
            Camera = camera,
            Pulse = pulse,
            Light = light,
            Trigger = new TriggerPlan { Cluster7ThresholdLsb = trigger.Item1, Cluster19ThresholdLsb = trigger.Item2 },
            Faults = faults,
            Runs = [.. runs.Select((run, i) => run with { Name = $"Run-{i}_{run.Kind}" })],
        };

    [Fact]
    public void Parse_SmallestPlan_HasTheDefaults()
    {
        CampaignPlan plan = Parse(Runs);
        RunPlan expected = new() { Name = "night-1", Kind = RunKind.HvOff, EventsPerLevel = 20 };
        Assert.Equal(PlanTexts.Describe(new CampaignPlan { Runs = [expected] }), PlanTexts.Describe(plan));
    }

    [Fact]
    public void Parse_AnyPlanWrittenOut_IsThePlan() => Plans.Sample(
        plan =>
        {
            using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
            if (plan.Pulse.Template is { } template) File.WriteAllLines(folder.File("template.txt"), template.TimesNs.Zip(template.Amplitudes, (t, a) => FormattableString.Invariant($"{t:R} {a:R}")));
            Assert.Equal(PlanTexts.Describe(plan), PlanTexts.Describe(CampaignPlanReader.Parse(PlanTexts.Write(plan), "plan.yaml", folder.FullName)));
        },
        iter: 300,
        threads: 1);

    [Theory]
    [InlineData("3 MHz", 3)]
    [InlineData("3MHz", 3)]
    [InlineData("'3.5  MHz'", 3.5)]
    [InlineData("2500 kHz", 2.5)]
    [InlineData("0.3 GHz", 300)]
    [InlineData("1e6 Hz", 1)]
    [InlineData("+.5e0 MHz", 0.5)]
    [InlineData("0 Hz", 0)]
    public void Rate_AnyPrefix_IsInMegahertz(string text, double expected) => Assert.Equal(Distribution.Constant(expected), Parse($"camera: {{dark_count_rate: {text}}}\n{Runs}").Camera.DarkCountRateMHz);

    [Theory]
    [InlineData("14.2 ns", 14.2)]
    [InlineData("0.1 us", 100)]
    [InlineData("2e-4 ms", 200)]
    [InlineData("3e-7 s", 300)]
    public void Time_AnyPrefix_IsInNanoseconds(string text, double expected) => Assert.Equal(expected, Parse($"camera:\n  recovery: {text}\n{Runs}").Camera.RecoveryNs);

    [Theory]
    [InlineData("0.08")]
    [InlineData("8 %")]
    [InlineData("8%")]
    [InlineData("8e-2")]
    public void Fraction_NumberOrPercentage_IsTheSame(string text) => Assert.Equal(Distribution.Constant(0.08), Parse($"camera:\n  crosstalk: {text}\n{Runs}").Camera.CrossTalk);

    [Fact]
    public void Distribution_EveryForm_IsRead()
    {
        CameraPlan camera = Parse("""
            camera:
              baseline: {normal: 285.3 LSB, spread: 6 LSB}
              gain: {uniform: [4 LSB/pe, 6 LSB/pe]}
              noise: 1 LSB
              crosstalk: {normal: 8 %, spread: 0.01, min: 1 %, max: 0.3}

            """ + Runs).Camera;
        Assert.Equal(Distribution.Normal(285.3, 6), camera.Baseline);
        Assert.Equal(Distribution.Uniform(4, 6), camera.Gain);
        Assert.Equal(Distribution.Constant(1), camera.Noise);
        Assert.Equal(Distribution.Normal(0.08, 0.01, 0.01, 0.3), camera.CrossTalk);
    }

    [Theory]
    [InlineData("[0, 50, 100]", 0, 50, 100)]
    [InlineData("75", 75)]
    [InlineData("{from: 0, to: 600, step: 200}", 0, 200, 400, 600)]
    [InlineData("{from: 0, to: 599, step: 200}", 0, 200, 400)]
    [InlineData("{from: 300, to: 100, step: -100}", 300, 200, 100)]
    [InlineData("{from: 7, to: 7, step: 5}", 7)]
    public void Levels_ListOrRange_AreTheSameForBothLeds(string text, params int[] expected)
    {
        CampaignPlan plan = Parse($"light: {{dc: {{slope: 0}}}}\nruns:\n  - {{name: ac, kind: ac_scan, ac_levels: {text}, events_per_level: 5}}\n  - {{name: dc, kind: dc_scan, dc_levels: {text}, events_per_level: 5, files: 1}}\n");
        Assert.Equal(expected, plan.Runs[0].AcLevels);
        Assert.Equal(expected, plan.Runs[1].DcLevels);
        Assert.Equal((0, 1), (plan.Runs[0].Files, plan.Runs[1].Files));
    }

    [Fact]
    public void Levels_Nested_AreAllAcLevelsAtEachDcLevel()
    {
        RunPlan run = Assert.Single(Parse("runs:\n  - {name: both, kind: ac_dc_scan, ac_levels: [160, 240], dc_levels: [0, 292], events_per_level: 4}\n").Runs);
        Assert.Equal([new ScanLevel(160, 0), new ScanLevel(240, 0), new ScanLevel(160, 292), new ScanLevel(240, 292)], run.Levels);
        Assert.Equal(16, run.EventCount);
    }

    [Fact]
    public void Parse_AnchorsAndAliases_AreFollowed()
    {
        CampaignPlan plan = Parse("""
            camera:
              noise: &one 1 LSB
              single_pe_spread: *one
            runs:
              - {name: a, kind: ac_scan, ac_levels: &levels [160, 240], events_per_level: 5}
              - {name: b, kind: dc_scan, events_per_level: 5, dc_levels: *levels }
            """);
        Assert.Equal(plan.Camera.Noise, plan.Camera.SinglePeSpread);
        Assert.Equal(plan.Runs[0].AcLevels, plan.Runs[1].DcLevels);
    }

    [Fact]
    public void Parse_AnalyticPulse_IsTheDefault() => Assert.Equal(new PulsePlan(), Parse("pulse: analytic\n" + Runs).Pulse);

    [Fact]
    public void Template_AnyScaleAndStart_IsShiftedAndNormalised()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        Directory.CreateDirectory(folder.File("pulses"));
        File.WriteAllText(folder.File("pulses/measured.txt"), "# time [ns], amplitude, std\r\n\r\n-2 0 0.1\r\n  1.5\t8 0.1 # rising\n4 2 0\n");
        File.WriteAllText(folder.File("plan.yaml"), "pulse: {template: pulses/measured.txt}\n" + Runs);
        PulseTemplate template = CampaignPlanReader.Read(folder.File("plan.yaml")).Pulse.Template!;
        Assert.Equal("measured.txt", template.Name);
        Assert.Equal([0, 3.5, 6], template.TimesNs);
        Assert.Equal([0, 1, 0.25], template.Amplitudes);
        Assert.Equal(3.5, PulseShape.Create(new PulsePlan { Template = template }).PeakTimeNs);
    }

    [Theory]
    [InlineData("campaign.yaml")]
    [InlineData("small.yaml")]
    public void Read_CommittedPlan_CanBeDrawnAndLit(string name)
    {
        CampaignPlan plan = CampaignPlanReader.Read(Sample(name));
        SimulatedCamera camera = SimulatedCamera.Draw(plan);
        foreach (RunPlan run in plan.Runs) Assert.All(run.Levels, level => Assert.Equal(level, LevelConditions.For(plan, camera, run, level).Level));
    }

    [Fact]
    public void Read_Campaign_CoversLightAndFaultsOfTheNotebooks()
    {
        CampaignPlan plan = CampaignPlanReader.Read(Sample("campaign.yaml"));
        Assert.Equal(["hv_off", "dark", "ac_scan"], plan.Runs.Select(run => run.Name));
        Assert.InRange(plan.Runs.Sum(run => run.EventCount), 20_000, 30_000);
        double[] means = [.. plan.Runs[2].AcLevels.Select(plan.Light.FlashMean)];
        Assert.InRange(means.Length, 13, 20);
        Assert.Equal(means.Order(), means);
        Assert.Equal(0, means[0]);
        Assert.InRange(means[1], 0.09, 0.15);
        Assert.InRange(means[^1], 290, 320);

        SimulatedCamera camera = SimulatedCamera.Draw(plan);
        Assert.Equal(Enum.GetValues<PixelFault>(), plan.Faults.Pixels.Values.Distinct().Order());
        foreach (PixelFault fault in (PixelFault[])[PixelFault.Dead, PixelFault.Hot]) Assert.Equal([false, true], plan.Faults.Pixels.Where(p => p.Value == fault).Select(p => camera.IsLit[p.Key]).Order());
    }

    [Fact]
    public void Read_SmallRuns_ShowEveryKind()
    {
        CampaignPlan plan = CampaignPlanReader.Read(Sample("small.yaml"));
        Assert.Equal(Enum.GetValues<RunKind>(), plan.Runs.Select(run => run.Kind));
        Assert.Contains(plan.Runs, run => run.Files > 1 && run.MissingEvents is not null);
        Assert.InRange(plan.Runs.Sum(run => run.EventCount), 80, 110);
    }

    private static string Sample(string name) => Path.Combine(TestEnvironment.RepositoryRoot, "data-samples", name);

    private static CampaignPlan Parse(string text) => CampaignPlanReader.Parse(text, "plan.yaml", ".");

    private static Gen<Distribution> Distributions(double minimum, double maximum) => Gen.Select(Gen.Int[0, 3], Gen.Double[minimum, maximum], Gen.Double[minimum, maximum]).Select((shape, a, b) =>
    {
        (double low, double high) = (Math.Min(a, b), Math.Max(a, b));
        double width = high - low;
        return shape switch
        {
            1 when low < high => Distribution.Uniform(low, high),
            2 when low < high => Distribution.Normal((low + high) / 2, width / 12.5),
            3 when low < high => Distribution.Normal(low + (0.3 * width), width, low, high),
            _ => Distribution.Constant(a),
        };
    });
}
