using System.Collections.Concurrent;
using System.Collections.Immutable;
using DigiCam.Fitting;
using DigiCam.Fitting.Models;
using DigiCam.Flags;
using DigiCam.Results;

namespace DigiCam.LightScan;

/// <summary>
/// Fits a light scan: for each pixel the spectra of several levels together, which share pedestal, gain, noise, spread of one avalanche, crosstalk and dark counts
/// (<see cref="LightModel"/>), then the light of every other level with these held.
/// </summary>
public static class LightScanFitter
{
    // Limits: of the gain relative to the start, of the rate [1/ns], of the light relative to the start.
    private const double LeastGain = 0.6;
    private const double MostGain = 1.6;
    private const double MostRate = 0.1;
    private const double MostMu = 3;
    private const double StartRate = 2e-3;

    // Pulses of dark counts differ by the place of the charge in the pulse: as many as differ by this [ns].
    private const double DelayStepNs = 0.5;

    // For the slope of the pulse, and the largest spread of the response that three of its values describe.
    private const double SlopeStepNs = 0.1;
    private const double MostJitter = 0.2;

    private static readonly FitRetry[] Retries =
    [
        FitRetry.Scaled("gain 5 % lower", (LightModel.Gain, 0.95)),
        FitRetry.Scaled("gain 5 % higher", (LightModel.Gain, 1.05)),
        FitRetry.Scaled("twice the spread of one avalanche", (LightModel.Spread, 2)),
        FitRetry.Held("noise and spread held", LightModel.Noise, LightModel.Spread),
    ];

    /// <summary>Parameters of the fit of a pixel: those its levels share, then the light of the levels fitted together, at most as many as <see cref="LightScanOptions.MostLevels"/>.</summary>
    /// <param name="options">How scans are fitted; null for the defaults.</param>
    public static ImmutableArray<ModelParameter> Parameters(LightScanOptions? options = null) =>
        [.. new LightModel().Parameters.Take(LightModel.SharedCount), .. Enumerable.Range(1, (options ?? new LightScanOptions()).MostLevels).Select(i => new ModelParameter(FormattableString.Invariant($"mu_{i}"), "pe"))];

    /// <summary>Fits all pixels; results do not depend on the number of threads.</summary>
    /// <param name="spectra">The charges.</param>
    /// <param name="options">How to fit; null for the defaults.</param>
    /// <param name="limits">Thresholds of the flags; null for the defaults.</param>
    /// <param name="withLevels">False for what the levels share alone; <see cref="FitLevels"/> goes on from there.</param>
    /// <param name="progress">Told how many pixels are fitted.</param>
    /// <param name="threads">Number of threads; 0 for all processors.</param>
    /// <param name="cancellationToken">Stops between pixels.</param>
    /// <exception cref="ArgumentException">The options are impossible, or what is known of the pixels is of others.</exception>
    public static LightScanResult Fit(
        LightSpectra spectra, LightScanOptions? options = null, FlagLimits? limits = null, bool withLevels = true, IProgress<FitProgress>? progress = null, int threads = 0, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(spectra);
        spectra.Check();
        options ??= new LightScanOptions();
        limits ??= new FlagLimits();
        if (options.MostLevels < 1) throw new ArgumentException(FormattableString.Invariant($"{options.MostLevels} levels cannot be fitted together"), nameof(options));
        Pulses pulses = new(options, spectra);
        ImmutableArray<LightPixel> pixels = CameraFit.Run(
            spectra.PixelCount, () => new Workspace(options, limits, spectra, pulses), (pixel, workspace) => workspace.Fit(pixel, withLevels), progress, threads, cancellationToken);
        return new LightScanResult(spectra, options, limits, pixels);
    }

    /// <summary>Fits the light of all levels of pixels of which what the levels share is fitted: the same, to the last bit, as with both in one.</summary>
    /// <param name="shared">The fits without levels.</param>
    /// <param name="progress">Told how many pixels are fitted.</param>
    /// <param name="threads">Number of threads; 0 for all processors.</param>
    /// <param name="cancellationToken">Stops between pixels.</param>
    public static LightScanResult FitLevels(LightScanResult shared, IProgress<FitProgress>? progress = null, int threads = 0, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(shared);
        LightSpectra spectra = shared.Spectra;
        Pulses pulses = new(shared.Options, spectra);
        ImmutableArray<LightPixel> pixels = CameraFit.Run(
            spectra.PixelCount, () => new Workspace(shared.Options, shared.Limits, spectra, pulses), (pixel, workspace) => workspace.FitLevels(pixel, shared.Fits[pixel]), progress, threads, cancellationToken);
        return new LightScanResult(spectra, shared.Options, shared.Limits, pixels);
    }

    /// <summary>Puts a saved result back together with its charges, without fitting.</summary>
    /// <param name="spectra">The charges.</param>
    /// <param name="saved">The fits.</param>
    /// <param name="levels">The light of the levels, as <see cref="LightScanFiles"/> reads it.</param>
    /// <param name="options">How they were fitted; null for the defaults.</param>
    /// <exception cref="InvalidDataException">They are not of the same pixels, or not of this model.</exception>
    public static LightScanResult Restore(LightSpectra spectra, SavedResult saved, ImmutableArray<LightPixel> levels, LightScanOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(spectra);
        ArgumentNullException.ThrowIfNull(saved);
        saved.RequireFits(spectra.PixelCount, spectra.Scale, Parameters(options));
        return new LightScanResult(spectra, options ?? new LightScanOptions(), saved.Limits, LightScanFiles.Joined(spectra, saved, levels));
    }

    /// <summary>The fit of the shared parameters of one pixel as it begins.</summary>
    internal static FitProblem Problem(LightSpectra spectra, LightScanOptions options, FlagLimits limits, int pixel)
    {
        Workspace workspace = new(options, limits, spectra, new Pulses(options, spectra));
        ICostFunction? cost = workspace.Prepare(pixel);
        return new FitProblem(cost ?? workspace.Together(1), [.. workspace.Parameters]);
    }

    /// <summary>The fit of the light of one level as it begins, the shared parameters held at those of a fit.</summary>
    internal static FitProblem Problem(LightSpectra spectra, LightScanOptions options, FlagLimits limits, int pixel, int level, FitResult shared)
    {
        Workspace workspace = new(options, limits, spectra, new Pulses(options, spectra));
        workspace.Prepare(pixel);
        workspace.PrepareLevel(pixel, level, shared);
        return new FitProblem(workspace.OneLevel, [.. workspace.LevelParameters]);
    }

    /// <summary>The spectra of all levels of all pixels with what the fits expect (pixel, level); null for a level without entries.</summary>
    internal static ImmutableArray<ImmutableArray<LevelSpectrum?>> Spectra(LightScanResult result)
    {
        Pulses pulses = new(result.Options, result.Spectra);
        return CameraFit.Run(
            result.PixelCount, () => new Workspace(result.Options, result.Limits, result.Spectra, pulses), (pixel, workspace) => workspace.Spectra(pixel, result.Pixels[pixel]));
    }

    // The pulses of dark counts, made when first asked for.
    private sealed class Pulses(LightScanOptions options, LightSpectra spectra)
    {
        private readonly ConcurrentDictionary<int, Lazy<ShotNoisePulse>> _known = new();
        private readonly double _bestNs = new LevelStarts(options, spectra).BestDelayNs;

        public ShotNoisePulse Of(int pixel)
        {
            double delay = spectra.Delay(pixel);
            int place = (int)Math.Round((double.IsFinite(delay) ? delay : _bestNs) / DelayStepNs);
            return _known.GetOrAdd(place, p => new Lazy<ShotNoisePulse>(() => Make(p * DelayStepNs))).Value;
        }

        // Relative spread of the charge of a photo-electron, from the slope of the pulse where the charge is taken.
        public double JitterOf(int pixel)
        {
            double delay = spectra.Delay(pixel);
            if (!(spectra.JitterNs > 0) || !double.IsFinite(delay)) return 0;
            double charge = ShotNoisePulse.ChargeOf(options.Pulse, spectra.Scale, delay);
            double slope = (ShotNoisePulse.ChargeOf(options.Pulse, spectra.Scale, delay + SlopeStepNs) - ShotNoisePulse.ChargeOf(options.Pulse, spectra.Scale, delay - SlopeStepNs)) / (2 * SlopeStepNs);
            return charge > 0 ? Math.Min(spectra.JitterNs * Math.Abs(slope) / charge, MostJitter) : 0;
        }

        // A place without a charge is one that is not known.
        private ShotNoisePulse Make(double delayNs) => ShotNoisePulse.Of(options.Pulse, spectra.Scale, ShotNoisePulse.ChargeOf(options.Pulse, spectra.Scale, delayNs) > 0 ? delayNs : _bestNs);
    }

    private sealed class Workspace
    {
        private readonly LightScanOptions _options;
        private readonly FlagLimits _limits;
        private readonly LightSpectra _spectra;
        private readonly Pulses _pulses;
        private readonly LevelStarts _starts;
        private readonly Minimizer _minimizer = new();
        private readonly ChargeResponse _response = new(null);
        private readonly LightModel[] _models;
        private readonly PoissonLikelihood[] _costs;
        private readonly ICostFunction?[] _together;
        private readonly LightModel _levelModel;
        private readonly GaussianConstraint _pedestal = new(0, 1);
        private readonly GaussianConstraint _noise = new(0, 1);
        private readonly double[] _gradient = new double[LightModel.SharedCount + 1];
        private readonly double[] _curvature = new double[(LightModel.SharedCount + 1) * (LightModel.SharedCount + 1)];
        private readonly double[] _values = new double[LightModel.SharedCount + 1];
        private int[] _order = [];
        private ShotNoisePulse? _pulse;

        public Workspace(LightScanOptions options, FlagLimits limits, LightSpectra spectra, Pulses pulses)
        {
            (_options, _limits, _spectra, _pulses) = (options, limits, spectra, pulses);
            _starts = new LevelStarts(options, spectra);
            _models = [.. Enumerable.Range(0, options.MostLevels).Select(_ => new LightModel(_response))];
            _costs = [.. _models.Select(model => new PoissonLikelihood(model))];
            _together = new ICostFunction?[options.MostLevels + 1];
            _levelModel = new LightModel(_response);
            OneLevel = new PoissonLikelihood(_levelModel);
            Parameters = new FitParameter[LightModel.SharedCount + options.MostLevels];
        }

        public FitParameter[] Parameters { get; }

        public FitParameter[] LevelParameters { get; } = new FitParameter[LightModel.SharedCount + 1];

        public PoissonLikelihood OneLevel { get; }

        public LightPixel Fit(int pixel, bool withLevels)
        {
            ICostFunction? cost = Prepare(pixel);
            FitResult fit = cost is null ? FitResult.Without(FitStatus.NotEnoughData, Parameters, 0) : _minimizer.Minimize(cost, Parameters, Retries);
            return withLevels ? FitLevels(pixel, fit) : new LightPixel(fit, [.. _starts.Chosen], Unfitted(), _starts.HasLight);
        }

        // From the start values on, so that nothing is left of the way to the fit.
        public LightPixel FitLevels(int pixel, FitResult fit)
        {
            Prepare(pixel);
            LightPixel fitted = new(fit, [.. _starts.Chosen], Levels(pixel, fit), _starts.HasLight);
            return fitted with { FFactor = FFactorGain.Of(_spectra, fitted, pixel, _pulse) };
        }

        // Start values and limits of a pixel, and the cost of the levels to be fitted together; null when there are none.
        public ICostFunction? Prepare(int pixel)
        {
            double rate = _spectra.RateMHz(pixel) * 1e-3;
            bool isKnown = rate >= 0;
            _pulse = isKnown && rate == 0 && !_options.FreeRate ? null : _pulses.Of(pixel);
            _response.Reset(_pulse, _pulses.JitterOf(pixel));
            _starts.Look(pixel, _limits, _response.DarkTimeNs);
            bool constrained = _options.PedestalError > 0 && double.IsFinite(_spectra.Pedestal[pixel]) && _spectra.Noise[pixel] > 0;
            if (constrained)
            {
                _pedestal.Set(_spectra.Pedestal[pixel], _options.PedestalError);
                _noise.Set(_spectra.Noise[pixel], _options.PedestalError);
            }

            Parameters[LightModel.Baseline] = _starts.PedestalParameter;
            Parameters[LightModel.Gain] = _starts.GainParameter(LeastGain, MostGain);
            Parameters[LightModel.Noise] = _starts.NoiseParameter;
            Parameters[LightModel.Spread] = _starts.SpreadParameter;
            Parameters[LightModel.CrossTalk] = _starts.CrossTalkParameter;
            Parameters[LightModel.Rate] = new FitParameter("rate", "1/ns", isKnown ? rate : StartRate, 0, MostRate, isKnown && !_options.FreeRate);
            ReadOnlySpan<int> chosen = _starts.Chosen;
            for (int i = 0; i < _options.MostLevels; i++)
            {
                bool isFree = i < chosen.Length && !_spectra.HasNoLight(chosen[i]);
                double mu = isFree ? Math.Max(_starts.Mu[chosen[i]], 0.5 * _options.LeastMu) : 0;
                Parameters[LightModel.SharedCount + i] = new FitParameter(FormattableString.Invariant($"mu_{i + 1}"), "pe", mu, 0, (MostMu * mu) + 2, !isFree);
                if (i < chosen.Length) SetData(_costs[i], _models[i], pixel, chosen[i], 1);
            }

            return chosen.Length == 0 || !_starts.HasLight ? null : Together(chosen.Length, constrained);
        }

        // Data and start value of one level, everything else as a fit found it.
        public void PrepareLevel(int pixel, int level, FitResult shared)
        {
            SetData(OneLevel, _levelModel, pixel, level, _starts.WidthOf(level));
            for (int k = 0; k < LightModel.SharedCount; k++)
            {
                FittedParameter p = shared.Parameters[k];
                LevelParameters[k] = new FitParameter(p.Name, p.Unit, p.Value, IsFixed: true);
                _values[k] = p.Value;
            }

            // The light that the mean asks for.
            double cascade = _values[LightModel.Gain] / (1 - _values[LightModel.CrossTalk]);
            double dark = _response.DarkTimeNs * _values[LightModel.Rate];
            double mu = Math.Max(((_starts.Moments[level].Mean - _values[LightModel.Baseline]) / cascade) - dark, 1e-3);
            LevelParameters[LightModel.Mu] = new FitParameter("mu", "pe", mu, 0);
        }

        public ImmutableArray<LevelSpectrum?> Spectra(int pixel, LightPixel fitted)
        {
            Prepare(pixel);
            LevelSpectrum?[] spectra = new LevelSpectrum?[_spectra.LevelCount];
            for (int level = 0; level < spectra.Length; level++)
            {
                if (_spectra.Charges.GetEntries(level, pixel) == 0) continue;
                PrepareLevel(pixel, level, fitted.Fit);
                if (OneLevel.DataCount == 0) continue;
                _values[LightModel.Mu] = fitted.Levels[level].Mu;
                bool isFitted = !_values.Any(double.IsNaN);
                spectra[level] = new LevelSpectrum(
                    OneLevel.Edges[0], OneLevel.Edges[1] - OneLevel.Edges[0], [.. OneLevel.Counts.ToArray().Select(count => (long)count)], isFitted ? [.. OneLevel.Expected(_values)] : []);
            }

            return ImmutableArray.Create(spectra);
        }

        public ICostFunction Together(int levels, bool constrained = false)
        {
            if (!constrained && _together[levels] is { } known) return known;
            List<(ICostFunction, int[])> terms = [];
            for (int i = 0; i < levels; i++) terms.Add((_costs[i], [0, 1, 2, 3, 4, 5, LightModel.SharedCount + i]));
            if (constrained) terms.AddRange([(_pedestal, [LightModel.Baseline]), (_noise, [LightModel.Noise])]);
            CostSum sum = new(Parameters.Length, terms);
            if (!constrained) _together[levels] = sum;
            return sum;
        }

        private ImmutableArray<LightLevel> Unfitted()
        {
            ImmutableArray<LightLevel>.Builder levels = ImmutableArray.CreateBuilder<LightLevel>(_spectra.LevelCount);
            foreach (PixelFlags flags in _starts.Flags) levels.Add(LightLevel.Without(FitStatus.NotEnoughData, flags));
            return levels.MoveToImmutable();
        }

        private ImmutableArray<LightLevel> Levels(int pixel, FitResult fit)
        {
            int count = _spectra.LevelCount;
            if (!fit.HasErrors) return Unfitted();
            LightLevel[] levels = [.. Unfitted()];

            // From the brightest down: what is shared is worked out on the finest grid first.
            if (_order.Length != count) _order = new int[count];
            for (int level = 0; level < count; level++) _order[level] = level;
            _order.AsSpan().Sort((a, b) => _starts.Moments[b].Mean != _starts.Moments[a].Mean ? _starts.Moments[b].Mean.CompareTo(_starts.Moments[a].Mean) : a.CompareTo(b));
            foreach (int level in _order)
            {
                if (_starts.Flags[level] != PixelFlags.None) continue;
                int place = _starts.Chosen.IndexOf(level);
                levels[level] = place >= 0 ? Shared(fit, place) : One(pixel, level, fit);
            }

            return ImmutableArray.Create(levels);
        }

        private LightLevel Shared(FitResult fit, int place)
        {
            FittedParameter mu = fit.Parameters[LightModel.SharedCount + place];
            for (int k = 0; k < LightModel.SharedCount; k++) _values[k] = fit.Parameters[k].Value;
            _values[LightModel.Mu] = mu.Value;
            double cost = _costs[place].Evaluate(_values, _gradient, _curvature);
            return Judged(new LightLevel(
                mu.Value, mu.Error, mu.IsAtLimit ? double.NaN : Math.Sqrt(2 / _curvature[^1]), fit.Parameters[LightModel.CrossTalk].Value, fit.Parameters[LightModel.CrossTalk].Error, cost,
                Math.Max(0, _costs[place].DataCount - 1), mu.IsAtLimit ? FitStatus.AtLimit : FitStatus.Converged, PixelFlags.None, true));
        }

        private LightLevel One(int pixel, int level, FitResult fit)
        {
            PrepareLevel(pixel, level, fit);
            FitStatus status = _minimizer.Solve(OneLevel, LevelParameters, errors: false);
            if (status is not (FitStatus.Converged or FitStatus.AtLimit)) return LightLevel.Without(status, PixelFlags.FitFailed);
            _values[LightModel.Mu] = _minimizer.Point[LightModel.Mu];
            double cost = OneLevel.Evaluate(_values, _gradient, _curvature);

            // mu moves with the shared parameters as the expected curvature says: d mu / d theta = - C_mu,theta / C_mu,mu.
            double own = 2 / _curvature[^1];
            double variance = own;
            int row = LightModel.Mu * (LightModel.SharedCount + 1);
            for (int k = 0; k < LightModel.SharedCount; k++)
            {
                for (int l = 0; l < LightModel.SharedCount; l++)
                {
                    double covariance = fit.Covariance(k, l);
                    if (!double.IsNaN(covariance)) variance += _curvature[row + k] * _curvature[row + l] * covariance / (_curvature[^1] * _curvature[^1]);
                }
            }

            bool isAtLimit = status == FitStatus.AtLimit;
            return Judged(new LightLevel(
                _values[LightModel.Mu], isAtLimit ? double.NaN : Math.Sqrt(variance), isAtLimit ? double.NaN : Math.Sqrt(own), fit.Parameters[LightModel.CrossTalk].Value, double.NaN, cost,
                Math.Max(0, OneLevel.DataCount - 1), status, PixelFlags.None, false));
        }

        private LightLevel Judged(LightLevel level) => FlagRules.IsBadChiSquare(level.ChiSquare, level.DegreesOfFreedom, _limits) ? level with { Flags = PixelFlags.BadChi2 } : level;

        private void SetData(PoissonLikelihood cost, LightModel model, int pixel, int level, int width)
        {
            _starts.SetData(cost, level, width);
            model.Entries = Math.Max(_spectra.Charges.GetEntries(level, pixel), 1);
        }
    }
}
