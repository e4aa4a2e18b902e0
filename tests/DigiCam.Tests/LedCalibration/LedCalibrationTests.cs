using DigiCam.Flags;
using DigiCam.Geometry;
using DigiCam.LedCalibration;
using DigiCam.Simulation.Plans;

namespace DigiCam.Tests.LedCalibration;

public sealed class LedCalibrationTests
{
    private const int Pixels = CameraGeometry.PixelCount;
    private const int Unlit = 10;
    private const int Faulty = 20;

    private static readonly double[] Levels = [0, 40, 80, 120, 160, 200, 240, 300, 400, 500, 600];
    private static readonly LightPlan Led = new();

    [Fact]
    public void Fit_Camera_OneCurvePerPixelAndPatch()
    {
        LedCalibrationResult result = Calibrate();

        Assert.Equal(PixelFlags.NoLed, result.Flags[Unlit]);
        Assert.Equal(PixelFlags.Dead, result.Flags[Faulty]);
        Assert.Equal(Pixels - 2, result.GoodCount);
        for (int pixel = 0; pixel < Pixels; pixel++)
        {
            if (pixel != Unlit) Assert.Equal(Efficiency(pixel) * Led.FlashMean(350), result.Pixels[pixel].Light(350).Value, 1e-5);
        }

        foreach (TriggerPatch patch in CameraGeometry.DigiCam.Patches)
        {
            int[] good = [.. patch.Pixels.Where(pixel => pixel is not Unlit and not Faulty)];
            Assert.Equal(good.Length, result.PatchPixels[patch.Id]);
            Assert.Equal(good.Average(Efficiency) * Led.FlashMean(350), result.Patches[patch.Id].Light(350).Value, 1e-5);
        }
    }

    [Fact]
    public void Quantities_Efficiency_IsRelativeToTheCamera()
    {
        LedCalibrationResult result = Calibrate();
        var efficiency = result.Quantities.Single(q => q.Key == "led_efficiency");

        Assert.Equal(Efficiency(4) / Efficiency(2), efficiency.Values[4] / efficiency.Values[2], 1e-5);
        Assert.True(double.IsNaN(efficiency.Values[Unlit]));
    }

    [Fact]
    public void WriteSettings_Patch_HasWholeDacValuesAndNothingExtrapolated()
    {
        using TemporaryFolder folder = new();
        LedCalibrationResult result = Calibrate();
        string path = folder.File("settings.csv");

        LedTables.WriteSettings(path, result, [0.001, 5, 1e4]);

        string[] lines = File.ReadAllLines(path);
        Assert.Equal("patch,leds,lowest_light_pe,highest_light_pe,dac_for_0.001_pe,dac_for_5_pe,dac_for_10000_pe", lines[0]);
        Assert.Equal(1 + CameraGeometry.PatchCount, lines.Length);
        string[] cells = lines[1].Split(',');
        Assert.Equal(("NaN", "NaN"), (cells[4], cells[6]));
        Assert.Equal(Math.Round(result.Patches[0].Dac(5).Dac), double.Parse(cells[5], System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public void WriteCurves_Pixels_GiveTheLightBack()
    {
        using TemporaryFolder folder = new();
        LedCalibrationResult result = Calibrate();
        string path = folder.File("curves.csv");

        LedTables.WriteCurves(path, result);

        string[] lines = File.ReadAllLines(path);
        Assert.Equal(1 + Pixels, lines.Length);
        Assert.EndsWith(",NO_LED", lines[1 + Unlit], StringComparison.Ordinal);
        double[] cells = [.. lines[1].Split(',').SkipLast(1).Select(cell => double.Parse(cell, System.Globalization.CultureInfo.InvariantCulture))];
        double light = Enumerable.Range(0, 5).Sum(k => cells[6 + k] * Math.Pow(350 - cells[2], k));
        Assert.Equal(result.Pixels[0].Light(350).Value, light, 1e-9 * light);
    }

    [Fact]
    public void Fit_TooFewLevels_HasNoCurveAndIsFlagged()
    {
        double[] dac = [0, 100, 200, 300, 400];
        double[] light = [.. dac.SelectMany(value => Enumerable.Repeat(Led.FlashMean((int)value), Pixels))];

        LedCalibrationResult result = LedCalibrationFitter.Fit(dac, light, light.Select(mu => mu == 0 ? double.NaN : 0.01 * mu).ToArray(), new PixelFlags[Pixels]);

        Assert.All(result.Flags, flags => Assert.Equal(PixelFlags.FitFailed, flags));
        Assert.All(result.Pixels, curve => Assert.False(curve.IsValid));
    }

    [Fact]
    public void Fit_LevelsThatFall_AreFlagged()
    {
        double[] light = [.. Levels.SelectMany(dac => Enumerable.Range(0, Pixels).Select(pixel => Efficiency(pixel) * Led.FlashMean((int)dac) * (pixel == 7 && dac == 400 ? 0.5 : 1)))];

        LedCalibrationResult result = LedCalibrationFitter.Fit(Levels, light, light.Select(mu => mu == 0 ? double.NaN : 0.01 + (0.01 * mu)).ToArray(), new PixelFlags[Pixels]);

        Assert.Equal(PixelFlags.BadChi2, result.Flags[7]);
        Assert.All(result.Flags.Where((_, pixel) => pixel != 7), flags => Assert.Equal(PixelFlags.None, flags));
        for (int dac = 41; dac <= 600; dac++) Assert.True(result.Pixels[7].Light(dac).Value >= result.Pixels[7].Light(dac - 1).Value || dac <= 80);
    }

    private static double Efficiency(int pixel) => 0.8 + (0.4 * (pixel % 7) / 6);

    private static LedCalibrationResult Calibrate()
    {
        double[] light = [.. Levels.SelectMany(dac => Enumerable.Range(0, Pixels).Select(pixel => pixel == Unlit ? 0 : Efficiency(pixel) * Led.FlashMean((int)dac)))];
        double[] errors = [.. light.Select(mu => mu == 0 ? double.NaN : 0.01 + (0.002 * mu))];
        return LedCalibrationFitter.Fit(Levels, light, errors, [.. Enumerable.Range(0, Pixels).Select(pixel => pixel == Faulty ? PixelFlags.Dead : PixelFlags.None)]);
    }
}
