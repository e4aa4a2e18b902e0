using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace DigiCam.Zfits.Export;

/// <summary>The header of an .npy file, format 1.0, C order.</summary>
public static class NpyHeader
{
    /// <summary>Length of the header of an array of up to two axes, whatever their lengths: the shape may be written when the rows are known [bytes].</summary>
    public const int Length = 128;

    private const int Prefix = 10;
    private const int Alignment = 64;

    /// <summary>The name numpy has for the elements of a column, for example <c>&lt;i2</c>; of text, strings of the largest length.</summary>
    /// <param name="column">The column.</param>
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

    /// <summary>Makes a header: <see cref="Length"/> bytes, more where many axes need them.</summary>
    /// <param name="type">The name of the element type.</param>
    /// <param name="shape">Lengths of the axes, at least one.</param>
    public static byte[] Format(string type, params IReadOnlyList<long> shape)
    {
        ArgumentNullException.ThrowIfNull(type);
        ArgumentNullException.ThrowIfNull(shape);
        string axes = string.Join(", ", shape.Select(length => length.ToString(CultureInfo.InvariantCulture)));
        string dictionary = $"{{'descr': '{type}', 'fortran_order': False, 'shape': ({axes}{(shape.Count == 1 ? "," : "")}), }}";
        byte[] header = new byte[Math.Max(Length, (Prefix + dictionary.Length + Alignment) / Alignment * Alignment)];
        header[0] = 0x93;
        "NUMPY"u8.CopyTo(header.AsSpan(1));
        header[6] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), checked((ushort)(header.Length - Prefix)));
        header.AsSpan(Prefix).Fill((byte)' ');
        Encoding.ASCII.GetBytes(dictionary, header.AsSpan(Prefix));
        header[^1] = (byte)'\n';
        return header;
    }
}
