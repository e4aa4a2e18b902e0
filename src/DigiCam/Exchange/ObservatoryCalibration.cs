using System.Collections.Immutable;
using System.Text;
using DigiCam.Charges;
using DigiCam.Dark;
using DigiCam.DarkRate;
using DigiCam.Files;
using DigiCam.Fitting;
using DigiCam.Fitting.Models;
using DigiCam.Flags;
using DigiCam.Geometry;
using DigiCam.Histograms;

namespace DigiCam.Exchange;

/// <summary>
/// The calibration of a camera as the observatory's pipeline sst1mpipe has it: from the largest 5-sample sums of a dark run, on its scale, with its cuts. Rows are software
/// pixel ids.
/// </summary>
/// <remarks>
/// File: a pandas frame with the key df_param and the columns of <see cref="Columns"/>; read by <c>pandas.read_hdf(file)</c> without a key. Numbers: l = dcr dark counts per 200 ns, x = X_talk, G = gain;
/// true_Ext = 1/(1-x) - 0.1 l, true_Xtalk = 1 - 1/true_Ext, dc_to_pe = G true_Ext, x0 = -0.1 l dc_to_pe, dcr_MHz = 5 l; P_chi2 = sum (counts - model)^2 / max(counts, 1) / (bins - 6).
/// </remarks>
public sealed class ObservatoryCalibration
{
    /// <summary>Name of the frame of the parameters in its file.</summary>
    public const string Key = "df_param";

    /// <summary>Name of the frame of the histograms in its file.</summary>
    public const string HistogramKey = "df_hists";

    // Samples of the observatory's sum and of its waveforms: dark counts are per waveform.
    private const int WindowSamples = 5;
    private const int SampleCount = 50;
    private const double MHzPerCount = 1e3 / (SampleCount * CameraGeometry.SampleNs);

    private static readonly (string Parameter, string Column)[] Fitted = [("l", "dcr"), ("mu_xt", "X_talk"), ("gain", "gain"), ("sigma_pe", "sigma_pe"), ("sigma_el", "sigma_el"), ("x_el", "x_el")];

    private readonly PandasFrame _frame;

    private ObservatoryCalibration(PandasFrame frame, ImmutableArray<double> chargePerPe, ImmutableArray<bool> isGood, ImmutableArray<string> reasons) =>
        (_frame, ChargePerPe, IsGood, Reasons) = (frame, chargePerPe, isGood, reasons);

    /// <summary>Charge of one photo-electron with its crosstalk (pixel) [LSB/pe], column dc_to_pe; NaN = not measured. Of bad pixels as it was found: see <see cref="UsedChargePerPe"/>.</summary>
    public ImmutableArray<double> ChargePerPe { get; }

    /// <summary>True for the pixels whose calib_flag is 1.</summary>
    public ImmutableArray<bool> IsGood { get; }

    /// <summary>Why a pixel is not good, one clause for each cut, joined by "; "; empty for good pixels, and "calib_flag" for those of a file that does not say more.</summary>
    public ImmutableArray<string> Reasons { get; }

    /// <summary>Number of pixels.</summary>
    public int PixelCount => _frame.RowCount;

    /// <summary>Number of good pixels.</summary>
    public int GoodCount => IsGood.Count(good => good);

    /// <summary>Names of the columns.</summary>
    public ImmutableArray<string> Columns => [.. _frame.Columns.Select(column => column.Name)];

    internal PandasFrame Frame => _frame;

    /// <summary>Makes the calibration of a dark run.</summary>
    /// <param name="result">The fits of the largest 5-sample sums of waveforms of 50 samples.</param>
    /// <param name="cuts">The cuts; null for the observatory's.</param>
    /// <exception cref="ArgumentException">The result is on another scale, or of waveforms of another length: its numbers mean something else.</exception>
    public static ObservatoryCalibration Of(MaximumWindowResult result, ObservatoryCuts? cuts = null)
    {
        Require(result);
        cuts ??= new ObservatoryCuts();
        int pixels = result.PixelCount;
        MaximumWindowModel model = MaximumWindowFitter.ModelOf(result.Histograms, SampleCount);
        MaximumWindowQuantities[] derived = [.. result.Fits.Select(fit => model.Derive(fit["l"].Value, fit["mu_xt"].Value, fit["gain"].Value))];
        List<PandasColumn> columns = [PandasColumn.Of("pixel_id", Enumerable.Range(0, pixels).Select(pixel => (long)pixel))];
        foreach ((string parameter, string column) in Fitted)
        {
            columns.Add(PandasColumn.Of(column, result.Fits.Select(fit => fit[parameter].Value)));
            columns.Add(PandasColumn.Of(column + "_err", result.Fits.Select(fit => fit[parameter].Error)));
        }

        columns.Add(PandasColumn.Of("P_chi2", Enumerable.Range(0, pixels).Select(pixel => ChiSquare(result, model, pixel))));
        columns.Add(PandasColumn.Of("dcr_MHz", result.Fits.Select(fit => MHzPerCount * fit["l"].Value)));
        columns.Add(PandasColumn.Of("true_Xtalk", derived.Select(d => d.Crosstalk)));
        columns.Add(PandasColumn.Of("fit_accuracy", result.Fits.Select(fit => fit.HasErrors)));
        columns.Add(PandasColumn.Of("dc_to_pe", derived.Select(d => d.ChargePerPe)));
        columns.Add(PandasColumn.Of("x0", derived.Select(d => d.Zero)));
        Dictionary<string, double[]> values = columns.ToDictionary(column => column.Name, column => column.ToDoubles());
        ImmutableArray<string> reasons = [.. Enumerable.Range(0, pixels).Select(pixel => Why(result.Fits[pixel], pixel))];
        ImmutableArray<bool> good = [.. reasons.Select(reason => reason.Length == 0)];
        columns.Add(PandasColumn.Of("calib_flag", good.Select(isGood => isGood ? 1L : 0)));
        return new ObservatoryCalibration(new PandasFrame(columns), [.. values["dc_to_pe"]], good, reasons);

        string Why(FitResult fit, int pixel)
        {
            IEnumerable<string> outside = cuts.All.Where(cut => !(values[cut.Column][pixel] >= cut.Least && values[cut.Column][pixel] <= cut.Most))
                .Select(cut => double.IsNaN(values[cut.Column][pixel]) ? $"{cut.Column} NaN" : FormattableString.Invariant($"{cut.Column} {values[cut.Column][pixel]:G4} outside {cut.Least}..{cut.Most}"));
            return string.Join("; ", fit.HasErrors ? outside : outside.Prepend($"fit not accurate ({fit.Status.Describe()})"));
        }
    }

    /// <summary>
    /// Reads a calibration of the observatory or of the kit: the row is the pixel id, also where pixel_id is NaN, as in averaged files. Pixels without a calib_flag of 1 are bad.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is no such file, or is damaged: one sentence that names file and column.</exception>
    public static ObservatoryCalibration Read(string path)
    {
        PandasFrame frame = PandasFrameFile.Read(path, out string key);
        if (frame.RowCount != CameraGeometry.PixelCount) throw new InvalidDataException(FormattableString.Invariant($"{path}: {key} has {frame.RowCount} rows, the camera {CameraGeometry.PixelCount} pixels"));
        double[] charge = Column("dc_to_pe");
        double[] flag = Column("calib_flag");
        double[] ids = frame["pixel_id"]?.ToDoubles() ?? [];
        for (int row = 0; row < ids.Length; row++)
        {
            if (!double.IsNaN(ids[row]) && ids[row] != row) throw new InvalidDataException(FormattableString.Invariant($"{path}: {key}: row {row} is of pixel_id {ids[row]}; rows must be in the order of the pixels"));
        }

        ImmutableArray<bool> good = [.. flag.Select(value => value == 1)];
        return new ObservatoryCalibration(frame, [.. charge], good, [.. good.Select(isGood => isGood ? "" : "calib_flag")]);

        double[] Column(string name) => frame[name]?.ToDoubles() ?? throw new InvalidDataException($"{path}: {key} has no column {name}; it has {string.Join(", ", frame.Columns.Take(30).Select(column => column.Name))}");
    }

    /// <summary>Name of the observatory's files without their end: YYYYMMDD_first_last_Tel.</summary>
    /// <param name="date">Day of the observation.</param>
    /// <param name="firstRun">Number of the first file.</param>
    /// <param name="lastRun">Number of the last file.</param>
    /// <param name="telescope">Number of the telescope.</param>
    /// <exception cref="ArgumentException">A number is negative or above 9999, or the last one below the first.</exception>
    public static string FileStem(DateOnly date, int firstRun, int lastRun, int telescope)
    {
        if (firstRun < 0 || lastRun < firstRun || lastRun > 9999) throw new ArgumentException(FormattableString.Invariant($"files {firstRun} to {lastRun}: numbers between 0 and 9999 in ascending order are needed"), nameof(lastRun));
        if (telescope is < 1 or > 99) throw new ArgumentException(FormattableString.Invariant($"telescope {telescope}: a number between 1 and 99 is needed"), nameof(telescope));
        return FormattableString.Invariant($"{date:yyyyMMdd}_{firstRun:D4}_{lastRun:D4}_Tel{telescope}");
    }

    /// <summary>Writes the observatory's file.</summary>
    /// <param name="path">The target; its name is to end in _fitted_parameters.h5, see <see cref="FileStem"/>.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Write(string path) => PandasFrameFile.Write(path, Key, _frame);

    /// <summary>
    /// Writes the observatory's file of histograms: a row for each pixel, a column for each charge from -50 to 125 [LSB]. Charges beyond are left out; a pixel with invalid counts is NaN.
    /// </summary>
    /// <param name="path">The target; its name is to end in _histograms.h5.</param>
    /// <param name="result">The fits with their histograms.</param>
    /// <exception cref="ArgumentException">They are on another scale.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void WriteHistograms(string path, MaximumWindowResult result)
    {
        Require(result);
        PixelHistograms histograms = result.Histograms;
        double[] centers = histograms.IntegerAxis.Centers();
        PandasFrameFile.Write(path, HistogramKey, new PandasFrame(
            centers.Select((center, bin) => PandasColumn.Of(FormattableString.Invariant($"{center}"), Enumerable.Range(0, histograms.PixelCount).Select(pixel => histograms.IsValid(pixel) ? histograms.GetCounts(pixel)[bin] : double.NaN))),
            [.. centers]));
    }

    /// <summary>What the observatory calibrates with (pixel) [LSB/pe]: its reader gives bad pixels the mean of the good ones, NaN left out; NaN for them when no pixel is good.</summary>
    public ImmutableArray<double> UsedChargePerPe()
    {
        double[] good = [.. ChargePerPe.Where((charge, pixel) => IsGood[pixel] && !double.IsNaN(charge))];
        double mean = good.Length > 0 ? good.Average() : double.NaN;
        return [.. ChargePerPe.Select((charge, pixel) => IsGood[pixel] ? charge : mean)];
    }

    /// <summary>The values of a column (pixel), truth values as 0 and 1.</summary>
    /// <param name="column">For example "gain".</param>
    /// <exception cref="ArgumentException">There is no such column.</exception>
    public ImmutableArray<double> this[string column] => [.. (_frame[column] ?? throw new ArgumentException($"no column '{column}'; there are {string.Join(", ", Columns)}", nameof(column))).ToDoubles()];

    /// <summary>Writes why pixels are bad: pixel, calib_flag, the cuts that it fails and the kit's own flags, comma separated.</summary>
    internal void WriteReasons(string path, ImmutableArray<PixelFlags> flags)
    {
        StringBuilder text = new("pixel,calib_flag,reasons,flags\n");
        for (int pixel = 0; pixel < PixelCount; pixel++) text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{pixel},{(IsGood[pixel] ? 1 : 0)},{Reasons[pixel].Replace(',', ' ')},{PixelFlagNames.Describe(flags[pixel])}\n");
        AtomicFile.WriteText(path, text.ToString());
    }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"calibration of the observatory: {GoodCount} of {PixelCount} pixels good, {SigmaClip.Of(ChargePerPe.Where((_, pixel) => IsGood[pixel]), 5).Median:F2} LSB/pe ({ChargeScale.SumOf(WindowSamples)})");

    // The observatory's chi2: squared distances by the counts, at least 1, as variance; all parameters count.
    private static double ChiSquare(MaximumWindowResult result, MaximumWindowModel model, int pixel)
    {
        double[] parameters = result.Fits[pixel].Values();
        if (!result.Histograms.IsValid(pixel) || parameters.Any(double.IsNaN)) return double.NaN;
        (int first, int count) = MaximumWindowFitter.RangeOf(result.Histograms, pixel);
        ReadOnlySpan<uint> counts = result.Histograms.GetCounts(pixel).Slice(first, count);
        double[] edges = [.. Enumerable.Range(first, count + 1).Select(result.Histograms.Axis.Edge)];
        double[] expected = new double[count];
        model.Events = Math.Max(result.Histograms.GetEntries(pixel), 1);
        model.Evaluate(parameters, edges, expected, new double[count], default);
        double sum = 0;
        for (int i = 0; i < count; i++) sum += (counts[i] - expected[i]) * (counts[i] - expected[i]) / Math.Max(counts[i], 1);
        return sum / (count - parameters.Length);
    }

    private static void Require(MaximumWindowResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        ChargeScale scale = ChargeScale.SumOf(WindowSamples);
        if (result.Scale != scale) throw new ArgumentException($"charges on the scale '{result.Scale}', the observatory's are on '{scale}': gains of different scales are never put together", nameof(result));
        if (result.SampleCount != SampleCount) throw new ArgumentException(FormattableString.Invariant($"waveforms of {result.SampleCount} samples; the observatory's numbers are defined for {SampleCount}"), nameof(result));
        if (!result.Histograms.Axis.Equals(DarkHistograms.MaximumWindowAxis)) throw new ArgumentException($"charges on {result.Histograms.Axis}, the observatory's are on {DarkHistograms.MaximumWindowAxis}", nameof(result));
        if (result.PixelCount != CameraGeometry.PixelCount) throw new ArgumentException(FormattableString.Invariant($"{result.PixelCount} pixels, the camera has {CameraGeometry.PixelCount}"), nameof(result));
    }
}
