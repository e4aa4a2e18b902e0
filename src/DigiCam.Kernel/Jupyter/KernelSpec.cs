using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DigiCam.Kernel.Documents;
using DigiCam.Kernel.Running;

namespace DigiCam.Kernel.Jupyter;

/// <summary>An entry in a folder of kernels, by which front ends find and start a kernel.</summary>
/// <param name="Name">Its name, also that of its folder.</param>
/// <param name="Folder">Its folder.</param>
/// <param name="DisplayName">What front ends call it; null when the entry cannot be read.</param>
/// <param name="Arguments">The command that starts it.</param>
/// <param name="IsOwn">It starts the kernel of this engine.</param>
public sealed partial record KernelSpec(string Name, string Folder, string? DisplayName, IReadOnlyList<string> Arguments, bool IsOwn)
{
    /// <summary>The name under which C# notebooks ask for their kernel.</summary>
    public const string DefaultName = ".net-csharp";

    /// <summary>The name shown for it.</summary>
    public const string DefaultDisplayName = ".NET (C#)";

    private const string FileName = "kernel.json";

    // Tells our entries from those of other C# kernels.
    private const string OwnMark = "digicam";

    /// <summary>The program that the entry starts is there.</summary>
    public bool CanStart => Arguments.Where(argument => argument.EndsWith(".dll", StringComparison.OrdinalIgnoreCase)).All(File.Exists) && (Arguments is [var program, ..] && (File.Exists(program) || !Path.IsPathRooted(program)));

    /// <summary>Makes an entry that starts the kernel of this engine.</summary>
    /// <param name="kernelsFolder">A folder of <see cref="KernelFolders"/>.</param>
    /// <param name="name">Letters, digits, dots, dashes and underscores.</param>
    /// <param name="displayName">What front ends call it.</param>
    /// <param name="replace">An entry of another program with this name may be replaced; one of ours always is.</param>
    /// <exception cref="ArgumentException">The name has other characters.</exception>
    /// <exception cref="IOException">There is an entry of another program, or the folder cannot be written.</exception>
    public static KernelSpec Install(string kernelsFolder, string name = DefaultName, string displayName = DefaultDisplayName, bool replace = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(kernelsFolder);
        CheckName(name);
        ArgumentException.ThrowIfNullOrWhiteSpace(displayName);
        string folder = Path.Combine(Path.GetFullPath(kernelsFolder), name);
        if (!replace && Read(folder) is { IsOwn: false } other) throw new IOException($"{other.Folder} belongs to another kernel ({other.DisplayName ?? "unreadable"}): it is replaced only when asked to be, or take another name");
        string[] arguments = [DotnetHost.Find(), .. EngineProgram.Arguments("jupyter"), "{connection_file}"];
        JsonObject spec = new()
        {
            ["argv"] = new JsonArray([.. arguments.Select(argument => (JsonNode)argument)]),
            ["display_name"] = displayName,
            ["language"] = "C#",
            ["interrupt_mode"] = "message",
            ["metadata"] = new JsonObject { ["debugger"] = false, [OwnMark] = true },
        };
        AtomicFile.WriteAllText(Path.Combine(folder, FileName), spec.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
        return new KernelSpec(name, folder, displayName, arguments, true);
    }

    /// <summary>Removes an entry of this engine.</summary>
    /// <returns>Its folder; null when there is none of this name.</returns>
    /// <exception cref="ArgumentException">The name is none.</exception>
    /// <exception cref="IOException">The entry belongs to another program, or cannot be removed.</exception>
    public static string? Uninstall(string kernelsFolder, string name = DefaultName)
    {
        ArgumentException.ThrowIfNullOrEmpty(kernelsFolder);
        CheckName(name);
        string folder = Path.Combine(Path.GetFullPath(kernelsFolder), name);
        if (Read(folder) is not { } spec) return null;
        if (!spec.IsOwn) throw new IOException($"{folder} belongs to another kernel ({spec.DisplayName ?? "unreadable"}): it is left alone");
        Directory.Delete(folder, recursive: true);
        return folder;
    }

    /// <summary>The entries in a folder of kernels, by name.</summary>
    public static IReadOnlyList<KernelSpec> List(string kernelsFolder) =>
        Directory.Exists(kernelsFolder) ? [.. Directory.EnumerateDirectories(kernelsFolder).Order(StringComparer.Ordinal).Select(Read).OfType<KernelSpec>()] : [];

    private static void CheckName(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (!NamePattern().IsMatch(name)) throw new ArgumentException($"'{name}' is no name of a kernel: letters, digits, dots, dashes and underscores, not only dots", nameof(name));
    }

    private static KernelSpec? Read(string folder)
    {
        string file = Path.Combine(folder, FileName);
        if (!File.Exists(file)) return null;
        try
        {
            JsonReader reader = new(file);
            JsonObject spec = reader.Object(JsonNode.Parse(File.ReadAllText(file)), "");
            return new KernelSpec(
                Path.GetFileName(folder),
                folder,
                reader.Text(spec["display_name"], "display_name"),
                [.. reader.Array(spec["argv"], "argv").Select((argument, i) => reader.Text(argument, $"argv[{i}]"))],
                spec["metadata"] is JsonObject metadata && metadata[OwnMark] is not null);
        }
        catch (Exception exception) when (exception is JsonException or NotebookFormatException)
        {
            return new KernelSpec(Path.GetFileName(folder), folder, null, [], false);
        }
    }

    [GeneratedRegex(@"^(?!\.+$)[A-Za-z0-9._-]+$")]
    private static partial Regex NamePattern();
}
