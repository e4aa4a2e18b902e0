using System.Collections.Frozen;
using System.Globalization;
using System.Xml;
using Microsoft.CodeAnalysis;

namespace DigiCam.Kernel.Sessions;

/// <summary>The documentation of an assembly from the XML file beside it, or, for the runtime's own, from the reference pack of an SDK. Read when it is first asked for.</summary>
internal sealed class XmlDocumentation(string assemblyPath) : DocumentationProvider
{
    private readonly Lazy<FrozenDictionary<string, string>> _members = new(() => Read(assemblyPath));

    public override bool Equals(object? obj) => ReferenceEquals(this, obj);

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(assemblyPath);

    protected override string? GetDocumentationForSymbol(string documentationMemberID, CultureInfo preferredCulture, CancellationToken cancellationToken = default) =>
        _members.Value.GetValueOrDefault(documentationMemberID);

    private static FrozenDictionary<string, string> Read(string assemblyPath)
    {
        Dictionary<string, string> members = new(StringComparer.Ordinal);
        foreach (string file in Files(assemblyPath))
        {
            try
            {
                using XmlReader reader = XmlReader.Create(file, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
                while (reader.ReadToFollowing("member"))
                {
                    if (reader.GetAttribute("name") is { } name) members[name] = reader.ReadOuterXml();
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or XmlException)
            {
                // A hint without its documentation is better than none.
            }
        }

        return members.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static IEnumerable<string> Files(string assemblyPath)
    {
        string beside = Path.ChangeExtension(assemblyPath, ".xml");
        if (File.Exists(beside)) return [beside];
        string runtime = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        if (Path.GetDirectoryName(assemblyPath) != runtime) return [];

        // <root>/shared/Microsoft.NETCore.App/<version> and <root>/packs/Microsoft.NETCore.App.Ref/<version>/ref/<framework>
        string packs = Path.GetFullPath(Path.Combine(runtime, "..", "..", "..", "packs", "Microsoft.NETCore.App.Ref"));
        string framework = $"net{Environment.Version.Major}.{Environment.Version.Minor}";
        string? documents = !Directory.Exists(packs) ? null : Directory.EnumerateDirectories(packs).OrderDescending(StringComparer.Ordinal)
            .Select(version => Path.Combine(version, "ref", framework)).FirstOrDefault(Directory.Exists);
        if (documents is null) return [];
        // The pack has its documents under the names of the public assemblies, the runtime has the types elsewhere.
        string[] names = Path.GetFileNameWithoutExtension(assemblyPath) switch
        {
            "System.Private.CoreLib" => ["System.Runtime", "System.Collections", "System.Threading", "System.Memory"],
            var name => [name.Replace("System.Private.", "System.", StringComparison.Ordinal)],
        };
        return names.Select(name => Path.Combine(documents, name + ".xml")).Where(File.Exists);
    }
}
