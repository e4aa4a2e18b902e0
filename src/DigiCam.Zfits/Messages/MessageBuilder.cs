using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace DigiCam.Zfits.Messages;

/// <summary>Fills a message, or a message inside it, from a row. The tree of messages that the columns of a table describe, made once per table.</summary>
internal sealed class MessageBuilder(MessageDescriptor message)
{
    private readonly List<(int Column, FieldValue Value)> _values = [];
    private readonly List<(FieldDescriptor Field, MessageBuilder Builder)> _messages = [];
    private readonly List<(FieldDescriptor Field, List<Element> Elements)> _repeated = [];

    /// <summary>True if any column of this message is read.</summary>
    public bool Reads { get; private set; }

    /// <summary>Adds a column that is not read: it only says which elements a repeated message has.</summary>
    public void AddUnread(IReadOnlyList<FieldStep> steps) => Add(steps, 0, null);

    /// <summary>Adds a column.</summary>
    /// <param name="steps">The way to its field.</param>
    /// <param name="column">Number of the column in the tile reader.</param>
    /// <param name="elementType">Type of its elements.</param>
    public void AddColumn(IReadOnlyList<FieldStep> steps, int column, ZFitsElementType elementType) => Add(steps, 0, (column, new FieldValue(steps[^1].Field, elementType)));

    /// <summary>Ends the adding of columns. The elements of a repeated message must be numbered from 0 without a gap; anything else
    /// would let a few columns make any number of elements.</summary>
    /// <returns>What is wrong, null when nothing is.</returns>
    public string? Complete()
    {
        // Parts without a column that is read only say how many elements there are.
        _messages.RemoveAll(part => !part.Builder.Reads);
        foreach ((FieldDescriptor field, List<Element> elements) in _repeated)
        {
            elements.Sort((a, b) => a.Number.CompareTo(b.Number));
            if (elements[^1].Number != elements.Count - 1) return FormattableString.Invariant($"{message.FullName}.{FieldPath.NameOf(field)} has an element {elements[^1].Number}, but columns for {elements.Count} elements only");
        }

        _repeated.RemoveAll(part => !part.Elements.Exists(element => element.Reads));
        return _messages.Select(part => part.Builder).Concat(_repeated.SelectMany(part => part.Elements).Select(element => element.Builder).OfType<MessageBuilder>())
            .Select(builder => builder.Complete()).FirstOrDefault(gap => gap is not null);
    }

    /// <summary>Fills a message from a row of the tile that was read last.</summary>
    /// <returns>True if a field was set.</returns>
    public bool Fill(IMessage target, ZFitsTileReader? tile, int row)
    {
        bool any = false;
        foreach ((int column, FieldValue value) in _values)
        {
            ColumnBlock block = tile![column];
            if (block.IsUnset) continue;
            value.Set(target, block.GetRowBytes(row));
            any = true;
        }

        foreach ((FieldDescriptor field, MessageBuilder builder) in _messages)
        {
            IMessage part = builder.Create();
            if (!builder.Fill(part, tile, row)) continue;
            field.Accessor.SetValue(target, part);
            any = true;
        }

        foreach ((FieldDescriptor field, List<Element> elements) in _repeated)
        {
            IList list = (IList)field.Accessor.GetValue(target);
            // All of them, set or not: their number is that of the columns, and their order the meaning.
            foreach (Element element in elements) element.AppendTo(target, list, tile, row);
            any = true;
        }

        return any;
    }

    private IMessage Create() => message.Parser.ParseFrom([]);

    private void Add(IReadOnlyList<FieldStep> steps, int depth, (int Column, FieldValue Value)? leaf)
    {
        if (depth == steps.Count) return;
        Reads |= leaf is not null;
        (FieldDescriptor field, int? number) = steps[depth];
        bool isLeaf = depth == steps.Count - 1 && leaf is not null;
        if (number is int index)
        {
            int at = _repeated.FindIndex(part => part.Field == field);
            if (at < 0)
            {
                at = _repeated.Count;
                _repeated.Add((field, []));
            }

            List<Element> elements = _repeated[at].Elements;
            Element? element = elements.Find(e => e.Number == index);
            if (element is null) elements.Add(element = new Element(index, field.MessageType));
            if (isLeaf) element.SetLeaf(leaf!.Value.Column, leaf.Value.Value);
            else element.Builder?.Add(steps, depth + 1, leaf);
        }
        else if (isLeaf)
        {
            _values.Add((leaf!.Value.Column, leaf.Value.Value));
        }
        else if (field.FieldType == FieldType.Message && field.MessageType.FullName != AnyArray.Descriptor.FullName)
        {
            int at = _messages.FindIndex(part => part.Field == field);
            if (at < 0)
            {
                at = _messages.Count;
                _messages.Add((field, new MessageBuilder(field.MessageType)));
            }

            _messages[at].Builder.Add(steps, depth + 1, leaf);
        }
    }

    /// <summary>One element of a repeated message: a message, or an AnyArray, which is a column itself.</summary>
    private sealed class Element(int number, MessageDescriptor message)
    {
        private (int Column, FieldValue Value)? _leaf;

        public int Number => number;

        public MessageBuilder? Builder { get; } = message.FullName == AnyArray.Descriptor.FullName ? null : new MessageBuilder(message);

        public bool Reads => _leaf is not null || Builder is { Reads: true };

        public void SetLeaf(int column, FieldValue value) => _leaf = (column, value);

        public void AppendTo(IMessage target, IList list, ZFitsTileReader? tile, int row)
        {
            if (_leaf is (int column, FieldValue value) && !tile![column].IsUnset)
            {
                value.Add(target, tile[column].GetRowBytes(row));
                return;
            }

            IMessage part = Builder is null ? new AnyArray() : Builder.Create();
            Builder?.Fill(part, tile, row);
            list.Add(part);
        }
    }
}
