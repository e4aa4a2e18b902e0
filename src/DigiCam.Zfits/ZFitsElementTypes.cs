using System.Runtime.CompilerServices;

namespace DigiCam.Zfits;

/// <summary>Properties of element types.</summary>
public static class ZFitsElementTypes
{
    /// <summary>Size of one element [bytes].</summary>
    public static int ElementSize(this ZFitsElementType type) => type switch
    {
        ZFitsElementType.Bool or ZFitsElementType.Int8 or ZFitsElementType.UInt8 => 1,
        ZFitsElementType.Int16 or ZFitsElementType.UInt16 => 2,
        ZFitsElementType.Int32 or ZFitsElementType.UInt32 or ZFitsElementType.Float32 => 4,
        ZFitsElementType.Int64 or ZFitsElementType.UInt64 or ZFitsElementType.Float64 => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    /// <summary>The letter that stands for the type in ZFORM.</summary>
    public static char Letter(this ZFitsElementType type) => type switch
    {
        ZFitsElementType.Bool => 'L',
        ZFitsElementType.Int8 => 'A',
        ZFitsElementType.UInt8 => 'B',
        ZFitsElementType.Int16 or ZFitsElementType.UInt16 => 'I',
        ZFitsElementType.Int32 or ZFitsElementType.UInt32 => 'J',
        ZFitsElementType.Int64 or ZFitsElementType.UInt64 => 'K',
        ZFitsElementType.Float32 => 'E',
        ZFitsElementType.Float64 => 'D',
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    /// <summary>The tag a writer puts into TZERO, null for types without a tag. The older spellings are used, which every reader accepts.</summary>
    public static decimal? Tag(this ZFitsElementType type) => type switch
    {
        ZFitsElementType.UInt8 => -128m,
        ZFitsElementType.UInt16 => 32678m,
        ZFitsElementType.UInt32 => 2147483648m,
        ZFitsElementType.UInt64 => 9223372036854775807m,
        _ => null,
    };

    /// <summary>The element type that has this .NET type, null when there is none.</summary>
    internal static ZFitsElementType? Of<T>() where T : unmanaged
    {
        if (typeof(T) == typeof(bool)) return ZFitsElementType.Bool;
        if (typeof(T) == typeof(sbyte)) return ZFitsElementType.Int8;
        if (typeof(T) == typeof(byte)) return ZFitsElementType.UInt8;
        if (typeof(T) == typeof(short)) return ZFitsElementType.Int16;
        if (typeof(T) == typeof(ushort)) return ZFitsElementType.UInt16;
        if (typeof(T) == typeof(int)) return ZFitsElementType.Int32;
        if (typeof(T) == typeof(uint)) return ZFitsElementType.UInt32;
        if (typeof(T) == typeof(long)) return ZFitsElementType.Int64;
        if (typeof(T) == typeof(ulong)) return ZFitsElementType.UInt64;
        if (typeof(T) == typeof(float)) return ZFitsElementType.Float32;
        if (typeof(T) == typeof(double)) return ZFitsElementType.Float64;
        return null;
    }

    /// <summary>Throws unless T is the .NET type of the elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Check<T>(ZFitsElementType type, string column) where T : unmanaged
    {
        if (Of<T>() != type) Throw(typeof(T), type, column);
    }

    private static void Throw(Type wanted, ZFitsElementType type, string column) =>
        throw new InvalidOperationException($"column {column} holds {type} elements, not {wanted.Name}");
}
