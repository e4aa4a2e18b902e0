using DigiCam.Kernel.Sessions;

namespace DigiCam.Kernel.Jupyter;

/// <summary>The session of a kernel and the hints about code. Making it loads the compiler; nothing else in the kernel does.</summary>
internal sealed class CodeEngine
{
    private readonly ScriptSession _session;
    private readonly LanguageService _language;

    public CodeEngine(string baseDirectory)
    {
        ScriptSession.WarmUpAsync().GetAwaiter().GetResult();
        _session = new ScriptSession(new ScriptSessionOptions { BaseDirectory = baseDirectory });
        _language = new LanguageService(_session);
    }

    /// <summary>Asks for hints in a session of its own, so that the first real question finds the editor services loaded.</summary>
    /// <returns>Whether there were some.</returns>
    public static bool WarmUpHints()
    {
        using ScriptSession session = new(new ScriptSessionOptions());
        using LanguageService language = new(session);
        return language.CompleteAsync("\"\".", 3).GetAwaiter().GetResult().Matches.Count > 0 && language.InspectAsync("Math.Max(", 9).GetAwaiter().GetResult() is not null;
    }

    public static Completeness CheckCompleteness(string code) => LanguageService.CheckCompleteness(code);

    public ExecutionResult Execute(CodeSubmission submission, IOutputSink sink, CancellationToken cancellationToken) =>
        _session.ExecuteAsync(submission, sink, cancellationToken).GetAwaiter().GetResult();

    public Completion Complete(string code, int position) => _language.CompleteAsync(code, position).GetAwaiter().GetResult();

    public Hint? Inspect(string code, int position) => _language.InspectAsync(code, position).GetAwaiter().GetResult();
}
