namespace DigiCam.Kernel.Parameters;

/// <summary>placeholder</summary>
public sealed class NotebookParameters
{
    /// <summary>None.</summary>
    public static NotebookParameters Empty { get; } = new();
}
