using CsCheck;
using DigiCam.Results;

namespace DigiCam.Tests.Results;

public sealed class MeasurementTests
{
    // The rule of the Review of Particle Physics, introduction, section 5.3.
    [Theory]
    [InlineData(0.827, 0.119, "0.83 ± 0.12")]
    [InlineData(0.827, 0.367, "0.8 ± 0.4")]
    [InlineData(0.827, 0.354, "0.83 ± 0.35")]
    [InlineData(0.827, 0.3551, "0.8 ± 0.4")]
    [InlineData(0.827, 0.949, "0.8 ± 0.9")]
    [InlineData(0.827, 0.9501, "0.8 ± 1.0")]
    [InlineData(14.674, 0.964, "14.7 ± 1.0")]
    [InlineData(1996.4137, 0.0211, "1996.414 ± 0.021")]
    [InlineData(50058, 224, "50060 ± 220")]
    [InlineData(50058, 99.9, "50060 ± 100")]
    [InlineData(-0.0004, 0.12, "0.00 ± 0.12")]
    [InlineData(-3.14159, 0.01, "-3.142 ± 0.010")]
    [InlineData(12345678, 2100, "(1.23457 ± 0.00021)e7")]
    [InlineData(4.5e-7, 2e-9, "(4.500 ± 0.020)e-7")]
    [InlineData(5, 0, "5 (fixed)")]
    [InlineData(5, double.NaN, "5 ± ?")]
    [InlineData(double.NaN, 1, "–")]
    public void ToString_FollowsTheRule(double value, double error, string expected)
    {
        Assert.Equal(expected, new Measurement(value, error).ToString());
    }

    [Fact]
    public void ToString_WithUnit_EndsWithIt() => Assert.Equal("0.953 ± 0.004 LSB", new Measurement(0.9531, 0.0042, "LSB").ToString());

    [Fact]
    public void ToString_AnyError_IsCloseToTheNumbers()
    {
        Gen.Select(Gen.Double[-1e5, 1e5], Gen.Double[1e-6, 1e5]).Sample((value, error) =>
        {
            Measurement m = new(value, error);
            double scale = Math.Pow(10, m.Exponent);
            double shownValue = double.Parse(m.ValueText, System.Globalization.CultureInfo.InvariantCulture) * scale;
            double shownError = double.Parse(m.ErrorText, System.Globalization.CultureInfo.InvariantCulture) * scale;
            // One digit of 3.55 at the coarsest: a seventh of the error.
            return Math.Abs(shownError - error) <= 0.15 * error && Math.Abs(shownValue - value) <= 0.53 * error;
        });
    }
}
