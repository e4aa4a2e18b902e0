using CsCheck;
using DigiCam.Histograms;

namespace DigiCam.Tests.Histograms;

public sealed class AxisTests
{
    private static readonly Axis[] All =
    [
        new IntegerAxis(-3, 7), new IntegerAxis(0, 1), new RegularAxis(0, 1, 10), new RegularAxis(-0.7, 2.9, 36, "ns"), new RegularAxis(1e6, 1e6 + 1, 3),
        new VariableAxis([0, 1, 10, 100]), new VariableAxis([-1.5, 0.1]),
    ];

    public static TheoryData<int> Indices => [.. Enumerable.Range(0, All.Length)];

    [Theory]
    [MemberData(nameof(Indices))]
    public void Index_ValuesOnAndBesideEdges_LowerEdgeBelongsToTheBin(int index)
    {
        Axis axis = All[index];
        for (int bin = 0; bin < axis.Count; bin++)
        {
            Assert.Equal(bin, axis.Index(axis.Edge(bin)));
            Assert.Equal(bin, axis.Index(Math.BitDecrement(axis.Edge(bin + 1))));
            Assert.Equal(bin, axis.Index(axis.Centers()[bin]));
        }

        Assert.Equal(-1, axis.Index(Math.BitDecrement(axis.Edge(0))));
        Assert.Equal(axis.Count, axis.Index(axis.Edge(axis.Count)));
        Assert.Equal((-1, axis.Count, axis.Count), (axis.Index(double.NegativeInfinity), axis.Index(double.PositiveInfinity), axis.Index(double.NaN)));
    }

    [Fact]
    public void Index_AnyRegularAxisAndValue_AgreesWithTheEdges() =>
        Gen.Select(Gen.Double[-1e3, 1e3], Gen.Double[1e-3, 1e3], Gen.Int[1, 300], Gen.Double[-0.1, 1.1]).Sample((lower, length, count, place) =>
        {
            RegularAxis axis = new(lower, lower + length, count);
            double value = lower + (place * length);
            int bin = axis.Index(value);
            return bin < 0 ? value < axis.Lower : bin == count ? value >= axis.Upper : value >= axis.Edge(bin) && value < axis.Edge(bin + 1);
        });

    [Theory]
    [MemberData(nameof(Indices))]
    public void RebinAndSlice_AnyAxis_KeepTheEdges(int index)
    {
        Axis axis = All[index];
        for (int factor = 1; factor <= axis.Count; factor++)
        {
            Axis wide = axis.Rebin(factor);
            Assert.Equal(axis.Count / factor, wide.Count);
            for (int bin = 0; bin <= wide.Count; bin++) Assert.Equal(axis.Edge(factor * bin), wide.Edge(bin), 1e-9);
            Assert.Equal(axis.Unit, wide.Unit);
        }

        for (int first = 0; first < axis.Count; first++)
        {
            for (int last = first; last < axis.Count; last++)
            {
                Axis part = axis.Slice(first, last);
                Assert.Equal(axis.GetType(), part.GetType());
                Assert.Equal(last - first + 1, part.Count);
                for (int bin = 0; bin <= part.Count; bin++) Assert.Equal(axis.Edge(first + bin), part.Edge(bin), 1e-9);
            }
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => axis.Rebin(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => axis.Rebin(axis.Count + 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => axis.Slice(0, axis.Count));
        Assert.Throws<ArgumentOutOfRangeException>(() => axis.Slice(-1, 0));
    }

    [Fact]
    public void Equality_KindBinsAndUnit_AllCount()
    {
        Assert.Equal(new VariableAxis([0, 1, 3], "ns"), new VariableAxis((double[])[0, 1, 3], "ns"));
        Assert.Equal(new VariableAxis([0, 1, 3]).GetHashCode(), new VariableAxis([0, 1, 3]).GetHashCode());
        Assert.NotEqual(new VariableAxis([0, 1, 3]), new VariableAxis([0, 2, 3]));
        Assert.NotEqual(new VariableAxis([0, 1, 3]), new VariableAxis([0, 1, 3], "ns"));
        Assert.Equal(new RegularAxis(0, 1, 4), new RegularAxis(0, 1, 4));
        Assert.NotEqual(new RegularAxis(0, 1, 4), new RegularAxis(0, 1, 5));
        Assert.NotEqual<Axis>(new RegularAxis(-0.5, 3.5, 4), new IntegerAxis(0, 4));
        Assert.NotEqual<Axis>(new VariableAxis([0, 1]), new RegularAxis(0, 1, 1));
    }

    [Fact]
    public void Constructor_ImpossibleEdges_Throws()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new IntegerAxis(0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RegularAxis(0, 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RegularAxis(1, 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RegularAxis(0, double.NaN, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RegularAxis(1e17, 1e17 + 16, 100));
        Assert.Throws<ArgumentException>(() => new VariableAxis([0]));
        Assert.Throws<ArgumentException>(() => new VariableAxis([0, 1, 1]));
        Assert.Throws<ArgumentException>(() => new VariableAxis([0, double.NaN]));
    }
}
