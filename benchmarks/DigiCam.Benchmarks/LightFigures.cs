using DigiCam.Charges;
using DigiCam.Fitting;
using DigiCam.Fitting.Models;
using DigiCam.Geometry;
using DigiCam.Histograms;
using DigiCam.LightScan;
using DigiCam.Simulation;
using static System.FormattableString;

namespace DigiCam.Benchmarks;

/// <summary>The fits of a light scan of a whole camera: several levels together, the light of all levels, the classical chain; and how far they are from the truth.</summary>
internal static class LightFigures
{
    private const int Rounds = 1;
    private const int ClosureEvents = 2500;
    private const double RateMHz = 3;

    public static int Print()
    {
        Console.WriteLine(Invariant($"{Environment.ProcessorCount} processors, .NET {Environment.Version}, {CameraGeometry.PixelCount} pixels, dark counts of {RateMHz} MHz, {Rounds} round each"));
        foreach (int samples in (int[])[1, 7])
        {
            ChargeScale scale = new(samples);
            double[] together = [0.1, 0.25, 0.6, 1.2, 2.5, 5, 10, 20];
            DrawnScan eight = new(scale, together, 3000, RateMHz);
            Time(Invariant($"{scale}: full-MPE gain, to be below 10 s"), () => ClassicalFitter.Fit(eight.Spectra, withLevels: false));
            Time(Invariant($"{scale}: the same with the light of the 8 levels"), () => ClassicalFitter.Fit(eight.Spectra));
            LightScanResult? fitted = null;
            Time(Invariant($"{scale}: 8 levels together, to be below 60 s"), () => fitted = LightScanFitter.Fit(eight.Spectra));
            Console.WriteLine(Invariant($"    {fitted!.Fits.Count(f => f.HasErrors)} fits with errors, {fitted.Fits.Average(f => f.Calls):F1} evaluations each, {fitted.Fits.Average(f => f.DataCount):F0} bins; {fitted}"));

            // 81 levels from dark to 300 pe, evenly in the square root: 8 are fitted together, 73 by themselves.
            double[] all = [.. Enumerable.Range(0, 81).Select(i => 300 * (i / 80.0) * (i / 80.0))];
            DrawnScan scan = new(scale, all, 1000, RateMHz);
            Time(Invariant($"{scale}: 8 levels together and the light of {all.Length}, to be below 180 s"), () => fitted = LightScanFitter.Fit(scan.Spectra));
            Console.WriteLine(Invariant($"    {fitted.Pixels.Sum(p => p.Levels.Count(l => l.IsValid))} of {all.Length * CameraGeometry.PixelCount} levels valid"));
        }

        double[] mu = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100];
        foreach (int samples in (int[])[1, 7])
        {
            foreach (double rate in (double[])[0, RateMHz]) PrintClosure(new DrawnScan(new ChargeScale(samples), mu, ClosureEvents, rate), mu, rate);
        }

        return 0;
    }

    private static void PrintClosure(DrawnScan scan, double[] mu, double rate)
    {
        LightScanResult fit = LightScanFitter.Fit(scan.Spectra);
        ClassicalResult classical = ClassicalFitter.Fit(scan.Spectra);
        Console.WriteLine(Invariant($"{scan.Spectra.Scale}, {rate} MHz, {ClosureEvents} events of {mu.Length} levels from {mu[0]} to {mu[^1]} pe: mean pull, its width, bias; the same of the classical chain"));
        Line("gain", p => Of(fit.Fits[p]["gain"]), p => Of(classical.Fits[p]["gain"]), p => scan.Gain[p]);
        Line("crosstalk", p => Of(fit.Fits[p]["mu_xt"]), p => (classical["crosstalk"].Values[p], classical["crosstalk"].Errors[p]), p => scan.CrossTalk[p]);
        Line("sigma_e", p => Of(fit.Fits[p]["sigma_e"]), p => Of(classical.Fits[p]["sigma_e"]), _ => scan.Noise);
        Line("sigma_1", p => Of(fit.Fits[p]["sigma_1"]), p => Of(classical.Fits[p]["sigma_1"]), _ => scan.Spread);
        for (int level = 0; level < mu.Length; level++) Line(Invariant($"mu {mu[level]}"), p => (fit[level, p].Mu, fit[level, p].MuError), p => (classical[level, p].Mu, classical[level, p].MuError), _ => mu[level]);
        Line("F-factor G/(1-x)", p => (fit.Pixels[p].FFactor.Charge, fit.Pixels[p].FFactor.Error), null, p => scan.Gain[p] / (1 - scan.CrossTalk[p]));

        static (double, double) Of(FittedParameter parameter) => (parameter.Value, parameter.Error);

        static void Line(string name, Func<int, (double Value, double Error)> of, Func<int, (double Value, double Error)>? ofClassical, Func<int, double> truth) =>
            Console.WriteLine(Invariant($"  {name,-16} {Text(of, truth)}{(ofClassical is null ? "" : "   classical " + Text(ofClassical, truth))}"));

        static string Text(Func<int, (double Value, double Error)> of, Func<int, double> truth)
        {
            (double Value, double Error, double Truth)[] all = [.. Enumerable.Range(0, CameraGeometry.PixelCount).Select(p => (of(p).Value, of(p).Error, truth(p))).Where(v => v.Item2 > 0)];
            double[] pulls = [.. all.Select(v => (v.Value - v.Truth) / v.Error)];
            double mean = pulls.Average();
            return Invariant($"{mean,7:F3} {Math.Sqrt(pulls.Average(z => (z - mean) * (z - mean))),6:F3} {100 * all.Average(v => v.Value - v.Truth) / all.Average(v => v.Truth),8:F3} % ({all.Length})");
        }
    }

    // Other programs may run: the time of the processor is given beside.
    private static void Time(string name, Action work)
    {
        (Measurement clock, Measurement processor) = Measurement.OfBoth(Rounds, work);
        Console.WriteLine(Invariant($"{name}: best {clock.Best:F1} s; processor time {processor.Best:F1} s"));
    }

    // Charges drawn one by one without waveforms: flash with a jitter of 0.3 ns, dark counts at random times, noise, rounding.
    private sealed class DrawnScan
    {
        private const double DelayPartNs = 1.5;
        private const int PulseSteps = 4096;
        private const double JitterNs = 0.3;

        public DrawnScan(ChargeScale scale, double[] mu, int events, double rateMHz)
        {
            int pixels = CameraGeometry.PixelCount;
            int samples = scale.Samples;
            double delay = PulseShape.Analytic.PeakTimeNs - DelayPartNs - (samples == 1 ? 0 : 2 * CameraGeometry.SampleNs);
            double response = ShotNoisePulse.ChargeOf(PulseShape.Analytic, scale, delay);
            double slope = (ShotNoisePulse.ChargeOf(PulseShape.Analytic, scale, delay + 0.1) - ShotNoisePulse.ChargeOf(PulseShape.Analytic, scale, delay - 0.1)) / 0.2;
            double jitter = JitterNs * slope / response;
            double lead = (samples - 1) * CameraGeometry.SampleNs;
            double length = PulseShape.Analytic.LengthNs + lead;
            double[] pulse = [.. Enumerable.Range(0, PulseSteps).Select(i => ShotNoisePulse.ChargeOf(PulseShape.Analytic, scale, (length * (i + 0.5) / PulseSteps) - lead) / response)];
            Noise = LightSpectra.NoiseOf(1, scale);
            Spread = 0.48 * response;
            double[] pedestal = new double[pixels];
            LevelHistograms charges = new(samples == 1 ? IntegerAxis.Adc : new IntegerAxis(-64 * samples, ((64 + 4095) * samples) + 1), mu.Length, pixels, scale);
            Parallel.For(0, pixels, pixel =>
            {
                RandomStream random = new(20180822, (ulong)pixel);
                double gain = Gain[pixel] = (5.2 + (0.2 * random.Normal())) * response;
                double crossTalk = CrossTalk[pixel] = Math.Clamp(0.08 + (0.01 * random.Normal()), 0.04, 0.12);
                pedestal[pixel] = (samples == 1 ? 285 : 0) + random.Uniform() - 0.5;
                for (int level = 0; level < mu.Length; level++)
                {
                    for (int e = 0; e < events; e++)
                    {
                        double charge = pedestal[pixel] + (Noise * random.Normal()) + (Cascade(ref random, random.Poisson(mu[level])) * (1 + (jitter * random.Normal())));
                        int dark = random.Poisson(rateMHz * 1e-3 * length);
                        for (int i = 0; i < dark; i++) charge += Cascade(ref random, 1) * pulse[Math.Min((int)(random.Uniform() * PulseSteps), PulseSteps - 1)];
                        charges.Fill(level, pixel, charge);
                    }
                }

                double Cascade(ref RandomStream random, int primaries)
                {
                    int avalanches = primaries;
                    for (int generation = primaries; generation > 0; avalanches += generation) generation = random.Poisson(crossTalk * generation);
                    return avalanches == 0 ? 0 : (avalanches * gain) + (Math.Sqrt(avalanches) * Spread * random.Normal());
                }
            });
            Spectra = new LightSpectra(charges, [.. pedestal], [.. Enumerable.Repeat(Noise, pixels)])
            {
                DarkCountRateMHz = [.. Enumerable.Repeat(rateMHz, pixels)],
                DelayNs = [.. Enumerable.Repeat(delay, pixels)],
                JitterNs = JitterNs,
            };
        }

        public LightSpectra Spectra { get; }

        public double Noise { get; }

        public double Spread { get; }

        public double[] Gain { get; } = new double[CameraGeometry.PixelCount];

        public double[] CrossTalk { get; } = new double[CameraGeometry.PixelCount];
    }
}
