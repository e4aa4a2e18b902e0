using CsCheck;
using DigiCam.Histograms;

namespace DigiCam.Tests.Histograms;

public sealed class PixelHistogramsTests
{
    private static readonly Gen<short[]> Samples = Gen.Short[-10, 50].Array[0, 200];

    [Fact]
    public void Fill_ValuesBeyondTheAxis_GoToUnderAndOverflow()
    {
        PixelHistograms histograms = new(new IntegerAxis(5, 3), 2);
        histograms.Fill(1, [4, 5, 6, 6, 7, 8, 9, short.MinValue, short.MaxValue]);
        Assert.Equal([1u, 2u, 1u], histograms.GetCounts(1).ToArray());
        Assert.Equal((2, 3, 9), (histograms.GetUnderflow(1), histograms.GetOverflow(1), histograms.GetEntries(1)));
        Assert.Equal(0, histograms.GetEntries(0));
    }

    [Fact]
    public void Merge_AnySplit_IsTheFillOfTheUnion() => Gen.Select(Samples, Samples).Sample((a, b) =>
    {
        IntegerAxis axis = new(0, 40);
        PixelHistograms left = new(axis, 1);
        PixelHistograms right = new(axis, 1);
        PixelHistograms whole = new(axis, 1);
        left.Fill(0, a);
        right.Fill(0, b);
        whole.Fill(0, (short[])[.. b, .. a]);
        left.Merge(right);
        return left.GetCounts(0).SequenceEqual(whole.GetCounts(0))
            && left.GetUnderflow(0) == whole.GetUnderflow(0) && left.GetOverflow(0) == whole.GetOverflow(0);
    });

    [Fact]
    public void Merge_OtherAxis_Throws()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => new PixelHistograms(new IntegerAxis(0, 4), 1).Merge(new PixelHistograms(new IntegerAxis(1, 4), 1)));
        Assert.StartsWith("histograms of 1 pixels on 1..4 LSB (amplitude) cannot be added to 1 pixels on 0..3 LSB", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fill_MoreThanACounterHolds_Throws()
    {
        PixelHistograms histograms = new(new IntegerAxis(0, 1), 1);
        histograms.SetCounts(0, [uint.MaxValue - 1.0]);
        histograms.Fill(0, [0]);
        Assert.Throws<OverflowException>(() => histograms.Fill(0, [0]));
        Assert.Equal(uint.MaxValue, histograms.GetCounts(0)[0]);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(-1)]
    [InlineData(0.5)]
    [InlineData(5e9)]
    public void SetCounts_ImpossibleCount_MakesThePixelInvalid(double count)
    {
        PixelHistograms histograms = new(new IntegerAxis(0, 2), 1);
        histograms.SetCounts(0, [1, count]);
        Assert.False(histograms.IsValid(0));
        Assert.Equal([0u, 0u], histograms.GetCounts(0).ToArray());
        Assert.False(histograms[0].IsValid);
    }

    [Fact]
    public void Moments_KnownCounts_AreRight()
    {
        HistogramMoments m = HistogramMoments.Of([0, 1, 2, 1, 0], 10);
        Assert.Equal((4, 12.0, 0.5, 0.0, 11, 13, 3), (m.Entries, m.Mean, m.Variance, m.Skewness, m.FirstFilled, m.LastFilled, m.FilledBins));
        HistogramMoments skewed = HistogramMoments.Of([3, 0, 0, 1], 0);
        Assert.Equal(2 / Math.Sqrt(3), skewed.Skewness, 1e-12);
        Assert.Equal(0, HistogramMoments.Of([0, 0], 0).Entries);
    }
}
