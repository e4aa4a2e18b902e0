namespace DigiCam.Zfits.Tests.Damage;

/// <content>Catalog, tile headers, block headers.</content>
internal static partial class HostileCatalogue
{
    private static HostileCase[] Catalog =>
    [
        Entry("cat_negative_size", -1, null, "both at least 0 expected"),
        Entry("cat_negative_offset", null, -1, "both at least 0 expected"),
        Entry("cat_offset_big", null, 1L << 40, "and offset 1099511627776, offset"),
        Entry("cat_size_big", 1L << 62, null, "catalog entry has size 4611686018427387904 and offset"),
        new("cat_size_mismatch", "the block header there announces")
        {
            Patch = file => file.SetEntry(0, 1, file.GetEntry(0, 1, size: true) + 4, null), Tile = 0, Column = EventNumber, Offset = file => file.Entry(0, 1),
        },
        new("cat_swapped", "catalog entry has size")
        {
            Patch = file => Swap(file.Bytes, file.Entry(0, 1), file.Entry(0, 2), 16), Tile = 0, Column = EventNumber, Offset = file => file.Entry(0, 1),
        },
        new("cat_zero", "catalog entry has size 0 and offset 0, offset 16 expected")
        {
            Patch = file => file.Bytes.AsSpan(file.DataOffset, file.CatalogRowSize).Clear(), Tile = 0, Column = "telescopeID", Offset = file => file.DataOffset,
        },
        new("cat_little_endian", "and offset 1152921504606846976, offset 16 expected")
        {
            Patch = file =>
            {
                for (int at = 0; at < 2 * file.CatalogRowSize; at += 8) file.Bytes.AsSpan(file.DataOffset + at, 8).Reverse();
            },
            Tile = 0, Column = "telescopeID", Offset = file => file.DataOffset,
        },
        new("cat_rows_swapped", "offset 16 expected")
        {
            Patch = file => Swap(file.Bytes, file.Entry(0, 0), file.Entry(1, 0), file.CatalogRowSize), Tile = 0, Column = "telescopeID", Offset = file => file.DataOffset,
        },
    ];

    private static HostileCase[] TileHeader =>
    [
        Tile("tile_magic", 0, 0x464c4954, 4, "tile marker is 54494C46, expected 54494C45 (TILE)"),
        Tile("tile_rows_zero", 4, 0, 4, "the tile header announces 0 rows, expected 3"),
        Tile("tile_rows_more", 4, 4, 4, "the tile header announces 4 rows, expected 3"),
        Tile("tile_rows_huge", 4, uint.MaxValue, 4, "the tile header announces 4294967295 rows, expected 3"),
        new("tile_size_more", "bytes, its blocks have") { Patch = file => file.Bytes[file.Tiles[0] + 8]++, Tile = 0, Offset = file => file.Tiles[0] },
        new("tile_size_less", "bytes, its blocks have") { Patch = file => file.Bytes[file.Tiles[0] + 8]--, Tile = 0, Offset = file => file.Tiles[0] },
        Tile("tile_size_huge", 8, 1UL << 63, 8, "the tile header announces 9223372036854775808 bytes, the table has"),
    ];

    private static HostileCase[] BlockHeader =>
    [
        Block("block_size_small", 0, 9, 8, "the block header announces 9 bytes, the catalog"),
        Block("block_size_huge", 0, ulong.MaxValue, 8, "the block header announces 18446744073709551615 bytes, the catalog"),
        Block("block_order", 8, 'X', 1, "ordering byte is 0x58, expected 'C' or 'R'"),
        Block("block_noproc", 9, 0, 1, "the block has no process, at least one expected"),
        Block("block_255proc", 9, 255, 1, "the block announces 255 processes, its"),
        Processes("proc_unknown", "process 0x18 is unknown", true, 0x18),
        Processes("proc_unknown_ffff", "process 0xffff is unknown", true, 0xffff),
        Processes("proc_undecodable_06", "process 0x06 (hufftimes4) has no inverse", true, 0x06),
        Processes("proc_undecodable_08", "process 0x08 (huffmanbyrow) has no inverse", true, 0x08),
        Processes("proc_undecodable_0b", "process 0x0b (huffman8) has no inverse", true, 0x0b),
        Processes("proc_undecodable_0d", "process 0x0d (halfman8) has no inverse", true, 0x0d),
        Processes("proc_undecodable_0f", "process 0x0f (localdiff) has no inverse", true, 0x0f, 0x07),
        Processes("proc_undecodable_14", "process 0x14 (halfdiff32) has no inverse", true, 0x14, 0x07),
        Processes("proc_no_coder", "the last process is diff16, a coder expected", false, 0x03),
        Processes("proc_coder_first", "the coder huffman16 is process 1 of 2, only the last process is a coder", false, 0x02, 0x03),
        Processes("proc_two_coders", "the coder zlib is process 1 of 2, only the last process is a coder", false, 0x07, 0x02),
    ];

    /// <summary>The catalog entry of the second column in the first tile.</summary>
    private static HostileCase Entry(string name, long? size, long? offset, string message) =>
        new(name, message) { Patch = file => file.SetEntry(0, 1, size, offset), Tile = 0, Column = EventNumber, Offset = file => file.Entry(0, 1) };

    private static HostileCase Tile(string name, int at, ulong value, int length, string message) =>
        new(name, message) { Patch = file => file.Put(file.Tiles[0] + at, value, length), Tile = 0, Offset = file => file.Tiles[0] };

    private static HostileCase Block(string name, int at, ulong value, int length, string message) =>
        new(name, message) { Patch = file => file.Put(file.Blocks[1][2] + at, value, length), Tile = 1, Column = Samples, IsOneColumn = true, Offset = file => file.Blocks[1][2] };

    private static HostileCase Processes(string name, string message, bool isNotSupported, params ushort[] processes) => new(name, message)
    {
        Rebuild = image => image.Tiles[1].Blocks[2].Processes = processes,
        Tile = 1,
        Column = Samples,
        IsOneColumn = true,
        IsNotSupported = isNotSupported,
        Offset = file => file.Blocks[1][2],
    };

    private static void Swap(byte[] bytes, int first, int second, int length)
    {
        byte[] kept = bytes[first..(first + length)];
        bytes.AsSpan(second, length).CopyTo(bytes.AsSpan(first));
        kept.CopyTo(bytes, second);
    }
}
