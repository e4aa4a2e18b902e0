using DigiCam.Zfits.Writing;

namespace DigiCam.Zfits;

/// <summary>Writes a zfits file table by table. The file appears under its name when <see cref="Finish"/> succeeds;
/// until then it has a temporary name in the same folder, and disposing removes it. Not thread-safe.</summary>
public sealed class ZFitsWriter : IDisposable
{
    private readonly FileStream _stream;
    private readonly string _temporaryPath;
    private ZFitsTableWriter? _table;
    private bool _closed;

    private ZFitsWriter(string path, string temporaryPath, FileStream stream)
    {
        Path = path;
        _temporaryPath = temporaryPath;
        _stream = stream;
    }

    /// <summary>The path the finished file will have.</summary>
    public string Path { get; }

    /// <summary>Number of tables written so far; tables without rows do not count.</summary>
    public int TableCount { get; private set; }

    /// <summary>Begins a file. An existing file of this name is replaced when the new one is finished.</summary>
    /// <param name="path">Path of the file, usually <c>*.fits.fz</c>.</param>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="IOException">The path is a directory, its folder does not exist, or it cannot be written.</exception>
    public static ZFitsWriter Create(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string full = System.IO.Path.GetFullPath(path);
        if (Directory.Exists(full)) throw new IOException($"{path} is a directory, not a file.");
        string folder = System.IO.Path.GetDirectoryName(full)!;
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"The folder of {path} does not exist.");
        string temporary = System.IO.Path.Combine(folder, $".{System.IO.Path.GetFileName(full)}.{System.IO.Path.GetRandomFileName()}");
        FileStream stream = new(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read, 1 << 17);
        ZFitsWriter writer = new(path, temporary, stream);
        try
        {
            stream.Write(HeaderWriter.Primary());
        }
        catch
        {
            writer.Dispose();
            throw;
        }

        return writer;
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
        return _table = new ZFitsTableWriter(this, _stream, name, messageName, columns, options ?? new ZFitsTableOptions());
    }

    /// <summary>Completes the file and gives it its name.</summary>
    /// <exception cref="InvalidOperationException">A table is open, or no table has rows.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Finish()
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        if (_table is not null) throw new InvalidOperationException("a table is not finished");
        if (TableCount == 0) throw new InvalidOperationException("no table with rows was written");
        _stream.Flush(flushToDisk: true);
        _stream.Dispose();
        File.Move(_temporaryPath, Path, overwrite: true);
        _closed = true;
    }

    /// <summary>Ends the writing. A file that is not finished is removed.</summary>
    public void Dispose()
    {
        if (_closed) return;
        _closed = true;
        _table?.Release();
        _stream.Dispose();
        File.Delete(_temporaryPath);
    }

    internal void TableFinished(bool written)
    {
        _table = null;
        if (written) TableCount++;
    }
}
