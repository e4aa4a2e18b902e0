using System.Text.Json.Nodes;

namespace DigiCam.Kernel.Documents;

/// <summary>One output of a code cell.</summary>
public abstract record CellOutput;

/// <summary>Text that the cell wrote to the console.</summary>
/// <param name="Name"><c>stdout</c> or <c>stderr</c>.</param>
/// <param name="Text">The text as written, ANSI codes included.</param>
public sealed record StreamOutput(string Name, string Text) : CellOutput;

/// <summary>A value shown by <c>display</c>.</summary>
/// <param name="Data">The representations of the value.</param>
public sealed record DisplayDataOutput(MimeBundle Data) : CellOutput
{
    /// <summary>Metadata of the representations.</summary>
    public JsonObject Metadata { get; init; } = [];

    /// <summary>Identifies the output while the session lives, so that it can be updated; not written to files.</summary>
    public string? DisplayId { get; init; }
}

/// <summary>The value of the last expression of a cell.</summary>
/// <param name="Data">The representations of the value.</param>
/// <param name="ExecutionCount">The execution count of the cell; null when unknown.</param>
public sealed record ExecuteResultOutput(MimeBundle Data, int? ExecutionCount) : CellOutput
{
    /// <summary>Metadata of the representations.</summary>
    public JsonObject Metadata { get; init; } = [];
}

/// <summary>Why a cell failed.</summary>
/// <param name="Name">Short name of the error; <c>Error</c> for everything the engine reports, as the .NET Interactive kernel does.</param>
/// <param name="Value">The message in one sentence.</param>
/// <param name="Traceback">Lines for readers; places in cells read <c>cell 7, line 3: source</c>.</param>
public sealed record ErrorOutput(string Name, string Value, IReadOnlyList<string> Traceback) : CellOutput;
