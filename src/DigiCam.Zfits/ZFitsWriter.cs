using DigiCam.Zfits.Messages;
using DigiCam.Zfits.Writing;
using Google.Protobuf;

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
    private bool _tableIsOpen;
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
        BeginTable();
        try
        {
            return OpenTable(name, messageName, columns, options ?? new ZFitsTableOptions());
        }
        catch
        {
            _tableIsOpen = false;
            throw;
        }
    }

    /// <summary>Begins a table of messages; it must be finished before the next one. The first message written to it defines its columns.</summary>
    /// <typeparam name="T">The message, for example <see cref="Messages.R1v1.Event"/>.</typeparam>
    /// <param name="name">Name of the table (EXTNAME).</param>
    /// <param name="recipes">Compression of the fields.</param>
    /// <param name="options">How the table is written.</param>
    /// <param name="messageName">Name of the message (PBFHEAD); null for the one of its definition, but <c>DataModel</c> for the package
    /// <c>ProtoDataModel</c>, which readers of all ages know.</param>
    /// <exception cref="InvalidOperationException">Another table is open.</exception>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public ZFitsMessageWriter<T> BeginMessages<T>(string name, CameraRecipes recipes, ZFitsTableOptions? options = null, string? messageName = null) where T : class, IMessage<T>, new()
    {
        ArgumentNullException.ThrowIfNull(recipes);
        return BeginMessages<T>(name, field => recipes[field], options, messageName);
    }

    /// <summary>Begins a table of messages whose fields are all compressed with one recipe; otherwise as <see cref="BeginMessages{T}(string, CameraRecipes, ZFitsTableOptions?, string?)"/>.</summary>
    /// <typeparam name="T">The message.</typeparam>
    /// <param name="name">Name of the table (EXTNAME).</param>
    /// <param name="recipe">Compression of all fields.</param>
    /// <param name="options">How the table is written.</param>
    /// <param name="messageName">Name of the message (PBFHEAD), or null.</param>
    /// <exception cref="InvalidOperationException">Another table is open.</exception>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public ZFitsMessageWriter<T> BeginMessages<T>(string name, ZFitsRecipe recipe, ZFitsTableOptions? options = null, string? messageName = null) where T : class, IMessage<T>, new()
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return BeginMessages<T>(name, _ => recipe, options, messageName);
    }

    /// <summary>Begins a table of messages with a recipe for every field; otherwise as <see cref="BeginMessages{T}(string, CameraRecipes, ZFitsTableOptions?, string?)"/>.</summary>
    /// <typeparam name="T">The message.</typeparam>
    /// <param name="name">Name of the table (EXTNAME).</param>
    /// <param name="recipeOf">Gives the recipe of a field by its dotted name, for example <c>hiGain.waveforms.samples</c>. Asked for every column, when the first message is written.</param>
    /// <param name="options">How the table is written.</param>
    /// <param name="messageName">Name of the message (PBFHEAD), or null.</param>
    /// <exception cref="InvalidOperationException">Another table is open.</exception>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public ZFitsMessageWriter<T> BeginMessages<T>(string name, Func<string, ZFitsRecipe> recipeOf, ZFitsTableOptions? options = null, string? messageName = null) where T : class, IMessage<T>, new()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(recipeOf);
        BeginTable();
        return new ZFitsMessageWriter<T>(this, name, messageName ?? MessageRegistry.WrittenName(new T().Descriptor), recipeOf, options ?? new ZFitsTableOptions());
    }

    /// <summary>Completes the file and gives it its name, when all of it is on the disk.</summary>
    /// <exception cref="InvalidOperationException">A table is open, or no table has rows.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="OperationCanceledException">The token of <see cref="ZFitsWriterOptions.Cancellation"/> was cancelled.</exception>
    public void Finish()
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        if (_tableIsOpen) throw new InvalidOperationException("a table is not finished");
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

    /// <summary>Makes the writer of a table that has begun.</summary>
    internal ZFitsTableWriter OpenTable(string name, string messageName, IReadOnlyList<ZFitsColumnDefinition> columns, ZFitsTableOptions options)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        return _table = new ZFitsTableWriter(this, new TableDescription(name, messageName, columns, options));
    }

    internal void TableFinished(TableOutput? output)
    {
        _table = null;
        _tableIsOpen = false;
        if (output is null) return;
        _tables.Add(output);
        _rewrite |= output.NeedsRewriting;
    }

    private void BeginTable()
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        if (_tableIsOpen) throw new InvalidOperationException("the table before is not finished");
        _tableIsOpen = true;
    }
}
