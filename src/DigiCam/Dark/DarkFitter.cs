using System.Collections.Immutable;
using DigiCam.Charges;
using DigiCam.Fitting;
using DigiCam.Fitting.Models;
using DigiCam.Flags;
using DigiCam.Histograms;
using DigiCam.HvOff;

namespace DigiCam.Dark;

/// <summary>
/// Fits the shot-noise model to all samples of a dark run: baseline, electronic noise, gain, dark count rate, crosstalk and spread of one avalanche of every
/// pixel. Rate and crosstalk come once more from mean and variance alone (Campbell), with a run with high voltage off.
/// </summary>
public static class DarkFitter
{
    /// <summary>Least electronic noise the fit may reach [LSB].</summary>
    public const double MinimumNoiseLsb = 0.25;

    // Empty bins kept on either side of the filled ones; they count in the likelihood.
    private const int RangeMarginBins = 3;

    // Codes farther from the baseline than this are no dark counts, but few of them would make the fit slow: below it, and above in avalanches.
    private const int LargestDistanceBelow = 40;
    private const double MostAvalanches = 40;
    private const double BinVariance = 1.0 / 12;
    private const double PerNsInMHz = 1e-3;

    // Limits of the gain in multiples of the typical one; of the rate [1/ns]; of the crosstalk; of the spread in multiples of the typical gain.
    private const double LeastGain = 0.4;
    private const double MostGain = 2.5;
    private const double MostRate = 0.3;
    private const double MostCrossTalk = 0.4;
    private const double MostSpread = 0.5;

    /// <summary>Parameters of the model.</summary>
    public static ImmutableArray<ModelParameter> Parameters { get; } = new ShotNoiseModel().Parameters;

    /// <summary>Fits all pixels on all processors; results do not depend on their number.</summary>
    /// <param name="dark">Histograms of the dark run; all samples, and their blocks for the errors.</param>
    /// <param name="hvOff">Baseline and noise with high voltage off, for Campbell's estimate; null for none.</param>
    /// <param name="options">Settings; null for the defaults.</param>
    /// <param name="limits">Thresholds of the flags; null for the defaults.</param>
    /// <param name="progress">Told how many pixels are fitted.</param>
    /// <param name="cancellationToken">Stops between pixels.</param>
    /// <exception cref="ArgumentException">The run with high voltage off has another number of pixels.</exception>
    public static DarkResult Fit(
        DarkHistograms dark, HvOffResult? hvOff, DarkOptions? options = null, FlagLimits? limits = null, IProgress<FitProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dark);
        return Fit(dark.Samples, dark.SampleBlocks, hvOff, options, limits, progress, cancellationToken: cancellationToken);
    }

    /// <summary>Fits all pixels from histograms alone.</summary>
    /// <param name="samples">All samples, on an axis of ADC codes.</param>
    /// <param name="blocks">The same by blocks of events, for the errors; null where they are not known: errors are then scaled by typical factors.</param>
    /// <param name="hvOff">Baseline and noise with high voltage off, for Campbell's estimate; null for none.</param>
    /// <param name="options">Settings; null for the defaults.</param>
    /// <param name="limits">Thresholds of the flags; null for the defaults.</param>
    /// <param name="progress">Told how many pixels are fitted.</param>
    /// <param name="threads">Number of threads; 0 for all processors.</param>
    /// <param name="cancellationToken">Stops between pixels.</param>
    /// <exception cref="ArgumentException">The histograms are not of single samples, or the numbers of pixels differ.</exception>
    public static DarkResult Fit(
        PixelHistograms samples, LevelHistograms? blocks, HvOffResult? hvOff, DarkOptions? options = null, FlagLimits? limits = null,
        IProgress<FitProgress>? progress = null, int threads = 0, CancellationToken cancellationToken = default)
    {
        options ??= new DarkOptions();
        Check(samples, blocks, hvOff);
        ImmutableArray<FitResult> fits = CameraFit.Run(
            samples.PixelCount, () => new Workspace(options), (pixel, workspace) => workspace.Fit(samples, pixel, hvOff), progress, threads, cancellationToken);
        return Restore(samples, blocks, hvOff, fits, options, limits);
    }

    /// <summary>Puts saved fits back together with their histograms, without fitting: errors, Campbell's estimate and flags are computed again.</summary>
    /// <param name="samples">All samples.</param>
    /// <param name="blocks">The same by blocks of events; null where they are not known.</param>
    /// <param name="hvOff">Baseline and noise with high voltage off; null for none.</param>
    /// <param name="fits">The fits (pixel).</param>
    /// <param name="options">Settings of the fits; null for the defaults.</param>
    /// <param name="limits">Thresholds of the flags; null for the defaults.</param>
    /// <exception cref="ArgumentException">The histograms are not of single samples, or the numbers of pixels or the parameters differ.</exception>
    public static DarkResult Restore(
        PixelHistograms samples, LevelHistograms? blocks, HvOffResult? hvOff, ImmutableArray<FitResult> fits, DarkOptions? options = null, FlagLimits? limits = null)
    {
        options ??= new DarkOptions();
        limits ??= new FlagLimits();
        Check(samples, blocks, hvOff);
        int count = new ShotNoiseModel(options.Pulse).Parameters.Length;
        if (fits.Length != samples.PixelCount || fits.Any(f => f.Parameters.Length != count)) throw new ArgumentException(FormattableString.Invariant($"{fits.Length} fits for {samples.PixelCount} pixels, or others than of {count} parameters"), nameof(fits));
        DarkPixel[] pixels = new DarkPixel[fits.Length];
        Parallel.For(0, pixels.Length, () => new Workspace(options), (pixel, _, workspace) =>
        {
            pixels[pixel] = workspace.Judge(samples, blocks, hvOff, fits[pixel], pixel);
            return workspace;
        }, static _ => { });
        return new DarkResult(samples, blocks, hvOff, options, fits, Flag(samples, fits, pixels, limits), limits, [.. pixels]);
    }

    /// <summary>The fit of one pixel as it begins.</summary>
    internal static FitProblem Problem(PixelHistograms samples, int pixel, DarkOptions options)
    {
        Workspace workspace = new(options);
        workspace.Prepare(samples, pixel);
        return new FitProblem(workspace.Cost, [.. workspace.Parameters]);
    }

    private static void Check(PixelHistograms samples, LevelHistograms? blocks, HvOffResult? hvOff)
    {
        ArgumentNullException.ThrowIfNull(samples);
        if (samples.Scale != ChargeScale.Amplitude) throw new ArgumentException($"the histograms hold charges ({samples.Scale}), not single samples", nameof(samples));
        if (blocks is not null && (blocks.PixelCount != samples.PixelCount || blocks.Axis != samples.Axis || blocks.Scale != samples.Scale))
            throw new ArgumentException(FormattableString.Invariant($"blocks of {blocks.PixelCount} pixels on {blocks.Axis} do not belong to {samples.PixelCount} pixels on {samples.Axis}"), nameof(blocks));
        if (hvOff is not null && hvOff.PixelCount != samples.PixelCount)
            throw new ArgumentException(FormattableString.Invariant($"the run with high voltage off has {hvOff.PixelCount} pixels, the dark run {samples.PixelCount}"), nameof(hvOff));
    }

    private static ImmutableArray<PixelFlags> Flag(PixelHistograms samples, ImmutableArray<FitResult> fits, DarkPixel[] pixels, FlagLimits limits)
    {
        PixelFlags[] flags = new PixelFlags[fits.Length];
        for (int pixel = 0; pixel < flags.Length; pixel++)
        {
            flags[pixel] = FlagRules.OfHistogram(samples, pixel, limits.MinimumSamples, edgesCount: true) | (FlagRules.OfFit(fits[pixel], limits) & ~PixelFlags.BadChi2);
            if (pixels[pixel].ChiSquarePerNdf > limits.MaximumChiSquarePerNdf && pixels[pixel].PValue < limits.MaximumBadPValue) flags[pixel] |= PixelFlags.BadChi2;
        }

        FlagRules.MarkRates(flags, Values(DarkResult.Rate), [], limits);

        // A pixel without pulses has no gain to be an outlier with, and a gain on its limit is none.
        double[] gains = Values(DarkResult.Gain);
        for (int pixel = 0; pixel < gains.Length; pixel++)
        {
            if ((flags[pixel] & PixelFlags.Dead) != 0 || fits[pixel].Parameters[DarkResult.Gain].IsAtLimit) gains[pixel] = double.NaN;
        }

        FlagRules.MarkOutliers(flags, gains, Errors(DarkResult.Gain), PixelFlags.GainOutlier, limits);
        FlagRules.MarkOutliers(flags, Values(DarkResult.Noise), Errors(DarkResult.Noise), PixelFlags.NoiseOutlier, limits);
        FlagRules.MarkOutliers(flags, Values(DarkResult.Baseline), Errors(DarkResult.Baseline), PixelFlags.BaselineOutlier, limits);
        return ImmutableArray.Create(flags);

        double[] Values(int parameter) => [.. fits.Select(f => f.HasErrors ? f.Parameters[parameter].Value : double.NaN)];
        double[] Errors(int parameter) => [.. pixels.Select(p => p.Errors[parameter])];
    }

    // One thread's space: data, model and start values of the pixel at hand.
    private sealed class Workspace
    {
        private readonly DarkOptions _options;
        private readonly Minimizer _minimizer = new();
        private readonly BlockErrors _blocks = new();
        private readonly FitRetry[] _retries;

        // Of the pixel at hand with high voltage off; NaN = not known.
        private double _offBaseline;
        private double _offNoise;

        public Workspace(DarkOptions options)
        {
            _options = options;
            Model = new ShotNoiseModel(options.Pulse);
            Cost = new PoissonLikelihood(Model);
            Parameters = new FitParameter[Model.Parameters.Length];
            _retries =
            [
                new FitRetry("baseline and noise of high voltage off", OfHvOff) { IsNeeded = fit => !fit.HasErrors && !double.IsNaN(_offBaseline) },
                new FitRetry("gain 15 % lower", p => Start(p, DarkResult.Gain, 0.85 * _options.StartGain)),
                new FitRetry("gain 15 % higher", p => Start(p, DarkResult.Gain, 1.15 * _options.StartGain)),
                new FitRetry("spread of one avalanche held", p => Hold(p, DarkResult.Spread, _options.StartSpread)),
                new FitRetry("no pulses", NoPulses),
            ];
        }

        public ShotNoiseModel Model { get; }

        public PoissonLikelihood Cost { get; }

        public FitParameter[] Parameters { get; }

        // First code of the fit.
        private int First { get; set; }

        public FitResult Fit(PixelHistograms samples, int pixel, HvOffResult? hvOff)
        {
            Prepare(samples, pixel);
            if (!samples.IsValid(pixel)) return FitResult.Without(FitStatus.NotFinite, Parameters, 0);
            bool isKnown = hvOff is not null && hvOff.Fits[pixel].IsValid;
            (_offBaseline, _offNoise) = isKnown ? (hvOff!.Pixels[pixel].Baseline, hvOff.Pixels[pixel].Noise) : (double.NaN, double.NaN);
            FitResult fit = _minimizer.Minimize(Cost, Parameters, _retries);

            // Few pulses do not fix the spread, and its best value may be none at all: no avalanches are that equal. Without pulses nothing fixes gain and crosstalk either.
            if (fit.HasErrors && IsZero(fit.Parameters[DarkResult.Spread])) fit = Again(fit, _retries[^2]);
            return fit.HasErrors && IsZero(fit.Parameters[DarkResult.Rate]) ? Again(fit, _retries[^1]) : fit;

            static bool IsZero(FittedParameter parameter) => !parameter.IsFixed && parameter.Value <= 0;
        }

        // A fit with less freedom in place of one whose best values mean nothing.
        private FitResult Again(FitResult fit, FitRetry with)
        {
            with.Change(Parameters);
            FitResult held = _minimizer.Minimize(Cost, Parameters);
            return held.HasErrors ? held.With([.. fit.Attempts, held.Attempts[0] with { Description = with.Description }]) : fit;
        }

        // Range, data and start values of a pixel.
        public void Prepare(PixelHistograms samples, int pixel)
        {
            ReadOnlySpan<uint> counts = samples.GetCounts(pixel);
            IntegerAxis axis = samples.IntegerAxis;
            HistogramMoments moments = HistogramMoments.Of(counts, axis.First);
            (double baseline, double noise) = Pedestal(counts, axis.First, moments);
            int lowest = (int)Math.Floor(baseline) - LargestDistanceBelow;
            int highest = (int)Math.Ceiling(baseline + (MostAvalanches * _options.StartGain));

            // The first and last codes of the ADC also hold everything beyond them and stay out of the fit.
            First = Math.Max(Math.Max(moments.FirstFilled - RangeMarginBins, axis.First + 1), lowest);
            int last = Math.Min(Math.Min(moments.LastFilled + RangeMarginBins, axis.Last - 1), highest);
            ReadOnlySpan<uint> range = moments.Entries > 0 && last >= First ? counts.Slice(First - axis.First, last - First + 1) : [];
            Cost.SetData(range, First);
            Model.SampleCount = Math.Max(Entries(samples, pixel, lowest, highest), 1);

            (double rate, double crossTalk) = Pulses(moments, baseline, noise);
            Set(DarkResult.Baseline, baseline, First - 0.5, last + 0.5);
            Set(DarkResult.Noise, noise, MinimumNoiseLsb, Math.Max(last - First + 1, 1));
            Set(DarkResult.Gain, _options.StartGain, LeastGain * _options.StartGain, MostGain * _options.StartGain);
            Set(DarkResult.Rate, rate, 0, MostRate);
            Set(DarkResult.CrossTalk, crossTalk, 0, MostCrossTalk);
            Set(DarkResult.Spread, _options.StartSpread, 0, MostSpread * _options.StartGain);
            if (_options.FixSpread || samples.GetEntries(pixel) < _options.MinimumSamplesForSpread) Hold(Parameters, DarkResult.Spread, _options.StartSpread);
        }

        // Samples that can be noise and dark counts. Those beyond the axis can where it ends within reach.
        private static long Entries(PixelHistograms samples, int pixel, int lowest, int highest)
        {
            IntegerAxis axis = samples.IntegerAxis;
            long entries = (lowest <= axis.First ? samples.GetUnderflow(pixel) : 0) + (highest >= axis.Last ? samples.GetOverflow(pixel) : 0);
            int first = Math.Max(lowest, axis.First);
            int last = Math.Min(highest, axis.Last);
            if (last < first) return entries;
            foreach (uint count in samples.GetCounts(pixel).Slice(first - axis.First, last - first + 1)) entries += count;
            return entries;
        }

        // What blocks, mean and variance say of a fitted pixel.
        public DarkPixel Judge(PixelHistograms samples, LevelHistograms? blocks, HvOffResult? hvOff, FitResult fit, int pixel)
        {
            Prepare(samples, pixel);
            HistogramMoments moments = HistogramMoments.Of(samples.GetCounts(pixel), samples.IntegerAxis.First);
            _blocks.Load(Cost, First, fit, moments, blocks, pixel);
            int n = Parameters.Length;
            Span<double> one = stackalloc double[n];
            ImmutableArray<double>.Builder errors = ImmutableArray.CreateBuilder<double>(n);
            for (int k = 0; k < n; k++)
            {
                double error = fit.Parameters[k].Error;
                one.Clear();
                one[k] = 1;
                errors.Add(double.IsFinite(error) ? _blocks.IsUsable ? _blocks.Error(one) : error * DarkResult.TypicalScales[k] : double.NaN);
            }

            double chiSquare = _blocks.IsUsable && _blocks.ChiSquareScale > 1 ? fit.Minimum / _blocks.ChiSquareScale : fit.Minimum;
            DarkPixel judged = new(errors.MoveToImmutable(), chiSquare, fit.DegreesOfFreedom, double.NaN, double.NaN, double.NaN, double.NaN);
            if (hvOff is null || !hvOff.Fits[pixel].IsValid || !fit.HasErrors || !(fit.Parameters[DarkResult.Rate].Value > 0)) return judged;
            return Campbell(judged, moments, hvOff.Pixels[pixel], fit);
        }

        private DarkPixel Campbell(DarkPixel pixel, HistogramMoments moments, HvOffPixel hvOff, FitResult fit)
        {
            CampbellEstimate estimate = CampbellEstimate.Of(
                moments.Mean, moments.Variance - BinVariance, hvOff.Baseline, hvOff.Noise, fit.Parameters[DarkResult.Gain].Value, fit.Parameters[DarkResult.Spread].Value,
                _options.Pulse.IntegralNs, _options.Pulse.SquareIntegralNs);
            return pixel with
            {
                CampbellRate = estimate.RatePerNs / PerNsInMHz,
                CampbellRateError = Error(estimate.RateSlopes) / PerNsInMHz,
                CampbellCrossTalk = estimate.CrossTalk,
                CampbellCrossTalkError = Error(estimate.CrossTalkSlopes),
            };

            // Mean, variance, gain and spread come from the same samples, baseline and noise from others.
            double Error(CampbellEstimate.Slopes slopes)
            {
                if (!_blocks.IsUsable || double.IsNaN(estimate.RatePerNs)) return double.NaN;
                Span<double> fitted = stackalloc double[Parameters.Length];
                fitted.Clear();
                fitted[DarkResult.Gain] = slopes.Gain;
                fitted[DarkResult.Spread] = slopes.Spread;
                double own = _blocks.Error(fitted, slopes.Mean, slopes.Variance);
                double baseline = slopes.Mean * hvOff.BaselineError;
                double noise = slopes.Noise * hvOff.NoiseError;
                return Math.Sqrt((own * own) + (baseline * baseline) + (noise * noise));
            }
        }

        // Baseline and noise from the peak: three points of a parabola through the logarithms, as far apart as the peak is wide.
        private static (double Baseline, double Noise) Pedestal(ReadOnlySpan<uint> counts, int firstCode, HistogramMoments moments)
        {
            if (moments.Entries == 0) return (0, 1);

            // Not the first and last code, which stay out of the fit: missing data pile up there.
            int mode = 1;
            for (int i = 2; i < counts.Length - 1; i++)
            {
                if (counts[i] > counts[mode]) mode = i;
            }

            int distance = 1;
            while (mode - distance > 0 && mode + distance < counts.Length - 1 && counts[mode - distance] > counts[mode] / 2) distance++;
            if (mode - distance >= 0 && mode + distance < counts.Length && counts[mode - distance] > 0 && counts[mode + distance] > 0)
            {
                double below = Math.Log(counts[mode - distance]);
                double above = Math.Log(counts[mode + distance]);
                double bend = (2 * Math.Log(counts[mode])) - below - above;
                double variance = distance * distance / bend;
                if (bend > 0 && variance > BinVariance + (MinimumNoiseLsb * MinimumNoiseLsb) && variance < moments.Variance + 1)
                    return (firstCode + mode + ((above - below) * variance / (2 * distance)), Math.Sqrt(variance - BinVariance));
            }

            return (firstCode + mode, Math.Sqrt(Math.Max(moments.Variance - BinVariance, 4 * MinimumNoiseLsb * MinimumNoiseLsb)));
        }

        // Rate and crosstalk that mean and variance ask for.
        private (double Rate, double CrossTalk) Pulses(HistogramMoments moments, double baseline, double noise)
        {
            CampbellEstimate estimate = CampbellEstimate.Of(
                moments.Mean, moments.Variance - BinVariance, baseline, noise, _options.StartGain, _options.StartSpread, _options.Pulse.IntegralNs, _options.Pulse.SquareIntegralNs);
            return double.IsNaN(estimate.RatePerNs) ? (1e-3, 0.08) : (Math.Clamp(estimate.RatePerNs, 1e-4, 0.1), Math.Clamp(estimate.CrossTalk, 0.02, 0.25));
        }

        private void Set(int parameter, double start, double lower, double upper) =>
            Parameters[parameter] = new FitParameter(Model.Parameters[parameter].Name, Model.Parameters[parameter].Unit, start, lower, Math.Max(lower, upper));

        private static void Start(Span<FitParameter> parameters, int parameter, double value) => parameters[parameter] = parameters[parameter] with { Start = value };

        private static void Hold(Span<FitParameter> parameters, int parameter, double value) => parameters[parameter] = parameters[parameter] with { Start = value, IsFixed = true };

        private void OfHvOff(Span<FitParameter> parameters)
        {
            Start(parameters, DarkResult.Baseline, _offBaseline);
            Start(parameters, DarkResult.Noise, _offNoise);
        }

        private void NoPulses(Span<FitParameter> parameters)
        {
            Hold(parameters, DarkResult.Rate, 0);
            Hold(parameters, DarkResult.Gain, _options.StartGain);
            Hold(parameters, DarkResult.CrossTalk, 0);
            Hold(parameters, DarkResult.Spread, _options.StartSpread);
        }
    }
}
