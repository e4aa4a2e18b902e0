namespace DigiCam.Kernel.Jupyter;

/// <summary>The folders in which Jupyter looks for kernels.</summary>
/// <remarks>https://docs.jupyter.org/en/latest/use/jupyter-directories.html#data-files</remarks>
public static class KernelFolders
{
    /// <summary>The folder of this user: of <c>JUPYTER_DATA_DIR</c> when it is set.</summary>
    public static string User
    {
        get
        {
            if (Environment.GetEnvironmentVariable("JUPYTER_DATA_DIR") is { Length: > 0 } set) return Path.Combine(set, "kernels");
            string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            if (OperatingSystem.IsMacOS()) return Path.Combine(home, "Library", "Jupyter", "kernels");
            if (OperatingSystem.IsWindows()) return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData), "jupyter", "kernels");
            string data = Environment.GetEnvironmentVariable("XDG_DATA_HOME") is { Length: > 0 } xdg ? xdg : Path.Combine(home, ".local", "share");
            return Path.Combine(data, "jupyter", "kernels");
        }
    }

    /// <summary>The folder of an installation or environment, for example of a Python environment.</summary>
    public static string Below(string prefix)
    {
        ArgumentException.ThrowIfNullOrEmpty(prefix);
        return Path.Combine(Path.GetFullPath(prefix), "share", "jupyter", "kernels");
    }

    /// <summary>All folders on this machine, in Jupyter's order.</summary>
    public static IReadOnlyList<string> All
    {
        get
        {
            List<string> folders = [.. Paths("JUPYTER_PATH").Select(path => Path.Combine(path, "kernels")), User];
            folders.AddRange(Paths("VIRTUAL_ENV").Concat(Paths("CONDA_PREFIX")).Select(Below));
            if (OperatingSystem.IsWindows()) folders.Add(Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.CommonApplicationData), "jupyter", "kernels"));
            else folders.AddRange(Below("/usr/local"), Below("/usr"));
            return [.. folders.Distinct(StringComparer.Ordinal)];
        }
    }

    private static string[] Paths(string variable) => Environment.GetEnvironmentVariable(variable)?.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries) ?? [];
}
