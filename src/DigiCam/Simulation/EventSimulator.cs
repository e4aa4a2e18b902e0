using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using DigiCam.Geometry;
using DigiCam.Simulation.Plans;

namespace DigiCam.Simulation;

/// <summary>
/// Draws the events of a run: avalanches in continuous time, noise, rounding to ADC codes. What an event holds depends on the plan, the run's
/// name and its index only. One for each thread; nothing is allocated for an event.
/// </summary>
internal sealed class EventSimulator
{
    private const int LastCode = 4095;

    // Above all codes, and still far from where integers wrap round.
    private const float OutOfRange = 2 * LastCode;
    private const int FirmwareSamples = 1024;
    private const int FirmwareScale = 16;
    private const double PerNsInMHz = 1e-3;
    private const double RoundingVariance = 1 / 12.0;

    // A pulse is kept at 64 phases against the samples, 1/16 ns apart, and interpolated between them: off by less than 1e-5 of its peak.
    private const int Phases = 64;

    private static readonly int Lanes = Vector256<float>.Count;

    private readonly CampaignPlan _plan;
    private readonly SimulatedCamera _camera;
    private readonly ulong _runSeed;
    private readonly double _windowNs;
    private readonly int[] _rowOf = new int[CameraGeometry.PixelCount];
    private readonly PixelState[] _states = new PixelState[CameraGeometry.PixelCount];

    // Pulses (phase, sample since their start), the last phase a whole sample behind the first; rows padded to whole vectors.
    private readonly float[] _pulses;
    private readonly int _pulseSamples;

    // One waveform, with room at either end for pulses that lie only partly within it.
    private readonly float[] _waveform;

    private LevelConditions? _conditions;
    private RandomStream _random;

    /// <summary>Makes a simulator.</summary>
    /// <param name="plan">The campaign.</param>
    /// <param name="camera">The camera drawn from it.</param>
    /// <param name="run">The run.</param>
    public EventSimulator(CampaignPlan plan, SimulatedCamera camera, RunPlan run)
    {
        (_plan, _camera) = (plan, camera);
        _runSeed = RandomStream.Combine(plan.Seed, RandomStream.Key(run.Name));
        _windowNs = plan.SampleCount * CameraGeometry.SampleNs;
        for (int row = 0; row < _rowOf.Length; row++) _rowOf[camera.StoredPixel[CameraGeometry.DigiCam.LegacyOrder[row]]] = row;

        int samples = (int)Math.Ceiling(camera.Pulse.LengthNs / CameraGeometry.SampleNs) + 1;
        _pulseSamples = (samples + Lanes - 1) / Lanes * Lanes;
        _pulses = new float[(Phases + 1) * _pulseSamples];
        for (int phase = 0; phase <= Phases; phase++)
        {
            for (int i = 0; i < samples; i++) _pulses[(phase * _pulseSamples) + i] = (float)camera.Pulse.At(CameraGeometry.SampleNs * (i + (phase / (double)Phases)));
        }

        _waveform = new float[(2 * _pulseSamples) + plan.SampleCount];
    }

    private Span<float> Window => _waveform.AsSpan(_pulseSamples, _plan.SampleCount);

    /// <summary>Draws one event; its trigger data are left alone.</summary>
    /// <param name="eventIndex">Index of the event in the run, from 0, missing ones counted.</param>
    /// <param name="conditions">The light of its level.</param>
    /// <param name="target">Filled: samples, baselines, counters.</param>
    public void Draw(int eventIndex, LevelConditions conditions, SimulatedEvent target)
    {
        if (!ReferenceEquals(conditions, _conditions)) Prepare(conditions);
        _random = new RandomStream(_runSeed, (ulong)eventIndex);
        double flashNs = _plan.Light.FlashTimeNs + (_plan.Light.FlashJitterNs * _random.Normal());

        // Physical pixels in their own order: exchanged cables change where a waveform is stored, not what it holds.
        for (int pixel = 0; pixel < _states.Length; pixel++)
        {
            ref readonly PixelState state = ref _states[pixel];
            int row = _rowOf[pixel];
            Span<short> samples = target.Samples.AsSpan(row * _plan.SampleCount, _plan.SampleCount);
            (target.RandomPulses[pixel], target.FlashPrimaries[pixel], target.FlashAvalanches[pixel]) = (0, 0, 0);
            if (state.IsStuck)
            {
                samples.Fill((short)state.BaselineCode);
                SetBaseline(target, row, state.FirmwareMean);
                continue;
            }

            SetBaseline(target, row, state.FirmwareMean + (state.FirmwareSigma * _random.Normal()));
            _random.FillNormal(Window, state.Offset, state.Noise);
            if (state.RandomPulses.Mean > 0) target.RandomPulses[pixel] = AddRandomPulses(in state);
            if (state.Flash.Mean > 0) (target.FlashPrimaries[pixel], target.FlashAvalanches[pixel]) = AddFlash(in state, flashNs + _camera.PixelDelayNs[pixel]);
            Digitise(Window, state.BaselineCode, samples);
        }
    }

    // The firmware averages codes, so that its baseline ends where they do. Files have 16 bits with a sign for the sixteenths, which cuts baselines
    // from 2048 on; the trigger has no such limit.
    private static void SetBaseline(SimulatedEvent target, int row, double baseline)
    {
        int sixteenths = (int)Math.Clamp(Math.Floor((FirmwareScale * baseline) + 0.5), 0, FirmwareScale * LastCode);
        target.Baselines[row] = (short)Math.Min(sixteenths, short.MaxValue);
        target.TriggerBaselines[row] = (short)(sixteenths / FirmwareScale);
    }

    // The waveform is kept relative to a whole code, where floats are precise, with the 1/2 of the rounding already added.
    private static void Digitise(ReadOnlySpan<float> waveform, int baselineCode, Span<short> samples)
    {
        const int Step = 16;
        int count = waveform.Length;
        if (count < Step)
        {
            for (int i = 0; i < count; i++) samples[i] = (short)Math.Clamp((int)Math.Min(MathF.Floor(waveform[i]), OutOfRange) + baselineCode, 0, LastCode);
            return;
        }

        ref float source = ref MemoryMarshal.GetReference(waveform);
        ref short target = ref MemoryMarshal.GetReference(samples);
        Vector256<int> baseline = Vector256.Create(baselineCode);
        Vector256<int> last = Vector256.Create(LastCode);
        Vector256<float> outOfRange = Vector256.Create(OutOfRange);
        for (int start = 0; start < count; start += Step)
        {
            // The last stretch overlaps the one before it rather than leave samples over.
            int i = Math.Min(start, count - Step);
            Vector256<int> low = Vector256.ConvertToInt32(Vector256.Min(Vector256.Floor(Vector256.LoadUnsafe(ref source, (nuint)i)), outOfRange)) + baseline;
            Vector256<int> high = Vector256.ConvertToInt32(Vector256.Min(Vector256.Floor(Vector256.LoadUnsafe(ref source, (nuint)(i + (Step / 2)))), outOfRange)) + baseline;
            low = Vector256.Min(Vector256.Max(low, Vector256<int>.Zero), last);
            high = Vector256.Min(Vector256.Max(high, Vector256<int>.Zero), last);
            Vector256.Narrow(low, high).StoreUnsafe(ref target, (nuint)i);
        }
    }

    private void Prepare(LevelConditions conditions)
    {
        _conditions = conditions;
        CameraPlan plan = _plan.Camera;
        for (int pixel = 0; pixel < _states.Length; pixel++)
        {
            double baseline = _camera.Baseline[pixel];
            double noise = _camera.Noise[pixel];
            double crossTalk = _camera.CrossTalk[pixel];
            double history = _camera.Pulse.LengthNs + ShotNoise.MemoryNs(crossTalk, _camera.Afterpulsing[pixel], plan.AfterpulseDelayNs);
            double rate = (conditions.DarkCountRateMHz[pixel] + conditions.LightRateMHz[pixel]) * PerNsInMHz;
            double average = FirmwareSamples * CameraGeometry.SampleNs;
            _states[pixel] = new PixelState
            {
                IsStuck = _camera.Faults[pixel] == PixelFault.Stuck,
                BaselineCode = (int)Math.Floor(baseline),
                Offset = (float)(baseline - Math.Floor(baseline) + 0.5),
                Noise = (float)noise,
                Gain = conditions.Gain[pixel],
                Spread = conditions.SinglePeSpread[pixel],
                Afterpulsing = _camera.Afterpulsing[pixel],
                CrossTalk = new PoissonLaw(crossTalk),
                Flash = new PoissonLaw(conditions.FlashMean[pixel]),
                RandomPulses = new PoissonLaw(rate * (_windowNs + history)),
                HistoryNs = history,
                FirmwareMean = baseline + conditions.BaselineShift[pixel],
                FirmwareSigma = Math.Sqrt((((noise * noise) + RoundingVariance) / FirmwareSamples) + (conditions.ShotNoisePower[pixel] / average)),
            };
        }
    }

    // Dark counts and continuous light: uniform in time from so early that nothing is missed until the end of the window.
    private int AddRandomPulses(in PixelState state)
    {
        int count = state.RandomPulses.Draw(ref _random);
        int inside = 0;

        // A local copy stays in registers, which counts where light makes a hundred pulses for each pixel.
        RandomStream random = _random;
        for (int i = 0; i < count; i++)
        {
            double time = (random.Uniform() * (_windowNs + state.HistoryNs)) - state.HistoryNs;
            if (time >= 0) inside++;
            int avalanches = 1;
            for (int parent = 0; parent < avalanches; parent++)
            {
                double u = random.Uniform();
                if (u > state.CrossTalk.ZeroProbability) avalanches += state.CrossTalk.At(u);
            }

            double spread = avalanches == 1 ? state.Spread : Math.Sqrt(avalanches) * state.Spread;
            AddPulse(time, (avalanches * state.Gain) + (spread * random.Normal()));
            if (state.Afterpulsing == 0) continue;
            _random = random;
            AddAfterpulses(in state, time, avalanches);
            random = _random;
        }

        _random = random;
        return inside;
    }

    // All primaries of a flash start together, so that only the number of avalanches counts: generation by generation of crosstalk.
    private (int Primaries, int Avalanches) AddFlash(in PixelState state, double time)
    {
        int primaries = state.Flash.Draw(ref _random);
        int avalanches = primaries;
        for (int generation = primaries; generation > 0; avalanches += generation) generation = _random.Poisson(state.CrossTalk.Mean * generation);
        if (avalanches == 0) return (0, 0);
        AddPulse(time, (avalanches * state.Gain) + (Math.Sqrt(avalanches) * state.Spread * _random.Normal()));
        if (state.Afterpulsing > 0) AddAfterpulses(in state, time, avalanches);
        return (primaries, avalanches);
    }

    // Each afterpulse is a cascade of its own: its first avalanche comes from a cell that has recovered only in part, those of its crosstalk
    // from other cells. What starts after the window cannot be seen, nor what follows from it.
    private void AddAfterpulses(in PixelState state, double time, int avalanches)
    {
        CameraPlan plan = _plan.Camera;
        int count = _random.Poisson(state.Afterpulsing * avalanches);
        for (int i = 0; i < count; i++)
        {
            double delay = plan.AfterpulseDelayNs * _random.Exponential();
            if (time + delay >= _windowNs) continue;
            int cascade = 1;
            for (int parent = 0; parent < cascade; parent++) cascade += state.CrossTalk.Draw(ref _random);
            double recovered = plan.RecoveryNs > 0 ? 1 - PortableMath.Exp(-delay / plan.RecoveryNs) : 1;
            int others = cascade - 1;
            double spread = state.Spread * Math.Sqrt(others + (recovered * recovered));
            AddPulse(time + delay, ((others + recovered) * state.Gain) + (spread * _random.Normal()));
            AddAfterpulses(in state, time + delay, cascade);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AddPulse(double time, double amplitude)
    {
        // In samples since the start of the padded waveform; a pulse starting outside it has nothing in the window.
        double start = (time * (1 / CameraGeometry.SampleNs)) + _pulseSamples;
        if (!(start >= 0 && start < _waveform.Length - _pulseSamples)) return;
        int first = (int)Math.Ceiling(start);
        double phase = (first - start) * Phases;
        int row = (int)phase;
        float upper = (float)(amplitude * (phase - row));
        Vector256<float> toLower = Vector256.Create((float)amplitude - upper);
        Vector256<float> toUpper = Vector256.Create(upper);
        ref float lower = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_pulses), row * _pulseSamples);
        ref float target = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_waveform), first);
        for (int i = 0; i < _pulseSamples; i += Vector256<float>.Count)
        {
            Vector256<float> pulse = (Vector256.LoadUnsafe(ref lower, (nuint)i) * toLower) + (Vector256.LoadUnsafe(ref lower, (nuint)(_pulseSamples + i)) * toUpper);
            (Vector256.LoadUnsafe(ref target, (nuint)i) + pulse).StoreUnsafe(ref target, (nuint)i);
        }
    }

    // What is asked of a pixel again and again, worked out once for each level; fields, because the laws are too large to be copied for each draw.
    private struct PixelState
    {
        public bool IsStuck;
        public int BaselineCode;
        public float Offset;
        public float Noise;
        public double Gain;
        public double Spread;
        public double Afterpulsing;
        public PoissonLaw CrossTalk;
        public PoissonLaw Flash;
        public PoissonLaw RandomPulses;
        public double HistoryNs;
        public double FirmwareMean;
        public double FirmwareSigma;
    }
}
