using System.Globalization;

namespace DigiCam.Zfits.Codecs;

/// <summary>Numbers and names of the compression processes.</summary>
internal static class ProcessIds
{
    public const ushort Raw = 0x00;
    public const ushort Smoothing = 0x01;
    public const ushort Huffman16 = 0x02;
    public const ushort Diff16 = 0x03;
    public const ushort DoubleDiff16 = 0x04;
    public const ushort SplitHiLo16 = 0x05;
    public const ushort ZLib = 0x07;
    public const ushort Lzo = 0x09;
    public const ushort Rice = 0x0a;
    public const ushort HalfMan16 = 0x0c;
    public const ushort SplitHiLo32 = 0x0e;
    public const ushort Offset128 = 0x10;
    public const ushort SameValues32 = 0x11;
    public const ushort LossyFloats = 0x12;
    public const ushort SparseValues32 = 0x13;
    public const ushort LossyInt16 = 0x15;
    public const ushort LossyInt32 = 0x16;
    public const ushort Zstd = 0x17;

    /// <summary>Coders make the payload and stand last in the list; all other known processes are transforms.</summary>
    public static bool IsCoder(int id) => id is Raw or Huffman16 or ZLib or Lzo or Rice or HalfMan16 or Zstd;

    public static bool IsTransform(int id) =>
        id is Smoothing or Diff16 or DoubleDiff16 or SplitHiLo16 or SplitHiLo32 or Offset128 or SameValues32 or LossyFloats or SparseValues32 or LossyInt16 or LossyInt32;

    /// <summary>Numbers that are assigned, but have no inverse: nothing can have been written with them.</summary>
    public static bool HasNoInverse(int id) => id is 0x06 or 0x08 or 0x0b or 0x0d or 0x0f or 0x14;

    public static string NameOf(int id) => id switch
    {
        Raw => "raw",
        Smoothing => "smoothing",
        Huffman16 => "huffman16",
        Diff16 => "diff16",
        DoubleDiff16 => "doublediff16",
        SplitHiLo16 => "splithilo16",
        0x06 => "hufftimes4",
        ZLib => "zlib",
        0x08 => "huffmanbyrow",
        Lzo => "lzo",
        Rice => "rice",
        0x0b => "huffman8",
        HalfMan16 => "halfman16",
        0x0d => "halfman8",
        SplitHiLo32 => "splithilo32",
        0x0f => "localdiff",
        Offset128 => "offset128",
        SameValues32 => "samevalues32",
        LossyFloats => "lossyfloats",
        SparseValues32 => "sparsevalues32",
        0x14 => "halfdiff32",
        LossyInt16 => "lossyint16",
        LossyInt32 => "lossyint32",
        Zstd => "zstd",
        _ => "0x" + id.ToString("x2", CultureInfo.InvariantCulture),
    };
}
