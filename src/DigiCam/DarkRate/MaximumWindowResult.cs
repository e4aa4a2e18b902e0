using System.Collections.Immutable;
using DigiCam.Files;
using DigiCam.Fitting;
using DigiCam.Fitting.Models;
using DigiCam.Flags;
using DigiCam.Geometry;
using DigiCam.Histograms;
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

    private const string HistogramGroup = "/" + TaskName + "_histograms";
    private const string SampleCountAttribute = "sample_count";

    internal MaximumWindowResult(PixelHistograms histograms, int sampleCount, ImmutableArray<FitResult> fits, FlagLimits limits)
        : base(histograms, fits, [.. fits.Select((fit, pixel) => (FlagRules.OfHistogram(histograms, pixel, limits.MinimumWaveforms, edgesCount: false) & ~PixelFlags.Overflow) | FlagRules.OfFit(fit, limits))], limits)
    {
        SampleCount = sampleCount;
        MaximumWindowModel model = MaximumWindowFitter.ModelOf(histograms, sampleCount);
        MaximumWindowQuantities[] derived = [.. fits.Select(f => model.Derive(f["l"].Value, f["mu_xt"].Value, f["gain"].Value))];
        double mhzPerCount = 1e3 / (sampleCount * CameraGeometry.SampleNs);
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

    /// <summary>Samples of a waveform, 4 ns each.</summary>
    internal int SampleCount { get; }

    /// <summary>Reads a result from the file of digicam dark-rate, which holds its histograms as well.</summary>
    /// <param name="path">The file (.h5).</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It holds no such result, or is damaged: one sentence that names file and dataset.</exception>
    public static MaximumWindowResult Read(string path)
    {
        SavedResult saved = ResultFiles.Read(path, TaskName);
        using Hdf5File file = Hdf5File.Open(path);
        if (!file.Contains(HistogramGroup)) throw new InvalidDataException($"{path}: {HistogramGroup} is not in the file, which an earlier version wrote; digicam dark-rate -p makes it anew");
        PixelHistograms histograms = PixelHistograms.ReadFrom(file, HistogramGroup);
        long samples = file.GetNumber<long>(HistogramGroup, SampleCountAttribute);
        if (histograms.Axis is not IntegerAxis) throw new InvalidDataException($"{path}: {HistogramGroup} is on {histograms.Axis}, not on an axis of integers");
        if (samples < histograms.Scale.Samples || samples > ushort.MaxValue) throw new InvalidDataException(FormattableString.Invariant($"{path}: {HistogramGroup} has an attribute sample_count of {samples}, its windows are of {histograms.Scale.Samples}"));
        saved.RequireFits(histograms.PixelCount, histograms.Scale, MaximumWindowFitter.ModelOf(histograms, (int)samples).Parameters);
        return new MaximumWindowResult(histograms, (int)samples, saved.Fits, saved.Limits);
    }

    /// <inheritdoc/>
    public override FitProblem Problem(int pixel) => MaximumWindowFitter.Problem(Histograms, SampleCount, pixel);

    /// <inheritdoc/>
    protected internal override void AddTo(Hdf5Writer writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        Histograms.WriteTo(writer, HistogramGroup, "largest window of each waveform without the baseline that the camera wrote (pixel)");
        writer.AddAttribute(HistogramGroup, SampleCountAttribute, (long)SampleCount);
    }
}
