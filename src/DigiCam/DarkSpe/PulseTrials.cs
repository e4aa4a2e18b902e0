using DigiCam.Charges;
using DigiCam.Dark;
using DigiCam.Geometry;
using DigiCam.Simulation;

namespace DigiCam.DarkSpe;

/// <summary>
/// Simulated pulses of a pixel, put through the finder one at a time: a dark count at any phase of the sampling, and others that follow it. Equal arguments give equal results.
/// </summary>
internal sealed class PulseTrials
{
    /// <summary>Dark counts with the crosstalk of a typical pixel.</summary>
    public const int Any = 0;

    /// <summary>Those among them that are of several avalanches.</summary>
    public const int Several = -1;

    private const double Crosstalk = 0.08;

    // Without the finder's edges, from the first sample in between to the start of the pulse and to the end.
    private const int SamplesBefore = 6;
    private const int SamplesBehind = 26;
    private const double Baseline = 200.3;
    private const ulong Seed = 20180822;

    // What is farther from the start of the pulse is no answer to it.
    private const double NearNs = 40;

    // Of the clock, at which pulses start.
    private const int Phases = 64;

    private readonly PulseFinder _finder;
    private readonly int _start;
    private readonly PulseLevel _level;
    private readonly double[] _pulse;
    private readonly double _gain;
    private readonly double _spread;
    private readonly double _noise;

    public PulseTrials(PulseFinderOptions options, PulseShape? pulse, double gain, double spread, double noise)
    {
        _start = options.EdgeSamples + SamplesBefore;
        _finder = new PulseFinder(_start + SamplesBehind + options.EdgeSamples, options);
        _level = _finder.LevelOf(Baseline, noise);
        Pedestals = new Pedestals([Baseline], [noise]);
        Pedestal = options.ChargeSamples * Baseline;
        (_gain, _spread, _noise) = (gain, spread, noise);

        // From the start of the pulse on, in steps of a phase.
        _pulse = [.. Enumerable.Range(0, Phases * _finder.SampleCount).Select(i => (pulse ?? PulseShape.Analytic).At(i * CameraGeometry.SampleNs / Phases))];
    }

    public Pedestals Pedestals { get; }

    /// <summary>Charge of no pulse [LSB].</summary>
    public double Pedestal { get; }

    public ChargeScale Scale => _finder.Scale;

    /// <summary>Time behind the maximum from which samples are in the charge [ns].</summary>
    public double ChargeEndNs => _finder.ChargeEnd * CameraGeometry.SampleNs;

    /// <summary>Draws trials.</summary>
    /// <param name="number">How many.</param>
    /// <param name="windowNs">Time in which the other dark counts follow the first [ns].</param>
    /// <param name="avalanches">Of each dark count: a number, <see cref="Any"/> or <see cref="Several"/>.</param>
    /// <returns>The pulses found.</returns>
    public List<PulseTrial> Draw(int number, double windowNs, params ReadOnlySpan<int> avalanches)
    {
        int samples = _finder.SampleCount;
        RandomStream random = new(Seed, (ulong)avalanches[0]);
        FoundPulse[] found = new FoundPulse[_finder.MostPulses];
        short[] waveform = new short[samples];
        double[] pulses = new double[samples];
        double[] expected = new double[samples];
        List<PulseTrial> trials = new(number);
        int window = (int)(windowNs * Phases / CameraGeometry.SampleNs);
        for (int n = 0; n < number; n++)
        {
            Array.Clear(pulses);
            Array.Clear(expected);
            int start = (_start * Phases) + (int)(Phases * (1 - random.Uniform()));
            for (int k = 0; k < avalanches.Length; k++)
            {
                double delay = 1 - random.Uniform();

                // Of the first that follows all in turn, for the sake of precision.
                if (k == 1) delay = (n + delay) / number;
                int at = k == 0 ? start : start + (int)(window * delay);
                int size = Size(avalanches[k], ref random);
                double peak = (size * _gain) + (Math.Sqrt(size) * _spread * random.Normal());
                for (int i = (at + Phases - 1) / Phases; i < samples; i++)
                {
                    double value = _pulse[(i * Phases) - at];
                    pulses[i] += peak * value;
                    expected[i] += size * value;
                }
            }

            for (int i = 0; i < samples; i++) waveform[i] = (short)Math.Floor(Baseline + pulses[i] + (_noise * random.Normal()) + 0.5);
            foreach (FoundPulse one in found.AsSpan(0, _finder.Find(waveform, _level, found, out _)))
            {
                double time = CameraGeometry.SampleNs * (one.Sample - ((double)start / Phases));
                if (time is < 0 or > NearNs) continue;
                double signal = 0;
                for (int i = one.Sample - _finder.ChargeStart; i <= one.Sample + _finder.ChargeEnd; i++) signal += expected[i];
                trials.Add(new PulseTrial(one.Charge, signal, time));
                break;
            }
        }

        return trials;
    }

    private static int Size(int avalanches, ref RandomStream random)
    {
        if (avalanches > 0) return avalanches;
        int size;
        do
        {
            size = 1;
            for (int parent = 0; parent < size; parent++) size += random.Poisson(Crosstalk);
        }
        while (avalanches == Several && size == 1);
        return size;
    }
}
