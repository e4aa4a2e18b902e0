using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DigiCam.Kernel.Sessions;

/// <summary>What the directives of a piece of code name.</summary>
internal static class SubmissionText
{
    /// <summary>Options under which cells are parsed.</summary>
    public static CSharpParseOptions ParseOptions { get; } = new(LanguageVersion.Latest, DocumentationMode.None, SourceCodeKind.Script);

    /// <summary>The first <c>#r</c> or <c>#load</c> that cannot work, said more helpfully than by the compiler.</summary>
    public static Defect? FindBrokenDirective(string code, string baseDirectory)
    {
        if (!code.Contains('#')) return null;
        CompilationUnitSyntax root = CSharpSyntaxTree.ParseText(code, ParseOptions).GetCompilationUnitRoot();
        foreach (DirectiveTriviaSyntax directive in root.DescendantTrivia().Where(trivia => trivia.IsDirective).Select(trivia => trivia.GetStructure()).OfType<DirectiveTriviaSyntax>())
        {
            int line = directive.GetLocation().GetLineSpan().StartLinePosition.Line + 1;
            if (directive is ReferenceDirectiveTriviaSyntax reference && CheckReference(reference.File.ValueText, baseDirectory) is { } cause) return new Defect(line, cause);
            if (directive is LoadDirectiveTriviaSyntax load && load.File.ValueText is { Length: > 0 } script && !File.Exists(Path.GetFullPath(script, baseDirectory)))
            {
                return new Defect(line, $"#load \"{script}\": there is no file {Path.GetFullPath(script, baseDirectory)}");
            }
        }

        return null;
    }

    /// <summary>The files that <c>#r</c> names, as absolute paths.</summary>
    public static IEnumerable<string> ReferencedFiles(string code, string baseDirectory)
    {
        if (!code.Contains('#')) return [];
        return CSharpSyntaxTree.ParseText(code, ParseOptions).GetCompilationUnitRoot().GetReferenceDirectives()
            .Select(directive => directive.File.ValueText)
            .Where(path => path.EndsWith(".dll", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".exe", StringComparison.OrdinalIgnoreCase))
            .Select(path => FindFile(path, baseDirectory))
            .OfType<string>();
    }

    /// <summary>
    /// The file that a <c>#r</c> names; where there is none, one of that name beside the engine: a notebook that has left its repository finds the kit that came with the program.
    /// </summary>
    public static string? FindFile(string reference, string baseDirectory)
    {
        string full = Path.GetFullPath(reference, baseDirectory);
        if (File.Exists(full)) return full;
        string own = Path.Combine(Path.GetDirectoryName(typeof(SubmissionText).Assembly.Location)!, Path.GetFileName(full));
        return File.Exists(own) ? own : null;
    }

    private static string? CheckReference(string path, string baseDirectory)
    {
        if (path.Length == 0) return null;
        if (!path.EndsWith(".dll", StringComparison.OrdinalIgnoreCase) && !path.EndsWith(".exe", StringComparison.OrdinalIgnoreCase)) return null;
        if (FindFile(path, baseDirectory) is not null) return null;
        // A bare name may also be an assembly of the runtime.
        if (Path.GetFileName(path) == path && File.Exists(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, path))) return null;
        string full = Path.GetFullPath(path, baseDirectory);
        return $"#r \"{path}\": there is no file {full}; build it first: dotnet publish <project of {Path.GetFileNameWithoutExtension(full)}> -c Release -o {Path.GetDirectoryName(full)}";
    }

    internal sealed record Defect(int Line, string Message);
}
