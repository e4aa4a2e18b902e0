using System.Collections.Immutable;
using DigiCam.DarkRate;
using DigiCam.Flags;
using DigiCam.Results;
using MathNet.Numerics;
using MathNet.Numerics.Distributions;

namespace DigiCam.Tests.DarkRate;

public sealed class RateAgreementTests
{
    [Fact]
    public void OfRates_BiasHiddenInTheErrorsOfEachPixel_DoNotAgree()
    {
        RateAgreement agreement = Rates(1296, bias: 0.05, error: 0.3);
        Assert.True(agreement.WithinThreeErrors > 0.99, agreement.ToString());
        Assert.InRange(agreement.Bias, 0.03, 0.07);
        Assert.Equal(Constants.Sqrt2 * 0.1 * Constants.SqrtPiOver2 / 36, agreement.BiasError, 5e-4);
        Assert.True(agreement.IsBiased && !agreement.Agrees);
        Assert.EndsWith("do not agree: the camera as a whole differs", agreement.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.019)]
    [InlineData(-0.019)]
    public void OfRates_BiasBelowTwoPercent_Agree(double bias)
    {
        RateAgreement agreement = Rates(1296, bias, error: 0.1);
        Assert.True(agreement.Agrees, agreement.ToString());
        Assert.EndsWith("agree within errors", agreement.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void OfRates_FewPixels_AreAllowedWhatTheirErrorsAllow()
    {
        // One pixel does not scatter; its own error says what a difference of 5 % means.
        RateAgreement one = RateAgreement.OfRates(Quantity("f", "MHz", [3.15], [0.3]), Quantity("g", "MHz", [3], [0.3]), [PixelFlags.None]);
        Assert.Equal(Constants.SqrtPiOver2 * Constants.Sqrt2 * 0.1, one.BiasError, 12);
        Assert.Equal(0.02 + (3 * one.BiasError), one.AllowedBias, 12);
        Assert.True(one.Agrees, one.ToString());
        RateAgreement sure = RateAgreement.OfRates(Quantity("f", "MHz", [3.15], [0.02]), Quantity("g", "MHz", [3], [0.04]), [PixelFlags.None]);
        Assert.Equal("f / g: median ratio 1.050 +- 0.019 (1 +- 0.076 is allowed), 0.0 % of 1 pixels within 3 errors, chi2 per pixel 11.25: do not agree: too many pixels differ", sure.ToString());
    }

    [Fact]
    public void OfCrosstalks_JudgesTheDifference()
    {
        double[] x = [.. Enumerable.Repeat(0.08, 400)];
        double[] errors = [.. Enumerable.Repeat(0.02, 400)];
        Assert.True(Crosstalks(0.009).Agrees);
        RateAgreement off = Crosstalks(0.02);
        Assert.Equal(0.02, off.Bias, 12);
        Assert.Equal(0.01 + (3 * Constants.SqrtPiOver2 * Constants.Sqrt2 * 0.02 / 20), off.AllowedBias, 12);
        Assert.False(off.Agrees, off.ToString());
        Assert.Contains("median difference 0.0200 +- 0.0018 (+- 0.0153 is allowed)", off.ToString(), StringComparison.Ordinal);

        RateAgreement Crosstalks(double bias) => RateAgreement.OfCrosstalks(Quantity("x", "", [.. x.Select(v => v + bias)], errors), Quantity("y", "", x, errors), [.. new PixelFlags[400]]);
    }

    [Fact]
    public void OfRates_ManyPixelsThatDiffer_DoNotAgree()
    {
        double[] values = [.. Enumerable.Range(0, 1000).Select(i => i < 950 ? 3 : i % 2 == 0 ? 2 : 4.0)];
        RateAgreement agreement = RateAgreement.OfRates(Quantity("f", "MHz", values, [.. Enumerable.Repeat(0.1, 1000)]), Quantity("g", "MHz", [.. Enumerable.Repeat(3.0, 1000)], [.. Enumerable.Repeat(0.1, 1000)]), [.. new PixelFlags[1000]]);
        Assert.Equal(0, agreement.Bias);
        Assert.Equal(0.95, agreement.WithinThreeErrors, 12);
        Assert.EndsWith("do not agree: too many pixels differ", agreement.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void OfRates_NoGoodPixelWithBoth_SaysSo()
    {
        RateAgreement agreement = RateAgreement.OfRates(Quantity("f", "MHz", [3, double.NaN], [0.1, 0.1]), Quantity("g", "MHz", [3, 3], [0.1, 0.1]), [PixelFlags.Hot, PixelFlags.None]);
        Assert.Equal(0, agreement.Pixels);
        Assert.False(agreement.Agrees);
        Assert.Equal("f / g: no good pixel has both", agreement.ToString());
    }

    // Two ways with independent errors to a rate of 3 MHz in every pixel.
    private static RateAgreement Rates(int pixels, double bias, double error)
    {
        Random random = new(17);
        double[] truth = [.. Enumerable.Range(0, pixels).Select(_ => 3.0)];
        double[] errors = [.. Enumerable.Repeat(error, pixels)];
        return RateAgreement.OfRates(
            Quantity("f", "MHz", [.. truth.Select(t => ((1 + bias) * t) + Normal.Sample(random, 0, error))], errors), Quantity("g", "MHz", [.. truth.Select(t => t + Normal.Sample(random, 0, error))], errors), [.. new PixelFlags[pixels]]);
    }

    private static PixelQuantity Quantity(string name, string unit, double[] values, double[] errors) => new(name, name, name, unit, [.. values], [.. errors], name);
}
