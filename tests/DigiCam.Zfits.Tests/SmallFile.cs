using System.Text;
using DigiCam.Zfits;

namespace DigiCam.Zfits.Tests;

/// <summary>A small valid file, made by the writer, and ways to damage it: 5 rows in tiles of 3 and 2, room for 4 tiles, 7 columns. More rows make more tiles.</summary>
internal static class SmallFile
{
    public const int Samples = 120;

    public static IReadOnlyList<ZFitsColumnDefinition> Columns { get; } =
    [
        new("telescopeID", "1", ZFitsElementType.Int32, ZFitsColumnKind.Scalar, ZFitsRecipe.ZRice),
        new("eventNumber", "4", ZFitsElementType.UInt32, ZFitsColumnKind.Scalar, ZFitsRecipe.RiceFact),
        new("hiGain_waveforms_samples", "6.1.1", ZFitsElementType.Int16, ZFitsColumnKind.Array, ZFitsRecipe.DiffMan16),
        new("hiGain_waveforms_pixelsIndices", "6.1.2", ZFitsElementType.UInt16, ZFitsColumnKind.Array, ZFitsRecipe.DoubleDiffMan16),
        new("uctsDataPresence", "18", ZFitsElementType.Bool, ZFitsColumnKind.Scalar, ZFitsRecipe.Raw),
        new("local_time_sec", "31", ZFitsElementType.UInt64, ZFitsColumnKind.Scalar, ZFitsRecipe.ZLib),
        new("trigger_output_patch7", "36", ZFitsElementType.UInt8, ZFitsColumnKind.Array, ZFitsRecipe.ZLib),
    ];

    public static void Write(string path, int rows = 5)
    {
        using ZFitsWriter writer = ZFitsWriter.Create(path);
        ZFitsTableWriter table = writer.BeginTable("Events", DigiCamColumns.EventMessage, Columns, new ZFitsTableOptions { RowsPerTile = 3, ReservedTiles = Math.Max(4, (rows + 2) / 3) });
        for (int row = 0; row < rows; row++)
        {
            table.SetScalar(0, 22);
            table.SetScalar(1, 1000u + (uint)row);
            table.SetArray<short>(2, SamplesOf(row));
            table.SetArray<ushort>(3, [.. Enumerable.Range(0, 12).Select(i => (ushort)(11 - i))]);
            table.SetScalar(4, row % 2 == 1);
            table.SetScalar(5, 1534972300UL + (ulong)row);
            table.SetArray<byte>(6, [.. Enumerable.Range(0, 27).Select(i => (byte)(i * row))]);
            table.CommitRow();
        }

        table.Finish();
        writer.Finish();
    }

    public static short[] SamplesOf(int row) => [.. Enumerable.Range(0, Samples).Select(i => (short)(240 + 40 * row * Math.Exp(-Math.Pow((i % 50 - 20) / 5.0, 2)) + i * 7 % 5))];

    /// <summary>The bytes of the file.</summary>
    public static byte[] Bytes(TemporaryFolder folder, int rows = 5)
    {
        string path = folder.File("good.fits.fz");
        Write(path, rows);
        return File.ReadAllBytes(path);
    }

    /// <summary>Replaces the value of a card in the table header; quotes are part of the value.</summary>
    public static void SetCard(byte[] bytes, string keyword, string value)
    {
        int at = FindCard(bytes, keyword);
        Encoding.ASCII.GetBytes($"{keyword,-8}= {value}".PadRight(80)).CopyTo(bytes, at);
    }

    /// <summary>Blanks a card.</summary>
    public static void RemoveCard(byte[] bytes, string keyword) => bytes.AsSpan(FindCard(bytes, keyword), 80).Fill((byte)' ');

    /// <summary>Offset of a card of the table header.</summary>
    public static int FindCard(byte[] bytes, string keyword)
    {
        byte[] start = Encoding.ASCII.GetBytes($"{keyword,-8}= ");
        for (int at = 2880; at < bytes.Length; at += 80) if (bytes.AsSpan(at).StartsWith(start)) return at;
        throw new InvalidOperationException($"no card {keyword}");
    }
}
