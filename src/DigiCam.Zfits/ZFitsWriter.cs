using DigiCam.Zfits.Writing;

namespace DigiCam.Zfits;

/// <summary>Writes a zfits file table by table. The file appears under its name when <see cref="Finish"/> succeeds; until then it has a
/// temporary name in the same folder, and disposing removes it. Not thread-safe.</summary>
/// <remarks>If the program is killed, the temporary file stays behind: a hidden file that ends with <see cref="UnfinishedExtension"/>. Its
/// primary header says <c>SIMPLE = F</c>, readers refuse it; its complete tiles can be recovered.</remarks>
public sealed class ZFitsWriter : IDisposable
{
    /// <summary>How the names of files end that are not finished.</summary>
    public const string UnfinishedExtension = ".unfinished";

    private readonly OutputFile _file;
    private readonly List<TableOutput> _tables = [];
    private ZFitsTableWriter? _table;
    private bool _rewrite;
    private bool _closed;

    private ZFitsWriter(OutputFile file, ZFitsWriterOptions options)
    {
        _file = file;
        Options = options;
    }

    /// <summary>The path the finished file will have.</summary>
    public string Path => _file.Path;

    /// <summary>How the file is written.</summary>
    public ZFitsWriterOptions Options { get; }

    /// <summary>Number of tables written so far; tables without rows do not count.</summary>
    public int TableCount => _tables.Count;

    /// <summary>Begins a file. An existing file of this name is replaced when the new one is finished.</summary>
    /// <param name="path">Path of the file, usually <c>*.fits.fz</c>.</param>
    /// <param name="options">How it is written.</param>
    /// <exception cref="ArgumentException">The path is empty, or the number of threads negative.</exception>
    /// <exception cref="IOException">The path is a directory, its folder does not exist, or it cannot be written.</exception>
    public static ZFitsWriter Create(string path, ZFitsWriterOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new ZFitsWriterOptions();
        if (options.Threads < 0) throw new ArgumentException("the number of threads is 0 (one per processor) or more", nameof(options));
        options.Cancellation.ThrowIfCancellationRequested();
        return new ZFitsWriter(OutputFile.Create(path), options);
    }

    /// <summary>Begins a table; it must be finished before the next one.</summary>
    /// <param name="name">Name of the table (EXTNAME).</param>
    /// <param name="messageName">Name of the message (PBFHEAD).</param>
    /// <param name="columns">The columns, 1 to 999.</param>
    /// <param name="options">How the table is written.</param>
    /// <exception cref="InvalidOperationException">Another table is open, or the file is finished.</exception>
    /// <exception cref="ArgumentException">A column cannot be written as described.</exception>
    public ZFitsTableWriter BeginTable(string name, string messageName, IReadOnlyList<ZFitsColumnDefinition> columns, ZFitsTableOptions? options = null)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        if (_table is not null) throw new InvalidOperationException("the table before is not finished");
        return _table = new ZFitsTableWriter(this, new TableDescription(name, messageName, columns, options ?? new ZFitsTableOptions()));
    }

    /// <summary>Completes the file and gives it its name, when all of it is on the disk.</summary>
    /// <exception cref="InvalidOperationException">A table is open, or no table has rows.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="OperationCanceledException">The token of <see cref="ZFitsWriterOptions.Cancellation"/> was cancelled.</exception>
    public void Finish()
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        if (_table is not null) throw new InvalidOperationException("a table is not finished");
        if (TableCount == 0) throw new InvalidOperationException("no table with rows was written");
        Options.Cancellation.ThrowIfCancellationRequested();
        if (_rewrite)
        {
            // The first file stays whole until the second one has got the name.
            using OutputFile exact = OutputFile.Create(Path);
            foreach (TableOutput table in _tables) table.Rewrite(exact, Options.Cancellation);
            exact.Publish();
        }
        else
        {
            _file.Publish();
        }

        Dispose();
    }

    /// <summary>Ends the writing. A file that is not finished is removed.</summary>
    public void Dispose()
    {
        if (_closed) return;
        _closed = true;
        try
        {
            _table?.Release();
        }
        finally
        {
            _file.Dispose();
        }
    }

    internal TableOutput BeginOutput(TableDescription description, long capacity, long[] counts) => new(_file, description, capacity, counts);

    internal void TableFinished(TableOutput? output)
    {
        _table = null;
        if (output is null) return;
        _tables.Add(output);
        _rewrite |= output.NeedsRewriting;
    }
}
