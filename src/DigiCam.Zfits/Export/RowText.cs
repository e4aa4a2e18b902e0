using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace DigiCam.Zfits.Export;

/// <summary>The text of one row of a column in CSV or JSON.</summary>
internal static class RowText
{
    private const byte Quote = (byte)'"';

    /// <summary>A cell: a bare number, a quoted text, or a quoted list with semicolons; nothing when the row is unset.</summary>
    public static void AppendCell(Utf8Output output, ColumnBlock block, int row)
    {
        if (block.IsUnset) return;
        switch (block.Column.Kind)
        {
            case ZFitsColumnKind.Scalar:
                AppendElements(output, block, row, (byte)';', quoteNames: false);
                break;
            case ZFitsColumnKind.Text:
                output.Append(Quote);
                ReadOnlySpan<byte> text = block.GetRowBytes(row);
                if (Utf8.IsValid(text)) AppendDoubled(output, text);
                else AppendHex(output, text);
                output.Append(Quote);
                break;
            default:
                output.Append(Quote);
                AppendElements(output, block, row, (byte)';', quoteNames: false);
                output.Append(Quote);
                break;
        }
    }

    /// <summary>A value: a number, a text, or an array; null when the row is unset.</summary>
    public static void AppendValue(Utf8Output output, ColumnBlock block, int row)
    {
        if (block.IsUnset)
        {
            output.Append("null"u8);
            return;
        }

        switch (block.Column.Kind)
        {
            case ZFitsColumnKind.Scalar:
                AppendElements(output, block, row, (byte)',', quoteNames: true);
                break;
            case ZFitsColumnKind.Text:
                ReadOnlySpan<byte> text = block.GetRowBytes(row);
                output.Append(Quote);
                if (Utf8.IsValid(text)) output.Append(JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes);
                else AppendHex(output, text);
                output.Append(Quote);
                break;
            default:
                output.Append((byte)'[');
                AppendElements(output, block, row, (byte)',', quoteNames: true);
                output.Append((byte)']');
                break;
        }
    }

    /// <summary>Text between quotes, the quotes in it doubled.</summary>
    public static void AppendDoubled(Utf8Output output, ReadOnlySpan<byte> text)
    {
        for (int at = text.IndexOf(Quote); at >= 0; at = text.IndexOf(Quote))
        {
            output.Append(text[..(at + 1)]);
            output.Append(Quote);
            text = text[(at + 1)..];
        }

        output.Append(text);
    }

    private static void AppendHex(Utf8Output output, ReadOnlySpan<byte> bytes)
    {
        output.Append("0x"u8);
        foreach (byte value in bytes)
        {
            output.Append("0123456789abcdef"u8[value >> 4]);
            output.Append("0123456789abcdef"u8[value & 15]);
        }
    }

    private static void AppendElements(Utf8Output output, ColumnBlock block, int row, byte separator, bool quoteNames)
    {
        ReadOnlySpan<byte> bytes = block.GetRowBytes(row);
        switch (block.Column.ElementType)
        {
            case ZFitsElementType.Bool:
                for (int i = 0; i < bytes.Length; i++)
                {
                    if (i > 0) output.Append(separator);
                    output.Append(bytes[i] != 0 ? "true"u8 : "false"u8);
                }

                break;
            case ZFitsElementType.Int8: AppendNumbers<sbyte>(output, bytes, separator); break;
            case ZFitsElementType.UInt8: AppendNumbers<byte>(output, bytes, separator); break;
            case ZFitsElementType.Int16: AppendNumbers<short>(output, bytes, separator); break;
            case ZFitsElementType.UInt16: AppendNumbers<ushort>(output, bytes, separator); break;
            case ZFitsElementType.Int32: AppendNumbers<int>(output, bytes, separator); break;
            case ZFitsElementType.UInt32: AppendNumbers<uint>(output, bytes, separator); break;
            case ZFitsElementType.Int64: AppendNumbers<long>(output, bytes, separator); break;
            case ZFitsElementType.UInt64: AppendNumbers<ulong>(output, bytes, separator); break;
            case ZFitsElementType.Float32: AppendReals<float>(output, bytes, separator, quoteNames); break;
            default: AppendReals<double>(output, bytes, separator, quoteNames); break;
        }
    }

    private static void AppendNumbers<T>(Utf8Output output, ReadOnlySpan<byte> bytes, byte separator) where T : unmanaged, IUtf8SpanFormattable
    {
        ReadOnlySpan<T> values = MemoryMarshal.Cast<byte, T>(bytes);
        for (int i = 0; i < values.Length; i++)
        {
            if (i > 0) output.Append(separator);
            output.Append(values[i]);
        }
    }

    /// <summary>As integers, but for NaN and the infinities, which JSON has no numbers for.</summary>
    private static void AppendReals<T>(Utf8Output output, ReadOnlySpan<byte> bytes, byte separator, bool quoteNames) where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        ReadOnlySpan<T> values = MemoryMarshal.Cast<byte, T>(bytes);
        for (int i = 0; i < values.Length; i++)
        {
            if (i > 0) output.Append(separator);
            bool quoted = quoteNames && !T.IsFinite(values[i]);
            if (quoted) output.Append(Quote);
            output.Append(values[i]);
            if (quoted) output.Append(Quote);
        }
    }
}
