using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Scripting;

namespace DigiCam.Kernel.Sessions;

/// <summary>
/// Resolves <c>#r</c>, and what the referenced assemblies need from their own folder. Each file is one reference object for the
/// whole session, and dependencies are referenced as soon as something needs them: left to the compiler, a dependency that is
/// found first by itself and later by a <c>#r</c> of its own counts as two assemblies, whose types do not convert into each other.
/// </summary>
internal sealed class ReferenceResolver(string baseDirectory, IEnumerable<string> provided) : MetadataReferenceResolver
{
    // What the engine itself needs, from its own folder.
    private static readonly Lazy<Dictionary<string, string>> EngineFiles = new(FindEngineFiles);

    private readonly ScriptMetadataResolver _inner = ScriptMetadataResolver.Default.WithBaseDirectory(baseDirectory);
    private readonly ConcurrentDictionary<string, PortableExecutableReference> _files = new(StringComparer.Ordinal);
    private readonly HashSet<string> _names = new(provided, StringComparer.OrdinalIgnoreCase);

    public override bool ResolveMissingAssemblies => true;

    public override ImmutableArray<PortableExecutableReference> ResolveReference(string reference, string? baseFilePath, MetadataReferenceProperties properties)
    {
        if (HasExtension(reference) && SubmissionText.FindFile(reference, baseDirectory) is { } path)
        {
            return properties == MetadataReferenceProperties.Assembly ? [FromFile(path)] : _inner.ResolveReference(path, baseFilePath, properties);
        }

        return _inner.ResolveReference(reference, baseFilePath, properties);
    }

    public override PortableExecutableReference? ResolveMissingAssembly(MetadataReference definition, AssemblyIdentity referenceIdentity)
    {
        // The runtime's assemblies are all referenced already; only neighbours of a referenced file can be missing.
        if (definition is PortableExecutableReference { FilePath: { } file }
            && Path.Combine(Path.GetDirectoryName(file)!, referenceIdentity.Name + ".dll") is var path
            && File.Exists(path))
        {
            return FromFile(path);
        }

        return _inner.ResolveMissingAssembly(definition, referenceIdentity);
    }

    /// <summary>A dll and all that it needs from its own folder, apart from what the runtime and the engine have; only what was not given before.</summary>
    public IEnumerable<MetadataReference> WithDependencies(string path)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Queue<string> open = new([Path.GetFullPath(path)]);
        while (open.TryDequeue(out string? file))
        {
            if (!_names.Add(Path.GetFileNameWithoutExtension(file))) continue;
            yield return FromFile(file);
            foreach (string name in ReferencedNames(file))
            {
                if (Path.Combine(folder, name + ".dll") is var needed && File.Exists(needed)) open.Enqueue(needed);
            }
        }
    }

    /// <summary>Files that are known to be complete, as those of packages are; only what was not given before.</summary>
    public IEnumerable<MetadataReference> OnlyNew(IEnumerable<string> paths) =>
        paths.Where(path => _names.Add(Path.GetFileNameWithoutExtension(path))).Select(FromFile);

    public override bool Equals(object? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);

    private static bool HasExtension(string reference) =>
        reference.EndsWith(".dll", StringComparison.OrdinalIgnoreCase) || reference.EndsWith(".exe", StringComparison.OrdinalIgnoreCase);

    private static string[] ReferencedNames(string file)
    {
        try
        {
            using PEReader image = new(File.OpenRead(file));
            if (!image.HasMetadata) return [];
            MetadataReader metadata = image.GetMetadataReader();
            return [.. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))];
        }
        catch (BadImageFormatException)
        {
            // Said by the compiler, with the cell's line.
            return [];
        }
    }

    private static Dictionary<string, string> FindEngineFiles()
    {
        string engine = typeof(ReferenceResolver).Assembly.Location;
        Dictionary<string, string> files = new(StringComparer.OrdinalIgnoreCase);
        Queue<string> open = new([engine]);
        while (open.TryDequeue(out string? file))
        {
            foreach (string name in ReferencedNames(file))
            {
                if (Path.Combine(Path.GetDirectoryName(engine)!, name + ".dll") is var needed && File.Exists(needed) && files.TryAdd(name, needed)) open.Enqueue(needed);
            }
        }

        return files;
    }

    // Of an assembly that the engine needs too, the engine's copy: a second file of the same assembly would make the compiler bind the engine anew, and
    // functions such as display, which the first cell has imported from it, would then be there twice.
    private static string PreferEngine(string path)
    {
        if (!EngineFiles.Value.TryGetValue(Path.GetFileNameWithoutExtension(path), out string? own)) return path;
        try
        {
            return AssemblyName.GetAssemblyName(path).FullName == AssemblyName.GetAssemblyName(own).FullName ? own : path;
        }
        catch (Exception exception) when (exception is BadImageFormatException or IOException)
        {
            // Said by the compiler, with the cell's line.
            return path;
        }
    }

    private PortableExecutableReference FromFile(string path) => _files.GetOrAdd(PreferEngine(Path.GetFullPath(path)), full => MetadataReference.CreateFromFile(full, documentation: new XmlDocumentation(full)));
}
