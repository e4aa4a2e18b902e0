using Google.Protobuf.Reflection;

namespace DigiCam.Zfits;

/// <summary>Description of one column. Immutable.</summary>
public sealed class ZFitsColumn
{
    private readonly Lazy<ZFitsColumnKind> _kind;

    internal ZFitsColumn(int index, string name, string fieldPath, string format, long maxElements, ZFitsElementType elementType, decimal? typeTag, FieldDescriptor? field, Func<ZFitsColumn, ZFitsColumnKind> kind)
    {
        Index = index;
        Name = name;
        FieldPath = fieldPath;
        Format = format;
        MaxElements = maxElements;
        ElementType = elementType;
        ElementSize = elementType.ElementSize();
        TypeTag = typeTag;
        Field = field;
        _kind = new Lazy<ZFitsColumnKind>(() => kind(this));
    }

    /// <summary>Number of the column in the table, from 0.</summary>
    public int Index { get; }

    /// <summary>Name (TTYPE): the names of the message fields joined with <c>_</c>.</summary>
    public string Name { get; }

    /// <summary>Field numbers in the message joined with dots (TPBID), for example <c>6.1.1</c>.</summary>
    public string FieldPath { get; }

    /// <summary>Format as written (ZFORM), for example <c>64800I</c>.</summary>
    public string Format { get; }

    /// <summary>Largest number of elements in any row according to ZFORM; an upper bound.</summary>
    public long MaxElements { get; }

    /// <summary>Type of the elements.</summary>
    public ZFitsElementType ElementType { get; }

    /// <summary>Size of one element [bytes].</summary>
    public int ElementSize { get; }

    /// <summary>TZERO, which marks unsigned types and is never added to a value; null when missing.</summary>
    public decimal? TypeTag { get; }

    /// <summary>True when the message definition is known and has this column's field with this name.</summary>
    public bool IsKnownField => Field is not null;

    /// <summary>Layout of the rows. For a field that is not in a known message definition it follows from the data,
    /// which are decoded when this is first asked for.</summary>
    /// <exception cref="ZFitsFormatException">The data had to be looked at and are damaged.</exception>
    public ZFitsColumnKind Kind => _kind.Value;

    /// <summary>The message field behind the column.</summary>
    internal FieldDescriptor? Field { get; }

    /// <summary>Name, format and field path in one line.</summary>
    public override string ToString() => $"{Name} {Format} {ElementType} ({FieldPath})";
}
