using System.Collections.Immutable;
using DigiCam.Fitting;
using DigiCam.Fitting.Models;
using DigiCam.Flags;
using DigiCam.Results;

namespace DigiCam.LightScan;

/// <summary>
/// The chain of 2017, beside the fit of several levels together (<see cref="LightScanFitter"/>): the sum of the levels whose peaks can be told apart is fitted with free
/// contents (<see cref="FullMpeModel"/>), then each level with its light and crosstalk (<see cref="MpeModel"/>), from some light on with the mean crosstalk of the levels below.
/// Dark counts are no part of these models.
/// </summary>
public static class ClassicalFitter
{
    /// <summary>Peaks of the model, as many as the files of 2017 have; those beyond the data are held at 0.</summary>
    public const int MostPeaks = 22;

    // Light of levels that are summed up.
    private const double MostSummedMu = 10;

    // Peaks wider than this part of their distance do not stand out, and with fewer entries they tell nothing.
    private const double WidestPeak = 0.38;
    private const double FewestEntries = 30;
    private const int FewestPeaks = 4;

    // Limits of the gain relative to the start: at half of it every second peak fits as well.
    private const double LeastGain = 0.7;
    private const double MostGain = 1.4;

    // Light up to which the crosstalk of a level is fitted.
    private const double MostCrossTalkMu = 5;
    private const double RangeSigmas = 4;
    private const int Spread = 3;
    private const int FirstContent = 4;

    /// <summary>Fits all pixels; results do not depend on the number of threads.</summary>
    /// <param name="spectra">The charges.</param>
    /// <param name="options">How to fit; null for the defaults.</param>
    /// <param name="limits">Thresholds of the flags; null for the defaults.</param>
    /// <param name="withLevels">False for the sums alone; <see cref="FitLevels"/> goes on from there.</param>
    /// <param name="progress">Told how many pixels are fitted.</param>
    /// <param name="threads">Number of threads; 0 for all processors.</param>
    /// <param name="cancellationToken">Stops between pixels.</param>
    /// <exception cref="ArgumentException">What is known of the pixels is of others.</exception>
    public static ClassicalResult Fit(
        LightSpectra spectra, LightScanOptions? options = null, FlagLimits? limits = null, bool withLevels = true, IProgress<FitProgress>? progress = null, int threads = 0, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(spectra);
        spectra.Check();
        options ??= new LightScanOptions();
        limits ??= new FlagLimits();
        ImmutableArray<LightPixel> pixels = CameraFit.Run(
            spectra.PixelCount, () => new Workspace(options, limits, spectra), (pixel, workspace) => workspace.Fit(pixel, withLevels), progress, threads, cancellationToken);
        return new ClassicalResult(spectra, options, limits, pixels);
    }

    /// <summary>Fits light and crosstalk of the levels of pixels whose sums are fitted: the same, to the last bit, as with both in one.</summary>
    /// <param name="sums">The fits without levels.</param>
    /// <param name="progress">Told how many pixels are fitted.</param>
    /// <param name="threads">Number of threads; 0 for all processors.</param>
    /// <param name="cancellationToken">Stops between pixels.</param>
    public static ClassicalResult FitLevels(ClassicalResult sums, IProgress<FitProgress>? progress = null, int threads = 0, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sums);
        ImmutableArray<LightPixel> pixels = CameraFit.Run(
            sums.PixelCount, () => new Workspace(sums.Options, sums.Limits, sums.Spectra), (pixel, workspace) => workspace.FitLevels(pixel, sums.Fits[pixel]), progress, threads, cancellationToken);
        return new ClassicalResult(sums.Spectra, sums.Options, sums.Limits, pixels);
    }

    /// <summary>Puts a saved result back together with its charges, without fitting.</summary>
    /// <param name="spectra">The charges.</param>
    /// <param name="saved">The fits.</param>
    /// <param name="levels">The light of the levels, as <see cref="LightScanFiles"/> reads it.</param>
    /// <param name="options">How they were fitted; null for the defaults.</param>
    /// <exception cref="InvalidDataException">They are not of the same pixels, or not of this model.</exception>
    public static ClassicalResult Restore(LightSpectra spectra, SavedResult saved, ImmutableArray<LightPixel> levels, LightScanOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(spectra);
        ArgumentNullException.ThrowIfNull(saved);
        saved.RequireFits(spectra.PixelCount, spectra.Scale, new FullMpeModel(MostPeaks).Parameters);
        return new ClassicalResult(spectra, options ?? new LightScanOptions(), saved.Limits, LightScanFiles.Joined(spectra, saved, levels));
    }

    /// <summary>Weighted mean of the crosstalk over the levels in which it was fitted.</summary>
    internal static (double Value, double Error) MeanCrossTalk(ReadOnlySpan<LightLevel> levels)
    {
        double weights = 0;
        double sum = 0;
        foreach (LightLevel level in levels)
        {
            if (!(level.CrossTalkError > 0)) continue;
            double weight = 1 / (level.CrossTalkError * level.CrossTalkError);
            weights += weight;
            sum += weight * level.CrossTalk;
        }

        return weights > 0 ? (sum / weights, 1 / Math.Sqrt(weights)) : (double.NaN, double.NaN);
    }

    /// <summary>The fit of the sum of one pixel as it begins.</summary>
    internal static FitProblem Problem(LightSpectra spectra, LightScanOptions options, FlagLimits limits, int pixel)
    {
        Workspace workspace = new(options, limits, spectra);
        workspace.Look(pixel);
        workspace.Prepare(workspace.Peaks());
        return new FitProblem(workspace.Cost, [.. workspace.Parameters]);
    }

    private sealed class Workspace
    {
        private readonly LightScanOptions _options;
        private readonly FlagLimits _limits;
        private readonly LightSpectra _spectra;
        private readonly LevelStarts _starts;
        private readonly Minimizer _minimizer = new();
        private readonly PoissonLikelihood _level = new(new MpeModel());
        private readonly FitParameter[] _levelParameters = new FitParameter[7];
        private readonly double[] _gradient = new double[7];
        private readonly double[] _curvature = new double[49];
        private readonly List<int> _summed = [];
        private readonly FitRetry[] _retries;
        private uint[] _sum = [];
        private uint[] _range = [];
        private int _first;
        private int _peaks;

        public Workspace(LightScanOptions options, FlagLimits limits, LightSpectra spectra)
        {
            (_options, _limits, _spectra) = (options, limits, spectra);
            _starts = new LevelStarts(options, spectra);
            _retries = [FitRetry.Scaled("half the spread of one avalanche", (Spread, 0.5)), Fewer(2), Fewer(4), Fewer(6)];
        }

        public PoissonLikelihood Cost { get; } = new(new FullMpeModel(MostPeaks));

        public FitParameter[] Parameters { get; } = new FitParameter[FirstContent + MostPeaks];

        public LightPixel Fit(int pixel, bool withLevels)
        {
            Look(pixel);
            FitResult fit = Sum();
            return new LightPixel(fit, [.. _summed], Levels(fit, withLevels), _starts.HasLight);
        }

        public LightPixel FitLevels(int pixel, FitResult fit)
        {
            Look(pixel);
            return new LightPixel(fit, [.. _summed], Levels(fit, withLevels: true), _starts.HasLight);
        }

        // Adds up the levels with light whose peaks stand out, and the one without light.
        public void Look(int pixel)
        {
            _starts.Look(pixel, _limits, 0);
            _summed.Clear();
            int first = int.MaxValue;
            int last = int.MinValue;
            for (int level = 0; level < _spectra.LevelCount; level++)
            {
                if (!_starts.HasLight || !(_starts.Mu[level] <= MostSummedMu)) continue;
                _summed.Add(level);
                (first, last) = (Math.Min(first, _starts.Moments[level].FirstFilled), Math.Max(last, _starts.Moments[level].LastFilled));
            }

            _first = _summed.Count > 0 ? first : 0;
            int count = _summed.Count > 0 ? last - first + 1 : 0;
            if (_sum.Length != count) _sum = new uint[count];
            Array.Clear(_sum);
            foreach (int level in _summed)
            {
                ReadOnlySpan<uint> counts = _spectra.Charges.GetCounts(level, pixel, out int firstBin);
                for (int i = 0; i < counts.Length; i++)
                {
                    if (counts[i] > 0) _sum[_spectra.Axis.First + firstBin + i - _first] += counts[i];
                }
            }
        }

        // How many peaks to fit, one more than the range holds.
        public int Peaks()
        {
            double gain = _starts.Gain;
            double spread = _options.StartSpread * gain;
            double widest = WidestPeak * gain;
            int peaks = (int)Math.Clamp(((widest * widest) - (_starts.Noise * _starts.Noise)) / (spread * spread), FewestPeaks, MostPeaks);
            while (peaks > FewestPeaks && Content(peaks - 2) < FewestEntries) peaks--;
            return peaks;
        }

        // Range and start values: the range ends between the last two peaks, so that what lies beyond is not missed.
        public void Prepare(int peaks)
        {
            double gain = _starts.Gain;
            double pedestal = _starts.Pedestal;
            int first = (int)Math.Floor(Math.Min(_first, pedestal) - (RangeSigmas * _starts.NoiseParameter.Start));
            int last = (int)Math.Floor(pedestal + ((peaks - 1.5) * gain));
            int count = _sum.Length > 0 ? Math.Max(last - first + 1, 0) : 0;
            if (_range.Length != count) _range = new uint[count];
            for (int i = 0; i < count; i++)
            {
                int place = first + i - _first;
                _range[i] = place >= 0 && place < _sum.Length ? _sum[place] : 0;
            }

            Cost.SetData(_range, first);
            Parameters[0] = _starts.PedestalParameter;
            Parameters[1] = _starts.GainParameter(LeastGain, MostGain);
            Parameters[2] = _starts.NoiseParameter;
            Parameters[Spread] = _starts.SpreadParameter;
            for (int n = 0; n < MostPeaks; n++)
            {
                string name = FormattableString.Invariant($"a_{n}");
                Parameters[FirstContent + n] = n < peaks ? new FitParameter(name, "entries", Math.Max(Content(n), 0.5), Lower: 0) : new FitParameter(name, "entries", 0, IsFixed: true);
            }
        }

        private FitResult Sum()
        {
            _peaks = Peaks();
            Prepare(_peaks);
            return _summed.Count == 0 ? FitResult.Without(FitStatus.NotEnoughData, Parameters, 0) : _minimizer.Minimize(Cost, Parameters, _retries);
        }

        // With fewer peaks the range is shorter: the cost gets other data as well.
        private FitRetry Fewer(int peaks) => new(FormattableString.Invariant($"{peaks} peaks fewer"), parameters =>
        {
            Prepare(_peaks - peaks);
            Parameters.CopyTo(parameters);
        })
        {
            IsNeeded = fit => !fit.HasErrors && _peaks - peaks >= FewestPeaks,
        };

        private ImmutableArray<LightLevel> Levels(FitResult fit, bool withLevels)
        {
            LightLevel[] levels = new LightLevel[_spectra.LevelCount];
            for (int level = 0; level < levels.Length; level++) levels[level] = LightLevel.Without(FitStatus.NotEnoughData, _starts.Flags[level]);
            if (!fit.HasErrors || !withLevels) return ImmutableArray.Create(levels);
            for (int level = 0; level < levels.Length; level++)
            {
                if (IsLow(level)) levels[level] = One(level, fit, double.NaN);
            }

            double mean = MeanCrossTalk(levels).Value;
            for (int level = 0; level < levels.Length; level++)
            {
                if (!IsLow(level) && _starts.Flags[level] == PixelFlags.None && !double.IsNaN(mean)) levels[level] = One(level, fit, mean);
            }

            return ImmutableArray.Create(levels);

            bool IsLow(int level) => _starts.Mu[level] >= _options.LeastMu && _starts.Mu[level] <= MostCrossTalkMu;
        }

        // Light of a level, and its crosstalk unless that is given; gain, pedestal, noise and spread are those of the sum.
        private LightLevel One(int level, FitResult fit, double crossTalk)
        {
            _starts.SetData(_level, level, _starts.WidthOf(level));
            bool isHeld = !double.IsNaN(crossTalk);
            double x = isHeld ? crossTalk : _options.StartCrossTalk;
            double mu = Math.Max((_starts.Moments[level].Mean - fit["baseline"].Value) / fit["gain"].Value * (1 - x), 1e-3);
            _levelParameters[0] = new FitParameter("mu", "pe", mu, 0);
            _levelParameters[1] = _starts.CrossTalkParameter with { Start = x, IsFixed = isHeld };
            _levelParameters[2] = Held(fit, "gain");
            _levelParameters[3] = Held(fit, "baseline");
            _levelParameters[4] = Held(fit, "sigma_e");
            _levelParameters[5] = Held(fit, "sigma_1");
            _levelParameters[6] = new FitParameter("amplitude", "entries", _starts.Moments[level].Entries, IsFixed: true);
            FitStatus status = _minimizer.Solve(_level, _levelParameters, errors: !isHeld);
            if (status is not (FitStatus.Converged or FitStatus.AtLimit)) return LightLevel.Without(status, PixelFlags.FitFailed);
            ReadOnlySpan<double> point = _minimizer.Point;
            double error = isHeld ? double.NaN : Math.Sqrt(_minimizer.Covariance[0]);
            double crossTalkError = isHeld ? double.NaN : Math.Sqrt(_minimizer.Covariance[8]);
            double cost = _level.Evaluate(point, _gradient, _curvature);
            if (isHeld && point[0] > 0) error = Math.Sqrt(2 / _curvature[0]);
            int degreesOfFreedom = Math.Max(0, _level.DataCount - (isHeld ? 1 : 2));
            return new(
                point[0], error, error, point[1], crossTalkError, cost, degreesOfFreedom, status,
                FlagRules.IsBadChiSquare(cost, degreesOfFreedom, _limits) ? PixelFlags.BadChi2 : PixelFlags.None, _summed.Contains(level));
        }

        private static FitParameter Held(FitResult fit, string name) => new(name, fit[name].Unit, fit[name].Value, IsFixed: true);

        // Entries around a peak.
        private double Content(int n)
        {
            int first = Math.Clamp((int)Math.Ceiling(_starts.Pedestal + ((n - 0.5) * _starts.Gain)) - _first, 0, _sum.Length);
            int end = Math.Clamp((int)Math.Ceiling(_starts.Pedestal + ((n + 0.5) * _starts.Gain)) - _first, first, _sum.Length);
            double sum = 0;
            foreach (uint count in _sum.AsSpan(first, end - first)) sum += count;
            return sum;
        }
    }
}
