using System.Collections.Immutable;
using DigiCam.Dark;
using DigiCam.Fitting;
using DigiCam.Histograms;

namespace DigiCam.DarkRate;

/// <summary>Fits the waveforms without a pulse and with one in the distribution of the largest window: the part of the former gives the dark count rate.</summary>
internal static class LargestWindowFitter
{
    // Largest of the sums of noise, in standard deviations of one: 44 windows of 7 samples overlap, which leaves about ten independent ones.
    private const double LargestOfNoise = 1.8;
    private const double SpreadOfLargest = 0.62;
    private const double RoundingVariance = 1.0 / 12;

    // Peak of a pulse in units of its sum over 5 and 7 samples is 3.3 and 4.15; gains of the camera are 5 to 6 LSB/pe at the peak.
    private const double PeaksPerSample = 0.6;
    private const double TypicalGain = 5.2;

    // Upper end of the fit, beyond which waveforms with two photo-electrons begin to count.
    private const double UpperEnd = 0.35;

    private const int RangeMarginBins = 3;

    private static readonly FitRetry[] Retries =
    [
        new("one photo-electron 15 % lower", parameters => Move(parameters, 0.85)),
        new("one photo-electron 15 % higher", parameters => Move(parameters, 1.15)),
        new("no cut pulses", parameters => Leave(parameters, 6, 0)),
        new("no pulses", NoPulses) { IsNeeded = fit => !fit.HasErrors && fit["a_1"].Value + fit["a_cut"].Value < 1 },
    ];

    /// <summary>Fits all pixels.</summary>
    public static ImmutableArray<FitResult> Fit(DarkHistograms dark, IProgress<FitProgress>? progress, CancellationToken cancellationToken) =>
        CameraFit.Run(dark.PixelCount, static () => new Workspace(), (pixel, workspace) => workspace.Fit(dark, pixel), progress, cancellationToken: cancellationToken);

    /// <summary>The fit of one pixel as it begins.</summary>
    public static FitProblem Problem(DarkHistograms dark, int pixel)
    {
        Workspace workspace = new();
        workspace.Prepare(dark, pixel);
        return new FitProblem(workspace.Cost, [.. workspace.Parameters]);
    }

    /// <summary>Number of waveforms that the fits look at (pixel): those below their upper end.</summary>
    public static long[] Entries(DarkHistograms dark)
    {
        Workspace workspace = new();
        return [.. Enumerable.Range(0, dark.PixelCount).Select(pixel =>
        {
            workspace.Prepare(dark, pixel);
            return workspace.Entries;
        })];
    }

    private static void NoPulses(Span<FitParameter> parameters)
    {
        Leave(parameters, 3, 0);
        Leave(parameters, 4, parameters[4].Start);
        Leave(parameters, 5, parameters[5].Start);
        Leave(parameters, 6, 0);
    }

    private static void Leave(Span<FitParameter> parameters, int index, double value) => parameters[index] = parameters[index] with { Start = value, IsFixed = true };

    private static void Move(Span<FitParameter> parameters, double factor) =>
        parameters[4] = parameters[4] with { Start = parameters[1].Start + (factor * (parameters[4].Start - parameters[1].Start)) };

    private sealed class Workspace
    {
        private readonly Minimizer _minimizer = new();

        public PoissonLikelihood Cost { get; } = new(new LargestWindowModel());

        public FitParameter[] Parameters { get; } = new FitParameter[7];

        // Waveforms in the range of the pixel at hand.
        public long Entries { get; private set; }

        public FitResult Fit(DarkHistograms dark, int pixel)
        {
            Prepare(dark, pixel);
            return dark.LargestWindow.IsValid(pixel) && dark.Pedestals.IsKnown(pixel)
                ? _minimizer.Minimize(Cost, Parameters, Retries)
                : FitResult.Without(FitStatus.NotFinite, Parameters, 0);
        }

        // Range, data and start values of a pixel.
        public void Prepare(DarkHistograms dark, int pixel)
        {
            PixelHistograms histograms = dark.LargestWindow;
            IntegerAxis axis = histograms.IntegerAxis;
            ReadOnlySpan<uint> counts = histograms.GetCounts(pixel);
            int samples = histograms.Scale.Samples;
            bool isKnown = dark.Pedestals.IsKnown(pixel);
            double noise = isKnown ? dark.Pedestals.Noise[pixel] : 1;
            double window = Math.Sqrt(samples * ((noise * noise) + RoundingVariance));
            double zero = (isKnown ? dark.LargestWindowShift[pixel] : 0) + (LargestOfNoise * window);
            double spread = SpreadOfLargest * window;

            // The second peak: the highest place far enough above the first.
            double distance = PeaksPerSample * TypicalGain * samples;
            double one = Highest(counts, axis, zero + (0.5 * distance), zero + (2 * distance), window) ?? zero + (0.8 * distance);
            double between = 0.5 * (zero + one);
            double end = one + (UpperEnd * (one - zero));
            int firstFilled = axis.First + Math.Max(counts.IndexOfAnyExcept(0u), 0);
            int first = Math.Max(firstFilled - RangeMarginBins, axis.First);
            int last = Math.Min((int)Math.Floor(end), axis.Last);
            ReadOnlySpan<uint> range = last >= first ? counts.Slice(first - axis.First, last - first + 1) : [];
            Cost.SetData(range, first);
            Entries = 0;
            foreach (uint count in range) Entries += count;

            double empty = Sum(counts, axis, axis.First, between);
            double single = Sum(counts, axis, between, one) * 2;
            Parameters[0] = new FitParameter("a_0", "entries", Math.Max(empty, 0.5), Lower: 0);
            Parameters[1] = new FitParameter("mean_0", "LSB", zero, zero - (3 * window), between);
            Parameters[2] = new FitParameter("sigma_0", "LSB", spread, 0.3 * spread, 3 * spread);
            Parameters[3] = new FitParameter("a_1", "entries", Math.Max(single, 0.5), Lower: 0);
            Parameters[4] = new FitParameter("mean_1", "LSB", one, between, end);
            Parameters[5] = new FitParameter("sigma_1", "LSB", 1.2 * window, 0.4 * window, 0.5 * distance);
            Parameters[6] = new FitParameter("a_cut", "entries", Math.Max(0.03 * (empty + single), 0.5), Lower: 0);
        }

        // The middle of the window of a width with the most entries; null without entries.
        private static double? Highest(ReadOnlySpan<uint> counts, IntegerAxis axis, double low, double high, double width)
        {
            int half = Math.Max((int)(width / 2), 1);
            int start = Math.Clamp((int)Math.Ceiling(low) - axis.First, half, axis.Count - 1 - half);
            int end = Math.Clamp((int)Math.Floor(high) - axis.First, start, axis.Count - 1 - half);
            (int best, long most) = (-1, 0);
            for (int i = start; i <= end; i++)
            {
                long sum = 0;
                foreach (uint count in counts[(i - half)..(i + half + 1)]) sum += count;
                if (sum > most) (best, most) = (i, sum);
            }

            return most > 0 ? axis.First + best : null;
        }

        private static double Sum(ReadOnlySpan<uint> counts, IntegerAxis axis, double low, double high)
        {
            int first = Math.Clamp((int)Math.Ceiling(low) - axis.First, 0, axis.Count);
            int end = Math.Clamp((int)Math.Ceiling(high) - axis.First, first, axis.Count);
            double sum = 0;
            foreach (uint count in counts[first..end]) sum += count;
            return sum;
        }
    }
}
