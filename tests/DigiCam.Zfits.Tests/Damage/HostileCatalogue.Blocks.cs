using System.Buffers.Binary;
using System.IO.Compression;
using DigiCam.Zfits.Codecs;
using ZstdSharp;

namespace DigiCam.Zfits.Tests.Damage;

/// <content>Compressed data and transforms, in the first tile: three rows, of which those of the samples make at most 732 bytes.</content>
internal static partial class HostileCatalogue
{
    private const int BombLength = 64 << 20;

    private static HostileCase[] Deflated =>
    [
        Payload("zlib_header", Patches, payload => [0x79, .. payload[1..]], "not with a zlib header"),
        Payload("zlib_corrupt", Patches, payload => [.. payload[..2], 0x07, .. payload[3..]], "zlib"),
        Payload("zlib_trunc", Patches, payload => payload[..^9], "zlib"),
        Payload("zlib_adler", Patches, payload => [.. payload[..^1], (byte)(payload[^1] ^ 1)], "Adler-32"),
        Payload("zlib_trailing", Patches, payload => [.. payload, 0, 0, 0], "zlib"),
        Payload("zlib_empty", Patches, _ => [0x78, 0x9c], "zlib stream of 2 bytes is cut short"),
        Payload("zlib_bomb", Patches, _ => ZLibBomb(), "zlib: the data decode to more than 96 bytes, the most this block can hold"),
        Coded("zstd_trunc", "17", () => Encode(RowsOf(240, 240, 240), ProcessIds.Zstd)[..^9], "zstd frame is corrupt or cut short"),
        Coded("zstd_magic", "17", () => [1, .. Encode(RowsOf(240, 240, 240), ProcessIds.Zstd)[1..]], "zstd frame has no valid header"),
        Coded("zstd_bomb", "17", () => Encode(new byte[BombLength], ProcessIds.Zstd), "zstd: the data decode to 67108864 bytes, at most 732 possible"),
    ];

    private static HostileCase[] Huffman =>
    [
        Payload("huff_size_more", Samples, payload => With(payload, 0, (uint)payload.Length - 3), "Huffman stream size is"),
        Payload("huff_size_less", Samples, payload => With(payload, 0, (uint)payload.Length - 5), "Huffman stream size is"),
        Payload("huff_short", Samples, payload => payload[..3], "huffman16 payload of 3 bytes is too short"),
        Payload("huff_count_bomb", Samples, payload => With(payload, 4, 1UL << 62), "Huffman stream announces 4611686018427387904 symbols, at most 366 possible"),
        Stream("huff_single_bomb", "0000000000010000 0100000000000000 0700", "Huffman stream announces 1099511627776 symbols, at most 366 possible"),
        Payload("huff_table_zero", Samples, payload => With(payload, 12, 0UL), "Huffman stream announces 0 codes, 1 to 65536 expected"),
        Payload("huff_table_huge", Samples, payload => With(payload, 12, 1UL << 63), "Huffman stream announces 9223372036854775808 codes, 1 to 65536 expected"),
        Stream("huff_table_trunc", "0400000000000000 0200000000000000 0100 09 00 00 0200 01", "Huffman code table ends after 1 of 2 entries"),
        Stream("huff_len_zero", "0400000000000000 0200000000000000 0100 00 00 0200 01 01 00", "Huffman code of symbol 1 has 0 bits, 1 to 56 expected"),
        Stream("huff_len_200", "0400000000000000 0200000000000000 0100 c8 00 0200 01 01 00", "Huffman code of symbol 1 has 200 bits, 1 to 56 expected"),
        Stream("huff_code_wide", "0400000000000000 0200000000000000 0100 01 02 0200 01 01 00", "Huffman code 0x2 of symbol 1 has bits beyond its length of 1"),
        Stream("huff_not_prefix", "0400000000000000 0200000000000000 0100 01 00 0200 01 00 00", "Huffman code of symbol 2 collides with another: the codes are not prefix free"),
        Stream("huff_incomplete", "0400000000000000 0200000000000000 0100 02 00 0200 01 01 00", "Huffman codes do not cover all bit strings (Kraft sum is not 1)"),
        Stream("huff_oversubscribed", "0400000000000000 0300000000000000 0100 01 00 0200 01 01 0300 02 03 00", "Huffman code of symbol 3 collides with another: the codes are not prefix free"),
        Stream("huff_dup_symbol", "0400000000000000 0200000000000000 0100 01 00 0100 01 01 00", "Huffman symbol 1 follows 1, ascending distinct symbols expected"),
        Stream("huff_bits_short", "0500000000000000 0300000000000000 0100 01 00 0200 02 01 0300 02 03 ff", "Huffman bit stream ends after 4 of 5 symbols"),
        Stream("huff_bits_long", "0400000000000000 0200000000000000 0100 01 00 0200 01 01 00 00", "Huffman bit stream has 12 bits left after 4 symbols, fewer than 8 expected"),
        Stream("huff_count_less", "0800000000000000 0200000000000000 0100 01 00 0200 01 01 55 01", "Huffman bit stream has 8 bits left after 8 symbols, fewer than 8 expected"),
        Payload("halfman_sizes", EventNumber, payload => With(payload, 0, BinaryPrimitives.ReadUInt32LittleEndian(payload) + 1), "halfman16 stream sizes are"),
        Payload("halfman_short", EventNumber, payload => payload[..4], "halfman16 payload of 4 bytes is too short"),
    ];

    private static HostileCase[] RiceAndLzo =>
    [
        Coded("rice_negative", "0a", "feffffff 0000 00", "rice: output size -2, at least 0 expected"),
        Coded("rice_huge", "0a", "feffff7f 0000 00", "rice: the data decode to 2147483646 bytes, at most 732 possible"),
        Coded("rice_odd", "0a", "03000000 0000 00 00", "rice: 3 bytes are not a multiple of 2"),
        Coded("rice_trunc", "0a", "7c000000 0000 00 00 00", "rice: 62 words announced, 40 bits cannot hold them"),
        Coded("lzo_trunc", "09", "15 41424344", "lzo: the stream of 5 bytes is cut short, it has no end marker"),
        Coded("lzo_trailing", "09", "15 41424344 110000 00", "lzo: 1 bytes follow the end marker"),
        Coded("lzo_lookbehind", "09", "15 41424344 50 00 110000", "lzo: match at byte 5 of the stream reaches 5 bytes back, only 4 are decoded"),
        Coded("lzo_bomb", "09", () => Encode(new byte[BombLength], ProcessIds.Lzo), "lzo: the data decode to more than 732 bytes, the most this block can hold"),
    ];

    private static HostileCase[] Transforms =>
    [
        Coded("split16_odd", "05 00", "01020304050607080910111213", "splithilo16: 13 bytes are not a multiple of 2"),
        Coded("split32_odd", "0e 00", "01020304050607080910", "splithilo32: 10 bytes are not a multiple of 4"),
        Coded("same_count", "11 00", "02000000 01000000 00000000", "samevalues32: 2 pairs announced, 3 words present, 5 expected"),
        Coded("same_bomb", "11 00", "01000000 ffffffff 00000000", "samevalues32: the data decode to 17179869180 bytes, at most 732 possible"),
        Coded("sparse_negative", "13 00", "9cffffff 01000000 feffffff", "sparsevalues32: run length -2, at least 0 expected"),
        Coded("sparse_bomb", "13 00", "9cffffff 01000000 ffffff7f", "sparsevalues32: the data decode to 8589934588 bytes, at most 732 possible"),
        Coded("lossyfloat_size", "12 00", "78000000 00000000", "lossyfloats: row of 120 bytes at byte 0 of the decoded block, 4 bytes left"),
    ];

    private static HostileCase[] FurtherBlocks =>
    [
        Coded("rice_trunc in a word", "0a", "04000000 0005 0f", "rice: the bit stream ends after 1 of 2 words"),
        Coded("lossyfloat_size negative", "12 00", "fcffffff 00000000", "lossyfloats: row of -4 bytes at byte 0 of the decoded block, 4 bytes left"),
        Coded("zstd_trailing", "17", () => [.. Encode(RowsOf(240, 240, 240), ProcessIds.Zstd), 1, 2], "zstd frame has"),
        Coded("zstd_empty", "17", () => [0], "zstd"),
        Coded("zstd_bomb without size", "17", ZstdBomb, "zstd"),
        Coded("block_odd length", "00", "02000000 0100", "the block decodes to 6 bytes, expected a multiple of 4"),
        Stream("huff_single_trailing", "0400000000000000 0100000000000000 0700 00", "Huffman stream of a single symbol has 19 bytes, 18 expected"),
        Stream("huff_stream_short", "0000000000000000 0000000000000000", "Huffman stream of 16 bytes is too short, at least 18 expected"),
        Stream("huff_codes_beyond", "0400000000000000 0200000000000000 0100 01 00 0200 01", "Huffman stream announces 2 codes, its 23 bytes cannot hold them"),
        Stream("huff_symbols_beyond", "0900000000000000 0200000000000000 0100 01 00 0200 01 01 00", "Huffman stream announces 9 symbols, its bit stream has 8 bits"),
        Processes("proc_unknown transform", "process 0x18 is unknown", true, 0x18, 0x07),
        new("tile_extra_block", "bytes, its blocks have") { Rebuild = image => image.Tiles[1].Blocks.Add(new BlockImage([0], [1, 2, 3, 4])), Patch = file => file.SetEntry(1, 7, 0, 0), Tile = 1, Offset = file => file.Tiles[1] },
        Coded("lzo_wrong_coder", "03 09", "05 00 00", "lzo"),
    ];

    /// <summary>Changes the payload of a block in the first tile.</summary>
    private static HostileCase Payload(string name, string column, Func<byte[], byte[]> change, string message) => new(name, message)
    {
        Rebuild = image =>
        {
            BlockImage block = image.Tiles[0].Blocks[IndexOf(column)];
            block.Payload = change(block.Payload);
        },
        Tile = 0,
        Column = column,
        IsOneColumn = true,
        Offset = file => file.Blocks[0][IndexOf(column)],
    };

    /// <summary>Replaces the block of samples in the first tile.</summary>
    private static HostileCase Coded(string name, string processes, Func<byte[]> payload, string message) => new(name, message)
    {
        Rebuild = image => image.Tiles[0].Blocks[2] = new BlockImage(CodecTests.Processes(processes), payload()),
        Tile = 0,
        Column = Samples,
        IsOneColumn = true,
        Offset = file => file.Blocks[0][2],
    };

    private static HostileCase Coded(string name, string processes, string payload, string message) => Coded(name, processes, () => Hex(payload), message);

    /// <summary>A block of one Huffman stream.</summary>
    private static HostileCase Stream(string name, string stream, string message) => Coded(name, "02", () => [.. BitConverter.GetBytes(Hex(stream).Length), .. Hex(stream)], message);

    private static byte[] With<T>(byte[] payload, int at, T value) where T : unmanaged
    {
        System.Runtime.InteropServices.MemoryMarshal.Write(payload.AsSpan(at), in value);
        return payload;
    }

    private static byte[] Hex(string text) => Convert.FromHexString(text.Replace(" ", "", StringComparison.Ordinal));

    private static byte[] Encode(byte[] block, params ushort[] processes)
    {
        using CodecChain chain = new();
        return CodecTests.Encode(chain, block, processes);
    }

    private static byte[] ZLibBomb()
    {
        using MemoryStream bomb = new();
        using (ZLibStream zlib = new(bomb, CompressionLevel.Optimal, leaveOpen: true)) zlib.Write(new byte[BombLength]);
        return bomb.ToArray();
    }

    /// <summary>A frame that does not say how long its contents are.</summary>
    private static byte[] ZstdBomb()
    {
        using MemoryStream bomb = new();
        using (CompressionStream zstd = new(bomb, leaveOpen: true)) zstd.Write(new byte[BombLength]);
        return bomb.ToArray();
    }
}
