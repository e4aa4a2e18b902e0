using DigiCam.Simulation;
using MathNet.Numerics;

namespace DigiCam.Tests.Simulation;

public sealed class PortableMathTests
{
    private const int Points = 1_000_000;

    [Fact]
    public void Exp_WholeRange_AgreesWithThePlatformToTwoUnits()
    {
        Random random = new(1);
        for (int i = 0; i < Points; i++)
        {
            // All sizes, from arguments that hardly matter to those whose result is subnormal or nearly infinite.
            double x = i % 2 == 0 ? (random.NextDouble() * 1454.5) - 744.9 : (random.NextDouble() - 0.5) * Math.Pow(10, (random.NextDouble() * 18) - 17);
            AssertUnits(Math.Exp(x), PortableMath.Exp(x), x);
        }
    }

    [Fact]
    public void Log_WholeRange_AgreesWithThePlatformToTwoUnits()
    {
        Random random = new(2);
        for (int i = 0; i < Points; i++)
        {
            double x = (i % 3) switch
            {
                0 => BitConverter.Int64BitsToDouble(random.NextInt64(1, BitConverter.DoubleToInt64Bits(double.PositiveInfinity))),
                1 => 1 + ((random.NextDouble() - 0.5) * Math.Pow(10, -14 * random.NextDouble())),
                _ => random.NextDouble() * 4,
            };
            AssertUnits(Math.Log(x), PortableMath.Log(x), x);
        }
    }

    [Fact]
    public void Exp_Ends_AreExact()
    {
        Assert.Equal(1, PortableMath.Exp(0));
        Assert.Equal(0, PortableMath.Exp(-746));
        Assert.Equal(0, PortableMath.Exp(double.NegativeInfinity));
        Assert.Equal(double.PositiveInfinity, PortableMath.Exp(710));
        Assert.Equal(double.PositiveInfinity, PortableMath.Exp(double.PositiveInfinity));
        Assert.True(double.IsNaN(PortableMath.Exp(double.NaN)));
        Assert.True(double.IsFinite(PortableMath.Exp(709.78)));
    }

    [Fact]
    public void Log_Ends_AreExact()
    {
        Assert.Equal(0, PortableMath.Log(1));
        Assert.Equal(double.NegativeInfinity, PortableMath.Log(0));
        Assert.Equal(double.PositiveInfinity, PortableMath.Log(double.PositiveInfinity));
        Assert.True(double.IsNaN(PortableMath.Log(-1)));
        Assert.True(double.IsNaN(PortableMath.Log(double.NaN)));
    }

    [Fact]
    public void LogFactorial_SmallAndLarge_AgreesWithTheGammaFunction()
    {
        // Beyond the last value of MathNet's own precision: its logarithm of the gamma function is good to 14 digits.
        foreach (int n in (int[])[.. Enumerable.Range(0, 600), 1000, 10_000, 1_000_000, int.MaxValue])
        {
            double expected = SpecialFunctions.GammaLn(n + 1.0);
            Assert.Equal(expected, PortableMath.LogFactorial(n), 3e-14 * Math.Max(1, expected));
        }
    }

    private static void AssertUnits(double expected, double found, double x)
    {
        if (expected == found) return;
        double unit = Math.BitIncrement(Math.Abs(expected)) - Math.Abs(expected);
        Assert.True(Math.Abs(found - expected) <= 2 * unit, FormattableString.Invariant($"at {x:R}: {found:R} instead of {expected:R}"));
    }
}
