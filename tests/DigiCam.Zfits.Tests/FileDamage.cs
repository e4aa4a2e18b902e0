using System.Buffers.Binary;

namespace DigiCam.Zfits.Tests;

/// <summary>Damages files on disk at places that the reader itself tells.</summary>
internal static class FileDamage
{
    /// <summary>Takes the payload from the last block of the last tile of the first table; sizes in catalog, tile and block follow.</summary>
    public static void RemoveLastPayload(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        using (ZFitsFile file = ZFitsFile.Open(path))
        {
            ZFitsTable table = file.Tables[0];
            ZFitsTile tile = table.GetTile(table.TileCount - 1);
            ZFitsBlock block = tile.Blocks[^1];
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan((int)block.FileOffset), block.Size - block.PayloadSize);
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan((int)tile.FileOffset + 8), tile.Size - block.PayloadSize);
            BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(CatalogEntry(table, tile.Index, block.Column.Index)), block.Size - block.PayloadSize);
        }

        File.WriteAllBytes(path, bytes);
    }

    /// <summary>Sets the first bytes of a payload to 0xff, which no coder begins with.</summary>
    public static void BreakPayload(string path, int tile, string column)
    {
        byte[] bytes = File.ReadAllBytes(path);
        using (ZFitsFile file = ZFitsFile.Open(path))
        {
            ZFitsTable table = file.Tables[0];
            ZFitsBlock block = table.GetTile(tile).Blocks[table.GetColumn(column).Index];
            bytes.AsSpan((int)(block.FileOffset + block.Size - block.PayloadSize), (int)Math.Min(8, block.PayloadSize)).Fill(0xff);
        }

        File.WriteAllBytes(path, bytes);
    }

    /// <summary>Makes the size in a catalog entry wrong.</summary>
    public static void BreakCatalog(string path, int tile, int column)
    {
        byte[] bytes = File.ReadAllBytes(path);
        using (ZFitsFile file = ZFitsFile.Open(path)) bytes[CatalogEntry(file.Tables[0], tile, column) + 7]++;
        File.WriteAllBytes(path, bytes);
    }

    private static int CatalogEntry(ZFitsTable table, int tile, int column) => (int)table.Hdu.DataOffset + 16 * (table.Columns.Count * tile + column);
}
