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
    private const double RateMHz = 3;
    private const int BiasPixels = CameraGeometry.PixelCount / 3;
    private const int BiasEvents = 2000;

    private static readonly double[] Together = [0.1, 0.25, 0.6, 1.2, 2.5, 5, 10, 20];

    // Levels of the table of biases: those fitted together, and brighter ones.
    private static readonly double[] BiasMu = [0, 0.1, 0.3, 0.6, 1.2, 2.5, 4, 6, 10, 15, 20, 30, 60, 100];

    public static int Print()
    {
        PrintHeader();
        foreach (int samples in (int[])[1, 7])
        {
            ChargeScale scale = new(samples);
            DrawnScan eight = new(scale, Together, 3000, RateMHz);
            Time(Invariant($"{scale}: full-MPE gain, to be below 10 s"), () => ClassicalFitter.Fit(eight.Spectra, withLevels: false));
            Time(Invariant($"{scale}: the same with the light of the 8 levels"), () => ClassicalFitter.Fit(eight.Spectra));
            Time(Invariant($"{scale}: 8 levels together, to be below 60 s"), () => LightScanFitter.Fit(eight.Spectra), PrintFits);

            // 81 levels from dark to 300 pe, evenly in the square root: 8 are fitted together, 73 by themselves.
            double[] all = [.. Enumerable.Range(0, 81).Select(i => 300 * (i / 80.0) * (i / 80.0))];
            DrawnScan scan = new(scale, all, 1000, RateMHz);
            Time(Invariant($"{scale}: 8 levels together and the light of {all.Length}, to be below 180 s"), () => LightScanFitter.Fit(scan.Spectra), PrintLevels);
        }

        return PrintBias();
    }

    /// <summary>Amplitudes of a whole camera, once and without warming up; fails when fewer than 99 % of fits and levels can be used.</summary>
    public static int PrintShort()
    {
        PrintHeader();
        double[] mu = [.. Together, 50, 100];
        DrawnScan scan = new(ChargeScale.Amplitude, mu, 700, RateMHz);
        ClassicalResult classical = Time("full-MPE gain, to be below 10 s", () => ClassicalFitter.Fit(scan.Spectra, withLevels: false), warmUp: false);
        LightScanResult shared = Time("8 levels together, to be below 60 s", () => LightScanFitter.Fit(scan.Spectra, withLevels: false), PrintFits, warmUp: false);
        LightScanResult fit = Time(Invariant($"light of {mu.Length} levels"), () => LightScanFitter.FitLevels(shared), PrintLevels, warmUp: false);
        Console.WriteLine("    mean pull, its width, bias");
        foreach (Quantity of in Quantities(scan, mu, mu)) Console.WriteLine(Invariant($"    {of.Name,-8} {Bias.Of(scan, p => of.Together(fit, p), of.Truth).Describe(of.IsRelative)}"));
        bool isFitted = classical.Fits.Count(f => f.HasErrors) > 0.99 * fit.PixelCount && fit.Fits.Count(f => f.HasErrors) > 0.99 * fit.PixelCount && ValidLevels(fit) > 0.99 * fit.PixelCount * mu.Length;
        Console.WriteLine(Invariant($"processor time {Environment.CpuUsage.TotalTime.TotalSeconds:F1} s{(isFitted ? "" : "; FEWER THAN 99 % CAN BE USED")}"));
        return isFitted ? 0 : 1;
    }

    /// <summary>The table of docs/ac-scan.md: how far both ways to fit are from the truth, with and without dark counts.</summary>
    public static int PrintBias()
    {
        (double Rate, int Samples)[] scans = [(RateMHz, 1), (RateMHz, 7), (0, 1), (0, 7)];
        Dictionary<(double, int), List<(string Name, string Classical, string Together)>> columns = [];
        foreach ((double rate, int samples) in scans)
        {
            DrawnScan scan = new(new ChargeScale(samples), BiasMu, BiasEvents, rate, BiasPixels);
            LightScanResult fit = LightScanFitter.Fit(scan.Spectra);
            ClassicalResult classical = ClassicalFitter.Fit(scan.Spectra);
            List<(string, string, string)> rows = columns[(rate, samples)] = [];
            Console.WriteLine(Invariant($"{scan.Spectra.Scale}, {rate} MHz, {BiasPixels} pixels: mean pull, its width, bias; the same of the classical chain"));
            foreach (Quantity of in Quantities(scan, BiasMu, [0.1, 1.2, 10, 100]))
            {
                (Bias together, Bias sums) = (Bias.Of(scan, p => of.Together(fit, p), of.Truth), Bias.Of(scan, p => of.Classical(classical, p), of.Truth));
                Console.WriteLine(Invariant($"  {of.Name,-8} {together.Describe(of.IsRelative)}   classical {sums.Describe(of.IsRelative)}"));
                rows.Add((of.Name, sums.Text(of.IsRelative), together.Text(of.IsRelative)));
            }

            foreach (double mu in (double[])[6, 30, 100])
            {
                Quantity of = Light(BiasMu, mu);
                rows.Add((Invariant($"width of the pulls of mu at {mu} pe"), Invariant($"{Bias.Of(scan, p => of.Classical(classical, p), of.Truth).Width:F1}"), Invariant($"{Bias.Of(scan, p => of.Together(fit, p), of.Truth).Width:F1}")));
            }

            rows.Add(("chi2/ndf", Invariant($"{classical.Fits.Average(f => f.ChiSquarePerNdf):F2}"), Invariant($"{fit.Fits.Average(f => f.ChiSquarePerNdf):F2}")));
            Bias factor = Bias.Of(scan, p => (fit.Pixels[p].FFactor.Charge, fit.Pixels[p].FFactor.Error), p => scan.Gain[p] / (1 - scan.CrossTalk[p]));
            Console.WriteLine(Invariant($"  G/(1-x) by the F-factor {factor.Describe(isRelative: true)}"));
        }

        Console.WriteLine(Invariant($"| {BiasMu.Length} levels of {BiasMu[0]} to {BiasMu[^1]} pe, {BiasEvents} events each | classical, amplitudes | classical, sums of 7 | together, amplitudes | together, sums of 7 |"));
        Console.WriteLine("|---|---|---|---|---|");
        foreach (double rate in (double[])[RateMHz, 0])
        {
            foreach (((string name, string classical, string together), (_, string classicalSum, string togetherSum)) in columns[(rate, 1)].Zip(columns[(rate, 7)]))
                Console.WriteLine(Invariant($"| {rate} MHz: {name} | {classical} | {classicalSum} | {together} | {togetherSum} |"));
        }

        return 0;
    }

    private static void PrintHeader() => Console.WriteLine(Invariant($"{Environment.ProcessorCount} processors, .NET {Environment.Version}, {CameraGeometry.PixelCount} pixels, dark counts of {RateMHz} MHz"));

    private static void PrintFits(LightScanResult result) => Console.WriteLine(Invariant(
        $"    {result.Fits.Count(f => f.HasErrors)} fits with errors, {result.Fits.Average(f => f.Calls):F1} evaluations each, {result.Fits.Average(f => f.DataCount):F0} bins; {result}"));

    private static void PrintLevels(LightScanResult result) => Console.WriteLine(Invariant($"    {ValidLevels(result)} of {result.LevelCount * result.PixelCount} levels valid"));

    private static int ValidLevels(LightScanResult result) => result.Pixels.Sum(p => p.Levels.Count(l => l.IsValid));

    // What is compared with the truth: parameters, and the light of some levels.
    private static IEnumerable<Quantity> Quantities(DrawnScan scan, double[] levels, double[] mu)
    {
        yield return new("G", true, (fit, p) => Of(fit.Fits[p]["gain"]), (fit, p) => Of(fit.Fits[p]["gain"]), p => scan.Gain[p]);
        yield return new("x", true, (fit, p) => Of(fit.Fits[p]["mu_xt"]), (fit, p) => (fit["crosstalk"].Values[p], fit["crosstalk"].Errors[p]), p => scan.CrossTalk[p]);
        yield return new("s_e", true, (fit, p) => Of(fit.Fits[p]["sigma_e"]), (fit, p) => Of(fit.Fits[p]["sigma_e"]), _ => scan.Noise);
        yield return new("s_1", true, (fit, p) => Of(fit.Fits[p]["sigma_1"]), (fit, p) => Of(fit.Fits[p]["sigma_1"]), _ => scan.Spread);
        yield return new("B [LSB]", false, (fit, p) => Of(fit.Fits[p]["baseline"]), (fit, p) => Of(fit.Fits[p]["baseline"]), p => scan.Spectra.Pedestal[p]);
        foreach (double light in mu) yield return Light(levels, light);

        static (double, double) Of(FittedParameter parameter) => (parameter.Value, parameter.Error);
    }

    private static Quantity Light(double[] levels, double mu)
    {
        int level = Array.IndexOf(levels, mu);
        return new(Invariant($"mu {mu} [pe]"), false, (fit, p) => (fit[level, p].Mu, fit[level, p].MuError), (fit, p) => (fit[level, p].Mu, fit[level, p].MuError), _ => mu);
    }

    // Other programs may run: the time of the processor is given beside.
    private static T Time<T>(string name, Func<T> work, Action<T>? print = null, bool warmUp = true)
    {
        T? result = default;
        (Measurement clock, Measurement processor) = Measurement.OfBoth(1, () => result = work(), warmUp);
        Console.WriteLine(Invariant($"{name}: {clock.Best:F1} s; processor time {processor.Best:F1} s"));
        print?.Invoke(result!);
        return result!;
    }

    private sealed record Quantity(
        string Name, bool IsRelative, Func<LightScanResult, int, (double Value, double Error)> Together, Func<ClassicalResult, int, (double Value, double Error)> Classical, Func<int, double> Truth);

    // Mean and width of the pulls, mean difference and its error, mean truth, over the pixels with an error.
    private sealed record Bias(double Pull, double Width, double Difference, double Error, double Truth, int Pixels)
    {
        public static Bias Of(DrawnScan scan, Func<int, (double Value, double Error)> of, Func<int, double> truth)
        {
            (double Difference, double Error, double Truth)[] all = [.. Enumerable.Range(0, scan.Spectra.PixelCount).Select(p => (of(p).Value - truth(p), of(p).Error, truth(p))).Where(v => v.Item2 > 0)];
            (double pull, double width) = MeanAndWidth([.. all.Select(v => v.Difference / v.Error)]);
            (double difference, double spread) = MeanAndWidth([.. all.Select(v => v.Difference)]);
            return new Bias(pull, width, difference, spread / Math.Sqrt(all.Length), all.Average(v => v.Truth), all.Length);
        }

        public string Text(bool isRelative) => isRelative ? Invariant($"{100 * Difference / Truth:F2} % ± {100 * Error / Truth:F2}") : Invariant($"{Difference:F4} ± {Error:F4}");

        public string Describe(bool isRelative) => Invariant($"{Pull,7:F3} {Width,6:F3} {Text(isRelative)} ({Pixels})");

        private static (double Mean, double Width) MeanAndWidth(double[] values)
        {
            double mean = values.Average();
            return (mean, Math.Sqrt(values.Average(v => (v - mean) * (v - mean))));
        }
    }

    // Charges drawn one by one without waveforms: flash with a jitter of 0.3 ns, dark counts at random times, noise, rounding.
    private sealed class DrawnScan
    {
        private const double DelayPartNs = 1.5;
        private const int PulseSteps = 4096;
        private const double JitterNs = 0.3;

        public DrawnScan(ChargeScale scale, double[] mu, int events, double rateMHz, int pixels = CameraGeometry.PixelCount)
        {
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
