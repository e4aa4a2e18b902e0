using System.Runtime.InteropServices;

namespace DigiCam.Kernel.Running;

/// <summary>Finds the program that starts .NET assemblies.</summary>
internal static class DotnetHost
{
    private static readonly string FileName = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";

    /// <summary>The host that runs this process, or else the one of its runtime, of the SDK, or in the search path.</summary>
    public static string Find()
    {
        IEnumerable<string?> candidates =
        [
            Environment.ProcessPath is { } own && Path.GetFileName(own).Equals(FileName, StringComparison.OrdinalIgnoreCase) ? own : null,
            // The runtime lies in <root>/shared/Microsoft.NETCore.App/<version>/, the host in <root>.
            Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", FileName),
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH"),
            Environment.GetEnvironmentVariable("DOTNET_ROOT") is { Length: > 0 } root ? Path.Combine(root, FileName) : null,
        ];
        return candidates.FirstOrDefault(path => path is not null && File.Exists(path)) is { } found ? Path.GetFullPath(found) : FileName;
    }
}
