namespace DigiCam.Zfits;

/// <summary>Type of the elements of a column.</summary>
public enum ZFitsElementType
{
    /// <summary>One byte, 0 or 1 (letter L).</summary>
    Bool,

    /// <summary>Characters, or int8 in an array (letter A).</summary>
    Int8,

    /// <summary>Unsigned byte (letter B).</summary>
    UInt8,

    /// <summary>int16 (letter I).</summary>
    Int16,

    /// <summary>uint16 (letter I with TZERO).</summary>
    UInt16,

    /// <summary>int32 (letter J).</summary>
    Int32,

    /// <summary>uint32 (letter J with TZERO).</summary>
    UInt32,

    /// <summary>int64 (letter K).</summary>
    Int64,

    /// <summary>uint64 (letter K with TZERO).</summary>
    UInt64,

    /// <summary>float (letter E).</summary>
    Float32,

    /// <summary>double (letter D).</summary>
    Float64,
}
