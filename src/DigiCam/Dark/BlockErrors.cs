using DigiCam.Fitting;
using DigiCam.Histograms;

namespace DigiCam.Dark;

/// <summary>
/// Errors of a pixel's fit from blocks of events. Neighbouring samples fall on the same pulses, so that a likelihood which takes them for independent gives
/// errors too small. Events do not know of each other: the derivatives of the likelihood of each block, s_b, scatter as they really do, and
/// <code>covariance = C (K / (K - 1) sum_b s_b s_b^T) C</code>
/// with the likelihood's own covariance C and K blocks (the sandwich estimator; White, Econometrica 50 (1982) 1, by clusters). Serves one thread.
/// </summary>
internal sealed class BlockErrors
{
    /// <summary>Least number of blocks for errors to be made of them; a spread of fewer means little.</summary>
    public const int LeastBlocks = 10;

    // Codes with fewer expected entries add less than 1 to chi2, and their scatter says little.
    private const double LeastExpectation = 5;

    private double[] _expected = [];
    private double[] _logarithm = [];
    private double[] _slopes = [];
    private double[] _blocks = [];
    private double[] _variance = [];
    private double[] _changes = [];
    private double[] _means = [];
    private double[] _variances = [];

    /// <summary>Number of blocks with entries.</summary>
    public int Count { get; private set; }

    /// <summary>chi2 for each degree of freedom that the scatter of the blocks lets expect of a model that is right, at least 1: what it is for independent samples.</summary>
    public double ChiSquareScale { get; private set; } = double.NaN;

    /// <summary>True when the blocks are enough for errors.</summary>
    public bool IsUsable => Count >= LeastBlocks;

    /// <summary>Looks at the blocks of a pixel.</summary>
    /// <param name="cost">The likelihood with the pixel's data.</param>
    /// <param name="firstCode">First code of the fit.</param>
    /// <param name="fit">The fit.</param>
    /// <param name="moments">Moments of all the pixel's entries.</param>
    /// <param name="blocks">The blocks; null for none.</param>
    /// <param name="pixel">Software id.</param>
    public void Load(PoissonLikelihood cost, int firstCode, FitResult fit, HistogramMoments moments, LevelHistograms? blocks, int pixel)
    {
        Count = 0;
        ChiSquareScale = double.NaN;
        if (blocks is null || !fit.HasErrors || !fit.HasCovariance) return;
        int n = fit.Parameters.Length;
        int bins = cost.DataCount;
        Reserve(n, bins, blocks.LevelCount);
        ReadOnlySpan<double> edges = cost.Edges;
        Span<double> expected = _expected.AsSpan(0, bins);
        Span<double> slopes = _slopes.AsSpan(0, n * bins);
        cost.Model.Evaluate(fit.Values(), edges, expected, _logarithm.AsSpan(0, bins), slopes);
        long all = 0;
        for (int b = 0; b < blocks.LevelCount; b++) all += blocks.GetEntries(b, pixel);
        if (all == 0) return;

        Span<double> variance = _variance.AsSpan(0, bins);
        variance.Clear();
        Span<double> score = stackalloc double[n];
        Span<double> block = _blocks.AsSpan(0, bins);
        int axisFirst = PixelHistograms.Integers(blocks.Axis).First;
        ReadOnlySpan<double> counts = cost.Counts;
        for (int b = 0; b < blocks.LevelCount; b++)
        {
            long entries = blocks.GetEntries(b, pixel);
            if (entries == 0) continue;
            double share = (double)entries / all;
            ReadOnlySpan<uint> own = blocks.GetCounts(b, pixel, out int first);
            int shift = first + axisFirst - firstCode;
            block.Clear();
            double sum = 0;
            double square = 0;
            for (int i = 0; i < own.Length; i++)
            {
                double y = own[i];
                int bin = i + shift;
                if ((uint)bin < (uint)bins) block[bin] = y;
                double distance = bin + firstCode - moments.Mean;
                sum += y * distance;
                square += y * ((distance * distance) - moments.Variance);
            }

            score.Clear();
            for (int i = 0; i < bins; i++)
            {
                double scatter = block[i] - (share * counts[i]);
                variance[i] += scatter * scatter;
            }

            for (int k = 0; k < n; k++)
            {
                ReadOnlySpan<double> r = slopes.Slice(k * bins, bins);
                for (int i = 0; i < bins; i++) score[k] += (block[i] - (share * expected[i])) * r[i];
            }

            for (int k = 0; k < n; k++)
            {
                double change = 0;
                for (int l = 0; l < n; l++)
                {
                    double covariance = fit.Covariance(k, l);
                    if (double.IsFinite(covariance)) change += covariance * score[l];
                }

                _changes[(Count * n) + k] = change;
            }

            _means[Count] = sum / all;
            _variances[Count] = square / all;
            Count++;
        }

        if (!IsUsable) return;
        double expectation = 0;
        int filled = 0;
        for (int i = 0; i < bins; i++)
        {
            if (expected[i] < LeastExpectation) continue;
            expectation += variance[i] / expected[i];
            filled++;
        }

        int free = bins - fit.DegreesOfFreedom;
        if (filled > free) ChiSquareScale = Math.Max(1, ((Count / (Count - 1.0) * expectation) - Explained(expected, slopes, n, bins)) / (filled - free));
    }

    /// <summary>Standard error of a function of fitted parameters and moments of the pixel, from the scatter of its change with the blocks.</summary>
    /// <param name="slopes">Derivatives with respect to the parameters (parameter).</param>
    /// <param name="mean">Derivative with respect to the mean.</param>
    /// <param name="variance">Derivative with respect to the variance.</param>
    public double Error(ReadOnlySpan<double> slopes, double mean = 0, double variance = 0)
    {
        int n = slopes.Length;
        double squares = 0;
        for (int b = 0; b < Count; b++)
        {
            double change = (mean * _means[b]) + (variance * _variances[b]);
            for (int k = 0; k < n; k++) change += slopes[k] * _changes[(b * n) + k];
            squares += change * change;
        }

        return Math.Sqrt(Count / (Count - 1.0) * squares);
    }

    // What the fitted parameters take of chi2: the trace of information times their covariance.
    private double Explained(ReadOnlySpan<double> expected, ReadOnlySpan<double> slopes, int n, int bins)
    {
        double trace = 0;
        for (int b = 0; b < Count; b++)
        {
            for (int i = 0; i < bins; i++)
            {
                double change = 0;
                for (int k = 0; k < n; k++) change += slopes[(k * bins) + i] * _changes[(b * n) + k];
                trace += expected[i] * change * change;
            }
        }

        return Count / (Count - 1.0) * trace;
    }

    private void Reserve(int parameters, int bins, int blocks)
    {
        if (_expected.Length < bins || _slopes.Length < bins * parameters)
        {
            _expected = new double[bins];
            _logarithm = new double[bins];
            _slopes = new double[bins * parameters];
            _blocks = new double[bins];
            _variance = new double[bins];
        }

        if (_means.Length >= blocks && _changes.Length >= blocks * parameters) return;
        _changes = new double[blocks * parameters];
        _means = new double[blocks];
        _variances = new double[blocks];
    }
}
