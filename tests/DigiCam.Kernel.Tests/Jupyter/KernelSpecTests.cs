using System.Text.Json.Nodes;
using DigiCam.Kernel.Jupyter;

namespace DigiCam.Kernel.Tests.Jupyter;

public sealed class KernelSpecTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Install_WritesWhatFrontEndsRead()
    {
        string kernels = KernelFolders.Below(_folder.FullName);
        KernelSpec spec = KernelSpec.Install(kernels);
        Assert.Equal(Path.Combine(_folder.FullName, "share", "jupyter", "kernels", ".net-csharp"), spec.Folder);
        JsonNode file = JsonNode.Parse(File.ReadAllText(Path.Combine(spec.Folder, "kernel.json")))!;
        Assert.Equal((".NET (C#)", "C#", "message"), ((string?)file["display_name"], (string?)file["language"], (string?)file["interrupt_mode"]));
        Assert.False((bool)file["metadata"]!["debugger"]!);
        string[] arguments = [.. file["argv"]!.AsArray().Select(argument => (string)argument!)];
        Assert.Equal(["jupyter", "{connection_file}"], arguments[^2..]);
        Assert.All(arguments[..^2].Where(Path.IsPathRooted), path => Assert.True(File.Exists(path), path));
        KernelSpec listed = Assert.Single(KernelSpec.List(kernels));
        Assert.True(listed.IsOwn && listed.CanStart);
        Assert.Equal(spec.Folder, KernelSpec.Install(kernels, displayName: "again").Folder);
        Assert.Equal("again", KernelSpec.List(kernels)[0].DisplayName);
        Assert.Equal(spec.Folder, KernelSpec.Uninstall(kernels));
        Assert.Null(KernelSpec.Uninstall(kernels));
        Assert.Empty(KernelSpec.List(kernels));
    }

    [Fact]
    public void Install_KernelOfAnotherProgram_IsReplacedOnlyWhenAsked()
    {
        string file = Path.Combine(Directory.CreateDirectory(_folder.File(".net-csharp")).FullName, "kernel.json");
        const string Other = """{ "argv": ["dotnet", "interactive"], "display_name": ".NET (C#)", "language": "C#" }""";
        File.WriteAllText(file, Other);
        Assert.Contains("belongs to another kernel (.NET (C#))", Assert.Throws<IOException>(() => KernelSpec.Install(_folder.FullName)).Message, StringComparison.Ordinal);
        Assert.Throws<IOException>(() => KernelSpec.Uninstall(_folder.FullName));
        Assert.Equal(Other, File.ReadAllText(file));
        KernelSpec.Install(_folder.FullName, replace: true);
        Assert.True(Assert.Single(KernelSpec.List(_folder.FullName)).IsOwn);
        File.WriteAllText(file, "{");
        Assert.Null(Assert.Single(KernelSpec.List(_folder.FullName)).DisplayName);
        Assert.Throws<IOException>(() => KernelSpec.Install(_folder.FullName));
    }

    [Theory]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("my kernel")]
    public void Install_NameThatIsNone_IsRefused(string name) => Assert.Throws<ArgumentException>(() => KernelSpec.Install(_folder.FullName, name));
}
