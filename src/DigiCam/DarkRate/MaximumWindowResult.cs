using System.Collections.Immutable;
using DigiCam.Dark;
using DigiCam.Fitting;
using DigiCam.Fitting.Models;
using DigiCam.Flags;
using DigiCam.Results;

namespace DigiCam.DarkRate;

/// <summary>
/// The observatory's numbers of a dark run, from its model of the largest window. The model is an approximation: chi2 is poor and the crosstalk comes out
/// too high by several errors; it is here because the observatory's charges are defined by it.
/// </summary>
public sealed class MaximumWindowResult : CameraResult
{
    /// <summary>Name of the result in files.</summary>
    public const string TaskName = "maximum-window";

    /// <summary>chi2/ndf up to which the observatory takes a pixel.</summary>
    public const double MaximumChiSquarePerNdf = 15;

    private readonly DarkHistograms _dark;

    internal MaximumWindowResult(DarkHistograms dark, ImmutableArray<FitResult> fits, FlagLimits limits)
        : base(dark.MaximumWindow, fits, [.. fits.Select((fit, pixel) => (FlagRules.OfHistogram(dark.MaximumWindow, pixel, limits.MinimumWaveforms, edgesCount: false) & ~PixelFlags.Overflow) | FlagRules.OfFit(fit, limits))], limits)
    {
        _dark = dark;
        MaximumWindowModel model = MaximumWindowFitter.ModelOf(dark);
        MaximumWindowQuantities[] derived = [.. fits.Select(f => model.Derive(f["l"].Value, f["mu_xt"].Value, f["gain"].Value))];
        double mhzPerCount = 1e3 / dark.WindowNs;
        Quantities =
        [
            new("dc_to_pe", "charge per dark count", "C", "LSB/pe", [.. derived.Select(d => d.ChargePerPe)], [], "charge of one dark count with its crosstalk: gain (1 / (1 - x) - l w / S)"),
            new("dark_count_rate", "dark count rate", "f", "MHz", [.. derived.Select(d => d.DarkCountRateMHz)], [.. fits.Select(f => mhzPerCount * f["l"].Error)], "avalanches per waveform l divided by its length"),
            FromFits("mu_xt", "crosstalk", "crosstalk", "x", "", "mean number of avalanches that one avalanche sets off itself, as this model has it"),
            FromFits("gain", "gain", "gain", "G", "LSB/pe", "distance of the peaks"),
            FromFits("sigma_pe", "sigma_pe", "single-pe spread", "σₚₑ", "LSB", "spread of the charge of one avalanche"),
            FromFits("sigma_el", "sigma_el", "electronic noise", "σₑₗ", "LSB", "spread of the largest window without avalanches"),
            FromFits("x_el", "x_el", "zero without avalanches", "xₑₗ", "LSB", "place of the largest window without avalanches"),
            new("true_crosstalk", "true crosstalk", "X", "", [.. derived.Select(d => d.Crosstalk)], [], "1 - 1 / (1 / (1 - x) - l w / S)"),
            new("x0", "zero without light", "x₀", "LSB", [.. derived.Select(d => d.Zero)], [], "- l w / S times the charge per dark count"),
            new("chi2_per_ndf", "goodness of fit", "χ²/ndf", "", [.. Fits.Select(f => f.ChiSquarePerNdf)], [], "minimum of the cost divided by the degrees of freedom; large because the model is an approximation"),
        ];
    }

    /// <inheritdoc/>
    public override string Task => TaskName;

    /// <inheritdoc/>
    public override string Title => "Dark: maximum-window model";

    /// <inheritdoc/>
    public override ImmutableArray<PixelQuantity> Quantities { get; }

    /// <inheritdoc/>
    public override FitProblem Problem(int pixel) => MaximumWindowFitter.Problem(_dark, pixel);
}
