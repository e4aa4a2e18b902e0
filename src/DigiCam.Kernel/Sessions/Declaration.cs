using Microsoft.CodeAnalysis.Scripting;

namespace DigiCam.Kernel.Sessions;

/// <summary>Code that declared something that later submissions see.</summary>
/// <param name="Code">The code.</param>
/// <param name="Options">What it was compiled with.</param>
internal sealed record Declaration(string Code, ScriptOptions Options);
