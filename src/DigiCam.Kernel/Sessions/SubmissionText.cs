using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DigiCam.Kernel.Sessions;

/// <summary>What the engine does with a cell's text before the compiler sees it; line numbers stay as they are.</summary>
internal static partial class SubmissionText
{
    /// <summary>Options under which cells are parsed.</summary>
    public static CSharpParseOptions ParseOptions { get; } = new(LanguageVersion.Latest, DocumentationMode.None, SourceCodeKind.Script);

    /// <summary>Blanks the lines that only name the language (<c>#!csharp</c>); the first other magic command is returned as a defect.</summary>
    public static (string Code, Defect? Defect) RemoveMagic(string code)
    {
        if (!code.Contains("#!", StringComparison.Ordinal) && !code.Contains('%')) return (code, null);
        string[] lines = code.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].Trim();
            if (line is "#!csharp" or "#!c#" or "#!cs") lines[i] = "";
            else if (MagicCommand().Match(line) is { Success: true } match) return (code, new Defect(i + 1, $"the magic command '{match.Value}' is not supported by this engine, which executes C# only"));
            else if (line.Length > 0) break;
        }

        return (string.Join('\n', lines), null);
    }

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
        if (path.StartsWith("nuget:", StringComparison.OrdinalIgnoreCase))
        {
            return $"#r \"{path}\": packages are not supported by this runner yet; reference a dll in a publish folder instead";
        }

        if (!path.EndsWith(".dll", StringComparison.OrdinalIgnoreCase) && !path.EndsWith(".exe", StringComparison.OrdinalIgnoreCase)) return null;
        if (FindFile(path, baseDirectory) is not null) return null;
        // A bare name may also be an assembly of the runtime.
        if (Path.GetFileName(path) == path && File.Exists(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, path))) return null;
        string full = Path.GetFullPath(path, baseDirectory);
        return $"#r \"{path}\": there is no file {full}; build it first: dotnet publish <project of {Path.GetFileNameWithoutExtension(full)}> -c Release -o {Path.GetDirectoryName(full)}";
    }

    [GeneratedRegex(@"^(#![A-Za-z][\w.-]*|%%?[A-Za-z]\w*)")]
    private static partial Regex MagicCommand();

    internal sealed record Defect(int Line, string Message);
}
