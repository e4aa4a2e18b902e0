using DigiCam.Notebooks.Formatting;

namespace DigiCam.Notebooks.Tests.Formatting;

public sealed class AxisTests
{
    [Theory]
    [InlineData(0.0, 1.0, 5, "0.0 0.2 0.4 0.6 0.8 1.0")]
    [InlineData(-2.0, 2.0, 4, "−2 −1 0 1 2")]
    [InlineData(1996.2, 2003.9, 8, "1997 1998 1999 2000 2001 2002 2003")]
    [InlineData(0.7, 1.15, 8, "0.7 0.8 0.9 1.0 1.1")]
    public void Linear_GivesRoundTicks(double low, double high, int intervals, string expected)
    {
        Assert.Equal(expected, string.Join(' ', Axis.Linear(low, high, intervals).Select(t => t.Label)));
    }

    [Fact]
    public void Decades_LongAxis_LeavesSomeOut()
    {
        Assert.Equal("1 10 10² 10³", string.Join(' ', Axis.Decades(0.5, 2000).Select(t => t.Label)));
        Assert.True(Axis.Decades(1e-12, 1e12).Count <= 8);
    }

    [Theory]
    [InlineData(1234.5678, 5, "1234.6")]
    [InlineData(0.00012345, 3, "0.000123")]
    [InlineData(-1e-9, 3, "−1e−9")]
    [InlineData(123456789, 3, "1.23e8")]
    [InlineData(0, 4, "0")]
    [InlineData(double.NaN, 4, "–")]
    [InlineData(double.PositiveInfinity, 4, "∞")]
    public void Digits_AnyNumber_IsShort(double value, int digits, string expected) => Assert.Equal(expected, Html.Digits(value, digits));
}
