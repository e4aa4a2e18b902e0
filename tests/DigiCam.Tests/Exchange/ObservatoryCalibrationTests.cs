using System.Collections.Immutable;
using System.Text.Json;
using DigiCam.Charges;
using DigiCam.Dark;
using DigiCam.DarkRate;
using DigiCam.Exchange;
using DigiCam.Fitting;
using DigiCam.Flags;
using DigiCam.Geometry;
using DigiCam.Histograms;
using DigiCam.Results;

namespace DigiCam.Tests.Exchange;

public sealed class ObservatoryCalibrationTests : IDisposable
{
    private const string Pandas = "numpy, pandas, tables, h5py";

    // l, mu_xt, gain, sigma_pe, sigma_el, x_el of a good pixel.
    private static readonly double[] Good = [0.4, 0.12, 21, 2.2, 1.8, 3];

    private static readonly string[] Names = ["l", "mu_xt", "gain", "sigma_pe", "sigma_el", "x_el"];

    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();

    private string Target => _folder.File("20240131_0042_0043_Tel1_fitted_parameters.h5");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Of_GoodPixel_HasTheObservatorysNumbers()
    {
        ObservatoryCalibration calibration = ObservatoryCalibration.Of(Result(_ => Good));
        double excess = (1 / (1 - 0.12)) - (0.1 * 0.4);
        Assert.Equal(21 * excess, calibration.ChargePerPe[7], 12);
        Assert.Equal(1 - (1 / excess), calibration["true_Xtalk"][7], 14);
        Assert.Equal(5 * 0.4, calibration["dcr_MHz"][7], 14);
        Assert.Equal(-0.1 * 0.4 * 21 * excess, calibration["x0"][7], 13);
        Assert.Equal((1296, 1296), (calibration.GoodCount, calibration.PixelCount));
        Assert.All(calibration.Reasons, Assert.Empty);

        // Of the model itself chi2 is 0 but for the rounding of counts, which is small beside their errors.
        Assert.InRange(calibration["P_chi2"][7], 1e-6, 0.1);
        Assert.Equal(
            ["pixel_id", "dcr", "dcr_err", "X_talk", "X_talk_err", "gain", "gain_err", "sigma_pe", "sigma_pe_err", "sigma_el", "sigma_el_err", "x_el", "x_el_err", "P_chi2", "dcr_MHz", "true_Xtalk", "fit_accuracy", "dc_to_pe", "x0", "calib_flag"],
            calibration.Columns);
    }

    [Theory]
    [InlineData(0, 1.51, "dcr 1.51 outside 0..1.5")]
    [InlineData(1, 0.31, "X_talk 0.31 outside 0..0.3")]
    [InlineData(1, 0.07, "true_Xtalk 0.0")]
    [InlineData(2, 15.99, "gain 15.99 outside 16..35")]
    [InlineData(2, 35.01, "gain 35.01 outside 16..35")]
    [InlineData(3, 5.51, "sigma_pe 5.51 outside 1..5.5")]
    [InlineData(4, 7.01, "sigma_el 7.01 outside 0..7")]
    public void Cuts_NumberOutside_IsBadAndSaysWhy(int parameter, double value, string reason)
    {
        ObservatoryCalibration calibration = ObservatoryCalibration.Of(Result(pixel => pixel == 5 ? Changed(parameter, value) : Good));
        Assert.Equal(Enumerable.Range(0, 1296).Select(pixel => pixel != 5), calibration.IsGood);
        Assert.Contains(reason, calibration.Reasons[5], StringComparison.Ordinal);
        Assert.Equal(0, calibration["calib_flag"][5]);
    }

    [Theory]
    [InlineData(2, 16.0)]
    [InlineData(2, 35.0)]
    [InlineData(3, 1.0)]
    [InlineData(3, 5.5)]
    [InlineData(4, 7.0)]
    public void Cuts_NumberOnTheLimit_IsGood(int parameter, double value) =>
        Assert.True(ObservatoryCalibration.Of(Result(pixel => pixel == 5 ? Changed(parameter, value) : Good)).IsGood[5]);

    [Fact]
    public void Cuts_NaN_NeverPasses()
    {
        ObservatoryCuts wide = new() { MostDarkCounts = double.PositiveInfinity, MostGain = double.PositiveInfinity, LeastGain = double.NegativeInfinity };
        for (int parameter = 0; parameter < Good.Length - 1; parameter++)
        {
            ObservatoryCalibration calibration = ObservatoryCalibration.Of(Result(pixel => pixel == 5 ? Changed(parameter, double.NaN) : Good), wide);
            Assert.False(calibration.IsGood[5]);
            Assert.Contains("NaN", calibration.Reasons[5], StringComparison.Ordinal);
            Assert.Equal(1295, calibration.GoodCount);
        }
    }

    [Fact]
    public void Cuts_FitWithoutErrors_IsBad()
    {
        ObservatoryCalibration calibration = ObservatoryCalibration.Of(Result(_ => Good, pixel => pixel == 9 ? FitStatus.SingularHessian : pixel == 10 ? FitStatus.AtLimit : FitStatus.Converged));
        Assert.StartsWith("fit not accurate", calibration.Reasons[9], StringComparison.Ordinal);
        Assert.Equal((0, 1, 1295), (calibration["fit_accuracy"][9], calibration["fit_accuracy"][10], calibration.GoodCount));
    }

    [Fact]
    public void Cuts_OfTheUser_Count()
    {
        Assert.Equal(0, ObservatoryCalibration.Of(Result(_ => Good), new ObservatoryCuts { LeastGain = 22 }).GoodCount);
        Assert.Equal(0, ObservatoryCalibration.Of(Result(_ => Good), new ObservatoryCuts { MostChiSquare = 0 }).GoodCount);
    }

    [Fact]
    public void Of_OtherScales_AreRefused()
    {
        Assert.Contains("'sum of 7 samples', the observatory's are on 'sum of 5 samples'", Assert.Throws<ArgumentException>(() => ObservatoryCalibration.Of(Result(_ => Good, samples: 7))).Message, StringComparison.Ordinal);
        Assert.Contains("waveforms of 92 samples", Assert.Throws<ArgumentException>(() => ObservatoryCalibration.Of(Result(_ => Good, sampleCount: 92))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WriteRead_TheSame_AndBadPixelsGetTheMean()
    {
        ObservatoryCalibration calibration = ObservatoryCalibration.Of(Result(pixel => Changed(2, pixel == 3 ? 12 : pixel == 4 ? double.NaN : 20 + (pixel * 0.01))));
        calibration.Write(Target);
        ObservatoryCalibration back = ObservatoryCalibration.Read(Target);
        Assert.Equal(calibration.IsGood, back.IsGood);
        Assert.Equal(calibration.Columns, back.Columns);
        foreach (string column in calibration.Columns) Assert.Equal(calibration[column], back[column]);
        Assert.Equal(calibration.UsedChargePerPe(), back.UsedChargePerPe());
        double mean = Enumerable.Range(0, 1296).Where(pixel => calibration.IsGood[pixel]).Average(pixel => calibration.ChargePerPe[pixel]);
        Assert.Equal((mean, mean, calibration.ChargePerPe[5]), (back.UsedChargePerPe()[3], back.UsedChargePerPe()[4], back.UsedChargePerPe()[5]));
    }

    [Fact]
    public void Write_Pandas_ReadsOurNumbers()
    {
        MaximumWindowResult result = Result(pixel => pixel == 3 ? Changed(2, double.NaN) : Changed(2, 20 + (pixel * 0.001)));
        ObservatoryCalibration calibration = ObservatoryCalibration.Of(result);
        calibration.Write(Target);
        JsonElement seen = PythonPeer.Run(Pandas, "frame", Target);
        Assert.Equal("/df_param", seen.GetProperty("keys")[0].GetString());
        Assert.Equal(calibration.Columns, seen.GetProperty("labels").EnumerateArray().Select(label => label.GetString()!));
        JsonElement[] columns = [.. seen.GetProperty("columns").EnumerateArray()];
        Assert.Equal(["int64", "bool", "int64"], ((int[])[0, 16, 19]).Select(k => columns[k].GetProperty("type").GetString()));
        for (int k = 1; k < columns.Length - 1; k++)
        {
            if (k != 16) Assert.Equal(calibration[calibration.Columns[k]].Select(PandasFrameTests.Bits), columns[k].GetProperty("values").EnumerateArray().Select(value => value.GetString()));
        }

        string histograms = _folder.File("h_histograms.h5");
        ObservatoryCalibration.WriteHistograms(histograms, result);
        seen = PythonPeer.Run(Pandas, "frame", histograms);
        Assert.Equal("/df_hists", seen.GetProperty("keys")[0].GetString());
        Assert.Equal(Enumerable.Range(-50, 176).Select(center => (double)center), seen.GetProperty("labels").EnumerateArray().Select(label => label.GetDouble()));
        columns = [.. seen.GetProperty("columns").EnumerateArray()];
        for (int bin = 0; bin < columns.Length; bin++) Assert.Equal(Enumerable.Range(0, 1296).Select(pixel => PandasFrameTests.Bits(result.Histograms.GetCounts(pixel)[bin])), columns[bin].GetProperty("values").EnumerateArray().Select(value => value.GetString()));
    }

    [Fact]
    public void Read_AveragedFile_RowsWithoutAPixelIdAreBad()
    {
        PythonPeer.Run(Pandas, "make", "averaged", Target);
        ObservatoryCalibration calibration = ObservatoryCalibration.Read(Target);
        Assert.Equal((1296, false, false), (calibration.PixelCount, calibration.IsGood[5], calibration.IsGood[700]));
        Assert.InRange(calibration.GoodCount, 1100, 1250);
        Assert.All(calibration.UsedChargePerPe(), charge => Assert.True(double.IsFinite(charge)));
    }

    [Fact]
    public void Read_OtherTables_AreRefused()
    {
        AssertRefused("has no column dc_to_pe", PandasColumn.Of("calib_flag", Enumerable.Repeat(1L, 1296)));
        AssertRefused("has 2 rows, the camera 1296 pixels", PandasColumn.Of("calib_flag", [1L, 1]));
        AssertRefused("row 0 is of pixel_id 1295", PandasColumn.Of("calib_flag", Enumerable.Repeat(1L, 1296)), PandasColumn.Of("dc_to_pe", Enumerable.Repeat(1.0, 1296)), PandasColumn.Of("pixel_id", Enumerable.Range(0, 1296).Select(pixel => 1295L - pixel)));
    }

    [Fact]
    public void ResultFile_HoldsAllThatAnExportNeeds()
    {
        MaximumWindowResult result = Result(pixel => Changed(2, 20 + (pixel * 0.001)));
        string path = _folder.File("fit.h5");
        ResultFiles.WriteHdf5(path, Provenance.Now("dark-rate", [], []), result);
        MaximumWindowResult back = MaximumWindowResult.Read(path);
        Assert.Equal((result.SampleCount, result.Scale), (back.SampleCount, back.Scale));
        Assert.Equal(result.Flags, back.Flags);
        foreach (string column in ObservatoryCalibration.Of(result).Columns) Assert.Equal(ObservatoryCalibration.Of(result)[column], ObservatoryCalibration.Of(back)[column]);
    }

    [Fact]
    public void FileStem_IsTheObservatorys()
    {
        Assert.Equal("20240131_0042_0143_Tel2", ObservatoryCalibration.FileStem(new DateOnly(2024, 1, 31), 42, 143, 2));
        Assert.Throws<ArgumentException>(() => ObservatoryCalibration.FileStem(new DateOnly(2024, 1, 31), 43, 42, 2));
        Assert.Throws<ArgumentException>(() => ObservatoryCalibration.FileStem(new DateOnly(2024, 1, 31), 1, 10000, 2));
        Assert.Throws<ArgumentException>(() => ObservatoryCalibration.FileStem(new DateOnly(2024, 1, 31), 1, 2, 0));
    }

    private void AssertRefused(string words, params PandasColumn[] columns)
    {
        PandasFrameFile.Write(Target, "df_param", new PandasFrame(columns));
        string message = Assert.Throws<InvalidDataException>(() => ObservatoryCalibration.Read(Target)).Message;
        Assert.StartsWith(Target, message, StringComparison.Ordinal);
        Assert.Contains(words, message, StringComparison.Ordinal);
    }

    private static double[] Changed(int parameter, double value) => [.. Good.Select((good, k) => k == parameter ? value : good)];

    // Histograms that are the model's expectation for a million events.
    private static MaximumWindowResult Result(Func<int, double[]> parameters, Func<int, FitStatus>? status = null, int samples = 5, int sampleCount = 50)
    {
        PixelHistograms histograms = new(DarkHistograms.MaximumWindowAxis, CameraGeometry.PixelCount, ChargeScale.SumOf(samples)) { EventCount = 1_000_000 };
        DigiCam.Fitting.Models.MaximumWindowModel model = MaximumWindowFitter.ModelOf(histograms, sampleCount);
        model.Events = histograms.EventCount;
        double[] edges = [.. Enumerable.Range(0, 177).Select(histograms.Axis.Edge)];
        double[] expected = new double[176];
        ImmutableArray<FitResult>.Builder fits = ImmutableArray.CreateBuilder<FitResult>();
        for (int pixel = 0; pixel < CameraGeometry.PixelCount; pixel++)
        {
            double[] values = parameters(pixel);
            model.Evaluate([.. values.Select((value, k) => double.IsNaN(value) ? Good[k] : value)], edges, expected, new double[176], default);
            histograms.SetCounts(pixel, [.. expected.Select(count => Math.Round(count, MidpointRounding.ToEven))], 0, 0);
            fits.Add(FitResult.Create(status?.Invoke(pixel) ?? FitStatus.Converged, [.. Names.Select((name, k) => new FittedParameter(name, "", values[k], 0.1 * (k + 1), false, false))], [], 100, 0, 140, 7, []));
        }

        return new MaximumWindowResult(histograms, sampleCount, fits.ToImmutable(), new FlagLimits());
    }
}
