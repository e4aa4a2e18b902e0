using System.Collections;
using System.Reflection;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace DigiCam.Zfits.Messages;

/// <summary>The columns that the first message of a table makes, and the way of every field to its column. Made once per table.</summary>
internal sealed class MessageColumns
{
    private readonly Func<string, ZFitsRecipe> _recipeOf;
    private readonly List<ZFitsColumnDefinition> _definitions = [];

    private MessageColumns(Func<string, ZFitsRecipe> recipeOf) => _recipeOf = recipeOf;

    /// <summary>Follows the fields of a message in the order of their declaration.</summary>
    /// <param name="first">The first message.</param>
    /// <param name="recipeOf">Recipe of a field by its dotted name.</param>
    /// <param name="definitions">Receives the columns.</param>
    /// <exception cref="InvalidOperationException">The message has a value that no column can hold, or none at all.</exception>
    public static FieldWriter<T>[] Create<T>(T first, Func<string, ZFitsRecipe> recipeOf, out IReadOnlyList<ZFitsColumnDefinition> definitions) where T : class, IMessage<T>
    {
        MessageColumns columns = new(recipeOf);
        FieldWriter<T>[] writers = columns.Fields<T>(first.Descriptor, first, new Place("", "", ""));
        definitions = columns._definitions;
        if (definitions.Count == 0) throw new InvalidOperationException($"the first {first.Descriptor.FullName} has no field set, a table needs a column");
        return writers;
    }

    private static bool IsArray(FieldDescriptor field) => field.FieldType == FieldType.Message && field.MessageType.FullName == AnyArray.Descriptor.FullName;

    private static InvalidOperationException CannotStore(Place place, string reason) => new($"row 0, field {place.Dotted}: {reason}");

    /// <summary>All fields of one message.</summary>
    private FieldWriter<TMessage>[] Fields<TMessage>(MessageDescriptor message, IMessage first, Place parent) where TMessage : class =>
        [.. message.Fields.InDeclarationOrder().Select(field => Field<TMessage>(field, first, parent.Down(field)))];

    private FieldWriter<TMessage> Field<TMessage>(FieldDescriptor field, IMessage first, Place place) where TMessage : class
    {
        if (!IsSet(field, first)) return new AbsentWriter<TMessage>(place.Dotted, AbsentWriter<TMessage>.HasValue(field));
        if (field.IsMap) throw CannotStore(place, "a map cannot be stored in a table");
        object value = field.Accessor.GetValue(first);
        if (IsArray(field)) return field.IsRepeated ? Arrays<TMessage>(field, (IList)value, place) : Array<TMessage>(field, (AnyArray)value, place);
        if (field.FieldType is FieldType.Message or FieldType.Group)
        {
            string method = field.IsRepeated ? nameof(Parts) : nameof(Part);
            return (FieldWriter<TMessage>)Call<TMessage>(method, field.MessageType.ClrType, field, value, place);
        }

        if (MessageRegistry.ElementTypeOf(field) is not ZFitsElementType type || MessageRegistry.KindOf(field, type) is not ZFitsColumnKind kind) throw CannotStore(place, $"repeated {field.FieldType} values cannot be stored in a table");
        int column = Add(place, type, kind);
        if (field.FieldType == FieldType.String) return new TextWriter<TMessage>(place.Dotted, field, column);
        if (field.FieldType == FieldType.Bytes) return new BytesWriter<TMessage>(place.Dotted, field, column);
        Type property = FieldProperty.TypeOf(field);
        Type writer = field.IsRepeated
            ? typeof(RepeatedWriter<,>).MakeGenericType(typeof(TMessage), property.GetGenericArguments()[0])
            : typeof(ScalarWriter<,>).MakeGenericType(typeof(TMessage), property);
        return (FieldWriter<TMessage>)Activator.CreateInstance(writer, place.Dotted, field, column)!;
    }

    private static bool IsSet(FieldDescriptor field, IMessage message)
    {
        object? value = field.Accessor.GetValue(message);
        if (field.IsRepeated || field.IsMap) return ((ICollection)value!).Count > 0;
        // A field set to its default value has a column where the definition tells it from one that is not set.
        if (field.HasPresence) return field.Accessor.HasValue(message);
        return !Equals(value, field.Accessor.GetValue(field.ContainingType.Parser.ParseFrom([])));
    }

    private ArrayWriter<TMessage> Array<TMessage>(FieldDescriptor field, AnyArray first, Place place) where TMessage : class => new(place.Dotted, field, AddArray(first, place), first.Type);

    private ArraysWriter<TMessage> Arrays<TMessage>(FieldDescriptor field, IList first, Place place) where TMessage : class =>
        new(place.Dotted, field, [.. first.Cast<AnyArray>().Select((array, i) => (AddArray(array, place.Element(i)), array.Type))]);

    private MessagePartWriter<TMessage, TPart> Part<TMessage, TPart>(FieldDescriptor field, object first, Place place) where TMessage : class where TPart : class, new() =>
        new(place.Dotted, field, Fields<TPart>(field.MessageType, (IMessage)first, place));

    private MessagePartsWriter<TMessage, TPart> Parts<TMessage, TPart>(FieldDescriptor field, object first, Place place) where TMessage : class where TPart : class, new()
    {
        List<FieldWriter<TPart>[]> elements = [];
        foreach (IMessage part in (IList)first)
        {
            int before = _definitions.Count;
            elements.Add(Fields<TPart>(field.MessageType, part, place.Element(elements.Count)));
            // Readers know the number of elements from the columns alone.
            if (_definitions.Count == before) throw CannotStore(place, FormattableString.Invariant($"element {elements.Count - 1} of the first message has no field set, a table needs a column for every element"));
        }

        return new(place.Dotted, field, [.. elements]);
    }

    private int AddArray(AnyArray first, Place place)
    {
        if (AnyArray.ElementTypeOf(first.Type) is not ZFitsElementType type) throw CannotStore(place, $"array type {first.Type} is unknown");
        return Add(place, type, ZFitsColumnKind.Array, first.Type != AnyArray.Types.ItemType.None);
    }

    private int Add(Place place, ZFitsElementType type, ZFitsColumnKind kind, bool isTagged = true)
    {
        _definitions.Add(new(place.Name, place.Path, type, kind, _recipeOf(place.Dotted)) { IsTagged = isTagged });
        return _definitions.Count - 1;
    }

    private object Call<TMessage>(string method, Type part, params object[] arguments)
    {
        MethodInfo generic = typeof(MessageColumns).GetMethod(method, BindingFlags.Instance | BindingFlags.NonPublic)!.MakeGenericMethod(typeof(TMessage), part);
        return generic.Invoke(this, BindingFlags.DoNotWrapExceptions, null, arguments, null)!;
    }

    /// <summary>Where a field is: TTYPE, TPBID and the dotted name, which has no element numbers.</summary>
    private readonly record struct Place(string Name, string Path, string Dotted)
    {
        public Place Down(FieldDescriptor field)
        {
            string name = FieldPath.NameOf(field);
            return new(Join(Name, '_', name), Join(Path, '.', FormattableString.Invariant($"{field.FieldNumber}")), Join(Dotted, '.', name));
        }

        public Place Element(int index) => new(FormattableString.Invariant($"{Name}_{index}"), FormattableString.Invariant($"{Path}.{index}"), Dotted);

        private static string Join(string left, char separator, string right) => left.Length == 0 ? right : $"{left}{separator}{right}";
    }
}
