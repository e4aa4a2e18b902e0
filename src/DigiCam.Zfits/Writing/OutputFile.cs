namespace DigiCam.Zfits.Writing;

/// <summary>A file that is written under a temporary name in the folder of its path and gets its name when it is complete. Until then its
/// primary header says that it is not a FITS file, so that what a killed writer leaves is never taken for a whole file.</summary>
internal sealed class OutputFile : IDisposable
{
    private readonly string _temporaryPath;
    private bool _closed;

    private OutputFile(string path, string temporaryPath)
    {
        Path = path;
        _temporaryPath = temporaryPath;
        Stream = new FileStream(temporaryPath, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete, 1 << 17);
    }

    /// <summary>The path the finished file will have.</summary>
    public string Path { get; }

    public FileStream Stream { get; }

    /// <summary>Begins a file; the position is behind the primary header.</summary>
    public static OutputFile Create(string path)
    {
        string full = System.IO.Path.GetFullPath(path);
        if (Directory.Exists(full)) throw new IOException($"{path} is a directory, not a file.");
        string folder = System.IO.Path.GetDirectoryName(full)!;
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"The folder of {path} does not exist.");
        string name = $".{System.IO.Path.GetFileName(full)}.{System.IO.Path.GetRandomFileName()[..8]}{ZFitsWriter.UnfinishedExtension}";
        OutputFile file = new(path, System.IO.Path.Combine(folder, name));
        try
        {
            file.Stream.Write(HeaderWriter.Primary(finished: false));
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Writes all to the disk, only then declares the file complete, and gives it its name; a file of this name is replaced.</summary>
    public void Publish()
    {
        Stream.Flush(flushToDisk: true);
        Stream.Position = 0;
        Stream.Write(HeaderWriter.Primary(finished: true));
        Stream.Flush(flushToDisk: true);
        Stream.Dispose();
        File.Move(_temporaryPath, System.IO.Path.GetFullPath(Path), overwrite: true);
        _closed = true;
    }

    /// <summary>Removes the file, unless it has got its name.</summary>
    public void Dispose()
    {
        if (_closed) return;
        _closed = true;
        try
        {
            Stream.Dispose();
        }
        finally
        {
            File.Delete(_temporaryPath);
        }
    }
}
