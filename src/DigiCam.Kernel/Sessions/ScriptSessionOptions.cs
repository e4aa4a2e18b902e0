namespace DigiCam.Kernel.Sessions;

/// <summary>Settings of a <see cref="ScriptSession"/>.</summary>
public sealed record ScriptSessionOptions
{
    /// <summary>The namespaces that every cell sees, as in the .NET Interactive C# kernel.</summary>
    public static IReadOnlyList<string> DefaultUsings { get; } =
        ["System", "System.Collections", "System.Collections.Generic", "System.Linq", "System.Text", "System.Threading.Tasks"];

    /// <summary>The folder that relative paths in <c>#r</c> and <c>#load</c> start from.</summary>
    public string BaseDirectory { get; init; } = Environment.CurrentDirectory;

    /// <summary>The namespaces that every cell sees.</summary>
    public IReadOnlyList<string> Usings { get; init; } = DefaultUsings;
}
