using DigiCam.Kernel.Documents;

namespace DigiCam.Kernel.Sessions;

/// <summary>How a submission ended. All its outputs, the error included, went to the sink before.</summary>
/// <param name="Error">The error; null when the submission succeeded.</param>
/// <param name="Line">The failing line within the submission, from 1; null when unknown or when nothing failed.</param>
public sealed record ExecutionResult(ErrorOutput? Error = null, int? Line = null)
{
    /// <summary>True when the submission ran to its end.</summary>
    public bool Succeeded => Error is null;
}
