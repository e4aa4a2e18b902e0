using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using DigiCam.Kernel.Documents;
using Microsoft.CodeAnalysis;

namespace DigiCam.Kernel.Sessions;

/// <summary>Errors as readers of a notebook need them: in terms of cells and their lines, without the engine's own frames.</summary>
internal sealed partial class ErrorText(IReadOnlyDictionary<string, string[]> sources)
{
    /// <summary>Name of the error of an interrupted cell.</summary>
    public const string InterruptedName = "Interrupted";

    private const int MaxFrames = 30;

    /// <summary>The error of code that does not compile.</summary>
    public (ErrorOutput Error, int? Line) ForDiagnostics(IEnumerable<Diagnostic> diagnostics)
    {
        List<string> traceback = [];
        string? first = null;
        int? firstLine = null;
        foreach (Diagnostic diagnostic in diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error).OrderBy(d => d.Location.SourceSpan.Start).DistinctBy(d => (d.Id, d.Location.SourceSpan)))
        {
            FileLinePositionSpan place = diagnostic.Location.GetLineSpan();
            int line = place.StartLinePosition.Line + 1, column = place.StartLinePosition.Character + 1;
            string message = $"error {diagnostic.Id}: {diagnostic.GetMessage(CultureInfo.InvariantCulture)}";
            string text = place.IsValid ? string.Create(CultureInfo.InvariantCulture, $"{place.Path}, line {line}, column {column}: {message}") : message;
            first ??= text;
            firstLine ??= place.IsValid ? line : null;
            traceback.Add(text);
            if (place.IsValid && SourceLine(place.Path, line, trim: false) is { } source)
            {
                traceback.Add("    " + source.TrimEnd());
                traceback.Add("    " + new string([.. source.Take(column - 1).Select(c => c == '\t' ? '\t' : ' ')]) + "^");
            }
        }

        return (new ErrorOutput("Error", first ?? "the code does not compile", traceback), firstLine);
    }

    /// <summary>The error of a cell that was refused before compilation.</summary>
    public (ErrorOutput Error, int? Line) ForDefect(string label, SubmissionText.Defect defect)
    {
        string text = string.Create(CultureInfo.InvariantCulture, $"{label}, line {defect.Line}: {defect.Message}");
        return (new ErrorOutput("Error", text, [text, "    " + SourceLine(label, defect.Line)]), defect.Line);
    }

    /// <summary>The error of a cell whose packages cannot be had.</summary>
    public (ErrorOutput Error, int? Line) ForPackages(string label, int line, PackageException exception) =>
        ForDefect(label, new SubmissionText.Defect(line, exception.Message));

    /// <summary>The error of a cell that was interrupted.</summary>
    /// <param name="exception">What stopped it, which knows where it was; null when unknown.</param>
    /// <param name="label">The cell.</param>
    /// <param name="time">How long it had run.</param>
    public (ErrorOutput Error, int? Line) ForInterruption(Exception? exception, string label, TimeSpan time)
    {
        string text = string.Create(CultureInfo.InvariantCulture, $"interrupted after {time.TotalSeconds:F1} s");
        int? line = null;
        List<string> traceback = [text];
        if (exception is not null) traceback.AddRange(Frames(Unwrap(exception), label, ref line));
        return (new ErrorOutput(InterruptedName, text, traceback), line);
    }

    /// <summary>The error of code that threw.</summary>
    public (ErrorOutput Error, int? Line) ForException(Exception exception, string label)
    {
        exception = Unwrap(exception);
        List<string> traceback = [];
        int? line = null;
        for (Exception? current = exception; current is not null; current = current.InnerException is { } inner ? Unwrap(inner) : null)
        {
            traceback.Add((ReferenceEquals(current, exception) ? "" : "caused by ") + Headline(current));
            traceback.AddRange(Frames(current, label, ref line));
        }

        return (new ErrorOutput("Error", Headline(exception), traceback), line);
    }

    private static string Headline(Exception exception) => $"{exception.GetType().FullName}: {exception.Message}";

    private static Exception Unwrap(Exception exception) => exception switch
    {
        AggregateException { InnerExceptions: [var only] } => Unwrap(only),
        TargetInvocationException { InnerException: { } inner } => Unwrap(inner),
        _ => exception,
    };

    private List<string> Frames(Exception exception, string label, ref int? ownLine)
    {
        List<string> lines = [];
        foreach (StackFrame frame in new StackTrace(exception, fNeedFileInfo: true).GetFrames())
        {
            if (lines.Count == MaxFrames)
            {
                lines.Add("   ...");
                break;
            }

            string? path = frame.GetFileName();
            // The compiler makes the label of a cell a path in its debug information.
            string? file = Path.GetFileName(path);
            int number = frame.GetFileLineNumber();
            MethodBase? method = frame.GetMethod();
            if (file is not null && sources.ContainsKey(file))
            {
                if (file == label) ownLine ??= number;
                string function = FunctionName(method);
                string text = string.Create(CultureInfo.InvariantCulture, $"   {(function.Length == 0 ? "" : function + ", ")}{file}, line {number}: {SourceLine(file, number)}");
                if (lines.LastOrDefault() != text) lines.Add(text);
            }
            else if (method?.DeclaringType is { } type && !IsEngine(type.Assembly) && !IsSubmission(type))
            {
                string place = file is null ? "" : string.Create(CultureInfo.InvariantCulture, $" in {Path.GetFileName(file)}, line {number}");
                lines.Add($"   {type.FullName?.Replace('+', '.')}.{method.Name}({string.Join(", ", method.GetParameters().Select(p => p.ParameterType.Name))}){place}");
            }
        }

        return lines;
    }

    private string? SourceLine(string label, int line, bool trim = true)
    {
        if (!sources.TryGetValue(label, out string[]? lines) || line < 1 || line > lines.Length) return null;
        return trim ? lines[line - 1].Trim() : lines[line - 1];
    }

    private static bool IsSubmission(Type type) => (type.FullName ?? "").StartsWith("Submission#", StringComparison.Ordinal);

    private static bool IsEngine(Assembly assembly)
    {
        string name = assembly.GetName().Name ?? "";
        return assembly == typeof(ErrorText).Assembly
            || name is "mscorlib" or "netstandard" or "System" or "WindowsBase"
            || name.StartsWith("System.", StringComparison.Ordinal)
            || name.StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal)
            || name.StartsWith("Microsoft.CSharp", StringComparison.Ordinal);
    }

    /// <summary>The function as written in the cell; empty for the cell's own top level.</summary>
    private static string FunctionName(MethodBase? method)
    {
        if (method is null) return "";
        // Async methods and lambdas live in compiler-made types and methods such as <Fit>d__3.MoveNext and <Fit>g__Step|3_0.
        string own = method.Name, type = method.DeclaringType?.Name ?? "";
        if (LocalFunction().Match(own) is { Success: true } local) own = local.Groups[1].Value;
        else if (own == "MoveNext" && StateMachine().Match(type) is { Success: true } machine) own = machine.Groups[1].Value;
        else if (own.StartsWith('<')) own = Enclosing().Match(own) is { Success: true } enclosing ? enclosing.Groups[1].Value : own;
        if (own.Contains('<') || own is "MoveNext" or "Initialize" or "Factory") return "";
        string outer = IsSubmission(method.DeclaringType!) && method.DeclaringType!.DeclaringType is { } && !type.StartsWith('<') ? type + "." : "";
        return outer + own;
    }

    [GeneratedRegex(@"g__([^|]+)\|")]
    private static partial Regex LocalFunction();

    [GeneratedRegex(@"^<(?:<[^>]*>g__)?([^<>|]+)[>|]")]
    private static partial Regex StateMachine();

    [GeneratedRegex(@"^<([^<>]+)>")]
    private static partial Regex Enclosing();
}
