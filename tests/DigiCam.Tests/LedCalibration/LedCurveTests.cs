using DigiCam.Fitting;
using DigiCam.LedCalibration;
using DigiCam.Simulation.Plans;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.Statistics;

namespace DigiCam.Tests.LedCalibration;

public sealed class LedCurveTests
{
    // The levels of the demonstration scan; the LEDs of the plan light up at DAC 40.
    private static readonly double[] Levels = [0, 20, 40, 80, 100, 120, 140, 160, 180, 200, 220, 240, 280, 330, 380, 440, 520, 600];

    private static readonly LightPlan Led = new();

    [Fact]
    public void Fit_PointsOfTheSimulatedLed_GivesItsLightAtEveryDacValue()
    {
        double[] light = [.. Levels.Select(dac => Led.FlashMean((int)dac))];

        LedCurve curve = LedCurveFitter.Fit(Levels, light, [.. light.Select(mu => 0.01 + (0.002 * mu))]);

        Assert.Equal((40, 80, 600), (curve.ThresholdDac, curve.LowestDac, curve.HighestDac));
        Assert.InRange(curve.Fit.Minimum, 0, 1e-9);
        for (int dac = 80; dac <= 600; dac++) Assert.Equal(Led.FlashMean(dac), curve.Light(dac).Value, 1e-6 * Led.FlashMean(dac));
    }

    [Fact]
    public void Fit_ManyMeasuredScans_LightWithinItsErrorsAndThreePercent()
    {
        const int Scans = 1296;
        Normal noise = new(0, 1, new Random(1296));
        List<double> pulls = [];
        List<double> ratios = [];
        for (int scan = 0; scan < Scans; scan++)
        {
            double efficiency = 1 + (0.12 * Math.Clamp(noise.Sample(), -3, 3));
            double[] light = [.. Levels.Select(dac => Math.Max(0, (efficiency * Led.FlashMean((int)dac)) + (Error(efficiency * Led.FlashMean((int)dac)) * noise.Sample())))];
            double[] errors = [.. light.Select(Error)];
            LedCurve curve = LedCurveFitter.Fit(Levels, light, errors);
            Assert.True(curve.IsValid);
            for (int dac = 130; dac <= 600; dac += 47)
            {
                double truth = efficiency * Led.FlashMean(dac);
                LedLight found = curve.Light(dac);
                Assert.False(found.IsExtrapolated);
                pulls.Add((found.Value - truth) / found.Error);
                ratios.Add(found.Value / truth);
            }
        }

        Assert.InRange(pulls.Mean(), -0.15, 0.15);
        Assert.InRange(pulls.StandardDeviation(), 0.85, 1.15);
        Assert.InRange(ratios.Mean(), 0.997, 1.003);

        // Errors are those at the light found, as the fits of charges give them.
        static double Error(double light) => Math.Sqrt((0.04 + (1.2 * light)) / 1000);
    }

    [Fact]
    public void Dac_LightOfTheRange_IsTheInverse()
    {
        LedCurve curve = Simulated();

        foreach (double light in new[] { 0.5, 1, 7.3, 55, 250 })
        {
            LedSetting setting = curve.Dac(light);
            Assert.False(setting.IsExtrapolated);
            Assert.Equal(light, curve.Light(setting.Dac).Value, 1e-9 * light);
            double slope = (curve.Light(setting.Dac + 0.01).Value - curve.Light(setting.Dac - 0.01).Value) / 0.02;
            Assert.Equal(curve.Light(setting.Dac).Error / slope, setting.Error, 1e-3 * setting.Error);
        }
    }

    [Fact]
    public void Dac_LightBeyondTheRange_IsTheEndAndMarked()
    {
        LedCurve curve = Simulated();

        Assert.Equal(new LedSetting(600, double.NaN, true), curve.Dac(curve.HighestLight * 1.01));
        Assert.Equal(new LedSetting(80, double.NaN, true), curve.Dac(curve.LowestLight * 0.99));
        Assert.True(double.IsNaN(curve.Dac(double.NaN).Dac));
    }

    [Theory]
    [InlineData(20, 0, false)]
    [InlineData(40, 0, false)]
    [InlineData(60, double.NaN, true)]
    [InlineData(700, double.NaN, true)]
    public void Light_OutsideTheMeasuredRange_IsMarked(double dac, double error, bool isExtrapolated)
    {
        LedLight light = Simulated().Light(dac);

        Assert.Equal(isExtrapolated, light.IsExtrapolated);
        Assert.Equal(error, isExtrapolated ? light.Error : light.Value);
    }

    [Fact]
    public void Coefficients_ArePowersOfTheDistanceFromTheLowestLevel()
    {
        LedCurve curve = Simulated();

        for (int dac = 80; dac <= 600; dac += 20)
        {
            double sum = curve.Coefficients.Select((c, k) => c * Math.Pow(dac - 80, k)).Sum();
            Assert.Equal(curve.Light(dac).Value, sum, 1e-9 * (1 + sum));
        }
    }

    [Fact]
    public void Fit_PointsThatFall_CurveDoesNot()
    {
        double[] dac = [0, 100, 200, 300, 400, 500, 600, 700];
        double[] light = [0, 5, 30, 22, 60, 58, 57, 90];

        LedCurve curve = LedCurveFitter.Fit(dac, light, [.. dac.Select(_ => 0.1)]);

        Assert.True(curve.IsValid);
        for (int value = 101; value <= 700; value++) Assert.True(curve.Light(value).Value >= curve.Light(value - 1).Value);
        Assert.True(curve.Fit.PValue < 1e-6);
    }

    [Fact]
    public void Fit_LightWithTheLedOff_IsSubtractedWithItsError()
    {
        double[] light = [.. Levels.Select(dac => 0.3 + Led.FlashMean((int)dac))];
        double[] errors = [.. light.Select(mu => 0.02)];

        LedCurve curve = LedCurveFitter.Fit(Levels, light, errors);

        Assert.Equal((0.3, 0.02), (curve.Dark, curve.DarkError));
        Assert.Equal(Led.FlashMean(300), curve.Light(300).Value, 1e-6);
        Assert.True(curve.Light(300).Error > 0.02);
    }

    [Fact]
    public void Fit_LevelsWithoutValue_AreLeftOut()
    {
        double[] light = [.. Levels.Select(dac => dac is 160 or 600 ? double.NaN : Led.FlashMean((int)dac))];

        LedCurve curve = LedCurveFitter.Fit(Levels, light, [.. light.Select(mu => 0.01 + (0.002 * mu))]);

        Assert.Equal(520, curve.HighestDac);
        Assert.Equal(Led.FlashMean(160), curve.Light(160).Value, 1e-5);
    }

    [Fact]
    public void Fit_NoLight_HasNoCurve()
    {
        LedCurve curve = LedCurveFitter.Fit(Levels, [.. Levels.Select(_ => 0.0)], [.. Levels.Select(_ => double.NaN)]);

        Assert.False(curve.IsValid);
        Assert.Equal(600, curve.ThresholdDac);
        Assert.Equal(FitStatus.NotEnoughData, curve.Fit.Status);
        Assert.True(double.IsNaN(curve.Light(300).Value));
        Assert.True(curve.Dac(1).IsExtrapolated);
    }

    [Fact]
    public void Fit_DacValuesThatDoNotAscend_IsRefused()
    {
        ArgumentException exception = Assert.Throws<ArgumentException>(() => LedCurveFitter.Fit([0, 80, 80], [0, 1, 1], [1, 1, 1]));

        Assert.Contains("80 after 80", exception.Message, StringComparison.Ordinal);
    }

    private static LedCurve Simulated()
    {
        double[] light = [.. Levels.Select(dac => Led.FlashMean((int)dac))];
        return LedCurveFitter.Fit(Levels, light, [.. light.Select(mu => 0.01 + (0.002 * mu))]);
    }
}
