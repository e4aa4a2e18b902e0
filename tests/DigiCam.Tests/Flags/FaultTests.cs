using System.Collections.Immutable;
using DigiCam.Dark;
using DigiCam.DarkRate;
using DigiCam.DarkSpe;
using DigiCam.Fitting;
using DigiCam.Flags;
using DigiCam.Geometry;
using DigiCam.Histograms;
using DigiCam.HvOff;
using DigiCam.Results;
using DigiCam.Runs;
using DigiCam.Scans;
using DigiCam.Simulation;
using DigiCam.Simulation.Plans;

namespace DigiCam.Tests.Flags;

/// <summary>One campaign, with and without faults in some of its pixels, through all tasks: every fault has the flags that it should have, and no other pixel notices.</summary>
public sealed class FaultTests
{
    private const int Pixels = 240;
    private const int HvOffEvents = 800;
    private const int DarkEvents = 1600;
    private const int SampleCount = 50;
    private const PixelFlags Failed = PixelFlags.FitFailed;

    // What a fault does to its pixel, and the flags that it then has after each task.
    private static readonly ImmutableSortedDictionary<int, Fault> Faults = ImmutableSortedDictionary.CreateRange(new Fault[]
    {
        new(11, "no high voltage", PixelFlags.None, PixelFlags.Dead, PixelFlags.Dead | PixelFlags.LowStatistics | Failed, PixelFlags.Dead) { Simulated = PixelFault.Dead },
        new(23, "twenty times the dark counts", PixelFlags.None, PixelFlags.Hot, PixelFlags.Hot, PixelFlags.Hot) { Simulated = PixelFault.Hot },
        new(37, "four times the noise", PixelFlags.NoiseOutlier, PixelFlags.NoiseOutlier | PixelFlags.GainOutlier | PixelFlags.AtLimit, PixelFlags.NoiseOutlier | PixelFlags.LowStatistics | PixelFlags.AtLimit, PixelFlags.NoiseOutlier | PixelFlags.AtLimit) { Simulated = PixelFault.Noisy },
        new(50, "one code", PixelFlags.Stuck | Failed, PixelFlags.Stuck | Failed, Failed, Failed) { Simulated = PixelFault.Stuck },
        new(66, "baseline at the last code", PixelFlags.Overflow | PixelFlags.BaselineOutlier, PixelFlags.Overflow | Failed, PixelFlags.Dead | PixelFlags.LowStatistics | Failed, Failed) { Simulated = PixelFault.Saturated },
        new(81, "baseline far from the others", PixelFlags.BaselineOutlier, PixelFlags.BaselineOutlier, PixelFlags.None, PixelFlags.None) { Simulated = PixelFault.Shifted },
        new(97, "no data: all samples 0", PixelFlags.Stuck | PixelFlags.Overflow | Failed, PixelFlags.Stuck | PixelFlags.Overflow | Failed, Failed, Failed) { Change = (w, _) => w.Clear() },
        new(110, "no data in a third of the dark run", PixelFlags.None, PixelFlags.Overflow, PixelFlags.None, PixelFlags.Overflow) { Change = (w, at) => { if (at.IsDark && at.Event % 3 == 0) w.Clear(); } },
        new(131, "bit 1 always set", PixelFlags.BadChi2, PixelFlags.BadChi2 | PixelFlags.NoiseOutlier | PixelFlags.AtLimit, PixelFlags.BadChi2 | PixelFlags.AtLimit, PixelFlags.None) { Change = (w, _) => Each(w, s => s | 2) },
        new(149, "two codes only", Failed, Failed, Failed, Failed) { Change = (w, _) => Each(w, s => 284 + (s & 1)) },
        new(163, "baseline jumps by 4 LSB in the dark run", PixelFlags.None, PixelFlags.BadChi2 | PixelFlags.NoiseOutlier | PixelFlags.GainOutlier, PixelFlags.None, PixelFlags.BadChi2) { Change = (w, at) => { if (at.IsDark && at.Event >= DarkEvents / 2) Each(w, s => s + 4); } },
        new(178, "pick-up of 4 LSB at 20 MHz", PixelFlags.BadChi2 | PixelFlags.NoiseOutlier, PixelFlags.BadChi2 | PixelFlags.NoiseOutlier | PixelFlags.AtLimit, PixelFlags.BadChi2 | PixelFlags.NoiseOutlier | PixelFlags.AtLimit, PixelFlags.NoiseOutlier) { Change = PickUp },
        new(199, "half as much gain again", PixelFlags.None, PixelFlags.GainOutlier, PixelFlags.GainOutlier, PixelFlags.None) { IsOvervoltage = true },
        new(222, "invalid counts in the histograms", PixelFlags.NotFinite | Failed, PixelFlags.NotFinite | Failed, PixelFlags.NotFinite | Failed, PixelFlags.NotFinite | Failed) { HasInvalidCounts = true },
    }.Select(fault => KeyValuePair.Create(fault.Pixel, fault)));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void AllTasks_FaultyPixels_GetTheirFlagsAndLeaveTheOthersAlone()
    {
        CampaignPlan plan = new() { Seed = 14, SampleCount = SampleCount };
        CampaignPlan broken = plan with { Faults = new FaultPlan { Pixels = Faults.Values.Where(f => f.Simulated is not null).ToImmutableSortedDictionary(f => f.Pixel, f => f.Simulated!.Value) } };
        CampaignPlan overvoltage = plan with { Camera = plan.Camera with { Gain = Distribution.Constant(1.5 * plan.Camera.Gain.Mean) } };
        CampaignPlan[] plans = [plan, broken, overvoltage];
        CameraResult[] healthy = Tasks(plans, isFaulty: false);
        CameraResult[] faulty = Tasks(plans, isFaulty: true);
        List<string> wrong = [];
        foreach (Fault fault in Faults.Values)
        {
            for (int task = 0; task < fault.Flags.Length; task++)
            {
                PixelFlags found = faulty[task].Flags[fault.Pixel];
                if (found == PixelFlags.None) wrong.AddRange(Harmed(healthy[task], faulty[task], fault));
                if (found != fault.Flags[task]) wrong.Add($"{fault.Name}, {faulty[task].Task}: {PixelFlagNames.Describe(found)}, expected {PixelFlagNames.Describe(fault.Flags[task])}; {faulty[task].Fits[fault.Pixel]}");
            }
        }

        foreach ((CameraResult was, CameraResult now) in healthy.Zip(faulty))
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"{was}; {now}");
            for (int pixel = 0; pixel < Pixels; pixel++)
            {
                if (Faults.ContainsKey(pixel)) continue;
                if (was.Flags[pixel] != now.Flags[pixel]) wrong.Add($"{was.Task}, pixel {pixel}: {PixelFlagNames.Describe(now.Flags[pixel])}, {PixelFlagNames.Describe(was.Flags[pixel])} without the faults");
                if (!Numbers(was, pixel).SequenceEqual(Numbers(now, pixel))) wrong.Add($"{was.Task}, pixel {pixel}: {now.Fits[pixel]}, without the faults {was.Fits[pixel]}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    // A fault without a flag must not have moved what was measured.
    private static IEnumerable<string> Harmed(CameraResult healthy, CameraResult faulty, Fault fault) =>
        from key in (string[])["electronic_noise", "baseline", "gain", "pulse_rate", "dark_count_rate_p0"]
        where healthy.Quantities.Any(q => q.Key == key)
        let was = healthy[key]
        let now = faulty[key]
        where !(Math.Abs(now.Values[fault.Pixel] - was.Values[fault.Pixel]) < 4 * (was.Error(fault.Pixel) + now.Error(fault.Pixel)))
        select FormattableString.Invariant($"{fault.Name}, {faulty.Task}: {key} {now.Values[fault.Pixel]:G5}, {was.Values[fault.Pixel]:G5} without the fault");

    // Everything that a result says of a pixel, bit by bit.
    private static IEnumerable<long> Numbers(CameraResult result, int pixel)
    {
        FitResult fit = result.Fits[pixel];
        int n = fit.Parameters.Length;
        double[] numbers =
        [
            .. result.Quantities.SelectMany(q => (double[])[q.Values[pixel], q.Error(pixel)]), .. fit.Parameters.SelectMany(p => (double[])[p.Value, p.Error]),
            .. Enumerable.Range(0, n * n).Select(i => fit.Covariance(i / n, i % n)), fit.Minimum, fit.DataCount, fit.Calls, (double)fit.Status,
        ];
        return numbers.Select(BitConverter.DoubleToInt64Bits);
    }

    private static CameraResult[] Tasks(CampaignPlan[] plans, bool isFaulty)
    {
        PixelHistograms off = new(IntegerAxis.Adc, Pixels);
        foreach (CameraEvent e in Draw(plans, RunKind.HvOff, HvOffEvents, isFaulty))
        {
            for (int pixel = 0; pixel < Pixels; pixel++) off.Fill(pixel, e.GetWaveform(pixel));
            off.EventCount++;
        }

        Spoil(off);
        HvOffResult hvOff = HvOffFitter.Fit(off, cancellationToken: Cancellation);
        DarkPass.Plan pass = new(Pedestals.From(hvOff), new DarkPassOptions(), SampleCount, baselineScale: 16);
        DarkPass.Part part = new(pass);
        foreach (CameraEvent e in Draw(plans, RunKind.Dark, DarkEvents, isFaulty)) part.Fill(e);
        part.Flush();
        DarkHistograms dark = pass.Histograms(part);
        Spoil(dark.Samples);
        Spoil(dark.Pulses);
        Spoil(dark.LargestWindow);
        Spoil(dark.MaximumWindow);
        DarkResult samples = DarkFitter.Fit(dark, hvOff, cancellationToken: Cancellation);
        DarkSpeResult spe = DarkSpeFitter.Fit(dark, cancellationToken: Cancellation);
        DarkRateResult rate = DarkRateFitter.Fit(dark, spe, samples, cancellationToken: Cancellation);
        return [hvOff, samples, spe, rate, rate.MaximumWindow];

        void Spoil(PixelHistograms histograms)
        {
            foreach (Fault fault in Faults.Values.Where(f => f.HasInvalidCounts && isFaulty))
            {
                double[] counts = [.. histograms.GetCounts(fault.Pixel).ToArray()];
                counts[counts.Length / 2] = double.NaN;
                histograms.SetCounts(fault.Pixel, counts);
            }
        }
    }

    // Events of the healthy camera with the waveforms of the faulty pixels put in: all others stay as they are. Each event is refilled for the next.
    private static IEnumerable<CameraEvent> Draw(CampaignPlan[] plans, RunKind kind, int events, bool isFaulty)
    {
        RunPlan run = new() { Name = kind.ToString(), Kind = kind, EventsPerLevel = events };
        SimulatedCamera[] cameras = [.. plans.Select(SimulatedCamera.Draw)];
        EventSimulator[] simulators = [.. plans.Select((plan, i) => new EventSimulator(plan, cameras[i], run))];
        LevelConditions[] conditions = [.. plans.Select((plan, i) => LevelConditions.For(plan, cameras[i], run, new ScanLevel(0, 0)))];
        SimulatedEvent[] drawn = [.. plans.Select(_ => new SimulatedEvent(SampleCount))];
        int[] rowOf = new int[CameraGeometry.PixelCount];
        for (int row = 0; row < rowOf.Length; row++) rowOf[CameraGeometry.DigiCam.LegacyOrder[row]] = row;
        CameraEvent camera = new() { PixelCount = Pixels, SampleCount = SampleCount, SampleArray = new short[Pixels * SampleCount], FirmwareBaselines = new short[Pixels] };
        for (int i = 0; i < events; i++)
        {
            camera.EventNumber = i;
            for (int k = 0; k < (isFaulty ? plans.Length : 1); k++) simulators[k].Draw(i, conditions[k], drawn[k]);
            for (int pixel = 0; pixel < Pixels; pixel++)
            {
                Fault? fault = isFaulty ? Faults.GetValueOrDefault(pixel) : null;
                SimulatedEvent source = drawn[fault is null ? 0 : fault.Simulated is not null ? 1 : fault.IsOvervoltage ? 2 : 0];
                Span<short> waveform = camera.SampleArray.AsSpan(pixel * SampleCount, SampleCount);
                source.Samples.AsSpan(rowOf[pixel] * SampleCount, SampleCount).CopyTo(waveform);
                camera.FirmwareBaselines[pixel] = source.Baselines[rowOf[pixel]];
                fault?.Change?.Invoke(waveform, (kind == RunKind.Dark, i));
            }

            yield return camera;
        }
    }

    private static void Each(Span<short> waveform, Func<short, int> change)
    {
        foreach (ref short sample in waveform) sample = (short)change(sample);
    }

    // Of any phase: the golden section spreads them evenly.
    private static void PickUp(Span<short> waveform, (bool IsDark, int Event) at)
    {
        for (int i = 0; i < waveform.Length; i++) waveform[i] += (short)Math.Round(4 * Math.Sin(2 * Math.PI * ((0.02 * CameraGeometry.SampleNs * i) + (0.6180339887 * at.Event))));
    }

    private delegate void WaveformChange(Span<short> waveform, (bool IsDark, int Event) at);

    private sealed record Fault(int Pixel, string Name, params PixelFlags[] Flags)
    {
        public PixelFault? Simulated { get; init; }

        public bool IsOvervoltage { get; init; }

        public bool HasInvalidCounts { get; init; }

        public WaveformChange? Change { get; init; }
    }
}
