using System.Buffers.Binary;
using DigiCam.Zfits;
using DigiCam.Zfits.Tests.Damage;

namespace DigiCam.Zfits.Tests;

/// <summary>Reading tile by tile around damage: six tiles, one of them damaged in every way there is. What the file still holds twice is
/// found; exactly the damaged tile is lost.</summary>
public sealed class TileResynchronisationTests : IDisposable
{
    private const int TileCount = 6;

    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();
    private readonly byte[] _good;

    public TileResynchronisationTests() => _good = SmallFile.Bytes(_folder, rows: 3 * TileCount - 1);

    /// <summary>Damage to the tile: what it is called, the tile, whether the tile is lost by it.</summary>
    public static TheoryData<string, int, bool> Cases
    {
        get
        {
            TheoryData<string, int, bool> cases = [];
            for (int tile = 0; tile < TileCount; tile++)
            {
                foreach (string name in CatalogDamage.Keys) cases.Add(name, tile, false);
                foreach (string name in TileDamage.Keys) cases.Add(name, tile, true);
            }

            return cases;
        }
    }

    /// <summary>Damage that the tile survives: its headers tell where it is.</summary>
    private static Dictionary<string, Action<TableBytes, int>> CatalogDamage { get; } = new()
    {
        ["negative size"] = (file, tile) => file.SetEntry(tile, 1, -1, null),
        ["negative offset"] = (file, tile) => file.SetEntry(tile, 1, null, long.MinValue),
        ["offset beyond the heap"] = (file, tile) => file.SetEntry(tile, 0, null, 1L << 40),
        ["size 2^62"] = (file, tile) => file.SetEntry(tile, 6, 1L << 62, null),
        ["size off by four"] = (file, tile) => file.SetEntry(tile, 6, file.GetEntry(tile, 6, size: true) + 4, null),
        ["entries swapped"] = (file, tile) => Exchange(file, file.Entry(tile, 1), file.Entry(tile, 2), 16),
        ["sizes that make up for each other"] = (file, tile) =>
        {
            file.SetEntry(tile, 2, file.GetEntry(tile, 2, size: true) + 4, null);
            file.SetEntry(tile, 3, file.GetEntry(tile, 3, size: true) - 4, file.GetEntry(tile, 3, size: false) + 4);
        },
        ["row zero"] = (file, tile) => file.Bytes.AsSpan(file.Entry(tile, 0), file.CatalogRowSize).Clear(),
        ["row little endian"] = (file, tile) =>
        {
            for (int at = 0; at < file.CatalogRowSize; at += 8) file.Bytes.AsSpan(file.Entry(tile, 0) + at, 8).Reverse();
        },
        ["row of the next tile"] = (file, tile) => file.Bytes.AsSpan(file.Entry((tile + 1) % TileCount, 0), file.CatalogRowSize).CopyTo(file.Bytes.AsSpan(file.Entry(tile, 0))),
        ["rows swapped"] = (file, tile) => Exchange(file, file.Entry(tile, 0), file.Entry((tile + 2) % TileCount, 0), file.CatalogRowSize),
    };

    /// <summary>Damage that costs the tile.</summary>
    private static Dictionary<string, Action<TableBytes, int>> TileDamage { get; } = new()
    {
        ["marker"] = (file, tile) => file.Bytes[file.Tiles[tile]] ^= 1,
        ["no rows"] = (file, tile) => file.Put(file.Tiles[tile] + 4, 0, 4),
        ["2^32-1 rows"] = (file, tile) => file.Put(file.Tiles[tile] + 4, uint.MaxValue, 4),
        ["tile size off by one"] = (file, tile) => file.Bytes[file.Tiles[tile] + 8]++,
        ["tile size 2^63"] = (file, tile) => file.Put(file.Tiles[tile] + 8, 1UL << 63, 8),
        ["tile size that takes in the next tile"] = (file, tile) => file.Put(file.Tiles[tile] + 8, (ulong)(EndOfNext(file, tile) - file.Tiles[tile] - 16), 8),
        ["block size"] = (file, tile) => file.Bytes[file.Blocks[tile][2]] ^= 8,
        ["block size 2^64-1"] = (file, tile) => file.Put(file.Blocks[tile][2], ulong.MaxValue, 8),
        ["ordering byte"] = (file, tile) => file.Bytes[file.Blocks[tile][2] + 8] = (byte)'X',
        ["process list"] = (file, tile) => file.Bytes[file.Blocks[tile][2] + 12] = 0x18,
        ["payload"] = (file, tile) => file.Put(file.Payload(tile, 2) + 12, 0, 8),
        ["rows"] = (file, tile) => file.Bytes[file.Payload(tile, 4)] = 7,
        ["catalog row and tile header"] = (file, tile) =>
        {
            file.Bytes.AsSpan(file.Entry(tile, 0), file.CatalogRowSize).Fill(0xff);
            file.Bytes.AsSpan(file.Tiles[tile], 16).Clear();
        },
        ["everything"] = (file, tile) => file.Bytes.AsSpan(file.Tiles[tile], (int)(EndOf(file, tile) - file.Tiles[tile])).Fill(0xaa),
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public void TryReadTile_OneTileDamaged_ReadsAllOthers(string name, int tile, bool isLost)
    {
        TableBytes file = new TableImage(_good).Build();
        (isLost ? TileDamage : CatalogDamage)[name](file, tile);
        using ZFitsFile damaged = Open(file);
        AssertLost(damaged, isLost ? [tile] : []);
        // A damaged tile does not become readable by leaving it out: the strict reader still refuses it, with the same error.
        using ZFitsTileReader reader = damaged.Tables[0].CreateTileReader();
        Exception strict = Assert.ThrowsAny<Exception>(() => reader.ReadTile(tile));
        if (isLost && !reader.TryReadTile(tile, out Exception? damage)) Assert.Equal(strict.Message, damage!.Message);
    }

    [Fact]
    public void TryReadTile_WholeCatalogLost_ReadsEveryTile()
    {
        TableBytes file = new TableImage(_good).Build();
        file.Bytes.AsSpan(file.DataOffset, TileCount * file.CatalogRowSize).Fill(0xcc);
        using ZFitsFile damaged = Open(file);
        AssertLost(damaged, []);
    }

    /// <summary>A row of the catalog is missing: every row leads to a whole tile with the right number of rows, which is the next one.</summary>
    [Fact]
    public void TryReadTile_CatalogShiftedByARow_ReadsEveryTileAndTheStrictReaderNone()
    {
        TableBytes file = new TableImage(_good).Build();
        file.Bytes.AsSpan(file.Entry(1, 0), (TileCount - 1) * file.CatalogRowSize).CopyTo(file.Bytes.AsSpan(file.DataOffset));
        file.Bytes.AsSpan(file.Entry(TileCount - 1, 0), file.CatalogRowSize).Clear();
        using ZFitsFile damaged = Open(file);
        AssertLost(damaged, []);
        using ZFitsTileReader reader = damaged.Tables[0].CreateTileReader();
        for (int tile = 0; tile < TileCount; tile++) Assert.Throws<ZFitsFormatException>(() => reader.ReadTile(tile));
    }

    /// <summary>Whatever the catalog says: as long as the tiles are whole, TryReadTile finds all of them, and the strict reader gives the right tile or none.</summary>
    [Fact]
    public void ReadTile_AnyCatalog_NeverGivesAnotherTile()
    {
        Random random = new(6);
        TableBytes good = new TableImage(_good).Build();
        byte[] catalog = good.Bytes[good.DataOffset..good.Tiles[0]];
        for (int i = 0; i < 250; i++)
        {
            TableBytes file = good with { Bytes = [.. good.Bytes] };
            for (int n = random.Next(1, 4); n > 0; n--)
            {
                int width = file.CatalogRowSize;
                int row = random.Next(TileCount);
                Span<byte> target = file.Bytes.AsSpan(file.Entry(row, 0), width);
                switch (random.Next(4))
                {
                    case 0:
                        target[random.Next(width)] ^= (byte)(1 << random.Next(8));
                        break;
                    case 1:
                        catalog.AsSpan(random.Next(TileCount) * width, width).CopyTo(target);
                        break;
                    case 2:
                        int shift = random.Next(TileCount);
                        for (int t = 0; t < TileCount; t++) catalog.AsSpan((t + shift) % TileCount * width, width).CopyTo(file.Bytes.AsSpan(file.Entry(t, 0), width));
                        break;
                    default:
                        // Two neighbours go elsewhere together.
                        int from = random.Next(TileCount - 1);
                        catalog.AsSpan(from * width, 2 * width).CopyTo(file.Bytes.AsSpan(file.Entry(Math.Min(row, TileCount - 2), 0), 2 * width));
                        break;
                }
            }

            using ZFitsFile damaged = Open(file);
            AssertLost(damaged, []);
            using ZFitsFile goodFile = ZFitsFile.Open(_folder.File("good.fits.fz"));
            for (int tile = 0; tile < TileCount; tile++)
            {
                using ZFitsTileReader strict = damaged.Tables[0].CreateTileReader(HostileCatalogue.EventNumber);
                try
                {
                    strict.ReadTile(tile);
                }
                catch (ZFitsFormatException)
                {
                    continue;
                }

                Assert.Equal(goodFile.Tables[0].ReadRow(3L * tile).GetScalar<uint>(HostileCatalogue.EventNumber), strict[0].GetScalar<uint>(0));
            }
        }
    }

    [Fact]
    public void TryReadTile_EveryOtherTileHeaderLost_ReadsTheOthers()
    {
        TableBytes file = new TableImage(_good).Build();
        foreach (int tile in new[] { 0, 2, 4 }) file.Bytes.AsSpan(file.Tiles[tile], 8).Clear();
        using ZFitsFile damaged = Open(file);
        AssertLost(damaged, [0, 2, 4]);
    }

    /// <summary>Rows of the catalog that are swapped lead to whole tiles, but to the wrong ones: where the chain of tiles is broken as well,
    /// neither they nor what lies between them can be believed.</summary>
    [Fact]
    public void TryReadTile_SwappedCatalogAndBrokenChain_GivesNoWrongTile()
    {
        TableBytes file = new TableImage(_good).Build();
        Exchange(file, file.Entry(1, 0), file.Entry(3, 0), file.CatalogRowSize);
        file.Bytes.AsSpan(file.Tiles[0], 4).Clear();
        using ZFitsFile damaged = Open(file);
        AssertLost(damaged, [0, 1, 2, 3]);
    }

    [Fact]
    public void TryReadTile_CatalogRowAndTileBeforeLost_IsLostAsWell()
    {
        TableBytes file = new TableImage(_good).Build();
        file.Bytes.AsSpan(file.Tiles[2], 16).Clear();
        file.Bytes.AsSpan(file.Entry(3, 0), file.CatalogRowSize).Clear();
        using ZFitsFile damaged = Open(file);
        // Nothing tells where tile 3 begins; tile 4 is found by the catalog again.
        AssertLost(damaged, [2, 3]);
    }

    /// <summary>A catalog that lists every other tile only: the others hang on the chain.</summary>
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2, 3)]
    [InlineData(3, 3)]
    [InlineData(4, 4, 5)]
    public void TryReadTile_ShrunkCatalog_GoesOnAtTheNextEntry(int tile, params int[] lost)
    {
        TableImage image = new(_good);
        image.Set("ZSHRINK", "2".PadLeft(20));
        image.Set("ZTILELEN", "6".PadLeft(20));
        TableBytes file = image.Build();
        for (int row = 1; row < TileCount / 2; row++) file.Bytes.AsSpan(file.Entry(2 * row, 0), file.CatalogRowSize).CopyTo(file.Bytes.AsSpan(file.Entry(row, 0)));
        file.Bytes.AsSpan(file.DataOffset + TileCount / 2 * file.CatalogRowSize, TileCount / 2 * file.CatalogRowSize).Clear();
        using (ZFitsFile good = Open(file)) AssertLost(good, []);
        file.Bytes[file.Tiles[tile]] ^= 1;
        using ZFitsFile damaged = Open(file);
        AssertLost(damaged, lost);
        // Tiles before the damage are read by the strict reader as well; those behind it name the tile where the chain breaks.
        using ZFitsTileReader reader = damaged.Tables[0].CreateTileReader();
        reader.ReadTile(tile - 1);
        Assert.Equal(tile, Assert.Throws<ZFitsFormatException>(() => reader.ReadTile(TileCount - 1)).Tile);
    }

    [Fact]
    public void TryReadTile_NoSuchTile_IsTheCallersMistake()
    {
        using ZFitsFile file = Open(new TableImage(_good).Build());
        using ZFitsTileReader reader = file.Tables[0].CreateTileReader();
        Assert.Throws<ArgumentOutOfRangeException>(() => reader.TryReadTile(TileCount, out _));
        reader.Dispose();
        Assert.Throws<ObjectDisposedException>(() => reader.TryReadTile(0, out _));
    }

    /// <summary>Reads the tiles one after another, then each by a reader of its own: the lost ones are reported, the others have their values.</summary>
    private void AssertLost(ZFitsFile damaged, int[] lost)
    {
        using ZFitsFile goodFile = ZFitsFile.Open(_folder.File("good.fits.fz"));
        using ZFitsTileReader good = goodFile.Tables[0].CreateTileReader();
        using ZFitsTileReader sequential = damaged.Tables[0].CreateTileReader();
        for (int tile = 0; tile < TileCount; tile++)
        {
            good.ReadTile(tile);
            Compare(good, sequential, tile, lost);
        }

        for (int tile = TileCount - 1; tile >= 0; tile--)
        {
            good.ReadTile(tile);
            using ZFitsTileReader single = damaged.Tables[0].CreateTileReader();
            Compare(good, single, tile, lost);
        }
    }

    private static void Compare(ZFitsTileReader good, ZFitsTileReader reader, int tile, int[] lost)
    {
        bool read = reader.TryReadTile(tile, out Exception? damage);
        Assert.Equal(lost.Contains(tile), !read);
        if (!read)
        {
            Assert.True(damage is ZFitsFormatException or ZFitsNotSupportedException);
            Assert.Equal((-1, 0), (reader.TileIndex, reader.RowCount));
            return;
        }

        // What strict reading refuses is told even when the tile is found another way.
        Exception? strict = Record.Exception(() => reader.ReadTile(tile));
        Assert.Equal(strict?.Message, damage?.Message);
        Assert.True(reader.TryReadTile(tile, out _));
        Assert.Equal((tile, good.FirstRow, good.RowCount), (reader.TileIndex, reader.FirstRow, reader.RowCount));
        for (int c = 0; c < good.Columns.Count; c++) Assert.Equal(good[c].DecodedBytes.ToArray(), reader[c].DecodedBytes.ToArray());
    }

    private ZFitsFile Open(TableBytes file)
    {
        file.Seal();
        string path = _folder.File("bad.fits.fz");
        File.WriteAllBytes(path, file.Bytes);
        return ZFitsFile.Open(path);
    }

    private static long EndOf(TableBytes file, int tile) => file.Tiles[tile] + 16 + BinaryPrimitives.ReadInt64LittleEndian(file.Bytes.AsSpan(file.Tiles[tile] + 8));

    private static long EndOfNext(TableBytes file, int tile) => tile + 1 < TileCount ? EndOf(file, tile + 1) : EndOf(file, tile) + 1;

    private static void Exchange(TableBytes file, int first, int second, int length)
    {
        byte[] kept = file.Bytes[first..(first + length)];
        file.Bytes.AsSpan(second, length).CopyTo(file.Bytes.AsSpan(first));
        kept.CopyTo(file.Bytes, second);
    }
}
