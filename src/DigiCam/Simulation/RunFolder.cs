using DigiCam.Runs;

namespace DigiCam.Simulation;

/// <summary>
/// A hidden folder inside the target folder for files that belong together: they get their places when all of them are complete. If the program
/// is killed, the hidden folder stays behind; its name ends with <see cref="Zfits.ZFitsWriter.UnfinishedExtension"/>.
/// </summary>
internal sealed class RunFolder : IDisposable
{
    private readonly string _folder;
    private readonly string _run;
    private readonly string _temporary;

    /// <summary>Makes the hidden folder.</summary>
    /// <param name="folder">The target folder; created if it does not exist.</param>
    /// <param name="run">Name of the run.</param>
    public RunFolder(string folder, string run)
    {
        _folder = Path.GetFullPath(folder);
        _run = run;
        _temporary = Path.Combine(_folder, $".{run}.{Path.GetRandomFileName()[..8]}{Zfits.ZFitsWriter.UnfinishedExtension}");
        Directory.CreateDirectory(_temporary);
    }

    /// <summary>Where a file is written.</summary>
    /// <param name="name">Its name.</param>
    public string File(string name) => Path.Combine(_temporary, name);

    /// <summary>Moves all files to their places in the given order. Those of an earlier run of the same name are removed; it goes as a whole, too.</summary>
    /// <param name="names">Names of the files; the last one says that the run is complete.</param>
    public void Publish(IReadOnlyList<string> names)
    {
        System.IO.File.Delete(Path.Combine(_folder, names[^1]));
        foreach (string path in Directory.EnumerateFiles(_folder, _run + "_*" + RunFileList.Extension).Where(IsNumbered).ToArray()) System.IO.File.Delete(path);
        System.IO.File.Delete(Path.Combine(_folder, _run + RunSimulation.ScanPlanEnd));
        int moved = 0;
        try
        {
            for (; moved < names.Count; moved++) System.IO.File.Move(File(names[moved]), Path.Combine(_folder, names[moved]));
        }
        catch
        {
            foreach (string name in names.Take(moved)) System.IO.File.Delete(Path.Combine(_folder, name));
            throw;
        }
    }

    /// <summary>Removes what was not moved.</summary>
    public void Dispose() => Directory.Delete(_temporary, recursive: true);

    // Names of other runs may begin alike.
    private bool IsNumbered(string path)
    {
        string name = Path.GetFileName(path);
        ReadOnlySpan<char> number = name.AsSpan(_run.Length + 1, name.Length - _run.Length - 1 - RunFileList.Extension.Length);
        return number.Length >= 3 && !number.ContainsAnyExceptInRange('0', '9');
    }
}
