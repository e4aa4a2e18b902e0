using DigiCam.Flags;
using DigiCam.Geometry;
using DigiCam.Histograms;
using DigiCam.Scans;
using DigiCam.Simulation;
using DigiCam.Synchronisation;

namespace DigiCam.Tests.Synchronisation;

/// <summary>Decisions on made-up histograms.</summary>
public sealed class SynchronisationFitterTests
{
    private const int Pixels = 40;
    private const int Samples = 50;
    private static readonly ScanPlan Plan = ScanPlan.Counted([0, 200, 300], [0], 500);

    private readonly LevelHistograms _positions = new(PulseTimeHistograms.PositionAxis(Samples), 3, Pixels);
    private readonly PixelHistograms _edges = new(PulseTimeHistograms.EdgeAxis(Samples), Pixels);
    private readonly long[] _saturated = new long[3 * Pixels];
    private readonly long[] _flat = new long[3 * Pixels];

    [Fact]
    public void Fit_PixelWithALongCable_IsATimeOutlierAtItsOwnPosition()
    {
        Fill((pixel, level, _) => level == 0 ? null : pixel == 7 ? 25 : 18, pixel => 63 + (0.2 * (pixel % 5)) + (pixel == 7 ? 28 : 0));
        SynchronisationResult result = Fit();
        Assert.Equal((PixelFlags.TimeOutlier, 25), (result.Flags[7], result.Position[7]));
        Assert.All(Enumerable.Range(0, Pixels).Where(pixel => pixel != 7), pixel => Assert.Equal((PixelFlags.None, 18), (result.Flags[pixel], result.Position[pixel])));
        Assert.Equal(18, result.MedianPosition);
        Assert.InRange(result.EdgeNs[7], 91.2, 91.6);
    }

    [Fact]
    public void Fit_FewFlashes_PositionButNoTime()
    {
        Fill((_, level, _) => level == 0 ? null : 18, pixel => pixel == 3 ? double.NaN : 63);
        SynchronisationResult result = Fit();
        Assert.Equal((PixelFlags.LowStatistics, 18, true), (result.Flags[3], result.Position[3], result.IsLit[3]));
        Assert.Equal(double.NaN, result.EdgeNs[3]);
    }

    [Fact]
    public void Fit_LightOfATenthOfAPhotoElectron_IsNotEnough()
    {
        // 5 % of the events above chance at the brightest level, and 30 %.
        Fill((pixel, level, i) => level == 2 && i % 100 < (pixel < 20 ? 5 : 30) ? 18 : null, _ => 63);
        SynchronisationResult result = Fit();
        for (int pixel = 0; pixel < Pixels; pixel++) Assert.Equal(pixel >= 20, result.IsLit[pixel]);
        Assert.All(Enumerable.Range(0, 20), pixel => Assert.Equal(PixelFlags.NoLed, result.Flags[pixel]));
        Assert.InRange(result["concentration"].Values[30], 0.25, 0.35);
    }

    [Fact]
    public void Fit_NoLightAtAll_IsNoLedEverywhere()
    {
        Fill((_, _, _) => null, _ => double.NaN);
        SynchronisationResult result = Fit();
        Assert.All(result.Flags, flag => Assert.Equal(PixelFlags.NoLed, flag));
        Assert.All(result.Position, position => Assert.Equal(result.MedianPosition, position));
        Assert.InRange(result.MedianPosition, 0, Samples - 1);
    }

    [Fact]
    public void Fit_HandfulOfEvents_CannotTell()
    {
        Fill((_, level, _) => level == 0 ? null : 18, _ => double.NaN, events: 3);
        Assert.All(Fit().Flags, flag => Assert.Equal(PixelFlags.LowStatistics, flag));
    }

    [Fact]
    public void Fit_BrightLevelsSaturated_UsesTheOthers()
    {
        Fill((pixel, level, _) => level == 1 ? 18 : level == 2 && pixel == 4 ? PulseTimeHistograms.NoPosition : null, _ => 63);
        _saturated[(2 * Pixels) + 4] = 500;
        SynchronisationResult result = Fit();
        Assert.Equal((PixelFlags.None, 18), (result.Flags[4], result.Position[4]));
    }

    private SynchronisationResult Fit() => SynchronisationFitter.Fit(new PulseTimeHistograms(Plan, new SynchronisationOptions(), Samples, _positions, _edges, [.. _saturated], [.. _flat]));

    // A position, or any by chance where none is given; edges scatter by 0.3 ns, with one in ten far from the others.
    private void Fill(Func<int, int, int, int?> position, Func<int, double> edgeNs, int events = 500)
    {
        RandomStream random = new(1, 2);
        int[] values = new int[Pixels];
        LevelBuffer buffer = new(_positions);
        for (int level = 0; level < 3; level++)
        {
            for (int i = 0; i < events; i++)
            {
                for (int pixel = 0; pixel < Pixels; pixel++)
                {
                    values[pixel] = position(pixel, level, i) ?? (int)(Samples * 0.999999 * random.Uniform());
                    double edge = i % 10 == 0 ? 180 * random.Uniform() : edgeNs(pixel) + (0.3 * random.Normal());
                    if (level > 0 && !double.IsNaN(edgeNs(pixel))) _edges.Fill(pixel, edge);
                }

                buffer.Add(level, values);
            }
        }

        buffer.Flush();
    }
}
