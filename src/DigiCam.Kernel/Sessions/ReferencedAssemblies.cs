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
    private readonly ConcurrentDictionary<string, string> _native = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Tells where libraries of native code are that referenced assemblies call.</summary>
    public void AddNative(IEnumerable<string> files)
    {
        foreach (string file in files)
        {
            string name = Path.GetFileName(file);
            _native.TryAdd(name, file);
            string stem = name.Split('.')[0];
            _native.TryAdd(stem, file);
            if (stem.StartsWith("lib", StringComparison.Ordinal)) _native.TryAdd(stem[3..], file);
        }
    }

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

    protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
        _native.TryGetValue(unmanagedDllName, out string? file) ? LoadUnmanagedDllFromPath(file) : 0;
}
