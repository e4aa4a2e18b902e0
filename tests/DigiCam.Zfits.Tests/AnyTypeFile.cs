namespace DigiCam.Zfits.Tests;

/// <summary>A table with scalars and arrays of every element type and a text, of a message that no definition knows; values are those that are
/// hard to write: extremes, numbers that are none, quotes, separators.</summary>
internal static class AnyTypeFile
{
    public const int Rows = 3;

    public static IReadOnlyList<ZFitsColumnDefinition> Columns { get; } =
    [
        new("flag", "1", ZFitsElementType.Bool, ZFitsColumnKind.Scalar, ZFitsRecipe.Raw),
        new("count", "2", ZFitsElementType.Int32, ZFitsColumnKind.Scalar, ZFitsRecipe.ZRice32),
        new("id", "3", ZFitsElementType.UInt64, ZFitsColumnKind.Scalar, ZFitsRecipe.ZLib),
        new("offset", "4", ZFitsElementType.Int64, ZFitsColumnKind.Scalar, ZFitsRecipe.Zstd),
        new("charge", "5", ZFitsElementType.Float32, ZFitsColumnKind.Scalar, ZFitsRecipe.Raw),
        new("time", "6", ZFitsElementType.Float64, ZFitsColumnKind.Scalar, ZFitsRecipe.Raw),
        new("name", "7", ZFitsElementType.Int8, ZFitsColumnKind.Text, ZFitsRecipe.ZLib),
        new("bytes", "8", ZFitsElementType.UInt8, ZFitsColumnKind.Array, ZFitsRecipe.Lzo),
        new("samples", "9", ZFitsElementType.Int16, ZFitsColumnKind.Array, ZFitsRecipe.DiffMan16),
        new("pixels", "10", ZFitsElementType.UInt16, ZFitsColumnKind.Array, ZFitsRecipe.Huffman16),
        new("charges", "11", ZFitsElementType.Float32, ZFitsColumnKind.Array, ZFitsRecipe.ZRice32),
        new("ids", "12", ZFitsElementType.UInt32, ZFitsColumnKind.Array, ZFitsRecipe.Rice),
    ];

    public static IReadOnlyList<string> Names { get; } = ["plain", "say \"no\", or; two\nlines", "é"];

    /// <summary>Writes the table with two rows a tile.</summary>
    public static void Write(string path, string table = "Events")
    {
        using ZFitsWriter writer = ZFitsWriter.Create(path);
        ZFitsTableWriter rows = writer.BeginTable(table, "Test.Message", Columns, new ZFitsTableOptions { RowsPerTile = 2, ReservedTiles = 2 });
        for (int row = 0; row < Rows; row++)
        {
            rows.SetScalar(0, row == 1);
            rows.SetScalar(1, row == 0 ? int.MinValue : row);
            rows.SetScalar(2, ulong.MaxValue - (ulong)row);
            rows.SetScalar(3, row == 0 ? long.MinValue : -row);
            rows.SetScalar(4, row switch { 0 => 0.1f, 1 => float.NaN, _ => float.PositiveInfinity });
            rows.SetScalar(5, row switch { 0 => 1e300, 1 => double.NegativeInfinity, _ => 1534972300.1234567 });
            rows.SetText(6, Names[row]);
            rows.SetArray<byte>(7, [(byte)row, 255]);
            rows.SetArray<short>(8, [.. Enumerable.Range(0, row).Select(i => (short)(-32768 + i))]);
            rows.SetArray<ushort>(9, [65535]);
            rows.SetArray<float>(10, [-0.5f, float.NaN, 3.4028235e38f]);
            rows.SetArray<uint>(11, [uint.MaxValue, (uint)row, 0]);
            rows.CommitRow();
        }

        rows.Finish();
        writer.Finish();
    }
}
