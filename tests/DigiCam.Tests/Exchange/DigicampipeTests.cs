using System.Collections.Immutable;
using System.Text.Json;
using CsCheck;
using DigiCam.Charges;
using DigiCam.Exchange;
using DigiCam.Fitting;
using DigiCam.Flags;
using DigiCam.Plans;

namespace DigiCam.Tests.Exchange;

public sealed class DigicampipeTests : IDisposable
{
    private static readonly string[] Names = ["gain", "mu_xt", "sigma_e", "sigma_1", "baseline"];

    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();

    private string Target => _folder.File("calibration.yml");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void WriteRead_AnyNumbers_ComeBackToTheLastBit()
    {
        string path = Target;
        Gen.Select(Gen.Double.Array[1296], Gen.Int[0, 1295].Array[0, 20]).Sample(
            (gains, bad) =>
            {
                DigicampipeCalibration calibration = new() { Gain = [.. gains.Select(gain => double.IsNaN(gain) ? double.NaN : gain)], BadPixels = [.. bad.Distinct().Order()] };
                calibration.Write(path);
                DigicampipeCalibration back = DigicampipeCalibration.Read(path);
                Assert.Equal(calibration, back);
                Assert.Equal(calibration.Gain.Select(BitConverter.DoubleToInt64Bits), back.Gain.Select(BitConverter.DoubleToInt64Bits));
            },
            iter: 10, threads: 1);
    }

    [Theory]
    [InlineData(1e-5, "1.0e-05")]
    [InlineData(1e22, "1.0e+22")]
    [InlineData(1.5e-300, "1.5e-300")]
    [InlineData(20, "20.0")]
    [InlineData(-0.0, "-0.0")]
    [InlineData(0.1, "0.1")]
    [InlineData(double.NaN, ".nan")]
    [InlineData(double.NegativeInfinity, "-.inf")]
    public void Format_Numbers_AreThoseOfYaml11(double value, string text) => Assert.Equal(text, DigicampipeCalibration.Format(value));

    [Fact]
    public void Write_PyYaml_ReadsOurNumbers()
    {
        DigicampipeCalibration calibration = Example();
        calibration.Write(Target);
        JsonElement seen = PythonPeer.Run("yaml", "yml", Target);
        Assert.Equal(
            ["bad_pixels", "baseline", "baseline_error", "chi_2", "dark_count_rate", "gain", "gain_error", "mu_xt", "ndf", "pixel_id", "sigma_e", "sigma_e_error", "sigma_s", "sigma_s_error"],
            seen.EnumerateObject().Select(list => list.Name).Order(StringComparer.Ordinal));
        foreach ((string key, _, ImmutableArray<double> values) in calibration.Lists) Assert.Equal(["float", .. values.Select(PandasFrameTests.Bits)], seen.GetProperty(key).EnumerateArray().Select(value => value.GetString()!.Replace("000000000000f87f", "000000000000f8ff", StringComparison.Ordinal)));
        Assert.Equal(["int", .. calibration.BadPixels.Select(pixel => PandasFrameTests.Bits(pixel))], seen.GetProperty("bad_pixels").EnumerateArray().Select(value => value.GetString()));
        Assert.Equal(["int", .. Enumerable.Range(0, 1296).Select(pixel => PandasFrameTests.Bits(pixel))], seen.GetProperty("pixel_id").EnumerateArray().Select(value => value.GetString()));
    }

    [Fact]
    public void Read_WhatPyYamlWrote()
    {
        JsonElement made = PythonPeer.Run("numpy, yaml", "make_yml", Target);
        DigicampipeCalibration calibration = DigicampipeCalibration.Read(Target);
        foreach ((string key, _, ImmutableArray<double> values) in calibration.Lists)
        {
            if (made.TryGetProperty(key, out JsonElement theirs)) Assert.Equal(theirs.EnumerateArray().Select(value => value.GetString()!.Replace("000000000000f87f", "000000000000f8ff", StringComparison.Ordinal)), values.Select(PandasFrameTests.Bits));
            else Assert.All(values, value => Assert.Equal(double.NaN, value));
        }

        Assert.Equal([7, 8], calibration.BadPixels);
    }

    [Fact]
    public void Of_FlaggedPixelsAndThoseWithoutANumber_AreBad()
    {
        ImmutableArray<FitResult> fits = [.. Enumerable.Range(0, 1296).Select(pixel => Fit(pixel == 4 ? double.NaN : 20 + (0.01 * pixel)))];
        ImmutableArray<PixelFlags> flags = [.. fits.Select((_, pixel) => pixel == 3 ? PixelFlags.GainOutlier : PixelFlags.None)];
        double[] rates = [.. fits.Select((_, pixel) => pixel == 5 ? double.NaN : 2.5)];
        DigicampipeCalibration calibration = DigicampipeCalibration.Of(ChargeScale.SumOf(7), fits, flags, [.. rates]);
        Assert.Equal([3, 4, 5], calibration.BadPixels);
        Assert.Equal((20.07, 0.1, 2.5 * 1e-3, 120.0, 95.0), (calibration.Gain[7], calibration.GainError[7], calibration.DarkCountRateGHz[7], calibration.ChiSquare[7], calibration.DegreesOfFreedom[7]));
        foreach (ChargeScale scale in (ChargeScale[])[ChargeScale.Amplitude, ChargeScale.SumOf(5)])
            Assert.Contains($"charges on the scale '{scale}', digicampipe's are on 'sum of 7 samples'", Assert.Throws<ArgumentException>(() => DigicampipeCalibration.Of(scale, fits, flags, [.. rates])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("baseline: [1]", "has no key gain")]
    [InlineData("gain: [1, 2]", "line 1: gain is a list of 2, the camera has 1296 pixels")]
    [InlineData("gain: 3", "line 1: gain is no list of numbers")]
    [InlineData("x: 1\ngain: [a]", "line 2: gain holds 'a', which is no number")]
    [InlineData("gain: [[1]]", "line 1: gain holds something else than numbers")]
    [InlineData("gain: [1\nother: 2", "calibration.yml")]
    [InlineData("gain: ALL\nbad_pixels: [1296]", "bad_pixels: 1296 is not a pixel between 0 and 1295")]
    [InlineData("gain: ALL\nbad_pixels: [0.5]", "bad_pixels: 0.5 is not a pixel")]
    [InlineData("gain: ALL\npixel_id: ALL", "pixel_id: entry 0 is pixel 1")]
    [InlineData("gain: ALL\ngain: ALL", "the key is given twice")]
    [InlineData("# nothing", "the calibration is empty")]
    [InlineData("- 1", "a calibration consists of keys and values such as 'gain: [20.1, 19.8]'")]
    [InlineData("gain: ALL\n---\ngain: ALL", "a calibration is a single YAML document")]
    public void Read_OtherTexts_AreRefused(string text, string words)
    {
        File.WriteAllText(Target, text.Replace("ALL", "[" + string.Join(", ", Enumerable.Repeat("1", 1296)) + "]", StringComparison.Ordinal));
        Exception exception = Assert.ThrowsAny<Exception>(() => DigicampipeCalibration.Read(Target));
        Assert.True(exception is InvalidDataException or PlanException, exception.ToString());
        Assert.StartsWith(Target, exception.Message, StringComparison.Ordinal);
        Assert.Contains(words, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("plan", exception.Message[Target.Length..], StringComparison.Ordinal);
    }

    [Fact]
    public void Fits_Astropy_ReadsOurNumbers_AndWeToo()
    {
        string path = _folder.File("fmpe_fit_results.fits");
        FitsColumn[] columns = [new("gain", "LSB/pe", [.. Numbers(1)]), new("a_0_error", "", [.. Numbers(2)])];
        FitsTable.Write(path, "FMPE", columns);
        foreach ((FitsColumn expected, FitsColumn found) in columns.Zip(FitsTable.Read(path)))
        {
            Assert.Equal((expected.Name, expected.Unit), (found.Name, found.Unit));
            Assert.Equal(expected.Values.Select(BitConverter.DoubleToInt64Bits), found.Values.Select(BitConverter.DoubleToInt64Bits));
        }

        JsonElement seen = PythonPeer.Run("numpy, astropy.io.fits", "fits", path);
        foreach (FitsColumn column in columns)
        {
            Assert.Equal(">f8", seen.GetProperty("columns").GetProperty(column.Name)[0].GetString());
            Assert.Equal(column.Values.Select(PandasFrameTests.Bits), seen.GetProperty("columns").GetProperty(column.Name)[1].EnumerateArray().Select(value => value.GetString()));
        }

        Assert.Equal("LSB/pe", seen.GetProperty("units").GetProperty("gain").GetString());
    }

    [Fact]
    public void Fits_DamagedFiles_AreRefusedOrReadButNeverCrash()
    {
        string path = _folder.File("t.fits");
        FitsTable.Write(path, "T", [new("a", "", [1, 2]), new("b", "", [3, 4])]);
        byte[] sound = File.ReadAllBytes(path);
        foreach (int length in (int[])[0, 100, 2879, 2880, 5000, 5760, 5791]) AssertRefused(sound[..length]);
        for (int place = 0; place < 5760; place += 7)
        {
            byte[] damaged = [.. sound];
            damaged[place] = (byte)'9';
            File.WriteAllBytes(path, damaged);
            try
            {
                Assert.NotEmpty(FitsTable.Read(path));
            }
            catch (InvalidDataException exception)
            {
                Assert.StartsWith(path, exception.Message, StringComparison.Ordinal);
            }
        }

        void AssertRefused(byte[] bytes)
        {
            File.WriteAllBytes(path, bytes);
            Assert.StartsWith(path, Assert.Throws<InvalidDataException>(() => FitsTable.Read(path)).Message, StringComparison.Ordinal);
        }
    }

    private static double[] Numbers(int seed)
    {
        Random random = new(seed);
        double[] numbers = [.. Enumerable.Range(0, 1296).Select(_ => random.NextDouble() * Math.Pow(10, random.Next(-20, 20)))];
        numbers[5] = double.NaN;
        return numbers;
    }

    private static DigicampipeCalibration Example() => new() { Gain = [.. Numbers(3)], GainError = [.. Numbers(4)], Crosstalk = [.. Numbers(5)], DarkCountRateGHz = [.. Numbers(6)], DegreesOfFreedom = [.. Enumerable.Range(0, 1296).Select(n => (double)n)], BadPixels = [5, 17] };

    private static FitResult Fit(double gain) => FitResult.Create(
        FitStatus.Converged, [.. Names.Select((name, k) => new FittedParameter(name, "", k == 0 ? gain : k, 0.1, false, false))], [], 120, 0, 100, 7, []);
}
