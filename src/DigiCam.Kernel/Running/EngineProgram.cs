namespace DigiCam.Kernel.Running;

/// <summary>How this engine is started as a program of its own.</summary>
internal static class EngineProgram
{
    /// <summary>The arguments of the .NET host that start the engine with a command.</summary>
    /// <exception cref="InvalidOperationException">A file of the engine is missing; the message names it.</exception>
    public static IReadOnlyList<string> Arguments(string command)
    {
        string assembly = typeof(EngineProgram).Assembly.Location;
        string stem = assembly.Length == 0 ? "" : Path.Combine(Path.GetDirectoryName(assembly)!, Path.GetFileNameWithoutExtension(assembly));
        foreach (string extension in (string[])[".dll", ".runtimeconfig.json", ".deps.json"])
        {
            if (!File.Exists(stem + extension)) throw new InvalidOperationException($"the notebook engine is incomplete: there is no file {stem}{extension}");
        }

        return ["exec", "--runtimeconfig", stem + ".runtimeconfig.json", "--depsfile", stem + ".deps.json", stem + ".dll", command];
    }
}
