using PureHDF;

namespace DigiCam.Files;

/// <summary>The number types of <see cref="Hdf5Writer"/> and <see cref="Hdf5File"/> with the names numpy has for them.</summary>
internal static class Hdf5Element
{
    /// <summary>Name of a type in sentences, as numpy calls it.</summary>
    /// <typeparam name="T">The type.</typeparam>
    /// <exception cref="NotSupportedException">Results do not use such a type.</exception>
    public static string NameOf<T>() where T : unmanaged => Type.GetTypeCode(typeof(T)) switch
    {
        TypeCode.Double => "float64",
        TypeCode.Single => "float32",
        TypeCode.Byte => "uint8",
        TypeCode.SByte => "int8",
        TypeCode.UInt16 => "uint16",
        TypeCode.UInt32 => "uint32",
        TypeCode.UInt64 => "uint64",
        TypeCode.Int16 => "int16",
        TypeCode.Int32 => "int32",
        TypeCode.Int64 => "int64",
        _ => throw new NotSupportedException($"{typeof(T).Name} is not a type of results"),
    };

    /// <summary>Name of a type in a file, as numpy calls it; of strings and others the class that HDF5 puts them in.</summary>
    public static string NameOf(IH5DataType type) => type.Class switch
    {
        H5DataTypeClass.FloatingPoint => FormattableString.Invariant($"float{8 * type.Size}"),
        H5DataTypeClass.FixedPoint => FormattableString.Invariant($"{(type.FixedPoint.IsSigned ? "int" : "uint")}{8 * type.Size}"),
        H5DataTypeClass.BitField when type.Size == 1 => Bool,
        H5DataTypeClass.String or H5DataTypeClass.VariableLength => Text,
        H5DataTypeClass other => other.ToString(),
    };

    /// <summary>How truth values are called that PyTables writes: bits in a byte.</summary>
    public const string Bool = "bool";

    /// <summary>How strings are called, whatever their length.</summary>
    public const string Text = "strings";
}
