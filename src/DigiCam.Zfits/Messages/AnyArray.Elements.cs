using System.Runtime.InteropServices;

namespace DigiCam.Zfits.Messages;

/// <content>Access to the elements.</content>
public sealed partial class AnyArray
{
    /// <summary>The elements, without copying.</summary>
    /// <typeparam name="TElement">The .NET type of the elements; byte also for type NONE.</typeparam>
    /// <exception cref="InvalidOperationException">The array holds elements of another type.</exception>
    public ReadOnlySpan<TElement> Elements<TElement>() where TElement : unmanaged
    {
        ZFitsElementType? wanted = ZFitsElementTypes.Of<TElement>();
        if (wanted is null || ElementTypeOf(Type) != wanted) throw new InvalidOperationException($"the array holds {Type} elements, not {typeof(TElement).Name}");
        return MemoryMarshal.Cast<byte, TElement>(Data.Span);
    }

    /// <summary>The elements as a new array.</summary>
    /// <typeparam name="TElement">The .NET type of the elements; byte also for type NONE.</typeparam>
    /// <exception cref="InvalidOperationException">The array holds elements of another type.</exception>
    public TElement[] ToArray<TElement>() where TElement : unmanaged => Elements<TElement>().ToArray();

    /// <summary>The type tag for the elements of a column.</summary>
    internal static Types.ItemType ItemTypeOf(ZFitsElementType type) => type switch
    {
        ZFitsElementType.Bool => Types.ItemType.Bool,
        ZFitsElementType.Int8 => Types.ItemType.S8,
        ZFitsElementType.UInt8 => Types.ItemType.U8,
        ZFitsElementType.Int16 => Types.ItemType.S16,
        ZFitsElementType.UInt16 => Types.ItemType.U16,
        ZFitsElementType.Int32 => Types.ItemType.S32,
        ZFitsElementType.UInt32 => Types.ItemType.U32,
        ZFitsElementType.Int64 => Types.ItemType.S64,
        ZFitsElementType.UInt64 => Types.ItemType.U64,
        ZFitsElementType.Float32 => Types.ItemType.Float,
        ZFitsElementType.Float64 => Types.ItemType.Double,
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    /// <summary>The element type of a column that holds such arrays, null for a type we do not know. NONE is stored as unsigned bytes.</summary>
    internal static ZFitsElementType? ElementTypeOf(Types.ItemType type) => type switch
    {
        Types.ItemType.Bool => ZFitsElementType.Bool,
        Types.ItemType.S8 => ZFitsElementType.Int8,
        Types.ItemType.U8 or Types.ItemType.None => ZFitsElementType.UInt8,
        Types.ItemType.S16 => ZFitsElementType.Int16,
        Types.ItemType.U16 => ZFitsElementType.UInt16,
        Types.ItemType.S32 => ZFitsElementType.Int32,
        Types.ItemType.U32 => ZFitsElementType.UInt32,
        Types.ItemType.S64 => ZFitsElementType.Int64,
        Types.ItemType.U64 => ZFitsElementType.UInt64,
        Types.ItemType.Float => ZFitsElementType.Float32,
        Types.ItemType.Double => ZFitsElementType.Float64,
        _ => null,
    };
}
