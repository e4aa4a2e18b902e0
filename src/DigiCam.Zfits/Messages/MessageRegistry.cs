using System.Collections.Frozen;
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
        ProtoR1.ProtoR1Reflection.Descriptor,
        R1Draft.R1DraftReflection.Descriptor,
        R1v1.R1V1Reflection.Descriptor,
        R1v1Debug.R1V1DebugReflection.Descriptor,
        DL0v1.Telescope.DL0V1TelescopeReflection.Descriptor,
        DL0v1.Subarray.DL0V1SubarrayReflection.Descriptor,
        DL0v1.Trigger.DL0V1TriggerReflection.Descriptor,
        SagDataV1.SAGDataV1Reflection.Descriptor,
    }.SelectMany(file => file.MessageTypes).ToFrozenDictionary(message => message.FullName, StringComparer.Ordinal);

    /// <summary>The name with its package spelled as in the definitions. <c>R1.</c> stands for <c>ProtoR1.</c>, except before
    /// the messages that only the 2.0.x draft of that package has.</summary>
    /// <param name="messageName">Name as in PBFHEAD.</param>
    public static string Canonical(string messageName)
    {
        ArgumentNullException.ThrowIfNull(messageName);
        foreach ((string alias, string package) in Aliases)
        {
            if (!messageName.StartsWith(alias, StringComparison.Ordinal)) continue;
            string name = package + messageName[alias.Length..];
            return Definitions.ContainsKey(messageName) && !Definitions.ContainsKey(name) ? messageName : name;
        }

        return messageName;
    }

    /// <summary>The definition of a message, null when it is unknown. <c>R1.CameraConfiguration</c> names two messages; the
    /// older one is returned, as the official reader does. <see cref="Resolve(ZFitsTable)"/> tells them apart.</summary>
    /// <param name="messageName">Name as in PBFHEAD; older package names are understood.</param>
    public static MessageDescriptor? Find(string messageName) => Definitions.GetValueOrDefault(Canonical(messageName));

    /// <summary>The definition that the columns of a table follow; null when the message is unknown or its definition does not
    /// fit, so that the table can only be read by column. A definition does not fit when the names of the fields behind a
    /// TPBID are not those in TTYPE; field numbers it does not have are no contradiction, a newer version may have them.</summary>
    /// <param name="messageName">Name as in PBFHEAD; older package names are understood.</param>
    /// <param name="columns">TPBID and TTYPE of every column.</param>
    public static MessageDescriptor? Resolve(string messageName, IReadOnlyCollection<(string FieldPath, string ColumnName)> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        MessageDescriptor? best = null;
        int known = -1;
        foreach (MessageDescriptor message in Candidates(messageName))
        {
            int count = 0;
            bool fits = true;
            foreach ((string path, string name) in columns)
            {
                FieldPath field = FieldPath.Follow(message, path, name);
                fits &= field.Match != FieldMatch.Contradiction;
                if (field.Match == FieldMatch.Known) count++;
            }

            if (!fits || count <= known) continue;
            best = message;
            known = count;
        }

        return best;
    }

    /// <summary>The definition that the columns of a table follow; null when it can only be read by column.</summary>
    /// <param name="table">The table.</param>
    public static MessageDescriptor? Resolve(ZFitsTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return Resolve(table.MessageName, [.. table.Columns.Select(column => (column.FieldPath, column.Name))]);
    }

    /// <summary>The field at the end of a path of field numbers, null when the definition has no such column.</summary>
    /// <param name="message">The message of the table.</param>
    /// <param name="fieldPath">Field numbers joined with dots; a repeated message is followed by the number of the element.</param>
    /// <param name="columnName">The field names of the same path joined with <c>_</c>; a definition with other names does not fit.</param>
    public static FieldDescriptor? FindField(MessageDescriptor message, string fieldPath, string columnName) => FieldPath.Follow(message, fieldPath, columnName).Leaf;

    /// <summary>The name to write for a message: the one that readers of all ages know.</summary>
    internal static string WrittenName(MessageDescriptor message)
    {
        // Only this package: R1 and CTAR1 have come to mean other messages since.
        (string alias, string package) = Aliases[0];
        return message.FullName.StartsWith(package, StringComparison.Ordinal) ? alias + message.FullName[package.Length..] : message.FullName;
    }

    /// <summary>The definitions a name can stand for, the first choice first.</summary>
    internal static IEnumerable<MessageDescriptor> Candidates(string messageName)
    {
        string canonical = Canonical(messageName);
        if (Definitions.TryGetValue(canonical, out MessageDescriptor? first)) yield return first;
        if (canonical != messageName && Definitions.TryGetValue(messageName, out MessageDescriptor? second)) yield return second;
    }

    /// <summary>Layout of the rows of a field, null when the element type of the column does not fit it.</summary>
    internal static ZFitsColumnKind? KindOf(FieldDescriptor field, ZFitsElementType elementType)
    {
        if (field.FieldType == FieldType.Message) return ZFitsColumnKind.Array;
        if (ElementTypeOf(field) != elementType) return null;
        if (field.FieldType is FieldType.String or FieldType.Bytes) return field.IsRepeated ? null : ZFitsColumnKind.Text;
        return field.IsRepeated ? ZFitsColumnKind.Repeated : ZFitsColumnKind.Scalar;
    }

    /// <summary>The element type of the column of a field; null for an AnyArray, whose elements can be of any type.</summary>
    internal static ZFitsElementType? ElementTypeOf(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.Bool => ZFitsElementType.Bool,
        FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 or FieldType.Enum => ZFitsElementType.Int32,
        FieldType.UInt32 or FieldType.Fixed32 => ZFitsElementType.UInt32,
        FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => ZFitsElementType.Int64,
        FieldType.UInt64 or FieldType.Fixed64 => ZFitsElementType.UInt64,
        FieldType.Float => ZFitsElementType.Float32,
        FieldType.Double => ZFitsElementType.Float64,
        FieldType.String or FieldType.Bytes => ZFitsElementType.Int8,
        _ => null,
    };
}
