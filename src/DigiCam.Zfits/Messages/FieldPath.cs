using System.Collections.Frozen;
using System.Globalization;
using Google.Protobuf.Reflection;

namespace DigiCam.Zfits.Messages;

/// <summary>How a column compares with a message definition.</summary>
internal enum FieldMatch
{
    /// <summary>The definition has the field, under this name.</summary>
    Known,

    /// <summary>The definition lacks a field number of the path: a newer version of the message.</summary>
    Unknown,

    /// <summary>The definition says something else: another name, or a message where the column has a value.</summary>
    Contradiction,
}

/// <summary>One step of a path.</summary>
/// <param name="Field">The field.</param>
/// <param name="Element">Number of the element of a repeated message, null for any other field.</param>
internal readonly record struct FieldStep(FieldDescriptor Field, int? Element);

/// <summary>The way from a message to the field behind a column.</summary>
/// <param name="Match">How the definition and the column compare.</param>
/// <param name="Steps">The fields as far as the definition has them.</param>
/// <param name="Detail">What is unknown or contradictory; empty for a known field.</param>
internal sealed record FieldPath(FieldMatch Match, IReadOnlyList<FieldStep> Steps, string Detail)
{
    /// <summary>Fields whose name in our definitions differs from the one in the files.</summary>
    private static readonly FrozenDictionary<(string Message, int Number), string> Renamed = new Dictionary<(string, int), string>
    {
        [("ProtoDataModel.CameraEvent", 3)] = "eventType",
    }.ToFrozenDictionary();

    /// <summary>The field at the end; null unless it is known.</summary>
    public FieldDescriptor? Leaf => Match == FieldMatch.Known ? Steps[^1].Field : null;

    /// <summary>Names of the fields joined with dots, without the numbers of elements.</summary>
    public string DottedName => string.Join('.', Steps.Select(step => NameOf(step.Field)));

    /// <summary>The name of a field as it is in the files.</summary>
    public static string NameOf(FieldDescriptor field) => Renamed.GetValueOrDefault((field.ContainingType.FullName, field.FieldNumber), field.Name);

    /// <summary>Follows a path of field numbers.</summary>
    /// <param name="message">The message of the table.</param>
    /// <param name="fieldPath">TPBID of the column.</param>
    /// <param name="columnName">TTYPE of the column.</param>
    public static FieldPath Follow(MessageDescriptor message, string fieldPath, string columnName)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(fieldPath);
        ArgumentNullException.ThrowIfNull(columnName);
        string[] parts = fieldPath.Split('.');
        List<FieldStep> steps = [];
        string name = "";
        MessageDescriptor? current = message;
        for (int i = 0; i < parts.Length; i++)
        {
            if (current is null) return Contradiction($"{name} holds no message in {message.FullName}");
            if (!TryNumber(parts[i], out int number)) return Contradiction($"'{fieldPath}' is not a path of field numbers");
            FieldDescriptor? field = current.FindFieldByNumber(number);
            if (field is null)
            {
                // What leads to the unknown field must have the right names all the same.
                if (name.Length > 0 && !columnName.StartsWith(name + "_", StringComparison.Ordinal)) return Contradiction($"a name beginning with {name}_ expected for {fieldPath} of {message.FullName}");
                return new FieldPath(FieldMatch.Unknown, steps, FormattableString.Invariant($"{current.FullName} has no field {number}"));
            }

            name = name.Length == 0 ? NameOf(field) : $"{name}_{NameOf(field)}";
            bool isMessage = field.FieldType == FieldType.Message;
            int? element = null;
            if (isMessage && field.IsRepeated)
            {
                if (++i == parts.Length || !TryNumber(parts[i], out int index)) return Contradiction($"{name} is repeated in {message.FullName}, the number of an element expected");
                element = index;
                name = FormattableString.Invariant($"{name}_{index}");
            }

            steps.Add(new FieldStep(field, element));
            current = isMessage && field.MessageType.FullName != AnyArray.Descriptor.FullName ? field.MessageType : null;
        }

        if (current is not null) return Contradiction($"{name} holds a message in {message.FullName}, a column cannot");
        return name == columnName ? new FieldPath(FieldMatch.Known, steps, "") : Contradiction($"the name {name} expected for {fieldPath} of {message.FullName}");

        FieldPath Contradiction(string detail) => new(FieldMatch.Contradiction, steps, detail);
    }

    private static bool TryNumber(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
