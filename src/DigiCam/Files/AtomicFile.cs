namespace DigiCam.Files;

/// <summary>Writes a file under a temporary name beside its target and renames it when all is written: a reader never sees half a file.</summary>
public static class AtomicFile
{
    /// <summary>Writes a file; on any failure the target stays as it was and the temporary file is removed.</summary>
    /// <param name="path">The target. Its folder is created if it does not exist.</param>
    /// <param name="write">Writes the content.</param>
    /// <exception cref="IOException">The target is a folder, its folder cannot be created or written, or the disk is full.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);
        string full = Path.GetFullPath(path);
        string folder = Path.GetDirectoryName(full)!;
        string temporary = Path.Combine(folder, $".{Path.GetFileName(full)}.{Unique()}.tmp");
        if (Directory.Exists(full)) throw new IOException($"{path}: is a directory");
        try
        {
            Directory.CreateDirectory(folder);
            using (FileStream stream = new(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16)) write(stream);
            File.Move(temporary, full, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{path}: cannot be written: {exception.Message}", exception);
        }
        finally
        {
            if (File.Exists(temporary)) File.Delete(temporary);
        }
    }

    /// <summary>Finds out early whether a file can be written: creates its folder and a file in it that is removed again.</summary>
    /// <param name="path">The target.</param>
    /// <exception cref="IOException">The target is a folder, or its folder cannot be created or written.</exception>
    public static void CheckTarget(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string full = Path.GetFullPath(path);
        if (Directory.Exists(full)) throw new IOException($"{path}: is a directory");
        string probe = Path.Combine(Path.GetDirectoryName(full)!, $".{Path.GetFileName(full)}.{Unique()}.probe");
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            using FileStream stream = new(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{path}: cannot be written: {exception.Message}", exception);
        }
    }

    /// <summary>Writes a text file in UTF-8.</summary>
    /// <param name="path">The target.</param>
    /// <param name="text">Its content.</param>
    public static void WriteText(string path, string text)
    {
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(text);
        Write(path, stream => stream.Write(bytes));
    }

    // Processes on two machines may have the same number.
    private static string Unique() => FormattableString.Invariant($"{Environment.ProcessId}.{Guid.NewGuid():N}");
}
