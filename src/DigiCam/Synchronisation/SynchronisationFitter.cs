using DigiCam.Fitting;
using DigiCam.Flags;
using DigiCam.Geometry;
using DigiCam.Histograms;
using MathNet.Numerics;

namespace DigiCam.Synchronisation;

/// <summary>
/// Finds position and time of the flash in each pixel. It needs nothing but the histograms, so that saved ones give the same result again.
/// </summary>
/// <remarks>
/// <para>A pixel is lit when the largest samples of its waveforms lie within three neighbouring samples so often, at a level with flashes or over all of them, that chance gives it once in
/// 1e9, and by <see cref="FlagLimits.MinimumConcentration"/> more often than the 3/n_samples of chance. Pixels that are not lit, and those of which it cannot be told, take the camera's
/// median position.</para>
/// <para>A time is the mean of the edges within three of their spreads, without a model. Half the largest sample is up to 1.5 % of the pulse below its half height, and the rise between two samples is
/// not straight, so that a time depends on its phase against the clock by some 0.1 ns; the jitter of the flash, which all pixels share, is in the spread and in the error.</para>
/// </remarks>
public static class SynchronisationFitter
{
    private const int Together = 3;
    private const double Chance = 1e-9;

    // Plans say in which samples a flash has more than a tenth of its height; cables may be longer than the planner thought.
    private const int SearchMargin = 2;

    // The edge comes before the peak: 8 ns after the start of a pulse that rises for 14 ns.
    private const int EdgeBefore = 6;
    private const int EdgeBehind = 1;
    private const double CoreNs = 3;
    private const double Spreads = 3;
    private const double SmallestSpreadNs = 0.1;
    private const int MostRounds = 50;
    private const double HalfFitNs = 2;

    private static readonly FitParameter[] Parameters = [new("time", "ns", double.NaN), new("spread", "ns", double.NaN)];

    /// <summary>Finds position and time in all pixels.</summary>
    /// <param name="times">Pulse times of a scan.</param>
    /// <param name="limits">Thresholds of the flags; null for the defaults.</param>
    public static SynchronisationResult Fit(PulseTimeHistograms times, FlagLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(times);
        limits ??= new FlagLimits();
        int pixels = times.PixelCount;
        PixelTime[] found = [.. Enumerable.Range(0, pixels).Select(pixel => FitPixel(times, pixel, limits))];
        int[] lit = [.. found.Where(f => f.Position >= 0).Select(f => f.Position).Order()];

        // Where no flash was seen at all, the largest samples of all pixels together say as much as can be known.
        int median = lit.Length > 0 ? lit[(lit.Length - 1) / 2] : ModeOfAll(times);
        PixelFlags[] flags = [.. found.Select(f => f.Flags)];
        SigmaClip spread = FlagRules.MarkOutliers(
            flags, [.. found.Select(f => f.Fit.Parameters[0].Value)], [.. found.Select(f => f.Fit.Parameters[0].Error)], PixelFlags.TimeOutlier, limits);
        return new SynchronisationResult(
            times, [.. found.Select(f => f.Fit)], [.. flags], limits, [.. found.Select(f => f.Position >= 0 ? f.Position : median)], [.. found.Select(f => f.Position >= 0)], median,
            [.. found.Select(f => f.Concentration)], spread);
    }

    internal static FitProblem Problem(PulseTimeHistograms times, int pixel, double timeNs)
    {
        Axis axis = times.Edges.Axis;
        int first = double.IsFinite(timeNs) ? Math.Max(axis.Index(timeNs - HalfFitNs), 0) : 0;
        int last = double.IsFinite(timeNs) ? Math.Min(axis.Index(timeNs + HalfFitNs), axis.Count - 1) : axis.Count - 1;
        ReadOnlySpan<uint> counts = times.Edges.GetCounts(pixel)[first..(last + 1)];
        Moments moments = Moments.Of(counts, axis, first, 0, counts.Length);
        PoissonLikelihood cost = new(new GaussianModel("ns"));
        cost.SetData(counts, axis.Edges().AsSpan(first, last - first + 2));
        return new FitProblem(cost,
        [
            new FitParameter("norm", "entries", moments.Entries, Lower: 0),
            new FitParameter("mean", "ns", moments.Mean, axis.Edge(first), axis.Edge(last + 1)),
            new FitParameter("sigma", "ns", Math.Max(moments.Spread, SmallestSpreadNs), SmallestSpreadNs / 10, axis.Edge(last + 1) - axis.Edge(first)),
        ]);
    }

    private static PixelTime FitPixel(PulseTimeHistograms times, int pixel, FlagLimits limits)
    {
        int samples = times.SampleCount;
        int pixels = times.PixelCount;
        long[] sum = new long[samples];
        long[] counts = new long[samples];
        (long events, long flat) = (0, 0);
        Peak best = default;
        int dimmest = -1;
        for (int level = 0; level < times.Plan.LevelCount; level++)
        {
            events += times.Positions.EventCounts[level];
            flat += times.FlatEvents[(level * pixels) + pixel];
            int ac = times.Plan.Steps[level].Level.AcDac;
            if (times.Positions.EventCounts[level] > 0 && (dimmest < 0 || ac < times.Plan.Steps[dimmest].Level.AcDac)) dimmest = level;
            if (ac == 0) continue;
            ReadOnlySpan<uint> row = times.Positions.GetCounts(level, pixel, out int first);
            Array.Clear(counts);
            for (int i = 0; i < row.Length; i++) counts[first + i] = row[i];
            for (int i = 0; i < samples; i++) sum[i] += counts[i];
            best = best.Or(Search(counts, times));
        }

        best = best.Or(Search(sum, times));
        FitResult nothing = FitResult.Without(FitStatus.NotEnoughData, Parameters, 0);
        if (events == 0) return new PixelTime(-1, 0, PixelFlags.LowStatistics, nothing);
        if (flat == events) return new PixelTime(-1, 0, PixelFlags.Stuck, nothing);
        if (2 * times.SaturatedEvents[(dimmest * pixels) + pixel] > times.Positions.EventCounts[dimmest]) return new PixelTime(-1, best.Excess, PixelFlags.Overflow, nothing);
        if (Math.Pow((double)Together / samples, sum.Sum()) > Chance) return new PixelTime(-1, best.Excess, PixelFlags.LowStatistics, nothing);
        if (!best.IsSignificant || best.Excess < limits.MinimumConcentration) return new PixelTime(-1, best.Excess, PixelFlags.NoLed, nothing);

        int position = best.First;
        for (int i = best.First + 1; i < best.First + Together; i++)
        {
            if (sum[i] > sum[position]) position = i;
        }

        FitResult fit = FitTime(times, pixel, position, limits);
        return new PixelTime(position, best.Excess, fit.IsValid ? PixelFlags.None : PixelFlags.LowStatistics, fit);
    }

    // The three neighbouring samples with the most entries.
    private static Peak Search(long[] counts, PulseTimeHistograms times)
    {
        long entries = counts.Sum();
        if (entries == 0) return default;
        int from = Math.Max((times.Plan.Flash?.First ?? 0) - SearchMargin, 0);
        int to = Math.Min((times.Plan.Flash?.Last ?? counts.Length) + SearchMargin, counts.Length - 1);
        (int first, long most) = (from, -1);
        for (int i = from; i + Together - 1 <= to; i++)
        {
            long together = 0;
            for (int k = 0; k < Together; k++) together += counts[i + k];
            if (together > most) (first, most) = (i, together);
        }

        if (most <= 0) return default;
        double chance = (double)Together / counts.Length;

        // Probability of as many entries or more (binomial law).
        double tail = chance >= 1 ? 1 : SpecialFunctions.BetaRegularized(most, entries - most + 1, chance);
        return new Peak(first, ((double)most / entries) - chance, tail * counts.Length < Chance);
    }

    private static FitResult FitTime(PulseTimeHistograms times, int pixel, int position, FlagLimits limits)
    {
        Axis axis = times.Edges.Axis;
        int perSample = axis.Count / times.SampleCount;
        int first = Math.Max(position - EdgeBefore, 0) * perSample;
        int last = Math.Min((position + EdgeBehind) * perSample, axis.Count);
        ReadOnlySpan<uint> counts = times.Edges.GetCounts(pixel)[first..last];

        // From the densest stretch outwards.
        int core = Math.Min((int)(CoreNs / CameraGeometry.SampleNs * perSample), counts.Length);
        (int begin, long most) = (0, -1);
        for (int i = 0; i + core <= counts.Length; i++)
        {
            long entries = 0;
            foreach (uint count in counts.Slice(i, core)) entries += count;
            if (entries > most) (begin, most) = (i, entries);
        }

        Moments moments = Moments.Of(counts, axis, first, begin, begin + core);
        (int from, int to) = (begin, begin + core);
        for (int round = 0; round < MostRounds && moments.Entries > 1; round++)
        {
            double reach = Spreads * Math.Max(moments.Spread, SmallestSpreadNs);
            int newFrom = Math.Clamp(axis.Index(moments.Mean - reach) - first, 0, counts.Length - 1);
            int newTo = Math.Clamp(axis.Index(moments.Mean + reach) - first + 1, newFrom + 1, counts.Length);
            if ((newFrom, newTo) == (from, to)) break;
            (from, to) = (newFrom, newTo);
            moments = Moments.Of(counts, axis, first, from, to);
        }

        if (moments.Entries < Math.Max(limits.MinimumFlashes, 2)) return FitResult.Without(FitStatus.NotEnoughData, Parameters, 0);
        double error = moments.Spread / Math.Sqrt(moments.Entries);
        double spreadError = moments.Spread / Math.Sqrt(2.0 * (moments.Entries - 1));
        return FitResult.Create(
            FitStatus.Converged, [new FittedParameter("time", "ns", moments.Mean, error, false, false), new FittedParameter("spread", "ns", moments.Spread, spreadError, false, false)],
            [error * error, 0, 0, spreadError * spreadError], double.NaN, double.NaN, 0, 0, default);
    }

    private static int ModeOfAll(PulseTimeHistograms times)
    {
        long[] sum = new long[times.SampleCount];
        for (int level = 0; level < times.Plan.LevelCount; level++)
        {
            for (int pixel = 0; pixel < times.PixelCount; pixel++)
            {
                ReadOnlySpan<uint> row = times.Positions.GetCounts(level, pixel, out int first);
                for (int i = 0; i < row.Length; i++) sum[first + i] += row[i];
            }
        }

        return Array.IndexOf(sum, sum.Max());
    }

    private readonly record struct PixelTime(int Position, double Concentration, PixelFlags Flags, FitResult Fit);

    private readonly record struct Peak(int First, double Excess, bool IsSignificant)
    {
        public Peak Or(Peak other) => (other.IsSignificant, other.Excess).CompareTo((IsSignificant, Excess)) > 0 ? other : this;
    }

    // Of entries in some bins: the width of the bins is taken out of the spread (Sheppard).
    private readonly record struct Moments(long Entries, double Mean, double Spread)
    {
        public static Moments Of(ReadOnlySpan<uint> counts, Axis axis, int firstBin, int from, int to)
        {
            double width = axis.Edge(firstBin + 1) - axis.Edge(firstBin);
            (long entries, double sum, double squares) = (0, 0, 0);
            for (int i = from; i < to; i++)
            {
                entries += counts[i];
                sum += counts[i] * (double)(i - from);
            }

            double mean = sum / entries;
            for (int i = from; i < to; i++) squares += counts[i] * (i - from - mean) * (i - from - mean);
            double variance = entries > 1 ? (squares / (entries - 1)) - (1.0 / 12) : double.NaN;
            return new Moments(entries, axis.Edge(firstBin + from) + ((mean + 0.5) * width), width * Math.Sqrt(Math.Max(variance, 0)));
        }
    }
}
