using DigiCam.Dark;
using DigiCam.DarkSpe;
using DigiCam.Geometry;
using DigiCam.Histograms;
using DigiCam.Simulation;

namespace DigiCam.Tests.DarkSpe;

/// <summary>Spectra of pulses that no other dark count disturbs: waveforms with one cascade of avalanches each, through the finder.</summary>
internal static class IsolatedPulses
{
    public const double Gain = 5.2;
    public const double Spread = 0.48;
    public const double Noise = 1;

    private const int Samples = 28;
    private const double StartNs = 36;
    private const int Phases = 64;

    // Each pixel has its own baseline, so that all positions of the peaks against the ADC codes occur.
    public static double BaselineOf(int pixel) => 285 + (pixel % 100 / 100.0);

    public static PulseSpectra Simulate(int pixels, int pulses, double crosstalk, ulong seed)
    {
        double[] table = [.. Enumerable.Range(0, Phases * Samples).Select(i => PulseShape.Analytic.At((i % Samples * CameraGeometry.SampleNs) - StartNs - (CameraGeometry.SampleNs * (i / Samples) / Phases)))];
        PulseFinder finder = new(Samples);
        PixelHistograms histograms = new(IntegerAxis.Adc, pixels);
        FoundPulse[] found = new FoundPulse[finder.MostPulses];
        short[] waveform = new short[Samples];
        float[] noise = new float[Samples];
        for (int pixel = 0; pixel < pixels; pixel++)
        {
            RandomStream random = new(seed, (ulong)pixel);
            double baseline = BaselineOf(pixel);
            PulseLevel level = finder.LevelOf(baseline, Noise);
            for (int n = 0; n < pulses; n++)
            {
                int avalanches = 1;
                for (int parent = 0; parent < avalanches; parent++) avalanches += random.Poisson(crosstalk);
                double peak = (avalanches * Gain) + (Math.Sqrt(avalanches) * Spread * random.Normal());
                int phase = (int)(Phases * (1 - random.Uniform()));
                random.FillNormal(noise, (float)(baseline - 285 + 0.5), (float)Noise);
                for (int i = 0; i < Samples; i++) waveform[i] = (short)(285 + Math.Floor(noise[i] + (peak * table[(phase * Samples) + i])));
                foreach (FoundPulse one in found.AsSpan(0, finder.Find(waveform, level, found, out _)))
                {
                    if ((one.Sample * CameraGeometry.SampleNs) - StartNs is >= 0 and <= 40) histograms.Fill(pixel, one.Charge);
                }
            }
        }

        return PulseSpectra.Of(histograms, new Pedestals([.. Enumerable.Range(0, pixels).Select(BaselineOf)], [.. Enumerable.Repeat(Noise, pixels)]));
    }
}
