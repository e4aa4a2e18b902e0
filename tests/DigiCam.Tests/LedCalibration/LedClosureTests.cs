using DigiCam.Flags;
using DigiCam.Geometry;
using DigiCam.LedCalibration;
using DigiCam.Simulation.Plans;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.Statistics;

namespace DigiCam.Tests.LedCalibration;

/// <summary>
/// Curves of scans whose light is drawn with the errors that the fits of charges have: variance 0.045 + 1.13 mu pe^2 for one event, errors those at the light drawn, no light below 0.
/// 528 LEDs, the levels of the demonstration.
/// </summary>
[Trait("Culture", "any")]
public sealed class LedClosureTests
{
    private const int Leds = 528;

    private static readonly double[] Levels = [0, 80, 100, 120, 140, 160, 180, 200, 220, 240, 280, 330, 380, 440, 520, 600];
    private static readonly LightPlan Plan = new();

    [Theory]
    [InlineData(10000, true, 1.0)]
    [InlineData(10000, false, 0.999)]
    [InlineData(1000, true, 1.0)]
    public void Fit_SimulatedLeds_WithinThreePercentFromHalfToThreeHundredPe(int events, bool cameraShape, double least)
    {
        Population leds = new(events, 1, shapes: 0);

        List<(double Ratio, double Pull)> found = leds.Compare(leds.Fit(new LedCurveOptions { CameraShape = cameraShape }), 0.5, 300);

        Assert.True(found.Count > 10 * Leds);
        Assert.InRange(found.Count(f => Math.Abs(f.Ratio - 1) < 0.03) / (double)found.Count, least, 1);
        Assert.InRange(found.Average(f => f.Ratio), 0.999, 1.001);
    }

    [Fact]
    public void Fit_ThousandEventsEachLedByItself_StatisticsAloneLeaveFewerWithinThreePercent()
    {
        Population leds = new(1000, 2, shapes: 0);
        LedCalibrationResult result = leds.Fit(new LedCurveOptions { CameraShape = false });

        double[] dim = [.. leds.Compare(result, 0.5, 1).Select(f => Math.Abs(f.Ratio - 1))];
        double[] expected = [.. leds.Errors(result, 0.5, 1).Select(e => 1 - (2 * Normal.CDF(0, 1, -0.03 / e)))];

        Assert.InRange(dim.Count(d => d < 0.03) / (double)dim.Length, expected.Average() - 0.04, expected.Average() + 0.04);
        Assert.InRange(expected.Average(), 0.75, 0.95);
    }

    [Theory]
    [InlineData(1000, 0.0, false)]
    [InlineData(1000, 0.15, false)]
    [InlineData(1000, 0.15, true)]
    [InlineData(10000, 0.15, true)]
    public void Fit_LedsOfDifferentShapes_ErrorsCover(int events, double shapes, bool cameraShape)
    {
        List<(double Ratio, double Pull)> found = [];
        for (int seed = 0; seed < 3; seed++)
        {
            Population leds = new(events, 10 + seed, shapes);
            found.AddRange(leds.Compare(leds.Fit(new LedCurveOptions { CameraShape = cameraShape }), 0.5, 300));
        }

        Assert.InRange(found.Select(f => f.Pull).Mean(), -0.1, 0.1);
        Assert.InRange(found.Select(f => f.Pull).StandardDeviation(), 0.85, 1.15);
    }

    [Fact]
    public void Fit_LedsOfOneShape_ErrorsAreSmallAndOnTheSafeSide()
    {
        Population leds = new(1000, 3, shapes: 0);
        LedCalibrationResult own = leds.Fit(new LedCurveOptions { CameraShape = false });
        LedCalibrationResult shared = leds.Fit(new LedCurveOptions());

        Assert.All(Enumerable.Range(0, Leds), led => Assert.True(shared.Pixels[led].HasCameraShape));
        Assert.True(leds.Errors(shared, 0.5, 1).Average() < 0.5 * leds.Errors(own, 0.5, 1).Average());
        Assert.InRange(leds.Compare(shared, 0.5, 300).Select(f => f.Pull).StandardDeviation(), 0.3, 1.1);
    }

    [Fact]
    public void Fit_LedUnlikeTheOthers_KeepsItsOwnCurve()
    {
        Population leds = new(1000, 4, shapes: 0, odd: 17);

        LedCalibrationResult result = leds.Fit(new LedCurveOptions());

        Assert.False(result.Pixels[17].HasCameraShape);
        Assert.Equal(PixelFlags.None, result.Flags[17]);
        Assert.Equal(Leds - 1, Enumerable.Range(0, Leds).Count(led => result.Pixels[led].HasCameraShape));
        foreach (double dac in new[] { 200.0, 330, 520 }) Assert.InRange((result.Pixels[17].Light(dac).Value - leds.Truth(17, dac)) / result.Pixels[17].Light(dac).Error, -4, 4);
    }

    [Fact]
    public void Fit_FewLeds_EachByItself()
    {
        Population leds = new(1000, 5, shapes: 0);

        LedCalibrationResult result = leds.Fit(new LedCurveOptions { LeastLeds = Leds + 1 });

        Assert.All(result.Pixels, curve => Assert.False(curve.HasCameraShape));
        Assert.All(result.Patches, curve => Assert.False(curve.HasCameraShape));
    }

    [Fact]
    public void Fit_LightWithTheLedsOff_IsTheMedianOfTheCamera()
    {
        LedCalibrationResult none = new Population(1000, 6, shapes: 0).Fit(new LedCurveOptions());
        LedCalibrationResult stray = new Population(1000, 6, shapes: 0, stray: 0.05).Fit(new LedCurveOptions());

        Assert.All(none.Pixels.Take(Leds), curve => Assert.InRange(curve.Dark, 0, 0.001));
        Assert.All(stray.Pixels.Take(Leds), curve => Assert.InRange(curve.Dark, 0.048, 0.052));
    }

    // LEDs of the simulation: one polynomial above the threshold, times an efficiency; with a spread of shapes each coefficient is every LED's own.
    private sealed class Population
    {
        private readonly double[][] _coefficients = new double[Leds][];
        private readonly double[] _light = new double[Levels.Length * CameraGeometry.PixelCount];
        private readonly double[] _errors = new double[Levels.Length * CameraGeometry.PixelCount];

        public Population(int events, int seed, double shapes, int odd = -1, double stray = 0)
        {
            Normal normal = new(0, 1, new Random(seed));
            for (int led = 0; led < Leds; led++)
            {
                double efficiency = 1 + (0.12 * Math.Clamp(normal.Sample(), -3, 3));
                _coefficients[led] = [.. Plan.AcCoefficients.Select(c => c * efficiency * (1 + (shapes * Math.Clamp(normal.Sample(), -3, 3))))];
                if (led == odd) _coefficients[led] = [1e-2, 1e-3, 0, 0];
            }

            Array.Fill(_errors, double.NaN);
            for (int level = 0; level < Levels.Length; level++)
            {
                for (int led = 0; led < Leds; led++)
                {
                    double truth = stray + Truth(led, Levels[level]);
                    double drawn = Math.Max(truth + (Error(truth) * normal.Sample()), 0);
                    int i = (level * CameraGeometry.PixelCount) + led;
                    (_light[i], _errors[i]) = (drawn, drawn > 0 ? Error(drawn) : double.NaN);
                }
            }

            double Error(double light) => Math.Sqrt((0.045 + (1.13 * light)) / events);
        }

        public double Truth(int led, double dac)
        {
            double above = Math.Max(dac - Plan.AcThresholdDac, 0);
            return _coefficients[led].Select((c, k) => c * Math.Pow(above, k + 1)).Sum();
        }

        public LedCalibrationResult Fit(LedCurveOptions options) => LedCalibrationFitter.Fit(
            Levels, _light, _errors, [.. Enumerable.Range(0, CameraGeometry.PixelCount).Select(pixel => pixel < Leds ? PixelFlags.None : PixelFlags.NoLed)], options);

        public List<(double Ratio, double Pull)> Compare(LedCalibrationResult result, double least, double most)
        {
            List<(double, double)> found = [];
            foreach ((int led, double dac, double truth) in Places(least, most))
            {
                LedLight light = result.Pixels[led].Light(dac);
                if (!light.IsExtrapolated) found.Add((light.Value / truth, (light.Value - truth) / light.Error));
            }

            return found;
        }

        // Relative to the light.
        public IEnumerable<double> Errors(LedCalibrationResult result, double least, double most) => Places(least, most).Select(p => result.Pixels[p.Led].Light(p.Dac).Error / p.Truth).Where(double.IsFinite);

        private IEnumerable<(int Led, double Dac, double Truth)> Places(double least, double most)
        {
            for (int led = 0; led < Leds; led++)
            {
                for (double dac = 100; dac <= 600; dac += 13)
                {
                    double truth = Truth(led, dac);
                    if (truth >= least && truth <= most) yield return (led, dac, truth);
                }
            }
        }
    }
}
