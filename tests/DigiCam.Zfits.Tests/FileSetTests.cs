using CsCheck;
using DigiCam.Zfits;

namespace DigiCam.Zfits.Tests;

/// <summary>Several files as one run in the order of event numbers.</summary>
public sealed class FileSetTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(0)]
    public void ReadEvents_ParallelStreams_AreOneRunInOrder(int threads)
    {
        // Four streams share the events 100 to 199, as the camera server deals them out; the last one is ragged.
        string[] paths = [.. Enumerable.Range(0, 4).Select(stream => Write($"run_{stream}", Enumerable.Range(100, 100).Where(i => i % 4 == stream)))];
        using ZFitsFileSet set = ZFitsFileSet.Open(paths);
        Assert.Equal("eventNumber", set.IdColumn);
        Assert.Equal(100, set.RowCount);
        Assert.Empty(set.Order.Gaps);
        Assert.Empty(set.Order.Duplicates);
        long expected = 100;
        foreach (ZFitsSetEvent e in set.ReadEvents(new ZFitsReadOptions { Threads = threads }))
        {
            Assert.Equal(expected, e.Place.Id);
            Assert.Equal((int)(expected % 4), e.Place.File);
            Assert.Equal((uint)expected, e.Tile["eventNumber"].GetScalar<uint>(e.RowInTile));
            Assert.Equal(RunFiles.SamplesOf((uint)expected), e.Tile["hiGain_waveforms_samples"].GetRow<short>(e.RowInTile).ToArray());
            expected++;
        }

        Assert.Equal(200, expected);
    }

    [Fact]
    public void ReadEvents_EveryTile_IsDecodedOnce()
    {
        string[] paths = [Write("a", Enumerable.Range(0, 40).Where(i => i % 3 == 0)), Write("b", Enumerable.Range(0, 40).Where(i => i % 3 != 0))];
        using ZFitsFileSet set = ZFitsFileSet.Open(paths);
        long[] before = [.. set.Tables.Select(table => table.File.BytesRead)];
        foreach (ZFitsTable table in set.Tables) _ = table.ReadTiles(new ZFitsReadOptions()).Count();
        long[] once = [.. set.Tables.Select((table, i) => table.File.BytesRead - before[i])];
        before = [.. set.Tables.Select(table => table.File.BytesRead)];
        Assert.Equal(40, set.ReadEvents(new ZFitsReadOptions { Threads = 2 }).Count());
        Assert.Equal(once, set.Tables.Select((table, i) => table.File.BytesRead - before[i]));
    }

    [Fact]
    public void Order_GapsAndDuplicates_AreReported()
    {
        string[] paths = [Write("a", [1, 2, 3, 10, 11]), Write("b", [3, 12, 20, 3])];
        using ZFitsFileSet set = ZFitsFileSet.Open(paths);
        Assert.Equal([(4L, 9L), (13L, 19L)], set.Order.Gaps);
        Assert.Equal((UInt128)13, set.Order.MissingCount);
        Assert.Equal([3L, 3L], set.Order.Duplicates);
        // Events of equal number stay in the order of files and rows.
        Assert.Equal([(0, 2), (1, 0), (1, 3)], set.Order.Where(place => place.Id == 3).Select(place => (place.File, place.Row)));
        Assert.Equal("2 files, 9 events by eventNumber, 13 missing, 2 occurring again", set.ToString());
        Assert.Equal([1u, 2, 3, 3, 3, 10, 11, 12, 20], set.Rows(new ZFitsReadOptions()).Select(e => e.Values.GetScalar<uint>("eventNumber")));
    }

    [Fact]
    public void Open_Pattern_TakesTheFilesByName()
    {
        Write("run.002", Enumerable.Range(20, 10));
        Write("run.001", Enumerable.Range(10, 10));
        Write("other", [1]);
        using ZFitsFileSet set = ZFitsFileSet.Open(_folder.File("run.*.fits.fz"));
        Assert.Equal(["run.001.fits.fz", "run.002.fits.fz"], set.Tables.Select(table => Path.GetFileName(table.File.Path)));
        Assert.Equal(Enumerable.Range(10, 20).Select(i => (long)i), set.Order.Select(place => place.Id));
        Assert.Throws<FileNotFoundException>(() => ZFitsFileSet.Open(_folder.File("nothing*.fits.fz")));
        Assert.Throws<DirectoryNotFoundException>(() => ZFitsFileSet.Open(_folder.File("nowhere/*.fits.fz")));
        Assert.Throws<FileNotFoundException>(() => ZFitsFileSet.Open(" , "));
    }

    [Fact]
    public async Task ReadEventsAsync_SelectionOfNumbers_GivesJustThose()
    {
        string[] paths = [Write("a", [5, 1, 9, 30, 4]), Write("b", [2, 3, 31, 8])];
        using ZFitsFileSet set = ZFitsFileSet.Open(paths);
        foreach (int threads in (int[])[1, 2])
        {
            List<long> ids = [];
            await foreach (ZFitsSetEvent e in set.ReadEventsAsync(new ZFitsReadOptions { Rows = ZFitsRowSet.Parse("2-5,30-"), Columns = ["eventNumber"], Threads = threads }))
            {
                Assert.Equal((uint)e.Place.Id, e.Tile[0].GetScalar<uint>(e.RowInTile));
                ids.Add(e.Place.Id);
            }

            Assert.Equal([2, 3, 4, 5, 30, 31], ids);
        }
    }

    [Fact]
    public void ReadEvents_DamagedTiles_AreLeftOutAndReported()
    {
        string[] paths = [Write("a", Enumerable.Range(0, 30).Where(i => i % 2 == 0)), Write("b", Enumerable.Range(0, 30).Where(i => i % 2 == 1))];
        // Tile 1 of the first file: its rows 4 to 7 are the events 8, 10, 12, 14.
        byte[] bytes = File.ReadAllBytes(paths[0]);
        using (ZFitsFile file = ZFitsFile.Open(paths[0])) bytes[file.Tables[0].GetTile(1).Blocks[2].FileOffset + 18] ^= 0x55;
        File.WriteAllBytes(paths[0], bytes);
        using ZFitsFileSet set = ZFitsFileSet.Open(paths);
        foreach (int threads in (int[])[1, 4])
        {
            ZFitsDamageReport lost = new();
            ZFitsReadOptions options = new() { Threads = threads, Damage = ZFitsDamagePolicy.SkipTile, DamageReport = lost };
            Assert.Equal(Enumerable.Range(0, 30).Except([8, 10, 12, 14]).Select(i => (long)i), set.ReadEvents(options).Select(e => e.Place.Id));
            Assert.Equal((set.Tables[0], 1, 4L, 4), Assert.Single(lost.Tiles) is var tile ? (tile.Table, tile.Tile, tile.FirstRow, tile.RowCount) : default);
            Assert.Throws<ZFitsFormatException>(() => set.ReadEvents(new ZFitsReadOptions { Threads = threads }).Count());
        }
    }

    [Fact]
    public void ReadEvents_AnyDistribution_GivesEveryEventOnce() =>
        Gen.Select(Gen.Int[0, 60].Array[1, 60], Gen.Int[1, 5], Gen.Int[1, 3], Gen.Int[0, int.MaxValue]).Sample(
            (numbers, files, threads, seed) =>
            {
                using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
                Random random = new(seed);
                List<uint>[] parts = [.. Enumerable.Range(0, files).Select(_ => new List<uint>())];
                foreach (int number in numbers) parts[random.Next(files)].Add((uint)number);
                List<string> paths = [];
                foreach (List<uint> part in parts.Where(part => part.Count > 0))
                {
                    paths.Add(folder.File($"{paths.Count}.fits.fz"));
                    RunFiles.Write(paths[^1], part, rowsPerTile: 3);
                }

                using ZFitsFileSet set = ZFitsFileSet.Open(paths);
                List<uint> read = [];
                foreach (ZFitsSetEvent e in set.ReadEvents(new ZFitsReadOptions { Threads = threads }))
                {
                    read.Add(e.Tile["eventNumber"].GetScalar<uint>(e.RowInTile));
                    Assert.Equal(e.Place.Id, read[^1]);
                    Assert.Equal(e.Place.Row, e.Tile.FirstRow + e.RowInTile);
                }

                Assert.Equal(numbers.Order().Select(number => (uint)number), read);
                HashSet<int> distinct = [.. numbers];
                Assert.Equal(numbers.Length - distinct.Count, set.Order.Duplicates.Count);
                Assert.Equal(
                    Enumerable.Range(numbers.Min(), numbers.Max() - numbers.Min() + 1).Where(i => !distinct.Contains(i)).Select(i => (long)i),
                    set.Order.Gaps.SelectMany(gap => Enumerable.Range((int)gap.First, (int)(gap.Last - gap.First + 1)).Select(i => (long)i)));
            },
            iter: 40);

    [Fact]
    public void Open_FilesThatDoNotBelongTogether_NamesThem()
    {
        string a = Write("a", [1]);
        string b = _folder.File("b.fits.fz");
        RunFiles.Write(b, [2], 4, [.. RunFiles.Columns.Skip(1)]);
        Assert.Contains("b.fits.fz: table Events: there is no column telescopeID", Refused(a, b), StringComparison.Ordinal);
        Assert.Contains("there is a column telescopeID, there is none in", Refused(b, a), StringComparison.Ordinal);
        RunFiles.Write(b, [2], 4, [RunFiles.Columns[0], RunFiles.Columns[1] with { ElementType = ZFitsElementType.UInt64 }, RunFiles.Columns[2]], "Some.Event");
        Assert.Contains("the table holds Some.Event messages", Refused(a, b), StringComparison.Ordinal);
        string c = _folder.File("c.fits.fz");
        RunFiles.Write(c, [2], 4, [RunFiles.Columns[0], RunFiles.Columns[1] with { ElementType = ZFitsElementType.Int32 }, RunFiles.Columns[2]], "Some.Event");
        Assert.Contains("column eventNumber holds Int32 elements of field 4", Refused(b, c), StringComparison.Ordinal);
        Assert.Contains("is named twice", Assert.Throws<ArgumentException>(() => ZFitsFileSet.Open([a, a])).Message, StringComparison.Ordinal);
        Assert.Contains("no column noSuch", Assert.Throws<ZFitsFormatException>(() => ZFitsFileSet.Open([a], idColumn: "noSuch")).Message, StringComparison.Ordinal);
        Assert.Contains("event numbers are integers", Assert.Throws<ZFitsFormatException>(() => ZFitsFileSet.Open([a], idColumn: "hiGain_waveforms_samples")).Message, StringComparison.Ordinal);
        Assert.Contains("tables present: Events", Assert.Throws<ZFitsFormatException>(() => ZFitsFileSet.Open([a], "Runs")).Message, StringComparison.Ordinal);
    }

    private static string Refused(params string[] paths) => Assert.Throws<ZFitsFormatException>(() => ZFitsFileSet.Open(paths)).Message;

    private string Write(string name, IEnumerable<int> eventNumbers)
    {
        string path = _folder.File(name + ".fits.fz");
        RunFiles.Write(path, eventNumbers.Select(number => (uint)number), rowsPerTile: 4);
        return path;
    }
}
