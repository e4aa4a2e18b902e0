using CsCheck;
using DigiCam.Charges;
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

    [Fact]
    public void Merge_ThreeSets_OrderAndGroupingDoNotMatter() => Gen.Select(Samples, Samples, Samples).Sample((a, b, c) =>
    {
        PixelHistograms left = Filled(a);
        left.Merge(Filled(b));
        left.Merge(Filled(c));
        PixelHistograms right = Filled(c);
        right.Merge(Filled(b));
        PixelHistograms other = Filled(a);
        other.Merge(right);
        right.Merge(Filled(a));
        return Same(left, right) && Same(left, other);

        static PixelHistograms Filled(short[] samples)
        {
            PixelHistograms histograms = new(new RegularAxis(-1, 30, 13), 1) { EventCount = 1 };
            histograms.Fill(0, samples);
            return histograms;
        }
    });

    [Fact]
    public void Merge_OtherScale_Throws()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => new PixelHistograms(new IntegerAxis(0, 4), 1, ChargeScale.SumOf(7)).Merge(new PixelHistograms(new IntegerAxis(0, 4), 1, ChargeScale.SumOf(5))));
        Assert.StartsWith("histograms of 1 pixels on 0..3 LSB (sum of 5 samples) cannot be added to 1 pixels on 0..3 LSB (sum of 7 samples)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Merge_TooManyEntriesInOnePixel_AddsNothing()
    {
        PixelHistograms left = new(new IntegerAxis(0, 1), 2);
        PixelHistograms right = new(new IntegerAxis(0, 1), 2);
        left.SetCounts(1, [uint.MaxValue]);
        right.Fill(0, [0]);
        right.Fill(1, [0]);
        Assert.Throws<OverflowException>(() => left.Merge(right));
        Assert.Equal((0, uint.MaxValue), (left.GetEntries(0), left.GetEntries(1)));
        Assert.Equal((0u, uint.MaxValue), (left.GetCounts(0)[0], left.GetCounts(1)[0]));
    }

    [Fact]
    public void Fill_AnyKindOfValue_LandsInTheSameBin() => Gen.Select(Samples, Gen.Int[-5, 20], Gen.Int[1, 40]).Sample((samples, first, count) =>
    {
        foreach (Axis axis in (Axis[])[new IntegerAxis(first, count), new RegularAxis(first - 0.5, first + count - 0.5, count)])
        {
            (PixelHistograms shorts, PixelHistograms ints, PixelHistograms doubles) = (new(axis, 1), new(axis, 1), new(axis, 1));
            shorts.Fill(0, samples);
            foreach (short sample in samples)
            {
                ints.Fill(0, (int)sample);
                doubles.Fill(0, (double)sample);
            }

            if (!Same(shorts, ints) || !Same(shorts, doubles)) return false;
        }

        return true;
    });

    [Fact]
    public void Fill_NotANumberOrFarBeyondTheAxis_CountsAsFlow()
    {
        PixelHistograms histograms = new(new IntegerAxis(0, 2), 1);
        histograms.Fill(0, double.NaN);
        histograms.Fill(0, int.MaxValue);
        histograms.Fill(0, int.MinValue);
        histograms.Fill(0, 1.4999);
        Assert.Equal((1, 2, 4, 1u), (histograms.GetUnderflow(0), histograms.GetOverflow(0), histograms.GetEntries(0), histograms.GetCounts(0)[1]));
    }

    [Fact]
    public void RebinAndSlice_AnyCounts_KeepEveryEntry() => Gen.Select(Samples, Gen.Int[1, 40], Gen.Int[0, 39], Gen.Int[0, 39]).Sample((samples, factor, one, two) =>
    {
        PixelHistograms histograms = new(new IntegerAxis(0, 40), 1) { EventCount = 7 };
        histograms.Fill(0, samples);
        PixelHistograms wide = histograms.Rebin(factor);
        PixelHistograms expectedWide = new(wide.Axis, 1);
        expectedWide.Fill(0, samples);
        (int first, int last) = (Math.Min(one, two), Math.Max(one, two));
        PixelHistograms part = histograms.Slice(first, last);
        PixelHistograms expectedPart = new(new IntegerAxis(first, last - first + 1), 1);
        expectedPart.Fill(0, samples);
        return Same(expectedWide, wide) && Same(expectedPart, part) && Same(part, histograms.SliceValues(first, last)) && wide.EventCount == 7 && part.EventCount == 7;
    });

    [Fact]
    public void Sum_OverPixels_AddsBinsAndFlow()
    {
        PixelHistograms histograms = new(new IntegerAxis(0, 3), 3, ChargeScale.SumOf(5));
        histograms.Fill(0, [0, 1, 1, 9]);
        histograms.Fill(1, [-1, 2]);
        histograms.Fill(2, [1]);
        Histogram sum = histograms.Sum();
        Assert.Equal([1u, 3u, 1u], sum.Counts.ToArray());
        Assert.Equal((1, 1, 7, ChargeScale.SumOf(5)), (sum.Underflow, sum.Overflow, sum.Entries, sum.Scale));
        Assert.Equal([0u, 1u, 1u], histograms.Sum([1, 2]).Counts.ToArray());
        histograms.SetCounts(0, [0, uint.MaxValue, 0]);
        Assert.Throws<OverflowException>(() => histograms.Sum());
    }

    [Fact]
    public void IntegerAxis_HistogramsOnAnotherAxis_Refuses()
    {
        PixelHistograms histograms = new(new RegularAxis(0, 1, 4), 1);
        Assert.Contains("4 bins from 0 to 1 LSB, not on an axis of integers", Assert.Throws<InvalidOperationException>(() => histograms.IntegerAxis).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => histograms[0].Moments);
    }

    private static bool Same(PixelHistograms a, PixelHistograms b) =>
        a.Axis == b.Axis && a.GetCounts(0).SequenceEqual(b.GetCounts(0)) && a.GetUnderflow(0) == b.GetUnderflow(0) && a.GetOverflow(0) == b.GetOverflow(0) && a.GetEntries(0) == b.GetEntries(0);
}
