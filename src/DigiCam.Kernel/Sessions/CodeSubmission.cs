namespace DigiCam.Kernel.Sessions;

/// <summary>A piece of code to execute.</summary>
/// <param name="Code">C# script code.</param>
/// <param name="Label">How error messages name it, for example <c>cell 7</c>; unique within the session.</param>
/// <param name="ExecutionCount">The number that an execute_result carries.</param>
public sealed record CodeSubmission(string Code, string Label, int? ExecutionCount = null);
