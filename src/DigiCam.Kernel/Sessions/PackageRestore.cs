using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using DigiCam.Kernel.Running;

namespace DigiCam.Kernel.Sessions;

/// <summary>
/// Finds the files of packages by a restore of the .NET SDK, in a project that exists for it only: feeds, credentials and caches are those that are configured for the
/// folder of the notebook. All packages of a session are restored together, so that their versions agree.
/// </summary>
internal sealed partial class PackageRestore(string baseDirectory)
{
    private readonly Dictionary<string, string?> _packages = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _sources = [];

    /// <summary>Adds a feed: an address, or a folder relative to the notebook.</summary>
    public void AddSource(string source)
    {
        string resolved = source.Contains("://", StringComparison.Ordinal) ? source : Path.GetFullPath(source, baseDirectory);
        if (!_sources.Contains(resolved, StringComparer.Ordinal)) _sources.Add(resolved);
    }

    /// <summary>Restores packages with all that were restored before.</summary>
    /// <param name="packages">Names and versions; without a version, the newest.</param>
    /// <param name="note">Told what a reader should know.</param>
    /// <param name="cancellationToken">Ends the restore.</param>
    /// <exception cref="PackageException">It failed.</exception>
    public PackageFiles Restore(IEnumerable<(string Name, string? Version)> packages, Action<string> note, CancellationToken cancellationToken)
    {
        Dictionary<string, string?> all = new(_packages, StringComparer.OrdinalIgnoreCase);
        foreach ((string name, string? version) in packages) all[name] = version ?? all.GetValueOrDefault(name);
        PackageFiles files;
        try
        {
            files = RestoreAll(all, cancellationToken);
        }
        catch (PackageException) when (FromCache(all) is { } cached)
        {
            files = RestoreAll(cached, cancellationToken);
            foreach ((string name, string? version) in cached.Where(c => all[c.Key] is null)) note($"{name}: no feed could tell the newest version; {version} is the newest in the package cache\n");
            all = cached;
        }

        // Later restores keep the versions that are loaded already.
        foreach ((string name, string? version) in all) _packages[name] = version ?? files.Versions.GetValueOrDefault(name);
        return files;
    }

    /// <summary>The same packages in the newest versions that the cache of this machine holds; null when that is no help.</summary>
    private static Dictionary<string, string?>? FromCache(Dictionary<string, string?> packages)
    {
        if (!packages.ContainsValue(null)) return null;
        string cache = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } set
            ? set
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        Dictionary<string, string?> cached = new(packages, StringComparer.OrdinalIgnoreCase);
        foreach (string name in packages.Where(p => p.Value is null).Select(p => p.Key))
        {
            // Package folders have lower-case names.
#pragma warning disable CA1308
            string folder = Path.Combine(cache, name.ToLowerInvariant());
#pragma warning restore CA1308
            if (!Directory.Exists(folder)) return null;
            Version? newest = Directory.EnumerateDirectories(folder).Select(path => Version.TryParse(Path.GetFileName(path), out Version? version) ? version : null).Max();
            if (newest is null) return null;
            cached[name] = newest.ToString();
        }

        return cached;
    }

    private PackageFiles RestoreAll(Dictionary<string, string?> packages, CancellationToken cancellationToken)
    {
        string folder = Directory.CreateTempSubdirectory("digicam-packages-").FullName;
        try
        {
            string project = Path.Combine(folder, "packages.csproj");
            File.WriteAllText(project, Project(packages).ToString());
            (int exitCode, string output) = RunDotnet(folder, cancellationToken);
            string assets = Path.Combine(folder, "obj", "project.assets.json");
            if (exitCode != 0 || !File.Exists(assets)) throw new PackageException(Causes(output, exitCode));
            return PackageFiles.Read(assets);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private XElement Project(Dictionary<string, string?> packages) => new(
        "Project",
        new XElement(
            "PropertyGroup",
            // Files of these names above the temporary folder are not meant for it.
            new XElement("ImportDirectoryBuildProps", "false"),
            new XElement("ImportDirectoryBuildTargets", "false"),
            new XElement("ImportDirectoryPackagesProps", "false")),
        new XElement("Import", new XAttribute("Project", "Sdk.props"), new XAttribute("Sdk", "Microsoft.NET.Sdk")),
        new XElement(
            "PropertyGroup",
            new XElement("TargetFramework", $"net{Environment.Version.Major}.{Environment.Version.Minor}"),
            new XElement("RuntimeIdentifier", RuntimeInformation.RuntimeIdentifier is var rid && OperatingSystem.IsLinux() && !rid.StartsWith("linux", StringComparison.Ordinal) ? "linux-" + rid[(rid.LastIndexOf('-') + 1)..] : rid),
            new XElement("SelfContained", "false"),
            new XElement("UseAppHost", "false"),
            new XElement("NuGetAudit", "false"),
            new XElement("RestoreRootConfigDirectory", baseDirectory),
            new XElement("RestoreAdditionalProjectSources", string.Join(';', _sources))),
        new XElement(
            "ItemGroup",
            packages.Select(p => new XElement("PackageReference", new XAttribute("Include", p.Key), new XAttribute("Version", p.Value ?? "*")))),
        new XElement("Import", new XAttribute("Project", "Sdk.targets"), new XAttribute("Sdk", "Microsoft.NET.Sdk")));

    private static (int ExitCode, string Output) RunDotnet(string folder, CancellationToken cancellationToken)
    {
        string host = DotnetHost.Find();
        ProcessStartInfo start = new(host)
        {
            ArgumentList = { "restore", "packages.csproj", "--verbosity", "quiet", "-nologo", "-nodereuse:false" },
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = new UTF8Encoding(false),
            StandardErrorEncoding = new UTF8Encoding(false),
            UseShellExecute = false,
            CreateNoWindow = true,
            Environment = { ["DOTNET_NOLOGO"] = "1", ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1", ["DOTNET_CLI_UI_LANGUAGE"] = "en" },
        };
        try
        {
            using Process process = Process.Start(start)!;
            process.StandardInput.Close();
            using CancellationTokenRegistration kill = cancellationToken.Register(() => process.Kill(entireProcessTree: true));
            Task<string> error = process.StandardError.ReadToEndAsync(CancellationToken.None);
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            cancellationToken.ThrowIfCancellationRequested();
            return (process.ExitCode, output + error.GetAwaiter().GetResult());
        }
        catch (Win32Exception exception)
        {
            throw new PackageException($"packages need the .NET SDK, and {host} cannot be started: {exception.Message}");
        }
    }

    /// <summary>The errors in the output of a restore, without the temporary project that they name.</summary>
    private static string Causes(string output, int exitCode)
    {
        string[] errors = [.. ErrorLine().Matches(output).Select(match => match.Groups[1].Value.Trim()).Distinct(StringComparer.Ordinal)];
        if (errors.Length > 0) return string.Join("; ", errors);
        string rest = output.ReplaceLineEndings(" ").Trim();
        return FormattableString.Invariant($"dotnet restore ended with exit code {exitCode}{(rest.Length == 0 ? "" : ": " + rest)}");
    }

    [GeneratedRegex(@": error ((?:[A-Z]+\d+: )?.*?)(?: \[[^\[\]]*packages\.csproj\])?\r?$", RegexOptions.Multiline)]
    private static partial Regex ErrorLine();
}

/// <summary>The files of restored packages on this machine.</summary>
/// <param name="Assemblies">Assemblies to reference and load.</param>
/// <param name="NativeLibraries">Libraries of native code.</param>
/// <param name="Versions">Package to version.</param>
internal sealed record PackageFiles(IReadOnlyList<string> Assemblies, IReadOnlyList<string> NativeLibraries, IReadOnlyDictionary<string, string> Versions)
{
    /// <summary>Reads what a restore has resolved.</summary>
    public static PackageFiles Read(string assetsFile)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(assetsFile));
        JsonElement root = document.RootElement;
        string[] folders = [.. root.GetProperty("packageFolders").EnumerateObject().Select(folder => folder.Name)];
        JsonElement libraries = root.GetProperty("libraries");
        // The target with the runtime identifier is the more specific one.
        JsonElement target = root.GetProperty("targets").EnumerateObject().OrderByDescending(t => t.Name.Contains('/', StringComparison.Ordinal)).First().Value;
        List<string> assemblies = [], native = [];
        Dictionary<string, string> versions = new(StringComparer.OrdinalIgnoreCase);
        foreach (JsonProperty library in target.EnumerateObject())
        {
            if (library.Value.GetProperty("type").GetString() != "package") continue;
            string[] identity = library.Name.Split('/');
            versions[identity[0]] = identity[1];
            string path = libraries.GetProperty(library.Name).GetProperty("path").GetString()!;
            assemblies.AddRange(Files(library.Value, "runtime", folders, path).Where(file => file.EndsWith(".dll", StringComparison.OrdinalIgnoreCase)));
            native.AddRange(Files(library.Value, "native", folders, path));
        }

        return new PackageFiles(assemblies, native, versions);
    }

    private static IEnumerable<string> Files(JsonElement library, string kind, string[] folders, string path)
    {
        if (!library.TryGetProperty(kind, out JsonElement files)) yield break;
        foreach (JsonProperty file in files.EnumerateObject())
        {
            if (folders.Select(folder => Path.Combine(folder, path, file.Name)).FirstOrDefault(File.Exists) is { } found) yield return Path.GetFullPath(found);
        }
    }
}
