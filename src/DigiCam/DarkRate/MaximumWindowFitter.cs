using System.Collections.Immutable;
using DigiCam.Fitting;
using DigiCam.Fitting.Models;
using DigiCam.Flags;
using DigiCam.Histograms;

namespace DigiCam.DarkRate;

/// <summary>The observatory's fit of the largest window of dark waveforms, with its range, start values and limits.</summary>
internal static class MaximumWindowFitter
{
    private const int First = -14;

    // Without entries above it the fit ends here.
    private const int UsualLast = 49;

    private static readonly FitRetry[] Retries =
    [
        FitRetry.Scaled("three times the dark counts", (0, 3)),
        FitRetry.Scaled("five times the dark counts, twice the noise", (0, 5), (4, 2)),
    ];

    /// <summary>Fits all pixels.</summary>
    public static ImmutableArray<FitResult> Fit(PixelHistograms histograms, int sampleCount, IProgress<FitProgress>? progress, CancellationToken cancellationToken) =>
        CameraFit.Run(histograms.PixelCount, () => new Workspace(histograms, sampleCount), (pixel, workspace) => workspace.Fit(histograms, pixel), progress, cancellationToken: cancellationToken);

    /// <summary>The fit of one pixel as it begins.</summary>
    public static FitProblem Problem(PixelHistograms histograms, int sampleCount, int pixel)
    {
        Workspace workspace = new(histograms, sampleCount);
        workspace.Prepare(histograms, pixel);
        return new FitProblem(workspace.Cost, [.. workspace.Parameters]);
    }

    /// <summary>The model of a run.</summary>
    /// <param name="histograms">Largest windows; their scale is the length of the window.</param>
    /// <param name="sampleCount">Samples of a waveform.</param>
    public static MaximumWindowModel ModelOf(PixelHistograms histograms, int sampleCount) => new(0, histograms.Scale.Samples, sampleCount);

    /// <summary>The bins of a pixel that are fitted, as indices of its counts.</summary>
    public static (int First, int Count) RangeOf(PixelHistograms histograms, int pixel)
    {
        IntegerAxis axis = histograms.IntegerAxis;
        int last = histograms.GetCounts(pixel)[(UsualLast + 2 - axis.First)..].IndexOfAnyExcept(0u) < 0 ? UsualLast : axis.Last;
        return (First - axis.First, last - First + 1);
    }

    private sealed class Workspace
    {
        private readonly MaximumWindowModel _model;
        private readonly Minimizer _minimizer = new();

        public Workspace(PixelHistograms histograms, int sampleCount)
        {
            _model = ModelOf(histograms, sampleCount);
            Cost = new PoissonLikelihood(_model);
        }

        public PoissonLikelihood Cost { get; }

        public FitParameter[] Parameters { get; } =
        [
            new("l", "", 0.2, 0, 2), new("mu_xt", "", 0.11, 1e-5, 0.4), new("gain", "LSB/pe", 20, 0, 40), new("sigma_pe", "LSB", 2, 1, 10), new("sigma_el", "LSB", 4, 0, 20), new("x_el", "LSB", 0),
        ];

        public FitResult Fit(PixelHistograms histograms, int pixel)
        {
            Prepare(histograms, pixel);
            return histograms.IsValid(pixel) ? _minimizer.Minimize(Cost, Parameters, Retries) : FitResult.Without(FitStatus.NotFinite, Parameters, 0);
        }

        public void Prepare(PixelHistograms histograms, int pixel)
        {
            (int first, int count) = RangeOf(histograms, pixel);
            _model.Events = Math.Max(histograms.GetEntries(pixel), 1);
            Cost.SetData(histograms.GetCounts(pixel).Slice(first, count), First);
        }
    }
}
