using System.Buffers.Binary;

namespace DigiCam.Zfits.Tests.Damage;

/// <content>Rows of a decoded block: stored raw in the first tile.</content>
internal static partial class HostileCatalogue
{
    private static HostileCase[] Rows =>
    [
        Block("row_negative", Samples, With(RowsOf(240, 240, 240), 244, -1), 1, "row length is -1, at least 0 expected (byte 244 of the decoded block)"),
        Block("row_long", Samples, With(RowsOf(240, 240, 240), 488, 1000), 2, "row of 1000 bytes, 240 bytes are left in the block (byte 488 of the decoded block)"),
        Block("row_odd", Samples, RowsOf(240, 5, 1, 2), 1, "row of 5 bytes, a multiple of the element size 2 expected (byte 244 of the decoded block)"),
        Block("row_missing", Samples, RowsOf(240, 240), 2, "the block ends before row 2: 0 bytes left (byte 488 of the decoded block)"),
        Block("row_extra", Samples, RowsOf(240, 240, 240, 240), null, "the data decode to 976 bytes, at most 732 possible"),
        Block("row_longer_than_zform", Samples, RowsOf(242, 2, 0), 0, "row of 121 elements, at most 120 expected (ZFORM 120I) (byte 0 of the decoded block)"),
        Block("scalar_short", EventNumber, new byte[8], null, "the block holds 8 bytes, 3 rows of 4 bytes expected (byte 8 of the decoded block)"),
        Block("scalar_long", EventNumber, new byte[20], null, "8 bytes follow the last row, 0 to 3 expected (byte 12 of the decoded block)"),
        Block("bool_value", Presence, [0, 1, 7, 0], 2, "boolean byte is 7, expected 0 or 1 (byte 2 of the decoded block)"),
        Block("pad_long", Patches, [.. RowsOf(25, 24, 24), .. new byte[7]], null, "7 bytes follow the last row, 0 to 3 expected (byte 85 of the decoded block)"),
    ];

    private static HostileCase Block(string name, string column, byte[] rows, long? row, string message) => Payload(name, column, payload => payload, message) with
    {
        Rebuild = image => image.Tiles[0].Blocks[IndexOf(column)] = new BlockImage([0], rows),
        Row = row,
    };

    /// <summary>Rows of zeros of that many bytes each, with their length in front.</summary>
    private static byte[] RowsOf(params int[] lengths)
    {
        byte[] block = new byte[lengths.Sum(length => 4 + length)];
        int at = 0;
        foreach (int length in lengths)
        {
            BinaryPrimitives.WriteInt32LittleEndian(block.AsSpan(at), length);
            at += 4 + length;
        }

        return block;
    }
}
