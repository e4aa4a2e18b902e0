namespace DigiCam.Kernel.Parameters;

/// <summary>A variable that the parameters cell declares.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its C# type, for example <c>double?</c> or <c>int[]</c>.</param>
/// <param name="Default">The expression it is initialised with, as written; null when there is none.</param>
/// <param name="Comment">The comment at the end of its line; null when there is none.</param>
public sealed record DeclaredParameter(string Name, string Type, string? Default, string? Comment)
{
    internal ParameterType? Convert { get; init; }
}
