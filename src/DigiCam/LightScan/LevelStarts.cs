using DigiCam.Charges;
using DigiCam.Fitting;
using DigiCam.Fitting.Models;
using DigiCam.Flags;
using DigiCam.Histograms;

namespace DigiCam.LightScan;

/// <summary>
/// What mean and variance of a pixel's levels tell before any fit: which levels can be used, gain, pedestal and light of each. The variance grows with the mean by
/// G / (1 - x)^2 + s_1^2 / G for each LSB, and a comb of peaks then fixes the gain. Start values and limits of what the levels share follow, the same for all ways to fit.
/// Working space of one thread.
/// </summary>
internal sealed class LevelStarts
{
    /// <summary>Least noise of a charge that a fit may reach [LSB].</summary>
    public const double MinimumNoiseLsb = 0.25;

    // Limits: pedestal in gains around the known one, beyond which lies the spectrum moved by one photo-electron; others relative to the start, or as they are.
    private const double PedestalRange = 0.5;
    private const double MostNoise = 4;
    private const double MostSpread = 0.5;
    private const double MostCrossTalk = 0.5;

    private const double BinVariance = 1.0 / 12;
    private const double MostSlopeMu = 40;
    private const double MostCombMu = 8;
    private const double CombRange = 0.15;
    private const int CombSteps = 121;
    private const double LightErrors = 5;

    // Wide spectra are fitted in this many bins for each standard deviation: the light is then found to a part in 1000 of its error as without.
    private const int BinsPerSigma = 16;

    // Empty bins beyond the entries, in standard deviations of the noise and parts of the width.
    private const double RangeSigmas = 4;
    private const double RangePart = 0.1;

    private readonly LightScanOptions _options;
    private readonly double _typicalGain;
    private readonly LightSpectra _spectra;
    private HistogramMoments[] _moments = [];
    private double[] _mu = [];
    private PixelFlags[] _flags = [];
    private int[] _chosen = [];
    private uint[] _counts = [];
    private double[] _edges = [];
    private int _pixel;

    public LevelStarts(LightScanOptions options, LightSpectra spectra)
    {
        (_options, _spectra) = (options, spectra);
        BestDelayNs = BestDelay(options, spectra.Scale);
        _typicalGain = options.StartGain * ShotNoisePulse.ChargeOf(options.Pulse, spectra.Scale, BestDelayNs);
    }

    /// <summary>Time from the start of a pulse to the first sample of its largest charge [ns].</summary>
    public double BestDelayNs { get; }

    /// <summary>Pedestal [LSB].</summary>
    public double Pedestal { get; private set; }

    /// <summary>Noise of a charge [LSB].</summary>
    public double Noise { get; private set; }

    /// <summary>Gain [LSB/pe].</summary>
    public double Gain { get; private set; }

    /// <summary>True when there is light in some level.</summary>
    public bool HasLight { get; private set; }

    /// <summary>Moments (level).</summary>
    public ReadOnlySpan<HistogramMoments> Moments => _moments;

    /// <summary>Light (level) [pe]; NaN where the level cannot be used.</summary>
    public ReadOnlySpan<double> Mu => _mu;

    /// <summary>What is wrong with a level (level).</summary>
    public ReadOnlySpan<PixelFlags> Flags => _flags;

    /// <summary>Levels to fit together, by their light.</summary>
    public ReadOnlySpan<int> Chosen => _chosen.AsSpan(0, ChosenCount);

    /// <summary>The pedestal, where a fit starts and may go.</summary>
    public FitParameter PedestalParameter => new("baseline", "LSB", Pedestal, Pedestal - (PedestalRange * Gain), Pedestal + (PedestalRange * Gain));

    /// <summary>The noise.</summary>
    public FitParameter NoiseParameter => new("sigma_e", "LSB", Math.Max(Noise, MinimumNoiseLsb), MinimumNoiseLsb, MostNoise * Math.Max(Noise, MinimumNoiseLsb));

    /// <summary>The spread of one avalanche.</summary>
    public FitParameter SpreadParameter => new("sigma_1", "LSB", _options.StartSpread * Gain, 0, MostSpread * Gain);

    /// <summary>The crosstalk.</summary>
    public FitParameter CrossTalkParameter => new("mu_xt", "", _options.StartCrossTalk, 0, MostCrossTalk);

    private int ChosenCount { get; set; }

    /// <summary>The gain, with limits relative to its start.</summary>
    /// <param name="least">The lower one.</param>
    /// <param name="most">The upper one.</param>
    public FitParameter GainParameter(double least, double most) => new("gain", "LSB/pe", Gain, least * Gain, most * Gain);

    /// <summary>Looks at a pixel.</summary>
    /// <param name="pixel">Software id.</param>
    /// <param name="limits">Thresholds of the flags.</param>
    /// <param name="darkTimeNs">Integral of the pulse of a dark count relative to the charge of a flash's [ns].</param>
    public void Look(int pixel, FlagLimits limits, double darkTimeNs)
    {
        _pixel = pixel;
        LightSpectra spectra = _spectra;
        int levels = spectra.LevelCount;
        if (_mu.Length != levels) (_moments, _mu, _flags, _chosen) = (new HistogramMoments[levels], new double[levels], new PixelFlags[levels], new int[levels]);
        for (int level = 0; level < levels; level++)
        {
            ReadOnlySpan<uint> counts = spectra.Charges.GetCounts(level, pixel, out int firstBin);
            _moments[level] = HistogramMoments.Of(counts, spectra.Axis.First + firstBin);
            long entries = spectra.Charges.GetEntries(level, pixel);
            _flags[level] = spectra.IsCut(level, pixel) ? PixelFlags.Overflow : PixelFlags.None;
            if (entries == 0) _flags[level] |= PixelFlags.Dead;
            if (entries < limits.MinimumWaveforms) _flags[level] |= PixelFlags.LowStatistics;
        }

        double rate = Math.Max(0, spectra.RateMHz(pixel) is double known and >= 0 ? known * 1e-3 : 0);
        Gain = Slope(MostSlopeMu);
        Pedestal = spectra.Pedestal[pixel];
        Noise = spectra.Noise[pixel];
        int darkest = Darkest();
        if (!(Noise > 0)) Noise = darkest < 0 ? 1 : NoiseOf(darkest);
        if (!double.IsFinite(Pedestal)) Pedestal = darkest < 0 ? 0 : PedestalOf(darkest);
        SetMu(rate * darkTimeNs);
        if (HasLight && Comb()) SetMu(rate * darkTimeNs);
        Choose();
    }

    /// <summary>The bins in which a level is fitted by itself: one for each LSB, or several put together where the spectrum is wide.</summary>
    /// <param name="level">Place of the level.</param>
    public int WidthOf(int level) => Math.Max(1, (int)(_moments[level].StandardDeviation / BinsPerSigma));

    /// <summary>Gives a cost the bins of a level, with some empty ones to either side.</summary>
    /// <param name="cost">The cost.</param>
    /// <param name="level">Place of the level.</param>
    /// <param name="width">Bins of the histogram in one of the cost.</param>
    public void SetData(PoissonLikelihood cost, int level, int width)
    {
        ReadOnlySpan<uint> counts = _spectra.Charges.GetCounts(level, _pixel, out int firstBin);
        HistogramMoments moments = _moments[level];
        int margin = (int)Math.Ceiling((RangeSigmas * Noise) + (RangePart * (moments.LastFilled - moments.FirstFilled)));
        IntegerAxis axis = _spectra.Axis;
        int first = Math.Max(moments.FirstFilled - margin, axis.First);
        int last = Math.Min(moments.LastFilled + margin, axis.Last);
        int bins = moments.Entries > 0 ? (last - first + width) / width : 0;
        if (_edges.Length <= bins) (_counts, _edges) = (new uint[bins], new double[bins + 1]);
        Span<uint> target = _counts.AsSpan(0, bins);
        target.Clear();
        for (int q = moments.FirstFilled; q <= moments.LastFilled; q++) target[(q - first) / width] += counts[q - axis.First - firstBin];
        for (int i = 0; i <= bins; i++) _edges[i] = first - 0.5 + ((double)i * width);
        cost.SetData(target, _edges.AsSpan(0, bins + 1));
    }

    // Level of the least light.
    private int Darkest()
    {
        int darkest = -1;
        for (int level = 0; level < _moments.Length; level++)
        {
            if (_flags[level] == PixelFlags.None && (darkest < 0 || _moments[level].Mean < _moments[darkest].Mean)) darkest = level;
        }

        return darkest;
    }

    // Weighted line through variance against mean, for light that can be told from that of the darkest level.
    private double Slope(double mostMu)
    {
        int darkest = Darkest();
        if (darkest < 0) return _typicalGain;
        double cascade = 1 / (1 - _options.StartCrossTalk);
        double most = _moments[darkest].Mean + (mostMu * _typicalGain * cascade);
        double w = 0, m = 0, v = 0, mm = 0, mv = 0;
        for (int level = 0; level < _moments.Length; level++)
        {
            HistogramMoments of = _moments[level];
            if (_flags[level] != PixelFlags.None || of.Mean > most || !(of.Variance > 0)) continue;

            // Errors of both: the slope is what is sought, so that the mean counts little.
            double weight = of.Entries / (2 * of.Variance * of.Variance);
            (w, m, v, mm, mv) = (w + weight, m + (weight * of.Mean), v + (weight * of.Variance), mm + (weight * of.Mean * of.Mean), mv + (weight * of.Mean * of.Variance));
        }

        double spread = (w * mm) - (m * m);
        double slope = spread > 0 ? ((w * mv) - (m * v)) / spread : double.NaN;
        double error = spread > 0 ? Math.Sqrt(w / spread) : double.NaN;
        double gain = slope / ((cascade * cascade) + (_options.StartSpread * _options.StartSpread));
        return error < 0.2 * slope && gain > 0.4 * _typicalGain && gain < 2.5 * _typicalGain ? gain : _typicalGain;
    }

    // Spread of the entries up to the lowest peak around it: its lower side.
    private double NoiseOf(int level)
    {
        ReadOnlySpan<uint> counts = _spectra.Charges.GetCounts(level, _pixel, out int firstBin);
        double peak = PedestalOf(level) - _spectra.Axis.First - firstBin;
        double sum = 0;
        double square = 0;
        for (int i = 0; i < counts.Length && i <= peak; i++)
        {
            sum += counts[i];
            square += counts[i] * (i - peak) * (i - peak);
        }

        return sum > 0 ? Math.Sqrt(Math.Max((square / sum) - BinVariance, 0.1)) : 1;
    }

    // The first peak of a level: the first place that is as high as a quarter of the highest and as all within 0.4 of a gain.
    private double PedestalOf(int level)
    {
        ReadOnlySpan<uint> counts = _spectra.Charges.GetCounts(level, _pixel, out int firstBin);
        int reach = Math.Max(1, (int)(0.4 * Gain));
        uint highest = 0;
        foreach (uint count in counts) highest = Math.Max(highest, count);
        for (int i = 0; i < counts.Length; i++)
        {
            if (4L * counts[i] < highest) continue;
            bool isPeak = true;
            double sum = 0;
            double moment = 0;
            for (int j = Math.Max(0, i - reach); j <= Math.Min(counts.Length - 1, i + reach); j++)
            {
                isPeak &= counts[j] <= counts[i];
                if (Math.Abs(j - i) > Math.Max(1, reach / 2)) continue;
                sum += counts[j];
                moment += (double)counts[j] * (j - i);
            }

            if (isPeak) return _spectra.Axis.First + firstBin + i + (moment / sum);
        }

        return _moments[level].Mean;
    }

    private void SetMu(double darkMu)
    {
        double perPrimary = Gain / (1 - _options.StartCrossTalk);
        HasLight = false;
        double least = double.PositiveInfinity;
        for (int level = 0; level < _mu.Length; level++)
        {
            _mu[level] = _flags[level] == PixelFlags.None ? ((_moments[level].Mean - Pedestal) / perPrimary) - darkMu : double.NaN;
            if (_mu[level] < least) least = _mu[level];
        }

        // Dark counts of an unknown rate are no light, nor is a pedestal that has moved. Without light the slope may give a gain far too small, on whose scale chance looks like light.
        double none = Math.Clamp(least, 0, _spectra.IsUnderLight ? double.MaxValue : 0.5);
        double unit = Math.Max(_typicalGain / Gain, 1);
        for (int level = 0; level < _mu.Length; level++) HasLight |= _mu[level] - none > Math.Max(_options.LeastMu * unit, LeastSignificant(level, perPrimary));
    }

    // Few events or continuous light make means uncertain.
    private double LeastSignificant(int level, double perPrimary) =>
        _moments[level].Entries > 0 ? LightErrors * Math.Sqrt(2 * _moments[level].Variance / _moments[level].Entries) / perPrimary : 0;

    // Gain and pedestal from the comb of the peaks: where the sum over exp(2 pi i q / G) is largest. False where there is no comb.
    private bool Comb()
    {
        double best = 0;
        double bestGain = Gain;
        double total = 0;
        for (int step = 0; step < CombSteps; step++)
        {
            double gain = Gain * (1 + (CombRange * ((2.0 * step / (CombSteps - 1)) - 1)));
            double power = CombPower(gain, out total);
            if (power > best) (best, bestGain) = (power, gain);
        }

        // Without a comb the power is that of chance, total on average.
        if (!(best > 30 * total)) return false;
        Gain = bestGain;
        return true;
    }

    private double CombPower(double gain, out double total)
    {
        double real = 0;
        double imaginary = 0;
        total = 0;
        double turn = 2 * Math.PI / gain;
        for (int level = 0; level < _mu.Length; level++)
        {
            if (!(_mu[level] > _options.LeastMu && _mu[level] < MostCombMu)) continue;
            ReadOnlySpan<uint> counts = _spectra.Charges.GetCounts(level, _pixel, out int firstBin);
            (double sin, double cos) = Math.SinCos(turn * (_spectra.Axis.First + firstBin - Pedestal));
            (double stepSin, double stepCos) = Math.SinCos(turn);
            foreach (uint count in counts)
            {
                real += count * cos;
                imaginary += count * sin;
                total += count;
                (cos, sin) = ((cos * stepCos) - (sin * stepSin), (sin * stepCos) + (cos * stepSin));
            }
        }

        // Peaks lie at the pedestal: only what is in phase with it counts, so that a gain is not taken whose peaks lie elsewhere.
        return real > 0 ? real * real : 0;
    }

    // Levels spread evenly in the logarithm of the light.
    private void Choose()
    {
        int count = 0;
        for (int level = 0; level < _mu.Length; level++)
        {
            bool isDark = _spectra.HasNoLight(level) && double.IsFinite(_mu[level]);
            if (isDark || (_mu[level] >= _options.LeastMu && _mu[level] <= _options.MostMu)) _chosen[count++] = level;
        }

        Span<int> chosen = _chosen.AsSpan(0, count);
        chosen.Sort((a, b) => _mu[a] != _mu[b] ? _mu[a].CompareTo(_mu[b]) : a.CompareTo(b));
        while (count > Math.Max(_options.MostLevels, 1))
        {
            // The level nearest to its neighbours goes; the outermost stay.
            int closest = 1;
            double least = double.PositiveInfinity;
            for (int i = 1; i < count - 1; i++)
            {
                double gap = _mu[_chosen[i + 1]] / _mu[_chosen[i - 1]];
                if (gap < least) (closest, least) = (i, gap);
            }

            if (count <= 2) closest = count - 1;
            _chosen.AsSpan(closest + 1, count - closest - 1).CopyTo(_chosen.AsSpan(closest));
            count--;
        }

        ChosenCount = count;
    }

    private static double BestDelay(LightScanOptions options, ChargeScale scale)
    {
        double best = 0;
        double most = 0;
        for (double delay = 0; delay < options.Pulse.PeakTimeNs; delay += 0.25)
        {
            double charge = ShotNoisePulse.ChargeOf(options.Pulse, scale, delay);
            if (charge > most) (best, most) = (delay, charge);
        }

        return best;
    }
}
