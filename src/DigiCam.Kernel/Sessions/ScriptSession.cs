using System.Collections.Concurrent;
using System.Diagnostics;
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

    private static readonly CSharpParseOptions ParseOptions = new(LanguageVersion.Latest, kind: SourceCodeKind.Script);

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
    private readonly PackageRestore _packages;
    private readonly List<Declaration> _declarations = [];

    // References that came after the submission that is continued next.
    private readonly List<MetadataReference> _unbound = [];
    private string _pendingName = "stdout";
    private IOutputSink? _sink;
    private ScriptOptions _options;
    private ScriptState<object>? _state;
    private Exception? _displayFailure;
    private int _displays;
    private Task? _running;
    private CancellationToken _interrupted;

    /// <summary>Creates a session; nothing is compiled yet.</summary>
    public ScriptSession(ScriptSessionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _baseDirectory = Path.GetFullPath(options.BaseDirectory);
        _errors = new ErrorText(_sources);
        _references = CreateResolver(_baseDirectory);
        _options = CreateOptions(options, _baseDirectory, _references);
        _packages = new PackageRestore(_baseDirectory);
        _loader.RegisterDependency(typeof(ScriptSession).Assembly);
        _flushTimer = new Timer(_ => Flush());
        ConsoleRouter.Install();
        // For libraries that take no token from the cell; they find it by this name and need not know the engine.
        AppContext.SetData("host.cancellation", (Func<CancellationToken>)(static () => CurrentOrNull?._interrupted ?? CancellationToken.None));
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
    /// Interrupts the submission: its code is asked to stop, by <see cref="NotebookFunctions.interrupted"/>, then stopped (<see cref="Interruption"/>). What earlier submissions declared stays. Code that cannot be stopped
    /// (long work inside a library) makes the session refuse submissions until it has ended.
    /// </param>
    /// <returns>How it ended; an interruption is an error called <c>Interrupted</c>.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled before the submission began.</exception>
    /// <exception cref="InvalidOperationException">An interrupted submission has not ended yet.</exception>
    public async Task<ExecutionResult> ExecuteAsync(CodeSubmission submission, IOutputSink sink, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(submission);
        ArgumentNullException.ThrowIfNull(sink);
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_running is { IsCompleted: false }) throw new InvalidOperationException("an interrupted submission of this session has not ended yet: it is in code that cannot be stopped");
            lock (_outputGate) _sink = sink;
            Interruption interruption = new();
            _interrupted = interruption.Asked;
            long start = Stopwatch.GetTimestamp();
            // A thread of its own: user code may block for hours.
            Task<ExecutionResult> run = Task.Factory.StartNew(() => ExecuteCore(submission, interruption), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            _running = run;
            using CancellationTokenRegistration request = cancellationToken.Register(interruption.Request);
            try
            {
                return await run.WaitAsync(interruption.GivenUp).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (interruption.IsRequested)
            {
                string text = string.Create(CultureInfo.InvariantCulture, $"interrupted after {Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s, but it is in code that cannot be stopped: restart to go on");
                return Fail((new ErrorOutput(ErrorText.InterruptedName, text, [text]), null));
            }
        }
        finally
        {
            Flush();
            lock (_outputGate) _sink = null;
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

    /// <summary>Cancelled when the running submission is interrupted.</summary>
    internal CancellationToken Interrupted => _interrupted;

    /// <summary>What was declared so far, for hints about code that is being written.</summary>
    internal IReadOnlyList<Declaration> Declarations
    {
        get
        {
            lock (_declarations) return [.. _declarations];
        }
    }

    /// <summary>The options of the next submission.</summary>
    internal ScriptOptions Options => _options;

    internal DisplayedValue Display(object? value, string? mimeType)
    {
        string id = string.Create(CultureInfo.InvariantCulture, $"display-{Interlocked.Increment(ref _displays)}");
        Emit(new DisplayDataOutput(Format(value, mimeType)) { DisplayId = id });
        return new DisplayedValue(this, id, mimeType);
    }

    internal void UpdateDisplay(string displayId, object? value, string? mimeType)
    {
        MimeBundle data = Format(value, mimeType);
        Send(sink => sink.UpdateDisplay(displayId, data));
    }

    internal void ClearOutput(bool wait) => Send(sink => sink.ClearOutput(wait));

    internal void WriteStream(string name, string text) => Interruption.Protect(() =>
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
    });

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

    private ExecutionResult ExecuteCore(CodeSubmission submission, Interruption interruption)
    {
        Flowing.Value = this;
        _displayFailure = null;
        long start = Stopwatch.GetTimestamp();
        _sources[submission.Label] = submission.Code.Split('\n');
        CellText cell = CellText.Parse(submission.Code);
        if (cell.Defect is { } defect) return Fail(_errors.ForDefect(submission.Label, defect));
        ExecutionResult result = RestorePackages(cell, submission, interruption);
        foreach (CellText.Section section in cell.Sections)
        {
            if (!result.Succeeded) break;
            if (section.MimeType is { } mimeType) Emit(new DisplayDataOutput(_formatter.Format(section.Text, mimeType)));
            else result = Run(section.Text, submission, interruption);
        }

        if (cell.IsTimed)
        {
            string time = string.Create(CultureInfo.InvariantCulture, $"Wall time: {Stopwatch.GetElapsedTime(start).TotalMilliseconds:F1} ms");
            Emit(new DisplayDataOutput(new MimeBundle("text/plain", time)));
        }

        // Continuations that come later may still ask whether they were interrupted.
        interruption.End();
        return result;
    }

    private ExecutionResult RestorePackages(CellText cell, CodeSubmission submission, Interruption interruption)
    {
        foreach (CellText.SourceLine source in cell.Sources) _packages.AddSource(source.Source);
        if (cell.Packages.Count == 0) return new ExecutionResult();
        long start = Stopwatch.GetTimestamp();
        try
        {
            PackageFiles files = _packages.Restore(cell.Packages.Select(p => (p.Name, p.Version)), note => WriteStream("stderr", note), interruption.Asked);
            _assemblies.AddNative(files.NativeLibraries);
            MetadataReference[] added = [.. _references.OnlyNew(files.Assemblies)];
            Reference(added);
            string[] names = [.. cell.Packages.Select(p => $"{p.Name} {files.Versions.GetValueOrDefault(p.Name)}")];
            Emit(new DisplayDataOutput(new MimeBundle("text/plain", "Packages: " + string.Join(", ", names))));
            return new ExecutionResult();
        }
        catch (PackageException exception)
        {
            return Fail(_errors.ForPackages(submission.Label, cell.Packages[0].Line, exception));
        }
        catch (OperationCanceledException) when (interruption.IsRequested)
        {
            return Fail(_errors.ForInterruption(null, submission.Label, Stopwatch.GetElapsedTime(start)));
        }
    }

    private void Reference(MetadataReference[] added)
    {
        if (added.Length == 0) return;
        _options = _options.AddReferences(added);
        _unbound.AddRange(added);
        foreach (Assembly assembly in _assemblies.LoadAll([.. added.OfType<PortableExecutableReference>().Select(r => r.FilePath).OfType<string>()])) _loader.RegisterDependency(assembly);
    }

    private ExecutionResult Run(string code, CodeSubmission submission, Interruption interruption)
    {
        if (SubmissionText.FindBrokenDirective(code, _baseDirectory) is { } defect) return Fail(_errors.ForDefect(submission.Label, defect));
        long start = Stopwatch.GetTimestamp();
        Exception? failure = null;
        MetadataReference[] added = [];
        ScriptOptions options = _options.WithFilePath(submission.Label);
        try
        {
            added = [.. SubmissionText.ReferencedFiles(code, _baseDirectory).SelectMany(_references.WithDependencies)];
            Script<object> script = Create(CellLoops.Guard(code, ParseOptions));
            Diagnostic[] errors = Errors(script);
            // Places in an error are those of the cell as it was written.
            if (errors.Length > 0) errors = Errors(Create(code)) is { Length: > 0 } own ? own : errors;
            Reference(added);
            if (errors.Length > 0) return Fail(_errors.ForDiagnostics(errors));

            ScriptState<object>? state = null;
            interruption.Run(async () => state = await Start(script, exception => failure ??= exception).ConfigureAwait(false));
            Keep(state!, code);
            if (failure is null && HasResult(script) && state!.ReturnValue is var value and not DisplayedValue)
            {
                MimeBundle? shown = null;
                interruption.Run(() =>
                {
                    shown = Format(value, null);
                    return Task.CompletedTask;
                });
                Emit(new ExecuteResultOutput(shown!, submission.ExecutionCount));
            }
        }
        catch (CompilationErrorException exception)
        {
            return Fail(_errors.ForDiagnostics(exception.Diagnostics));
        }
#pragma warning disable CA1031 // Whatever the cell throws (a type that fails to load, for example) is the cell's error.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            failure ??= exception;
        }

        if (failure is not null && interruption.IsRequested && IsStop(failure)) return Fail(_errors.ForInterruption(failure, submission.Label, Stopwatch.GetElapsedTime(start)));
        if (failure is not null) return Fail(_errors.ForException(failure, submission.Label));

        // The text in place of the picture is easily overlooked: without this a notebook with a broken picture would pass.
        if (_displayFailure is { } broken) return Fail(_errors.ForException(broken, submission.Label));
        return new ExecutionResult();

        // A continuation has the references and usings of what it continues; given once more, they would be bound and kept once more.
        Script<object> Create(string text) => _state is null
            ? CSharpScript.Create<object>(text, options.AddReferences(added), globalsType: null, assemblyLoader: _loader)
            : _state.Script.ContinueWith<object>(text, options.WithReferences([.. _unbound, .. added]).WithImports());

        Diagnostic[] Errors(Script<object> script) => [.. script.Compile(interruption.Asked).Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)];
    }

    private Task<ScriptState<object>> Start(Script<object> script, Action<Exception> failed)
    {
        // What was assigned before an exception stays, as in other kernels.
        bool Catch(Exception exception)
        {
            failed(exception);
            return true;
        }

        return _state is null ? script.RunAsync(globals: null, catchException: Catch) : script.RunFromAsync(_state, Catch);
    }

    /// <summary>Makes a submission part of what later ones see. One that declares nothing is forgotten: a long session would grow by it and each further one take longer.</summary>
    private void Keep(ScriptState<object> state, string code)
    {
        Compilation compilation = state.Script.GetCompilation();
        CompilationUnitSyntax root = (CompilationUnitSyntax)compilation.SyntaxTrees.Last().GetRoot();
        // The first one stays in any case: it holds the references and usings of all others.
        bool declares = _state is null || root.Usings.Count > 0 || root.Externs.Count > 0 || root.ContainsDirectives
            || compilation.ScriptClass is null || compilation.ScriptClass.GetMembers().Any(member => !member.IsImplicitlyDeclared && member is not IMethodSymbol { MethodKind: MethodKind.Constructor } && member.CanBeReferencedByName);
        if (!declares) return;
        _state = state;
        _unbound.Clear();
        lock (_declarations) _declarations.Add(new Declaration(code, _options));
    }

    private static bool IsStop(Exception exception) => exception switch
    {
        OperationCanceledException or ThreadInterruptedException => true,
        AggregateException aggregate => aggregate.InnerExceptions.All(IsStop),
        _ => exception.InnerException is { } inner && IsStop(inner),
    };

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

    private void Emit(CellOutput output) => Send(sink => sink.Write(output));

    private void Send(Action<IOutputSink> message) => Interruption.Protect(() =>
    {
        lock (_outputGate)
        {
            FlushHeld();
            if (_sink is { } sink) message(sink);
        }
    });

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

        public void ClearOutput(bool wait)
        {
        }
    }
}
