using DigiCam.Geometry;
using DigiCam.Histograms;
using DigiCam.HvOff;
using DigiCam.Kernel.Documents;
using DigiCam.Kernel.Formatting;
using DigiCam.Notebooks.Tables;
using DigiCam.Results;
using DigiCam.Runs;
using Microsoft.Data.Analysis;

namespace DigiCam.Notebooks.Tests.Tables;

public sealed class DataFrameTests
{
    [Fact]
    public void ToDataFrame_OfATable_KeepsTypesAndEveryDigit()
    {
        DataFrame frame = new Table("t", [new("pixel"), new("gain", "LSB/pe"), new("gain"), new("good"), new("flags")],
        [
            new object?[] { 7, new Measurement(0.1 + 0.2, 1e-7), 1.5, true, "OK" },
            new object?[] { null, null, null, false, null },
        ]).ToDataFrame();
        Assert.Equal(["pixel", "gain", "gain_error", "gain_2", "good", "flags"], frame.Columns.Select(column => column.Name));
        Assert.Equal([typeof(long), typeof(double), typeof(double), typeof(double), typeof(bool), typeof(string)], frame.Columns.Select(column => column.DataType));
        Assert.Equal([7L, 0.1 + 0.2, 1e-7, 1.5, true, "OK"], frame.Rows[0]);
        Assert.Equal([null, null, null, null, false, null], frame.Rows[1]);
    }

    [Fact]
    public void ToDataFrame_OfAResult_HasTheValuesOfEveryPixel()
    {
        using Run run = Run.Open(Path.Combine(TestEnvironment.RepositoryRoot, "data-samples", "small", "hv_off_000.fits.fz"));
        HvOffResult result = HvOffFitter.Fit(AdcHistograms.Accumulate(run));
        DataFrame frame = result.ToDataFrame();
        Assert.Equal(CameraGeometry.PixelCount, frame.Rows.Count);
        Assert.Equal(result.Baseline.Select(value => (object)value), frame["baseline"].Cast<object>());
        Assert.Equal(result["electronic_noise"].Errors.Select(value => (object)value), frame["electronic_noise_error"].Cast<object>());
        Assert.Equal("STUCK", ((string)frame["flags"][137]).Split(' ').Single(flag => flag == "STUCK"));
        DataFrame bad = frame.Filter(frame["flags"].ElementwiseNotEquals("OK"));
        Assert.Equal(result.PixelCount - result.GoodCount, bad.Rows.Count);

        DataFrame bins = result.Histograms[3].ToDataFrame();
        Assert.Equal(result.Histograms.GetEntries(3), bins["counts"].Cast<long>().Sum());
        Assert.Equal(1.0, (double)bins["high"][0] - (double)bins["low"][0]);
    }

    [Fact]
    public void DataFrame_IsShownAsATable()
    {
        DataFrame frame = new(new Int32DataFrameColumn("n", Enumerable.Range(0, 30_000)), new DoubleDataFrameColumn("x", Enumerable.Range(0, 30_000).Select(i => i / 7.0)));
        MimeBundle bundle = new ValueFormatter().Format(frame);
        Assert.StartsWith("30000 rows of 2 columns; here the first 20000 of 2\n", bundle["text/plain"], StringComparison.Ordinal);
        Assert.StartsWith("<div id=\"dc-table-", bundle["text/html"], StringComparison.Ordinal);
        Assert.InRange(bundle["text/html"].Length, 1000, 1_000_000);
    }
}
