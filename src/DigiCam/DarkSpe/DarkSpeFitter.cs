using System.Collections.Immutable;
using DigiCam.Charges;
using DigiCam.Dark;
using DigiCam.Fitting;
using DigiCam.Flags;
using DigiCam.Histograms;
using DigiCam.Results;

namespace DigiCam.DarkSpe;

/// <summary>
/// Fits the spectrum of dark pulses: peaks of one avalanche and more, none without. Baseline and electronic noise are those of the run with high voltage off.
/// </summary>
public static class DarkSpeFitter
{
    // Start and limits of the 2017 scripts.
    private const double StartSpread = 0.7;
    private const double LowestSpread = 0.01;
    private const double HighestSpread = 5;
    private const double HighestGain = 100;

    // The first peak is sought this many standard deviations of the noise above the baseline: nothing lower passes the finder.
    private const double LowestPeakSigmas = 2;

    // A peak holds a quarter of a photo-electron at least, so that the peaks of a pixel with few pulses can be told from one another.
    private const double LargestOffset = 0.5;

    // Peaks with fewer entries are left out, and the range with them: their contents would mostly end at 0.
    private const int FewestEntries = 10;

    private const int FirstContent = 3;

    private static readonly FitRetry[] Retries =
    [
        FitRetry.Scaled("gain 10 % lower", (1, 0.9)),
        FitRetry.Scaled("gain 10 % higher", (1, 1.1)),
        new("offset fixed at 0", parameters => parameters[2] = parameters[2] with { Start = 0, IsFixed = true }),
    ];

    /// <summary>Fits all pixels on all processors; results do not depend on their number.</summary>
    /// <param name="dark">The histograms of a dark run, filled with pedestals.</param>
    /// <param name="options">How to fit; null for the defaults.</param>
    /// <param name="limits">Thresholds of the flags; null for the defaults.</param>
    /// <param name="progress">Told about the progress.</param>
    /// <param name="cancellationToken">Stops between pixels.</param>
    /// <exception cref="ArgumentException">The options are impossible.</exception>
    public static DarkSpeResult Fit(DarkHistograms dark, DarkSpeOptions? options = null, FlagLimits? limits = null, IProgress<FitProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dark);
        return Fit(PulseSpectra.Of(dark), options, limits, progress, cancellationToken);
    }

    /// <summary>Fits all pixels on all processors; results do not depend on their number.</summary>
    /// <param name="spectra">The spectra.</param>
    /// <param name="options">How to fit; null for the defaults.</param>
    /// <param name="limits">Thresholds of the flags; null for the defaults.</param>
    /// <param name="progress">Told about the progress.</param>
    /// <param name="cancellationToken">Stops between pixels.</param>
    /// <exception cref="ArgumentException">The options are impossible.</exception>
    public static DarkSpeResult Fit(PulseSpectra spectra, DarkSpeOptions? options = null, FlagLimits? limits = null, IProgress<FitProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(spectra);
        options ??= new DarkSpeOptions();
        if (options.Peaks < 2) throw new ArgumentException(FormattableString.Invariant($"a spectrum needs at least 2 peaks for its gain, not {options.Peaks}"), nameof(options));
        ImmutableArray<FitResult> fits = CameraFit.Run(
            spectra.Histograms.PixelCount, () => new Workspace(options, spectra), (pixel, workspace) => workspace.Fit(spectra, pixel), progress, cancellationToken: cancellationToken);
        return new DarkSpeResult(spectra, options, fits, limits ?? new FlagLimits());
    }

    /// <summary>Puts a saved result back together with its spectra, without fitting.</summary>
    /// <param name="spectra">The spectra.</param>
    /// <param name="saved">The fits.</param>
    /// <exception cref="InvalidDataException">The fits are not those of this task on such spectra.</exception>
    public static DarkSpeResult Restore(PulseSpectra spectra, SavedResult saved)
    {
        ArgumentNullException.ThrowIfNull(spectra);
        ArgumentNullException.ThrowIfNull(saved);
        DarkSpeOptions options = new() { Peaks = Math.Max(saved.Fits[0].Parameters.Length - FirstContent, 1) };
        saved.RequireFits(spectra.Histograms.PixelCount, spectra.Histograms.Scale, new DarkSpectrumModel(Math.Max(options.Peaks, 2), null).Parameters);
        return new DarkSpeResult(spectra, options, saved.Fits, saved.Limits);
    }

    /// <summary>The fit of one pixel as it begins.</summary>
    internal static FitProblem Problem(PulseSpectra spectra, int pixel, DarkSpeOptions options)
    {
        Workspace workspace = new(options, spectra);
        workspace.Prepare(spectra, pixel);
        return new FitProblem(workspace.Cost, [.. workspace.Parameters]);
    }

    private sealed class Workspace
    {
        private readonly DarkSpeOptions _options;
        private readonly DarkSpectrumModel _model;
        private readonly Minimizer _minimizer = new();

        public Workspace(DarkSpeOptions options, PulseSpectra spectra)
        {
            _options = options;
            _model = new DarkSpectrumModel(options.Peaks, spectra.PileUp);
            Cost = new PoissonLikelihood(_model);
            Parameters = new FitParameter[_model.Parameters.Length];
        }

        public PoissonLikelihood Cost { get; }

        public FitParameter[] Parameters { get; }

        public FitResult Fit(PulseSpectra spectra, int pixel)
        {
            Prepare(spectra, pixel);
            return spectra.Histograms.IsValid(pixel) && spectra.IsKnown(pixel)
                ? _minimizer.Minimize(Cost, Parameters, Retries)
                : FitResult.Without(FitStatus.NotFinite, Parameters, 0);
        }

        // Range, data and start values of a pixel.
        public void Prepare(PulseSpectra spectra, int pixel)
        {
            PixelHistograms histograms = spectra.Histograms;
            IntegerAxis axis = histograms.IntegerAxis;
            ReadOnlySpan<uint> counts = histograms.GetCounts(pixel);
            (double pedestal, double noise) = spectra.IsKnown(pixel) ? (spectra.Pedestal(pixel), spectra.Noise(pixel)) : (0, 1);
            _model.SetPixel(pedestal, noise, spectra.RateOf(pixel));

            double gain = FirstPeak(counts, axis, pedestal + (LowestPeakSigmas * noise)) - pedestal;
            int first = Math.Max((int)Math.Ceiling(pedestal + (_options.LowerEnd * gain)), axis.First);
            int peaks = _options.Peaks;
            while (peaks > 2 && Peak(counts, peaks) < FewestEntries) peaks--;
            int last = Math.Min((int)Math.Floor(pedestal + ((peaks + 0.5) * gain)), axis.Last);
            ReadOnlySpan<uint> range = last >= first ? counts.Slice(first - axis.First, last - first + 1) : [];
            Cost.SetData(range, first);
            Parameters[0] = new FitParameter("sigma_1", "LSB", Math.Clamp(StartSpread * gain / 5.6, 10 * LowestSpread, HighestSpread / 2), LowestSpread, HighestSpread);
            Parameters[1] = new FitParameter("gain", "LSB/pe", Math.Min(gain, HighestGain), 0, HighestGain);
            Parameters[2] = new FitParameter("offset", "LSB", 0, -LargestOffset * gain, LargestOffset * gain);
            for (int n = 1; n <= _options.Peaks; n++)
            {
                string name = FormattableString.Invariant($"a_{n}");
                Parameters[FirstContent + n - 1] = n <= peaks
                    ? new FitParameter(name, "entries", Math.Max(Peak(counts, n), 0.5), Lower: 0)
                    : new FitParameter(name, "entries", 0, IsFixed: true);
            }

            double Peak(ReadOnlySpan<uint> counts, int n) => Between(counts, axis, pedestal + ((n - 0.5) * gain), pedestal + ((n + 0.5) * gain));
        }

        // The highest of three neighbouring bins together, above a place; without entries a bin above it.
        private static double FirstPeak(ReadOnlySpan<uint> counts, IntegerAxis axis, double above)
        {
            int start = Math.Clamp((int)Math.Ceiling(above) - axis.First, 1, axis.Count - 1);
            int best = start;
            long most = 0;
            for (int i = start; i < axis.Count - 1; i++)
            {
                long sum = (long)counts[i - 1] + counts[i] + counts[i + 1];
                if (sum > most) (best, most) = (i, sum);
            }

            if (most == 0) return Math.Max(axis.First + best, above + 1);
            double mean = ((double)counts[best + 1] - counts[best - 1]) / most;
            return axis.First + best + mean;
        }

        private static double Between(ReadOnlySpan<uint> counts, IntegerAxis axis, double low, double high)
        {
            int first = Math.Clamp((int)Math.Ceiling(low) - axis.First, 0, axis.Count);
            int end = Math.Clamp((int)Math.Ceiling(high) - axis.First, first, axis.Count);
            double sum = 0;
            foreach (uint count in counts[first..end]) sum += count;
            return sum;
        }
    }
}
