using System.Collections;
using System.Runtime.InteropServices;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace DigiCam.Zfits.Messages;

/// <summary>Sets one field of a message from the bytes of a row. What depends on the type is decided once, when it is made.</summary>
internal sealed class FieldValue
{
    private readonly IFieldAccessor _accessor;
    private readonly Decoder _decode;
    private readonly int _elementSize;
    private readonly bool _isRepeated;

    /// <summary>Prepares to set a field; an element of a repeated AnyArray is set by <see cref="Add"/>.</summary>
    /// <param name="field">The field, of a type that fits the column.</param>
    /// <param name="elementType">Type of the elements of the column.</param>
    public FieldValue(FieldDescriptor field, ZFitsElementType elementType)
    {
        _accessor = field.Accessor;
        _decode = DecoderOf(field, elementType);
        _elementSize = elementType.ElementSize();
        _isRepeated = field.IsRepeated && field.FieldType != FieldType.Message;
    }

    private delegate object Decoder(ReadOnlySpan<byte> bytes);

    /// <summary>Sets the field; the values of a repeated scalar are appended.</summary>
    public void Set(IMessage message, ReadOnlySpan<byte> row)
    {
        if (!_isRepeated)
        {
            _accessor.SetValue(message, _decode(row));
            return;
        }

        IList values = (IList)_accessor.GetValue(message);
        for (; row.Length > 0; row = row[_elementSize..]) values.Add(_decode(row[.._elementSize]));
    }

    /// <summary>Appends the value to a repeated field.</summary>
    public void Add(IMessage message, ReadOnlySpan<byte> row) => ((IList)_accessor.GetValue(message)).Add(_decode(row));

    private static Decoder DecoderOf(FieldDescriptor field, ZFitsElementType elementType)
    {
        switch (field.FieldType)
        {
            case FieldType.Message:
                AnyArray.Types.ItemType type = AnyArray.ItemTypeOf(elementType);
                return bytes => new AnyArray { Type = type, Data = ByteString.CopyFrom(bytes) };
            case FieldType.String:
                return static bytes => Encoding.UTF8.GetString(bytes);
            case FieldType.Bytes:
                return static bytes => ByteString.CopyFrom(bytes);
        }

        // The boxed number of an enum unboxes as the enum.
        return elementType switch
        {
            ZFitsElementType.Bool => static bytes => bytes[0] != 0,
            ZFitsElementType.Int32 => static bytes => MemoryMarshal.Read<int>(bytes),
            ZFitsElementType.UInt32 => static bytes => MemoryMarshal.Read<uint>(bytes),
            ZFitsElementType.Int64 => static bytes => MemoryMarshal.Read<long>(bytes),
            ZFitsElementType.UInt64 => static bytes => MemoryMarshal.Read<ulong>(bytes),
            ZFitsElementType.Float32 => static bytes => MemoryMarshal.Read<float>(bytes),
            ZFitsElementType.Float64 => static bytes => MemoryMarshal.Read<double>(bytes),
            _ => throw new ArgumentOutOfRangeException(nameof(elementType)),
        };
    }
}
