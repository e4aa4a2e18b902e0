using CsCheck;
using DigiCam.Charges;
using DigiCam.Histograms;

namespace DigiCam.Tests.Histograms;

public sealed class LevelHistogramsTests
{
    // A level, a pixel and a value of each entry.
    private static readonly Gen<(int Level, int Pixel, short Value)[]> Entries = Gen.Select(Gen.Int[0, 2], Gen.Int[0, 3], Gen.Short[-5, 60]).Array[0, 200];

    // Of any length; most samples close together, the others anywhere.
    private static readonly Gen<short[][]> Waveforms = Gen.Frequency((9, Gen.Short[90, 110]), (1, Gen.Short)).Array[0, 150].Array[1, 4];

    [Fact]
    public void Fill_AnyEntries_AreThoseOfHistogramsWithoutTrimming() => Entries.Sample(entries =>
    {
        LevelHistograms levels = Filled(entries);
        for (int level = 0; level < 3; level++)
        {
            PixelHistograms plain = new(new IntegerAxis(0, 50), 4);
            foreach ((_, int pixel, short value) in entries.Where(e => e.Level == level)) plain.Fill(pixel, value);
            PixelHistograms found = levels.GetLevel(level);
            for (int pixel = 0; pixel < 4; pixel++)
            {
                Histogram one = levels[level, pixel];
                if (!Same(plain[pixel], one) || !Same(plain[pixel], found[pixel]) || levels.GetEntries(level, pixel) != plain.GetEntries(pixel)) return false;
            }
        }

        return true;
    });

    [Fact]
    public void Fill_SamplesOrValues_CountTheSame() => Waveforms.Sample(waveforms =>
    {
        foreach (Axis axis in (Axis[])[IntegerAxis.Adc, new IntegerAxis(93, 40), new IntegerAxis(98, 7), new IntegerAxis(-40000, 90000), new RegularAxis(0.3, 105.7, 17)])
        {
            (LevelHistograms one, LevelHistograms other) = (new(axis, 1, 1), new(axis, 1, 1));
            (PixelHistograms plain, PixelHistograms spread) = (new(axis, 1), new(axis, 1));
            foreach (short[] waveform in waveforms)
            {
                one.Fill(0, 0, waveform);
                foreach (short sample in waveform) other.Fill(0, 0, (double)sample);
                plain.Fill(0, waveform);
                spread.FillSpread(0, waveform);
            }

            if (!Same(other[0, 0], one[0, 0]) || !Same(other[0, 0], plain[0]) || !Same(other[0, 0], spread[0])) return false;
        }

        return true;
    });

    [Fact]
    public void Merge_OrderAndGrouping_DoNotMatter() => Gen.Select(Entries, Entries, Entries).Sample((a, b, c) =>
    {
        LevelHistograms left = Filled(a);
        left.Merge(Filled(b));
        left.Merge(Filled(c));
        LevelHistograms right = Filled(c);
        right.Merge(Filled(b));
        right.Merge(Filled(a));
        LevelHistograms union = Filled([.. b, .. c, .. a]);
        return Same(left, right) && Same(left, union);
    });

    [Fact]
    public void Merge_OtherSet_Throws()
    {
        LevelHistograms levels = new(new IntegerAxis(0, 4), 2, 3);
        ArgumentException error = Assert.Throws<ArgumentException>(() => levels.Merge(new LevelHistograms(new IntegerAxis(0, 4), 2, 3, ChargeScale.SumOf(7))));
        Assert.StartsWith("histograms of 2 levels and 3 pixels on 0..3 LSB (sum of 7 samples) cannot be added to 2 levels and 3 pixels on 0..3 LSB (amplitude)", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => levels.Merge(new LevelHistograms(new IntegerAxis(0, 5), 2, 3)));
        Assert.Throws<ArgumentException>(() => levels.Merge(new LevelHistograms(new IntegerAxis(0, 4), 1, 3)));
        Assert.Throws<ArgumentException>(() => levels.Merge(new LevelHistograms(new IntegerAxis(0, 4), 2, 2)));
    }

    [Fact]
    public void SelectAndSum_Levels_AreThoseOfTheirEntries() => Entries.Sample(entries =>
    {
        LevelHistograms levels = Filled(entries);
        LevelHistograms last = levels.SelectLevels(1, 2);
        PixelHistograms sum = levels.Sum();
        PixelHistograms ends = levels.Sum([0, 2]);
        for (int pixel = 0; pixel < 4; pixel++)
        {
            if (!Same(levels[1, pixel], last[0, pixel]) || !Same(levels[2, pixel], last[1, pixel])) return false;
            PixelHistograms all = new(levels.Axis, 1);
            PixelHistograms some = new(levels.Axis, 1);
            foreach ((int level, _, short value) in entries.Where(e => e.Pixel == pixel))
            {
                all.Fill(0, value);
                if (level != 1) some.Fill(0, value);
            }

            if (!Same(all[0], sum[pixel]) || !Same(some[0], ends[pixel])) return false;
        }

        return true;
    });

    [Fact]
    public void SelectLevels_FilledAfterwards_LeavesTheWholeAlone()
    {
        LevelHistograms levels = new(new IntegerAxis(0, 4), 2, 1);
        levels.Fill(1, 0, 2.0);
        levels.SelectLevels(1).Fill(0, 0, 2.0);
        Assert.Equal(1, levels.GetEntries(1, 0));
        Assert.Equal(1u, levels[1, 0].Counts[2]);
        Assert.Throws<ArgumentOutOfRangeException>(() => levels.SelectLevels(1, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => levels.GetLevel(2));
        Assert.Throws<ArgumentOutOfRangeException>(() => levels.GetCounts(0, 1, out _));
    }

    [Fact]
    public void FillEvent_SeveralThreadsInOneLevelAndInSeveral_CountsEveryEntry()
    {
        const int events = 400;
        LevelHistograms shared = new(IntegerAxis.Adc, 3, 5);
        LevelHistograms alone = new(IntegerAxis.Adc, 3, 5);
        short[][] samples = [.. Enumerable.Range(0, events).Select(i => Enumerable.Range(0, 5 * 20).Select(k => (short)((1000 + (97 * i) + (31 * k)) % 4100)).ToArray())];
        Parallel.For(0, events, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = TestContext.Current.CancellationToken }, i => shared.FillEvent(i % 3, samples[i]));
        for (int i = events - 1; i >= 0; i--) alone.FillEvent(i % 3, samples[i]);
        Assert.True(Same(alone, shared));
        Assert.Equal([134, 133, 133], shared.EventCounts);
    }

    [Fact]
    public void FillEvent_OtherNumberOfPixels_Throws()
    {
        LevelHistograms levels = new(new IntegerAxis(0, 4), 1, 3);
        Assert.Throws<ArgumentException>(() => levels.FillEvent(0, (short[])[1, 2]));
        Assert.Throws<ArgumentException>(() => levels.FillEvent(0, (double[])[1, 2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => levels.FillEvent(1, (double[])[1, 2, 3]));
        levels.FillEvent(0, (double[])[1, double.NaN, -1]);
        Assert.Equal((1, 1, 1), (levels.GetEntries(0, 0), levels.GetOverflow(0, 1), levels.GetUnderflow(0, 2)));
    }

    [Fact]
    public void FillEvent_EventAsBefore_AllocatesNothing()
    {
        LevelHistograms levels = new(IntegerAxis.Adc, 2, 100);
        short[] samples = [.. Enumerable.Range(0, 5000).Select(i => (short)(i % 300))];
        Assert.Equal(0, Allocation.Least(() => levels.FillEvent(1, samples)));
    }

    [Fact]
    public void CountBytes_ScanOfTheWholeCamera_StayWithinTheFilledBins()
    {
        // Most histograms of a scan are narrow; the reserve must not undo what trimming saves.
        LevelHistograms levels = new(new IntegerAxis(-46, 2146), 4, 1296);
        short[] samples = new short[1296 * 100];
        for (int round = 0; round < 4; round++)
        {
            for (int i = 0; i < samples.Length; i++) samples[i] = (short)(200 + (i % 100));
            levels.FillEvent(round, samples);
        }

        Assert.InRange(levels.CountBytes, 4L * 4 * 1296 * 100, 4L * 4 * 1296 * 160);
    }

    [Fact]
    public void CountBytes_EveryBinInUse_IsThatOfTheBins()
    {
        // A scan of 81 levels of such histograms has 0.9 GB of counts at most.
        LevelHistograms levels = new(new IntegerAxis(-46, 2146), 1, 1296);
        double[] values = new double[1296];
        for (int k = 0; k < 2146; k++)
        {
            Array.Fill(values, 1027 + (k % 2 == 0 ? k / 2 : -(k + 1) / 2));
            levels.FillEvent(0, values);
        }

        Assert.Equal(2146, levels.GetEntries(0, 1295));
        Assert.Equal(0, levels.GetOverflow(0, 1295) + levels.GetUnderflow(0, 1295));
        Assert.Equal(4L * 1296 * 2146, levels.CountBytes);
    }

    private static LevelHistograms Filled(IEnumerable<(int Level, int Pixel, short Value)> entries)
    {
        LevelHistograms levels = new(new IntegerAxis(0, 50), 3, 4);
        foreach ((int level, int pixel, short value) in entries) levels.Fill(level, pixel, [value]);
        return levels;
    }

    private static bool Same(LevelHistograms a, LevelHistograms b) =>
        Enumerable.Range(0, a.LevelCount).All(level => Enumerable.Range(0, a.PixelCount).All(pixel => Same(a[level, pixel], b[level, pixel])));

    private static bool Same(Histogram a, Histogram b) =>
        a.Axis == b.Axis && a.Counts.SequenceEqual(b.Counts) && a.Underflow == b.Underflow && a.Overflow == b.Overflow && a.Entries == b.Entries;
}
