using System.Collections.Frozen;
using System.Globalization;
using Google.Protobuf.Reflection;

namespace DigiCam.Zfits.Messages;

/// <summary>Finds the definition of a message by the name in PBFHEAD, and the field behind a column by its TPBID.</summary>
public static class MessageRegistry
{
    /// <summary>Older spellings of the package names.</summary>
    private static readonly (string Alias, string Package)[] Aliases =
    [
        ("DataModel.", "ProtoDataModel."),
        ("R1.", "ProtoR1."),
        ("CTAR1.", "R1v1."),
    ];

    private static readonly FrozenDictionary<string, MessageDescriptor> Definitions = new[]
    {
        ProtoDataModel.ProtoDataModelReflection.Descriptor,
    }.SelectMany(file => file.MessageTypes).ToFrozenDictionary(message => message.FullName, StringComparer.Ordinal);

    /// <summary>Fields whose name in our definitions differs from the one in the files.</summary>
    private static readonly FrozenDictionary<(string Message, int Number), string> Renamed = new Dictionary<(string, int), string>
    {
        [("ProtoDataModel.CameraEvent", 3)] = "eventType",
    }.ToFrozenDictionary();

    /// <summary>The name with its package spelled as in the definitions.</summary>
    /// <param name="messageName">Name as in PBFHEAD.</param>
    public static string Canonical(string messageName)
    {
        ArgumentNullException.ThrowIfNull(messageName);
        foreach ((string alias, string package) in Aliases)
        {
            if (messageName.StartsWith(alias, StringComparison.Ordinal)) return package + messageName[alias.Length..];
        }

        return messageName;
    }

    /// <summary>The definition of a message, null when it is unknown.</summary>
    /// <param name="messageName">Name as in PBFHEAD; older package names are understood.</param>
    public static MessageDescriptor? Find(string messageName) => Definitions.GetValueOrDefault(Canonical(messageName));

    /// <summary>The field at the end of a path of field numbers, null when the definition has no such column.</summary>
    /// <param name="message">The message of the table.</param>
    /// <param name="fieldPath">Field numbers joined with dots; a repeated message is followed by the number of the element.</param>
    /// <param name="columnName">The field names of the same path joined with <c>_</c>; a definition with other names does not fit.</param>
    public static FieldDescriptor? FindField(MessageDescriptor message, string fieldPath, string columnName)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(fieldPath);
        ArgumentNullException.ThrowIfNull(columnName);
        string[] parts = fieldPath.Split('.');
        List<string> names = [];
        FieldDescriptor? field = null;
        MessageDescriptor? current = message;
        for (int i = 0; i < parts.Length; i++)
        {
            if (current is null || !int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out int number)) return null;
            field = current.FindFieldByNumber(number);
            if (field is null) return null;
            names.Add(Renamed.GetValueOrDefault((current.FullName, number), field.Name));
            bool isMessage = field.FieldType == FieldType.Message;
            if (isMessage && field.IsRepeated)
            {
                if (++i == parts.Length) return null;
                names.Add(parts[i]);
            }

            current = isMessage && field.MessageType.FullName != AnyArray.Descriptor.FullName ? field.MessageType : null;
        }

        // A path that ends at a message other than AnyArray is not a column.
        return current is null && string.Join('_', names) == columnName ? field : null;
    }

    /// <summary>Layout of the rows of a field, null when the element type of the column does not fit it.</summary>
    internal static ZFitsColumnKind? KindOf(FieldDescriptor field, ZFitsElementType elementType)
    {
        if (field.FieldType == FieldType.Message) return ZFitsColumnKind.Array;
        if (field.FieldType is FieldType.String or FieldType.Bytes) return elementType == ZFitsElementType.Int8 && !field.IsRepeated ? ZFitsColumnKind.Text : null;
        ZFitsElementType? expected = field.FieldType switch
        {
            FieldType.Bool => ZFitsElementType.Bool,
            FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 or FieldType.Enum => ZFitsElementType.Int32,
            FieldType.UInt32 or FieldType.Fixed32 => ZFitsElementType.UInt32,
            FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => ZFitsElementType.Int64,
            FieldType.UInt64 or FieldType.Fixed64 => ZFitsElementType.UInt64,
            FieldType.Float => ZFitsElementType.Float32,
            FieldType.Double => ZFitsElementType.Float64,
            _ => null,
        };
        if (expected != elementType) return null;
        return field.IsRepeated ? ZFitsColumnKind.Repeated : ZFitsColumnKind.Scalar;
    }
}
