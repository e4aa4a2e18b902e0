using DigiCam.Zfits.Messages;
using Google.Protobuf;

namespace DigiCam.Zfits;

/// <summary>Writes one table message by message. The first message defines the columns, in the order of the declaration: a field that is not
/// set in it, and a repeated field that is empty, has none. Made by <see cref="ZFitsWriter"/>; not thread-safe.</summary>
/// <remarks>
/// Nothing is dropped: a later message with a value in a field that has no column, with an array of another type, or with more elements in a
/// repeated message than the first one had, is refused, and is not in the table; the next one can be written. A later message in which a
/// field with a column is not set gets its default value, or an empty row. Arrays of type NONE are stored as bytes.
/// </remarks>
/// <typeparam name="T">The message, for example <see cref="Messages.R1v1.Event"/>.</typeparam>
public sealed class ZFitsMessageWriter<T> where T : class, IMessage<T>, new()
{
    private readonly ZFitsWriter _owner;
    private readonly string _name;
    private readonly string _messageName;
    private readonly Func<string, ZFitsRecipe> _recipeOf;
    private readonly ZFitsTableOptions _options;
    private FieldWriter<T>[] _fields = [];
    private ZFitsTableWriter? _table;
    private bool _finished;

    internal ZFitsMessageWriter(ZFitsWriter owner, string name, string messageName, Func<string, ZFitsRecipe> recipeOf, ZFitsTableOptions options)
    {
        _owner = owner;
        _name = name;
        _messageName = messageName;
        _recipeOf = recipeOf;
        _options = options;
    }

    /// <summary>Messages written so far.</summary>
    public long RowCount => _table?.RowCount ?? 0;

    /// <summary>The columns; none before the first message.</summary>
    public IReadOnlyList<ZFitsColumnDefinition> Columns => _table?.Columns ?? [];

    /// <summary>Writes a message as one row. The message is copied.</summary>
    /// <param name="message">The message.</param>
    /// <exception cref="InvalidOperationException">The message has a value that the table cannot hold; the exception names field and row. Or as for <see cref="ZFitsTableWriter.CommitRow"/>.</exception>
    /// <exception cref="ArgumentException">The first message makes a table that cannot be written.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="OperationCanceledException">The token of <see cref="ZFitsWriterOptions.Cancellation"/> was cancelled.</exception>
    public void Write(T message)
    {
        ArgumentNullException.ThrowIfNull(message);
        ObjectDisposedException.ThrowIf(_finished, this);
        if (_table is null)
        {
            _fields = MessageColumns.Create(message, _recipeOf, out IReadOnlyList<ZFitsColumnDefinition> columns);
            _table = _owner.OpenTable(_name, _messageName, columns, _options);
        }

        try
        {
            foreach (FieldWriter<T> field in _fields) field.Write(message, _table);
        }
        catch
        {
            _table.DiscardRow();
            throw;
        }

        _table.CommitRow();
    }

    /// <summary>Completes the table. Without a message there is no table.</summary>
    /// <exception cref="InvalidOperationException">As for <see cref="ZFitsTableWriter.Finish"/>.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="OperationCanceledException">The token of <see cref="ZFitsWriterOptions.Cancellation"/> was cancelled.</exception>
    public void Finish()
    {
        ObjectDisposedException.ThrowIf(_finished, this);
        if (_table is null) _owner.TableFinished(null);
        else _table.Finish();
        _finished = true;
    }
}
