using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DigiCam.Kernel.Sessions;

/// <summary>What the engine reads in a cell before the compiler does: its sections and magic commands. Line numbers of the code stay as they are.</summary>
internal sealed partial class CellText
{
    /// <summary>The magic commands.</summary>
    public static IReadOnlyList<string> Magics { get; } = ["#!csharp", "#!c#", "#!time", "#!markdown", "#!html"];

    private readonly List<Section> _sections = [];
    private readonly List<PackageLine> _packages = [];
    private readonly List<SourceLine> _sources = [];
    private readonly string[] _lines;

    private CellText(string code) => _lines = code.Split('\n');

    /// <summary>The parts of the cell in order; empty when there is nothing to run or to show.</summary>
    public IReadOnlyList<Section> Sections => _sections;

    /// <summary>The C# of all sections on the lines of the cell; all else is empty.</summary>
    public string Code => string.Join('\n', _lines);

    /// <summary>The packages that <c>#r "nuget: ..."</c> asks for.</summary>
    public IReadOnlyList<PackageLine> Packages => _packages;

    /// <summary>The package feeds that <c>#i "nuget: ..."</c> names.</summary>
    public IReadOnlyList<SourceLine> Sources => _sources;

    /// <summary>The cell shows how long it took.</summary>
    public bool IsTimed { get; private set; }

    /// <summary>Why the cell is refused; null when it is not.</summary>
    public SubmissionText.Defect? Defect { get; private set; }

    public static CellText Parse(string code)
    {
        CellText cell = new(code);
        if (!MayHoldMagic().IsMatch(code)) cell._sections.Add(new Section(null, code));
        else cell.Read();
        return cell;
    }

    private void Read()
    {
        for (int start = 0; start < _lines.Length && Defect is null;)
        {
            int end = ReadCode(start, out string? mimeType);
            AddCode(start, end);
            if (Defect is not null || mimeType is null) return;
            // Text that is no C# is not parsed as such: it ends with a line that names a language.
            int first = end + 1;
            start = first;
            while (start < _lines.Length && !LanguageLine().IsMatch(_lines[start])) start++;
            string text = string.Join('\n', _lines[first..start]);
            Array.Fill(_lines, "", end, start - end);
            if (!string.IsNullOrWhiteSpace(text)) _sections.Add(new Section(mimeType, text));
        }
    }

    /// <summary>Reads C# up to the line that begins something else, or to the end; lines that the compiler shall not see become empty.</summary>
    private int ReadCode(int start, out string? mimeType)
    {
        mimeType = null;
        if (Array.FindIndex(_lines, start, line => line.Trim() is { Length: > 0 } text && !text.StartsWith("#!", StringComparison.Ordinal)) is var first and >= 0
            && IPythonMagic().Match(_lines[first].Trim()) is { Success: true } magic)
        {
            Defect = Unsupported(first, magic.Value);
            return first;
        }

        // Only what the parser takes for a directive is one: a line of a raw string or of a comment may look the same.
        CompilationUnitSyntax root = CSharpSyntaxTree.ParseText(string.Join('\n', _lines[start..]), SubmissionText.ParseOptions).GetCompilationUnitRoot();
        foreach (DirectiveTriviaSyntax directive in root.DescendantTrivia().Where(trivia => trivia.IsDirective).Select(trivia => (DirectiveTriviaSyntax)trivia.GetStructure()!))
        {
            int line = start + directive.GetLocation().GetLineSpan().StartLinePosition.Line;
            string text = _lines[line].Trim();
            if (text.StartsWith("#!", StringComparison.Ordinal))
            {
                string name = text.Split((char[]?)null, 2)[0];
                if (name is "#!markdown" or "#!html")
                {
                    mimeType = name == "#!html" ? "text/html" : "text/markdown";
                    return line;
                }

                if (name == "#!time") IsTimed = true;
                else if (name is not ("#!csharp" or "#!c#" or "#!cs")) Defect ??= Unsupported(line, name);
            }
            else if (FeedLine().Match(text) is { Success: true } feed)
            {
                _sources.Add(new SourceLine(line + 1, feed.Groups[1].Value.Trim()));
            }
            else if (directive is ReferenceDirectiveTriviaSyntax reference && reference.File.ValueText.StartsWith("nuget:", StringComparison.OrdinalIgnoreCase))
            {
                string[] parts = reference.File.ValueText["nuget:".Length..].Split(',', 2, StringSplitOptions.TrimEntries);
                if (!PackageName().IsMatch(parts[0]) || (parts.Length == 2 && !PackageVersion().IsMatch(parts[1])))
                {
                    Defect ??= new SubmissionText.Defect(line + 1, $"{text}: expected a package and its version, as in #r \"nuget: Some.Package, 1.2.3\"");
                }

                _packages.Add(new PackageLine(line + 1, parts[0], parts.Length == 2 ? parts[1] : null));
            }
            else
            {
                continue;
            }

            _lines[line] = "";
        }

        return _lines.Length;
    }

    private void AddCode(int start, int end)
    {
        string code = string.Join('\n', _lines[start..end]);
        // Empty lines stand for what came before, so that errors name lines of the cell.
        if (!string.IsNullOrWhiteSpace(code)) _sections.Add(new Section(null, new string('\n', start) + code));
    }

    private static SubmissionText.Defect Unsupported(int line, string magic) =>
        new(line + 1, $"the magic command '{magic}' is not supported by this engine, which executes C# and knows {string.Join(", ", Magics)}");

    [GeneratedRegex(@"^\s*(#!|#i\s|#r\s*""nuget:|%)", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex MayHoldMagic();

    [GeneratedRegex(@"^\s*#!(csharp|c#|cs|markdown|html)\s*$")]
    private static partial Regex LanguageLine();

    [GeneratedRegex(@"^%%?[A-Za-z]\w*")]
    private static partial Regex IPythonMagic();

    [GeneratedRegex(@"^#i\s*""nuget:([^""]+)""", RegexOptions.IgnoreCase)]
    private static partial Regex FeedLine();

    [GeneratedRegex(@"^\w[\w.-]*$")]
    private static partial Regex PackageName();

    [GeneratedRegex(@"^[\w.*+,\[\]() -]+$")]
    private static partial Regex PackageVersion();

    /// <summary>A part of a cell.</summary>
    /// <param name="MimeType">The media type of text that is shown as it is; null for C#.</param>
    /// <param name="Text">The text.</param>
    internal sealed record Section(string? MimeType, string Text);

    /// <summary>A package that a line of the cell asks for; without a version, the newest.</summary>
    internal sealed record PackageLine(int Line, string Name, string? Version);

    /// <summary>A package feed (address or folder) that a line of the cell names.</summary>
    internal sealed record SourceLine(int Line, string Source);
}
