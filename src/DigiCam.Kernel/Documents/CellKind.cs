namespace DigiCam.Kernel.Documents;

/// <summary>The kind of a notebook cell.</summary>
public enum CellKind
{
    /// <summary>Source that is executed.</summary>
    Code,

    /// <summary>Text for readers.</summary>
    Markdown,

    /// <summary>Text that is neither executed nor rendered.</summary>
    Raw,
}
