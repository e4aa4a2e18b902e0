using System.Collections;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Google.Protobuf.Reflection;

namespace DigiCam.Zfits.Messages;

/// <summary>Puts one field of a message into the current row of a table, or sees to it that a field without column has no value. The
/// properties of the generated classes are called through delegates, without reflection or boxing.</summary>
/// <typeparam name="TMessage">The message, or the message inside it, that has the field.</typeparam>
/// <param name="name">Dotted name of the field.</param>
internal abstract class FieldWriter<TMessage>(string name) where TMessage : class
{
    public abstract void Write(TMessage message, ZFitsTableWriter table);

    protected void Fail(ZFitsTableWriter table, string reason) => throw new InvalidOperationException(FormattableString.Invariant($"row {table.RowCount}, field {name}: {reason}"));
}

/// <summary>Makes delegates of the properties of generated message classes.</summary>
internal static class FieldProperty
{
    /// <summary>The value of the field.</summary>
    public static Func<TMessage, TValue> Getter<TMessage, TValue>(FieldDescriptor field) => Bind<TMessage, TValue>(NameOf(field));

    /// <summary>Whether the field is set; null for a field without presence.</summary>
    public static Func<TMessage, bool>? HasValue<TMessage>(FieldDescriptor field) =>
        field.HasPresence && field.FieldType != FieldType.Message ? Bind<TMessage, bool>("Has" + NameOf(field)) : null;

    /// <summary>The .NET type of the field.</summary>
    public static Type TypeOf(FieldDescriptor field) => field.ContainingType.ClrType.GetProperty(NameOf(field))!.PropertyType;

    private static Func<TMessage, TValue> Bind<TMessage, TValue>(string property) => typeof(TMessage).GetProperty(property)!.GetMethod!.CreateDelegate<Func<TMessage, TValue>>();

    /// <summary>The generator has its own rules for names; the constant with the field number always has the same name as the property.</summary>
    private static string NameOf(FieldDescriptor field)
    {
        const string Ending = "FieldNumber";
        FieldInfo constant = field.ContainingType.ClrType.GetFields(BindingFlags.Public | BindingFlags.Static)
            .First(f => f.IsLiteral && f.Name.EndsWith(Ending, StringComparison.Ordinal) && f.GetRawConstantValue() is int number && number == field.FieldNumber);
        return constant.Name[..^Ending.Length];
    }
}

/// <summary>A number, bool or enum.</summary>
internal sealed class ScalarWriter<TMessage, TValue>(string name, FieldDescriptor field, int column) : FieldWriter<TMessage>(name)
    where TMessage : class where TValue : unmanaged
{
    private readonly Func<TMessage, TValue> _value = FieldProperty.Getter<TMessage, TValue>(field);

    public override void Write(TMessage message, ZFitsTableWriter table)
    {
        // The default value of the definition, when the field is not set.
        TValue value = _value(message);
        table.SetElements(column, MemoryMarshal.AsBytes(new ReadOnlySpan<TValue>(in value)));
    }
}

/// <summary>A string.</summary>
internal sealed class TextWriter<TMessage>(string name, FieldDescriptor field, int column) : FieldWriter<TMessage>(name) where TMessage : class
{
    private readonly Func<TMessage, string> _value = FieldProperty.Getter<TMessage, string>(field);
    private byte[] _utf8 = [];

    public override void Write(TMessage message, ZFitsTableWriter table)
    {
        string text = _value(message);
        int most = Encoding.UTF8.GetMaxByteCount(text.Length);
        if (_utf8.Length < most) _utf8 = new byte[most];
        table.SetElements(column, _utf8.AsSpan(0, Encoding.UTF8.GetBytes(text, _utf8)));
    }
}

/// <summary>A bytes field.</summary>
internal sealed class BytesWriter<TMessage>(string name, FieldDescriptor field, int column) : FieldWriter<TMessage>(name) where TMessage : class
{
    private readonly Func<TMessage, ByteString> _value = FieldProperty.Getter<TMessage, ByteString>(field);

    public override void Write(TMessage message, ZFitsTableWriter table) => table.SetElements(column, _value(message).Span);
}

/// <summary>An AnyArray.</summary>
internal sealed class ArrayWriter<TMessage>(string name, FieldDescriptor field, int column, AnyArray.Types.ItemType type) : FieldWriter<TMessage>(name) where TMessage : class
{
    private readonly Func<TMessage, AnyArray?> _value = FieldProperty.Getter<TMessage, AnyArray?>(field);

    public override void Write(TMessage message, ZFitsTableWriter table)
    {
        if (ArrayElements.Check(_value(message), type) is string reason) Fail(table, reason);
        else table.SetElements(column, ArrayElements.Of(_value(message)));
    }
}

/// <summary>A repeated AnyArray: one column per element.</summary>
internal sealed class ArraysWriter<TMessage>(string name, FieldDescriptor field, (int Column, AnyArray.Types.ItemType Type)[] elements) : FieldWriter<TMessage>(name) where TMessage : class
{
    private readonly Func<TMessage, RepeatedField<AnyArray>> _value = FieldProperty.Getter<TMessage, RepeatedField<AnyArray>>(field);

    public override void Write(TMessage message, ZFitsTableWriter table)
    {
        RepeatedField<AnyArray> arrays = _value(message);
        if (arrays.Count > elements.Length) Fail(table, FormattableString.Invariant($"{arrays.Count} elements, the table has columns for {elements.Length}, as many as the first message had"));
        for (int i = 0; i < arrays.Count; i++)
        {
            if (ArrayElements.Check(arrays[i], elements[i].Type) is string reason) Fail(table, FormattableString.Invariant($"element {i}: {reason}"));
            table.SetElements(elements[i].Column, ArrayElements.Of(arrays[i]));
        }
    }
}

/// <summary>What an AnyArray must be to fit the column that the first one made.</summary>
internal static class ArrayElements
{
    public static ReadOnlySpan<byte> Of(AnyArray? array) => array is null ? [] : array.Data.Span;

    /// <summary>What is wrong with an array, null when nothing is. One without elements has no type.</summary>
    public static string? Check(AnyArray? array, AnyArray.Types.ItemType type)
    {
        if (array is null || array.Data.Length == 0) return null;
        if (array.Type != type) return $"an array of {array.Type} elements, the column holds {type}, the type of the first array";
        int size = AnyArray.ElementTypeOf(type)!.Value.ElementSize();
        if (array.Data.Length % size != 0) return FormattableString.Invariant($"{array.Data.Length} bytes are no whole number of {type} elements");
        if (type == AnyArray.Types.ItemType.Bool && array.Data.Span.ContainsAnyExcept((byte)0, (byte)1)) return "a bool is stored as 0 or 1";
        return null;
    }
}

/// <summary>Repeated numbers, bools or enums.</summary>
internal sealed class RepeatedWriter<TMessage, TValue>(string name, FieldDescriptor field, int column) : FieldWriter<TMessage>(name)
    where TMessage : class where TValue : unmanaged
{
    private readonly Func<TMessage, RepeatedField<TValue>> _value = FieldProperty.Getter<TMessage, RepeatedField<TValue>>(field);
    private TValue[] _values = [];

    public override void Write(TMessage message, ZFitsTableWriter table)
    {
        RepeatedField<TValue> values = _value(message);
        if (_values.Length < values.Count) _values = new TValue[values.Count];
        values.CopyTo(_values, 0);
        table.SetElements(column, MemoryMarshal.AsBytes(_values.AsSpan(0, values.Count)));
    }
}

/// <summary>A message inside the message; one that is not set has the default values.</summary>
internal sealed class MessagePartWriter<TMessage, TPart>(string name, FieldDescriptor field, FieldWriter<TPart>[] fields) : FieldWriter<TMessage>(name)
    where TMessage : class where TPart : class, new()
{
    private readonly Func<TMessage, TPart?> _value = FieldProperty.Getter<TMessage, TPart?>(field);
    private readonly TPart _default = new();

    public override void Write(TMessage message, ZFitsTableWriter table)
    {
        TPart part = _value(message) ?? _default;
        foreach (FieldWriter<TPart> writer in fields) writer.Write(part, table);
    }
}

/// <summary>Repeated messages: one set of columns per element, those that are missing have the default values.</summary>
internal sealed class MessagePartsWriter<TMessage, TPart>(string name, FieldDescriptor field, FieldWriter<TPart>[][] elements) : FieldWriter<TMessage>(name)
    where TMessage : class where TPart : class, new()
{
    private readonly Func<TMessage, RepeatedField<TPart>> _value = FieldProperty.Getter<TMessage, RepeatedField<TPart>>(field);
    private readonly TPart _default = new();

    public override void Write(TMessage message, ZFitsTableWriter table)
    {
        RepeatedField<TPart> parts = _value(message);
        if (parts.Count > elements.Length) Fail(table, FormattableString.Invariant($"{parts.Count} elements, the table has columns for {elements.Length}, as many as the first message had"));
        for (int i = 0; i < elements.Length; i++)
        {
            TPart part = i < parts.Count ? parts[i] : _default;
            foreach (FieldWriter<TPart> writer in elements[i]) writer.Write(part, table);
        }
    }
}

/// <summary>A field the first message did not have: no later one may have a value there.</summary>
internal sealed class AbsentWriter<TMessage>(string name, Func<TMessage, bool> hasValue) : FieldWriter<TMessage>(name) where TMessage : class
{
    public override void Write(TMessage message, ZFitsTableWriter table)
    {
        if (hasValue(message)) Fail(table, "the field has a value, but no column, because the first message did not have it");
    }

    /// <summary>Whether a field has something that a column could hold.</summary>
    public static Func<TMessage, bool> HasValue(FieldDescriptor field)
    {
        if (field.IsMap || field.IsRepeated)
        {
            Func<TMessage, ICollection> list = FieldProperty.Getter<TMessage, ICollection>(field);
            return message => list(message).Count > 0;
        }

        if (field.FieldType == FieldType.Message && field.MessageType.FullName == AnyArray.Descriptor.FullName)
        {
            Func<TMessage, AnyArray?> array = FieldProperty.Getter<TMessage, AnyArray?>(field);
            return message => array(message) is { Data.Length: > 0 };
        }

        if (field.FieldType == FieldType.Message)
        {
            Func<TMessage, IMessage?> part = FieldProperty.Getter<TMessage, IMessage?>(field);
            return message => part(message) is IMessage set && set.CalculateSize() > 0;
        }

        if (FieldProperty.HasValue<TMessage>(field) is Func<TMessage, bool> isSet) return isSet;
        IFieldAccessor accessor = field.Accessor;
        object none = accessor.GetValue(field.ContainingType.Parser.ParseFrom([]));
        return message => !Equals(accessor.GetValue((IMessage)message), none);
    }
}
