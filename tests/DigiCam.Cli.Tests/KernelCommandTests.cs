using System.Text.Json;

namespace DigiCam.Cli.Tests;

public sealed class KernelCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void InstallListUninstall_InAPrefix()
    {
        Digicam.Result installed = Digicam.Run(_folder.FullName, "kernel", "install", "--prefix", "env", "--name", "mine", "--display-name", "My C#");
        Assert.Equal((0, ""), (installed.ExitCode, installed.Error));
        string folder = Path.Combine(_folder.FullName, "env", "share", "jupyter", "kernels", "mine");
        Assert.Contains($"My C#: {folder}", installed.Output, StringComparison.Ordinal);
        Digicam.Result listed = Digicam.Run(_folder.FullName, "kernel", "list", "--prefix", "env", "--json");
        JsonElement entry = JsonDocument.Parse(listed.Output).RootElement.EnumerateArray().Single();
        Assert.Equal(("mine", true, true), (entry.GetProperty("name").GetString(), entry.GetProperty("own").GetBoolean(), entry.GetProperty("can_start").GetBoolean()));
        Assert.Contains("DigiCam.Kernel.dll", listed.Output, StringComparison.Ordinal);
        Assert.Equal(0, Digicam.Run(_folder.FullName, "kernel", "uninstall", "--prefix", "env", "--name", "mine").ExitCode);
        Assert.False(Directory.Exists(folder));
        Assert.Contains("no kernel is installed", Digicam.Run(_folder.FullName, "kernel", "list", "--prefix", "env").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Install_OverAKernelOfAnotherProgram_AsksForReplace()
    {
        string folder = Directory.CreateDirectory(_folder.File("share/jupyter/kernels/.net-csharp")).FullName;
        File.WriteAllText(Path.Combine(folder, "kernel.json"), """{ "argv": ["other"], "display_name": "Other", "language": "C#" }""");
        Digicam.Result refused = Digicam.Run(_folder.FullName, "kernel", "install", "--prefix", ".");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("belongs to another kernel (Other)", refused.Error, StringComparison.Ordinal);
        Assert.Contains("--replace", refused.Error, StringComparison.Ordinal);
        Assert.Equal(1, Digicam.Run(_folder.FullName, "kernel", "uninstall", "--prefix", ".").ExitCode);
        Assert.Equal(0, Digicam.Run(_folder.FullName, "kernel", "install", "--prefix", ".", "--replace").ExitCode);
    }
}
