using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using DigiCam.Zfits.Fits;

namespace DigiCam.Zfits.Tests.Damage;

/// <summary>The bytes of a file with one zfits table, and where its parts are. Offsets count from the start of the file.</summary>
/// <param name="Bytes">The file; may be changed, see <see cref="Seal"/>.</param>
/// <param name="HeaderOffset">Start of the header of the table.</param>
/// <param name="DataOffset">Start of the catalog.</param>
/// <param name="CatalogRowSize">Length of one row of the catalog [bytes].</param>
/// <param name="HeapEnd">End of the last tile.</param>
/// <param name="Tiles">Tile headers.</param>
/// <param name="Blocks">Block headers per tile and column.</param>
internal sealed record TableBytes(byte[] Bytes, int HeaderOffset, int DataOffset, int CatalogRowSize, int HeapEnd, int[] Tiles, int[][] Blocks)
{
    /// <summary>Offset of a card of the table header.</summary>
    public int Card(string keyword) => Find(keyword) is int at ? at : throw new InvalidOperationException($"no card {keyword}");

    /// <summary>Replaces the value of a card; quotes are part of the value.</summary>
    public void Set(string keyword, string value) => Encoding.ASCII.GetBytes($"{keyword,-8}= {value}".PadRight(80)).CopyTo(Bytes, Card(keyword));

    /// <summary>The integer value of a card.</summary>
    public long Get(string keyword) => long.Parse(Encoding.ASCII.GetString(Bytes, Card(keyword) + 10, 20), CultureInfo.InvariantCulture);

    /// <summary>Offset of an entry of the catalog: size, then the offset in the heap.</summary>
    public int Entry(int tile, int column) => DataOffset + tile * CatalogRowSize + 16 * column;

    /// <summary>Offset of the payload of a block.</summary>
    public int Payload(int tile, int column) => Blocks[tile][column] + 10 + 2 * Bytes[Blocks[tile][column] + 9];

    /// <summary>Writes an entry of the catalog; null leaves a part as it is.</summary>
    public void SetEntry(int tile, int column, long? size, long? offset)
    {
        if (size is long s) BinaryPrimitives.WriteInt64BigEndian(Bytes.AsSpan(Entry(tile, column)), s);
        if (offset is long o) BinaryPrimitives.WriteInt64BigEndian(Bytes.AsSpan(Entry(tile, column) + 8), o);
    }

    /// <summary>The catalog entry of a block: its size, or its offset in the heap.</summary>
    public long GetEntry(int tile, int column, bool size) => BinaryPrimitives.ReadInt64BigEndian(Bytes.AsSpan(Entry(tile, column) + (size ? 0 : 8)));

    /// <summary>Writes a little-endian integer.</summary>
    public void Put(int at, ulong value, int length)
    {
        for (int i = 0; i < length; i++) Bytes[at + i] = (byte)(value >> (8 * i));
    }

    /// <summary>Makes DATASUM and CHECKSUM right, after bytes have been changed; does nothing where they are missing.</summary>
    public void Seal()
    {
        if (Find("DATASUM") is null || Find("CHECKSUM") is null) return;
        Set("DATASUM", $"'{FitsChecksum.SumOf(Bytes.AsSpan(DataOffset)).ToString(CultureInfo.InvariantCulture)}'");
        Set("CHECKSUM", "'0000000000000000'");
        Set("CHECKSUM", $"'{FitsChecksum.Encode(FitsChecksum.SumOf(Bytes.AsSpan(HeaderOffset)))}'");
    }

    private int? Find(string keyword)
    {
        byte[] start = Encoding.ASCII.GetBytes($"{keyword,-8}= ");
        for (int at = HeaderOffset; at < DataOffset; at += 80) if (Bytes.AsSpan(at).StartsWith(start)) return at;
        return null;
    }
}
