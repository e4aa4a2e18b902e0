namespace DigiCam.Cli.Reporting;

/// <summary>Files that appear under their names together, when all are written; until then they have temporary names beside them, and
/// disposing removes what is not committed.</summary>
internal sealed class OutputFiles : IDisposable
{
    private readonly List<(string Temporary, string Path, FileStream Stream)> _files = [];
    private readonly List<string> _newFolders = [];

    /// <summary>Refuses a target before anything is read.</summary>
    /// <param name="target">The file to be written.</param>
    /// <param name="sources">The files it is made of.</param>
    /// <param name="force">An existing file may be replaced.</param>
    /// <exception cref="UsageException">The target is a source, or exists and may not be replaced.</exception>
    /// <exception cref="IOException">The target is a folder, or its folder does not exist.</exception>
    public static void CheckTarget(string target, IEnumerable<string> sources, bool force)
    {
        Usage.CheckName(target);
        if (Directory.Exists(target)) throw new IOException($"{target} is a directory, not a file.");
        string file = RealPath(target);
        if (sources.FirstOrDefault(source => RealPath(source) == file) is { } same) throw new UsageException($"{target}: the target is the source {same} itself");
        if (!force && File.Exists(target)) throw new UsageException($"{target} exists; --force replaces it");
        CheckFolder(Path.GetDirectoryName(Path.GetFullPath(target))!, target);
    }

    /// <summary>Refuses a folder that cannot be made, before anything is read.</summary>
    /// <exception cref="IOException">The folder around it does not exist or cannot be written.</exception>
    public static void CheckNewFolder(string target)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(target));
        CheckFolder(Path.GetDirectoryName(full)!, full);
    }

    /// <summary>Begins a file; if its folder is missing, it is made.</summary>
    public FileStream Create(string path)
    {
        string full = Path.GetFullPath(path);
        string folder = Path.GetDirectoryName(full)!;
        if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder);
            _newFolders.Add(folder);
        }

        string temporary = Path.Combine(folder, $".{Path.GetFileName(full)}.{Path.GetRandomFileName()}");
        FileStream stream = new(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.Read, 1 << 17);
        _files.Add((temporary, full, stream));
        return stream;
    }

    /// <summary>Gives all files their names.</summary>
    public void Commit()
    {
        foreach ((_, _, FileStream stream) in _files) stream.Dispose();
        foreach ((string temporary, string path, _) in _files) File.Move(temporary, path, overwrite: true);
        _files.Clear();
        _newFolders.Clear();
    }

    public void Dispose()
    {
        foreach ((string temporary, _, FileStream stream) in _files)
        {
            stream.Dispose();
            File.Delete(temporary);
        }

        foreach (string folder in _newFolders) Directory.Delete(folder);
    }

    private static void CheckFolder(string folder, string target)
    {
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"{target}: the folder {folder} does not exist");
        string probe = Path.Combine(folder, $".{Path.GetFileName(target)}.{Path.GetRandomFileName()}");
        try
        {
            using FileStream stream = new(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{target}: cannot be written: {exception.Message}", exception);
        }
    }

    /// <summary>The file behind a link, so that a source is recognized under another name.</summary>
    private static string RealPath(string path) => (File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName : null) ?? Path.GetFullPath(path);
}
