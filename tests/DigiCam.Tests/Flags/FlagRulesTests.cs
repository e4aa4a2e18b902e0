using DigiCam.Flags;

namespace DigiCam.Tests.Flags;

public sealed class FlagRulesTests
{
    private static readonly FlagLimits Limits = new();

    [Fact]
    public void MarkRates_OutliersOfAnySize_LeaveTheThresholdsWhereTheyAre()
    {
        double[] good = [.. Enumerable.Range(0, 101).Select(i => 3 + (0.4 * Math.Sin(i)))];
        double[] bad = [0, 1e-9, 0.05, 12.5, 60, 1e12, double.NaN, double.NaN, double.NaN, 1.5];
        double[] least = [.. good.Select(_ => double.NaN), double.NaN, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN, double.PositiveInfinity, 2, double.NaN, double.NaN];
        PixelFlags[] alone = new PixelFlags[good.Length];
        PixelFlags[] flags = [.. alone, PixelFlags.AtLimit, .. new PixelFlags[bad.Length - 2], PixelFlags.FitFailed];
        SigmaClip expected = FlagRules.MarkRates(alone, good, [], Limits);
        Assert.Equal(expected, FlagRules.MarkRates(flags, [.. good, .. bad], least, Limits));
        Assert.All(alone, flag => Assert.Equal(PixelFlags.None, flag));
        Assert.Equal(alone, flags.Take(good.Length));
        Assert.Equal(
            [
                PixelFlags.Dead, PixelFlags.Dead, PixelFlags.Dead, PixelFlags.Hot, PixelFlags.Hot, PixelFlags.Hot,
                PixelFlags.Hot, PixelFlags.None, PixelFlags.None, PixelFlags.FitFailed,
            ],
            flags.Skip(good.Length));
    }

    [Fact]
    public void MarkRates_FewPixels_SaysNothing()
    {
        double[] rates = [.. Enumerable.Repeat(3.0, Limits.MinimumPixelsForOutliers - 1), 0, 100];
        PixelFlags[] flags = new PixelFlags[rates.Length];
        flags[^1] = flags[^2] = PixelFlags.BadChi2;
        FlagRules.MarkRates(flags, rates, [], Limits);
        Assert.All(flags[..^2], flag => Assert.Equal(PixelFlags.None, flag));
        Assert.Equal([PixelFlags.BadChi2, PixelFlags.BadChi2], flags[^2..]);
    }
}
