using DigiCam.Runs;

namespace DigiCam.Tests.Runs;

public sealed class RunShardTests
{
    private static readonly (string, int)[] Files = [("/a/run_000.fits.fz", 5), ("/a/run_001.fits.fz", 1), ("/a/run_002.fits.fz", 7)];

    [Theory]
    [InlineData("2/4", "shard-2-of-4")]
    [InlineData("run_001", "shard-run_001")]
    [InlineData("a/run_001.fits.fz,run_002.fits.fz,run_000", "shard-run_001-and-2-more-7fa2ba68")]
    [InlineData("b/run_001.fits.fz", "shard-run_001-f4716d9c")]
    public void Parse_Text_IsWrittenBack(string text, string name)
    {
        RunShard shard = RunShard.Parse(text);
        Assert.Equal((text, name), (shard.ToString(), shard.Name));
        Assert.Equal(shard, RunShard.Parse(shard.ToString()));
        Assert.Equal(shard.GetHashCode(), RunShard.Parse(text).GetHashCode());
    }

    [Theory]
    [InlineData("0/4", "'0/4': parts are counted from 1 to 4")]
    [InlineData("5/4", "'5/4': parts are counted from 1 to 4")]
    [InlineData("-1/4", "'-1/4': parts are counted from 1 to 4")]
    [InlineData("1/0", "'1/0': there is at least one part")]
    [InlineData("", "'' is neither a part as in 2/4 nor a list of files")]
    [InlineData("1/2/3", "'1/2/3' is neither a part as in 2/4 nor a list of files")]
    [InlineData("a,,b", "'a,,b' is neither a part as in 2/4 nor a list of files")]
    public void Parse_Impossible_SaysWhy(string text, string message) => Assert.Equal(message, Assert.Throws<FormatException>(() => RunShard.Parse(text)).Message);

    [Fact]
    public void OfTiles_AnyNumber_CoversEachTileOnce()
    {
        for (int count = 1; count <= 20; count++)
        {
            int[] next = new int[3];
            int[] sizes = new int[count];
            for (int index = 1; index <= count; index++)
            {
                System.Collections.Immutable.ImmutableArray<(int First, int Count)> tiles = RunShard.OfTiles(index, count).TilesIn(Files, []);
                for (int file = 0; file < 3; file++)
                {
                    if (tiles[file].Count == 0) continue;
                    Assert.Equal(next[file], tiles[file].First);
                    next[file] += tiles[file].Count;
                    sizes[index - 1] += tiles[file].Count;
                }
            }

            Assert.Equal([5, 1, 7], next);
            Assert.InRange(sizes.Max() - sizes.Min(), 0, 1);
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => RunShard.OfTiles(3, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => RunShard.OfTiles(1, 0));
    }

    [Fact]
    public void OfFiles_Names_AreFoundOrRefused()
    {
        Assert.Equal([(0, 5), (0, 0), (0, 7)], RunShard.OfFiles("run_002.fits.fz", "/a/run_000.fits.fz").TilesIn(Files, []));
        Assert.Equal([(0, 0), (0, 0), (0, 0)], RunShard.OfFiles("run_003").TilesIn(Files, ["/a/run_003.fits.fz"]));
        Assert.Equal(
            "shard: run_004 is none of the input files run_000.fits.fz, run_001.fits.fz, run_002.fits.fz",
            Assert.Throws<InvalidDataException>(() => RunShard.OfFiles("run_004").TilesIn(Files, [])).Message);
        Assert.Equal(
            "shard: run_000 may be /a/run_000.fits.fz or /b/run_000.fits.fz: the whole path tells them apart",
            Assert.Throws<InvalidDataException>(() => RunShard.OfFiles("run_000").TilesIn([.. Files, ("/b/run_000.fits.fz", 1)], [])).Message);
        Assert.Throws<ArgumentException>(() => RunShard.OfFiles());
    }
}
