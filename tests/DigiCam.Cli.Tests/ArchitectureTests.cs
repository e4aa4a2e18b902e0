using System.Xml.Linq;

namespace DigiCam.Cli.Tests;

/// <summary>docs/architecture.md: which project may know what.</summary>
public sealed class ArchitectureTests
{
    private static readonly Dictionary<string, (string[] Projects, string[] Packages)> Allowed = new()
    {
        ["DigiCam.Zfits"] = ([], ["Google.Protobuf", "Grpc.Tools", "ZstdSharp.Port"]),
        ["DigiCam"] = (["DigiCam.Zfits"], ["MathNet.Numerics", "PureHDF", "YamlDotNet"]),
        ["DigiCam.Notebooks"] = (["DigiCam"], ["Microsoft.Data.Analysis", "Plotly.NET", "Plotly.NET.CSharp"]),
        ["DigiCam.Kernel"] = ([], ["Markdig", "Microsoft.CodeAnalysis.CSharp.Features", "Microsoft.CodeAnalysis.CSharp.Scripting", "NetMQ", "YamlDotNet"]),
        ["DigiCam.Cli"] = (["DigiCam", "DigiCam.Kernel", "DigiCam.Notebooks"], ["Spectre.Console", "System.CommandLine"]),
    };

    [Fact]
    public void Projects_References_AreThoseOfTheArchitecture()
    {
        string sources = Path.Combine(TestEnvironment.RepositoryRoot, "src");
        string[] projects = [.. Directory.GetFiles(sources, "*.csproj", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        Assert.Equal(Allowed.Keys.Order(), projects.Select(Path.GetFileNameWithoutExtension).Order()!);
        foreach (string project in projects)
        {
            XDocument document = XDocument.Load(project);
            (string[] allowedProjects, string[] allowedPackages) = Allowed[Path.GetFileNameWithoutExtension(project)];
            Assert.Empty(Names(document, "ProjectReference").Select(n => Path.GetFileNameWithoutExtension(n)).Except(allowedProjects));
            Assert.Empty(Names(document, "PackageReference").Except(allowedPackages));
        }
    }

    [Fact]
    public void Core_Assemblies_KnowNothingOfNotebooksAndFSharp()
    {
        foreach (System.Reflection.Assembly assembly in (System.Reflection.Assembly[])[typeof(DigiCam.Runs.Run).Assembly, typeof(DigiCam.Zfits.ZFitsFile).Assembly])
        {
            Assert.DoesNotContain(assembly.GetReferencedAssemblies(), r => r.Name is "FSharp.Core" || r.Name!.StartsWith("Plotly", StringComparison.Ordinal)
                || r.Name.StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal) || r.Name is "DigiCam.Notebooks" or "DigiCam.Kernel");
        }
    }

    private static IEnumerable<string> Names(XDocument project, string element) =>
        project.Descendants(element).Select(e => e.Attribute("Include")!.Value.Replace('\\', '/'));
}
