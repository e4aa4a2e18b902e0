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

    public static Completeness CheckCompleteness(string code) => LanguageService.CheckCompleteness(code);

    public ExecutionResult Execute(CodeSubmission submission, IOutputSink sink, CancellationToken cancellationToken) =>
        _session.ExecuteAsync(submission, sink, cancellationToken).GetAwaiter().GetResult();

    /// <summary>Asks for hints that nobody reads, so that the first real question after the cells so far is answered at once.</summary>
    /// <exception cref="OperationCanceledException">There is other work.</exception>
    public void PrepareHints(CancellationToken cancellationToken)
    {
        const string code = "\"\".ToString(";
        _language.CompleteAsync(code, 3, cancellationToken).GetAwaiter().GetResult();
        _language.InspectAsync(code, 5, cancellationToken).GetAwaiter().GetResult();
    }

    public Completion Complete(string code, int position) => _language.CompleteAsync(code, position).GetAwaiter().GetResult();

    public Hint? Inspect(string code, int position) => _language.InspectAsync(code, position).GetAwaiter().GetResult();
}
