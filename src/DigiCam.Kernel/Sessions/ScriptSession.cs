using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Text;
using DigiCam.Kernel.Documents;
using DigiCam.Kernel.Formatting;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Scripting;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Scripting;
using Microsoft.CodeAnalysis.Scripting.Hosting;

namespace DigiCam.Kernel.Sessions;

/// <summary>
/// Executes C# submissions one after another, each seeing what the earlier ones declared. Knows nothing of files, notebooks or
/// runners. One submission runs at a time; different sessions are independent of each other.
/// </summary>
public sealed class ScriptSession : IDisposable
{
    /// <summary>How long an unfinished console line may stay in the buffer.</summary>
    private const int FlushMilliseconds = 50;
    private const int FlushLength = 16384;

    private static readonly AsyncLocal<ScriptSession?> Flowing = new();

    // Shared, because what the compiler learns about the runtime is kept with these objects: it is learnt once in a process.
    private static readonly Lazy<MetadataReference[]> Platform =
        new(() => [.. PlatformFiles().Select(path => MetadataReference.CreateFromFile(path)), MetadataReference.CreateFromFile(typeof(ScriptSession).Assembly.Location)]);

    private readonly ConcurrentDictionary<string, string[]> _sources = new(StringComparer.Ordinal);
    private readonly ErrorText _errors;
    private readonly ValueFormatter _formatter = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly InteractiveAssemblyLoader _loader = new();
    private readonly ReferencedAssemblies _assemblies = new();
    private readonly ReferenceResolver _references;
    private readonly string _baseDirectory;
    private readonly Lock _outputGate = new();
    private readonly StringBuilder _pending = new();
    private readonly Timer _flushTimer;
    private string _pendingName = "stdout";
    private IOutputSink? _sink;
    private ScriptOptions _options;
    private ScriptState<object>? _state;
    private Exception? _displayFailure;
    private int _displays;
    private bool _abandoned;

    /// <summary>Creates a session; nothing is compiled yet.</summary>
    public ScriptSession(ScriptSessionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _baseDirectory = Path.GetFullPath(options.BaseDirectory);
        _errors = new ErrorText(_sources);
        _references = CreateResolver(_baseDirectory);
        _options = CreateOptions(options, _baseDirectory, _references);
        _loader.RegisterDependency(typeof(ScriptSession).Assembly);
        _flushTimer = new Timer(_ => Flush());
        ConsoleRouter.Install();
    }

    /// <summary>The session whose code is running here; null outside of a cell.</summary>
    internal static ScriptSession? CurrentOrNull => Flowing.Value;

    /// <summary>The session whose code is running here.</summary>
    internal static ScriptSession Current =>
        CurrentOrNull ?? throw new InvalidOperationException("display() works only in code that a notebook cell runs.");

    /// <summary>Compiles and runs a trivial submission, so that the first real one finds the compiler ready.</summary>
    public static async Task WarmUpAsync()
    {
        using ScriptSession session = new(new ScriptSessionOptions());
        await session.ExecuteAsync(
            new CodeSubmission("int warm = 1; Console.Write(\"\"); display(warm); static int F(int x) => x + 1; new[] { 1.5, 2 }.Select(v => v * F(warm)).Sum()", "warm-up"),
            NullSink.Instance).ConfigureAwait(false);
        await session.ExecuteAsync(new CodeSubmission("warm", "warm-up 2"), NullSink.Instance).ConfigureAwait(false);
    }

    /// <summary>The compilation of a first submission, for questions about what it declares.</summary>
    internal static Compilation CreateCompilation(string code) =>
        CSharpScript.Create<object>(code, CreateOptions(new ScriptSessionOptions(), Environment.CurrentDirectory, CreateResolver(Environment.CurrentDirectory))).GetCompilation();

    /// <summary>Executes a submission and sends its outputs, the value of a last expression and an error to the sink.</summary>
    /// <param name="submission">The code.</param>
    /// <param name="sink">Where the outputs go.</param>
    /// <param name="cancellationToken">
    /// Stops waiting for the submission. Running code cannot be aborted: when it did not end by itself, the session stays
    /// unusable and the caller ends the process.
    /// </param>
    /// <exception cref="OperationCanceledException">The token was cancelled before the submission ended.</exception>
    public async Task<ExecutionResult> ExecuteAsync(CodeSubmission submission, IOutputSink sink, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(submission);
        ArgumentNullException.ThrowIfNull(sink);
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        bool ended = false;
        try
        {
            if (_abandoned) throw new InvalidOperationException("an earlier submission of this session was cancelled and did not end");
            lock (_outputGate) _sink = sink;
            // A thread of its own: user code may block for hours.
            Task<ExecutionResult> run = Task.Factory.StartNew(
                () => ExecuteCoreAsync(submission),
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default).Unwrap();
            ExecutionResult result = await run.WaitAsync(cancellationToken).ConfigureAwait(false);
            ended = true;
            return result;
        }
        finally
        {
            Flush();
            lock (_outputGate) _sink = null;
            if (!ended) _abandoned = true;
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _flushTimer.Dispose();
        _turn.Dispose();
        _loader.Dispose();
    }

    internal DisplayedValue Display(object? value, string? mimeType)
    {
        string id = string.Create(CultureInfo.InvariantCulture, $"display-{Interlocked.Increment(ref _displays)}");
        Emit(new DisplayDataOutput(Format(value, mimeType)) { DisplayId = id });
        return new DisplayedValue(this, id, mimeType);
    }

    internal void UpdateDisplay(string displayId, object? value, string? mimeType)
    {
        MimeBundle data = Format(value, mimeType);
        lock (_outputGate)
        {
            FlushHeld();
            _sink?.UpdateDisplay(displayId, data);
        }
    }

    internal void WriteStream(string name, string text)
    {
        lock (_outputGate)
        {
            if (_pendingName != name) FlushHeld();
            _pendingName = name;
            bool first = _pending.Length == 0;
            _pending.Append(text);
            // Whole lines go out at once, so that they are not lost when the next statement ends the process.
            if (text.AsSpan().ContainsAny('\n', '\r') || _pending.Length > FlushLength) FlushHeld();
            else if (first) _flushTimer.Change(FlushMilliseconds, Timeout.Infinite);
        }
    }

    private static ReferenceResolver CreateResolver(string baseDirectory) => new(
        baseDirectory,
        [.. PlatformFiles().Select(path => Path.GetFileNameWithoutExtension(path)), typeof(ScriptSession).Assembly.GetName().Name!]);

    private static ScriptOptions CreateOptions(ScriptSessionOptions options, string baseDirectory, ReferenceResolver references) => ScriptOptions.Default
        .WithReferences(Platform.Value)
        .WithImports([.. options.Usings, typeof(NotebookFunctions).FullName!])
        .WithMetadataResolver(references)
        .WithSourceResolver(ScriptSourceResolver.Default.WithBaseDirectory(baseDirectory))
        .WithLanguageVersion(LanguageVersion.Latest)
        .WithFileEncoding(Encoding.UTF8)
        .WithEmitDebugInformation(true)
        .WithOptimizationLevel(OptimizationLevel.Release)
        .WithAllowUnsafe(true)
        .WithWarningLevel(0);

    /// <summary>All assemblies of the runtime, so that no cell needs #r for what comes with .NET.</summary>
    private static IEnumerable<string> PlatformFiles()
    {
        string folder = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        return Directory.EnumerateFiles(folder, "*.dll")
            .Where(path => Path.GetFileName(path) is var name
                && (name.StartsWith("System.", StringComparison.Ordinal) || name is "Microsoft.CSharp.dll" or "netstandard.dll" or "mscorlib.dll")
                && !name.Contains(".Native", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);
    }

    private async Task<ExecutionResult> ExecuteCoreAsync(CodeSubmission submission)
    {
        Flowing.Value = this;
        _displayFailure = null;
        _sources[submission.Label] = submission.Code.Split('\n');
        (string code, SubmissionText.Defect? defect) = SubmissionText.RemoveMagic(submission.Code);
        defect ??= SubmissionText.FindBrokenDirective(code, _baseDirectory);
        if (defect is not null) return Fail(_errors.ForDefect(submission.Label, defect));

        MetadataReference[] added = [.. SubmissionText.ReferencedFiles(code, _baseDirectory).SelectMany(_references.WithDependencies)];
        _options = _options.AddReferences(added);
        ScriptOptions options = _options.WithFilePath(submission.Label);
        Script<object> script = _state is null
            ? CSharpScript.Create<object>(code, options, globalsType: null, assemblyLoader: _loader)
            : _state.Script.ContinueWith<object>(code, options);
        Diagnostic[] errors = [.. script.Compile().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)];
        if (errors.Length > 0) return Fail(_errors.ForDiagnostics(errors));
        foreach (Assembly assembly in _assemblies.LoadAll([.. added.OfType<PortableExecutableReference>().Select(r => r.FilePath).OfType<string>()])) _loader.RegisterDependency(assembly);

        Exception? failure;
        try
        {
            ScriptState<object> state = _state is null
                ? await script.RunAsync(globals: null, catchException: _ => true).ConfigureAwait(false)
                : await script.RunFromAsync(_state, _ => true).ConfigureAwait(false);
            // What was assigned before an exception stays, as in other kernels.
            _state = state;
            failure = state.Exception;
        }
        catch (CompilationErrorException exception)
        {
            return Fail(_errors.ForDiagnostics(exception.Diagnostics));
        }
#pragma warning disable CA1031 // Whatever the cell throws (a type that fails to load, for example) is the cell's error.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            failure = exception;
        }

        if (failure is not null) return Fail(_errors.ForException(failure, submission.Label));
        if (HasResult(script) && _state?.ReturnValue is var value and not DisplayedValue)
        {
            Emit(new ExecuteResultOutput(Format(value, null), submission.ExecutionCount));
        }

        // The text in place of the picture is easily overlooked: without this a notebook with a broken picture would pass.
        if (_displayFailure is { } broken) return Fail(_errors.ForException(broken, submission.Label));
        return new ExecutionResult();
    }

    private static bool HasResult(Script script)
    {
        Compilation compilation = script.GetCompilation();
        SyntaxTree tree = compilation.SyntaxTrees.Last();
        return tree.GetRoot() is CompilationUnitSyntax { Members: [.., GlobalStatementSyntax { Statement: ExpressionStatementSyntax { SemicolonToken.IsMissing: true } last }] }
            && compilation.GetSemanticModel(tree).GetTypeInfo(last.Expression).Type is { SpecialType: not SpecialType.System_Void };
    }

    private ExecutionResult Fail((ErrorOutput Error, int? Line) error)
    {
        Emit(error.Error);
        return new ExecutionResult(error.Error, error.Line);
    }

    private MimeBundle Format(object? value, string? mimeType) =>
        mimeType is null ? _formatter.Format(value, NoteFailure) : _formatter.Format(value, mimeType, NoteFailure);

    private void NoteFailure(Exception exception) => _displayFailure ??= exception;

    private void Emit(CellOutput output)
    {
        lock (_outputGate)
        {
            FlushHeld();
            _sink?.Write(output);
        }
    }

    private void Flush()
    {
        lock (_outputGate) FlushHeld();
    }

    private void FlushHeld()
    {
        if (_pending.Length == 0) return;
        string text = _pending.ToString();
        _pending.Clear();
        _sink?.Write(new StreamOutput(_pendingName, text));
    }

    private sealed class NullSink : IOutputSink
    {
        public static NullSink Instance { get; } = new();

        public void Write(CellOutput output)
        {
        }

        public void UpdateDisplay(string displayId, MimeBundle data)
        {
        }
    }
}
