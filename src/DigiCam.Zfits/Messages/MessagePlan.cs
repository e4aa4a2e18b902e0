using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace DigiCam.Zfits.Messages;

/// <summary>How the columns of a table become the fields of a message: checked and compiled once, then used for every row.</summary>
internal sealed class MessagePlan
{
    private readonly MessageBuilder _root;

    private MessagePlan(ZFitsTable table, MessageBuilder root, IReadOnlyList<ZFitsColumn> columns, IReadOnlyList<string> warnings)
    {
        Table = table;
        _root = root;
        Columns = columns;
        Warnings = warnings;
    }

    public ZFitsTable Table { get; }

    /// <summary>The columns to be read.</summary>
    public IReadOnlyList<ZFitsColumn> Columns { get; }

    /// <summary>Columns that are left out, and why.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>Compares the columns with the definition.</summary>
    /// <param name="table">The table.</param>
    /// <param name="wanted">The message the rows shall become.</param>
    /// <param name="names">Names of the columns to be read; none means all.</param>
    public static MessagePlan Create(ZFitsTable table, MessageDescriptor wanted, IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(names);
        HashSet<ZFitsColumn> selected = [.. names.Count == 0 ? table.Columns : names.Select(table.GetColumn)];
        CheckMessage(table, wanted);

        MessageBuilder root = new(wanted);
        List<ZFitsColumn> columns = [];
        List<string> warnings = [];
        foreach (ZFitsColumn column in table.Columns)
        {
            FieldPath path = FieldPath.Follow(wanted, column.FieldPath, column.Name);
            bool isRead = selected.Contains(column) && path.Match == FieldMatch.Known;
            if (selected.Contains(column) && !isRead) warnings.Add($"column {column.Name} ({column.FieldPath}) is left out: {path.Detail}");
            if (!isRead)
            {
                root.AddUnread(path.Steps);
                continue;
            }

            CheckType(table, column, path);
            root.AddColumn(path.Steps, columns.Count, column.ElementType);
            columns.Add(column);
        }

        if (root.Complete() is string gap) throw new ZFitsFormatException(gap, table.Hdu.At(null));
        return new MessagePlan(table, root, columns, warnings.AsReadOnly());
    }

    /// <summary>A reader of just the columns of the plan, null when there are none.</summary>
    public ZFitsTileReader? CreateTileReader() => Columns.Count == 0 ? null : Table.CreateTileReader([.. Columns.Select(column => column.Name)]);

    /// <summary>Fills a message from a row of the tile that was read last.</summary>
    public void Fill(IMessage message, ZFitsTileReader? tile, int row) => _root.Fill(message, tile, row);

    private static void CheckMessage(ZFitsTable table, MessageDescriptor wanted)
    {
        MessageDescriptor? found = MessageRegistry.Resolve(table);
        if (found == wanted) return;
        if (found is not null) throw new InvalidOperationException($"table {table.Name} of {table.File.Path} holds {found.FullName} messages (PBFHEAD {table.MessageName}), not {wanted.FullName}");
        if (!MessageRegistry.Candidates(table.MessageName).Contains(wanted)) throw new InvalidOperationException($"table {table.Name} of {table.File.Path} holds {table.MessageName} messages, which are not {wanted.FullName} as we know it; it can be read by column");
        ZFitsColumn column = table.Columns.First(column => FieldPath.Follow(wanted, column.FieldPath, column.Name).Match == FieldMatch.Contradiction);
        string detail = FieldPath.Follow(wanted, column.FieldPath, column.Name).Detail;
        throw new ZFitsFormatException($"the definition of the message does not fit: {detail}; the table can be read by column", table.Hdu.At(null) with { Column = column.Name });
    }

    private static void CheckType(ZFitsTable table, ZFitsColumn column, FieldPath path)
    {
        FieldDescriptor field = path.Leaf!;
        ZFitsColumnKind? expected = MessageRegistry.KindOf(field, column.ElementType);
        if (expected is null) Fail($"{column.ElementType} elements (ZFORM {column.Format})");
        // A field that the header did not find in the definition had its layout guessed from the data.
        if (column.Field != field && column.Kind != expected) Fail($"rows of kind {column.Kind}, not {expected}");

        void Fail(string found)
        {
            string name = string.Join('.', path.Steps.Select(step => FieldPath.NameOf(step.Field)));
            string type = $"{(field.IsRepeated ? "repeated " : "")}{field.FieldType.ToString().ToLowerInvariant()}";
            throw new ZFitsFormatException($"field {name} ({column.FieldPath}) is of type {type}, which is stored as {MessageRegistry.ElementTypeOf(field)} elements; found {found}", table.Hdu.At(null) with { Column = column.Name });
        }
    }
}
