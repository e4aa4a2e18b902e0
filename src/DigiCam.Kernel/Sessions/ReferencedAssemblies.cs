using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.Loader;

namespace DigiCam.Kernel.Sessions;

/// <summary>
/// Loads the assemblies that a session references, each once whatever version is asked for: F# libraries built against several
/// versions of FSharp.Core work together only when all of them get the same one, which the script loader by itself does not do.
/// </summary>
internal sealed class ReferencedAssemblies() : AssemblyLoadContext("notebook references")
{
    private readonly ConcurrentDictionary<string, string> _files = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Loads files that have been referenced together; those that are no .NET assemblies are left to the compiler's message.</summary>
    public IEnumerable<Assembly> LoadAll(IReadOnlyCollection<string> files)
    {
        foreach (string file in files) _files.TryAdd(Path.GetFileNameWithoutExtension(file), file);
        List<Assembly> loaded = [];
        foreach (string file in files)
        {
            try
            {
                loaded.Add(LoadFromAssemblyPath(file));
            }
            catch (Exception exception) when (exception is BadImageFormatException or FileLoadException)
            {
                // The cell that uses it says so.
            }
        }

        return loaded;
    }

    protected override Assembly? Load(AssemblyName assemblyName) =>
        assemblyName.Name is { } name && _files.TryGetValue(name, out string? file) ? LoadFromAssemblyPath(file) : null;
}
