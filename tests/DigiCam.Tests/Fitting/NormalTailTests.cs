using System.Numerics;
using DigiCam.Fitting;
using MathNet.Numerics;

namespace DigiCam.Tests.Fitting;

public sealed class NormalTailTests
{
    // Computed with 90 digits from the power series and Laplace's continued fraction.
    [Theory]
    [InlineData(0, 1.2533141373155003)]
    [InlineData(0.1, 1.1592623996187363)]
    [InlineData(0.5, 0.8763644564536923)]
    [InlineData(1, 0.6556795424187984)]
    [InlineData(2, 0.4213692292880545)]
    [InlineData(3, 0.3045902987101033)]
    [InlineData(5, 0.19280810471531576)]
    [InlineData(8, 0.1231319632579323)]
    [InlineData(10.99, 0.09025642287966205)]
    [InlineData(20, 0.04987592598183679)]
    [InlineData(37.5, 0.02664774401489855)]
    [InlineData(100, 0.009999000299850106)]
    [InlineData(1e12, 1e-12)]
    public void MillsRatio_KnownValues_RelativeErrorOfAFewUnitsInTheLastPlace(double z, double expected) =>
        Assert.InRange(NormalTail.MillsRatio(z) / expected, 1 - 1e-15, 1 + 1e-15);

    [Fact]
    public void ShiftedDistribution_WholeAxis_AgreesWithDensityTimesMillsRatioOnEitherSide()
    {
        for (double z = -37.3; z < 37.4; z += 0.0137)
        {
            Vector<double> distribution = NormalTail.ShiftedDistribution(new Vector<double>(z), out Vector<double> density);
            double phi = Math.Exp((-0.5 * z * z) - 0.91893853320467274178);
            double tail = phi * NormalTail.MillsRatio(Math.Abs(z));
            for (int lane = 0; lane < Vector<double>.Count; lane++)
            {
                // Rounding of z^2 / 2 in the exponent.
                double tolerance = 1e-15 * (1 + (z * z));
                Assert.InRange(density[lane] / phi, 1 - tolerance, 1 + tolerance);
                Assert.InRange(distribution[lane] / (z < 0 ? tail : -tail), 1 - tolerance, 1 + tolerance);
            }
        }
    }

    [Fact]
    public void ShiftedDistribution_BeyondTheRangeOfNumbers_IsFiniteAndNextToNothing()
    {
        Vector<double> distribution = NormalTail.ShiftedDistribution(new Vector<double>(double.PositiveInfinity), out Vector<double> density);
        Assert.InRange(density[0], 0, 1e-300);
        Assert.InRange(distribution[0], -1e-300, 0);
    }

    [Theory]
    [InlineData(-1, 2)]
    [InlineData(0, 0.5)]
    [InlineData(-3, -2.9)]
    [InlineData(1.5, 1.50001)]
    [InlineData(5.9, 6.1)]
    public void Between_MiddleOfTheAxis_AgreesWithTheErrorFunction(double a, double b)
    {
        double expected = a > 0
            ? 0.5 * (SpecialFunctions.Erfc(a / Math.Sqrt(2)) - SpecialFunctions.Erfc(b / Math.Sqrt(2)))
            : 0.5 * (SpecialFunctions.Erfc(-b / Math.Sqrt(2)) - SpecialFunctions.Erfc(-a / Math.Sqrt(2)));
        NormalBin bin = NormalBin.Between(a, b);
        double tolerance = 1e-13 + (1e-15 / (b - a));
        Assert.InRange(bin.Probability / expected, 1 - tolerance, 1 + tolerance);
        Assert.Equal(Math.Log(expected), bin.Logarithm, 9);
        Assert.Equal(NormalTail.Density(a) / expected, bin.LowerDensity, 1e-9 * bin.LowerDensity);
        Assert.Equal(NormalTail.Density(b) / expected, bin.UpperDensity, 1e-9 * bin.UpperDensity);
    }

    // ln Q from another implementation.
    [Theory]
    [InlineData(9.5, -48.30601929896523)]
    [InlineData(30, -454.32124395634327)]
    [InlineData(100, -5005.524208694205)]
    public void Between_FarOut_KeepsTheLogarithm(double z, double logTail)
    {
        Assert.Equal(logTail, NormalBin.Between(z, 1e6).Logarithm, 1e-12 * -logTail);
        Assert.Equal(logTail, NormalBin.Between(-1e6, -z).Logarithm, 1e-12 * -logTail);
    }
}
