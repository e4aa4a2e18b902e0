using System.Buffers.Binary;
using System.Text;

namespace DigiCam.Zfits.Export;

/// <summary>The header of an .npy file, format 1.0, C order.</summary>
internal static class NpyHeader
{
    /// <summary>Long enough for any shape of two axes, so that the shape may be written when the rows are known.</summary>
    public const int Length = 128;

    private const int Prefix = 10;

    /// <summary>The name numpy has for the elements of a column.</summary>
    public static string TypeOf(ZFitsColumn column) => column.Kind == ZFitsColumnKind.Text
        ? FormattableString.Invariant($"|S{Math.Max(1, column.MaxElements)}")
        : column.ElementType switch
        {
            ZFitsElementType.Bool => "|b1",
            ZFitsElementType.Int8 => "|i1",
            ZFitsElementType.UInt8 => "|u1",
            ZFitsElementType.Int16 => "<i2",
            ZFitsElementType.UInt16 => "<u2",
            ZFitsElementType.Int32 => "<i4",
            ZFitsElementType.UInt32 => "<u4",
            ZFitsElementType.Int64 => "<i8",
            ZFitsElementType.UInt64 => "<u8",
            ZFitsElementType.Float32 => "<f4",
            _ => "<f8",
        };

    /// <summary>Writes a header.</summary>
    /// <param name="type">The name of the element type.</param>
    /// <param name="rows">First axis.</param>
    /// <param name="elements">Second axis; null for an array of one axis.</param>
    public static byte[] Format(string type, long rows, long? elements)
    {
        string shape = elements is long n ? FormattableString.Invariant($"{rows}, {n}") : FormattableString.Invariant($"{rows},");
        byte[] header = new byte[Length];
        header[0] = 0x93;
        "NUMPY"u8.CopyTo(header.AsSpan(1));
        header[6] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), Length - Prefix);
        header.AsSpan(Prefix).Fill((byte)' ');
        Encoding.ASCII.GetBytes($"{{'descr': '{type}', 'fortran_order': False, 'shape': ({shape}), }}", header.AsSpan(Prefix));
        header[^1] = (byte)'\n';
        return header;
    }
}
