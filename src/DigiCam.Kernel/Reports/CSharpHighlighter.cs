using System.Net;
using System.Text;
using DigiCam.Kernel.Sessions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace DigiCam.Kernel.Reports;

/// <summary>C# source as HTML with a class per kind of token. Lexical only: what a name means is not looked up.</summary>
internal static class CSharpHighlighter
{
    private static readonly HashSet<string> Contextual = new(
        ["var", "async", "await", "record", "dynamic", "nameof", "with", "when", "where", "from", "select", "orderby", "group", "let", "join", "yield", "init", "get", "set", "required", "and", "or", "not"],
        StringComparer.Ordinal);

    /// <summary>The lines of the source; no element spans a line.</summary>
    public static IReadOnlyList<string> Lines(string source)
    {
        List<string> lines = [];
        StringBuilder line = new();
        SyntaxToken[] tokens = [.. SyntaxFactory.ParseTokens(source, options: SubmissionText.ParseOptions)];
        for (int i = 0; i < tokens.Length; i++)
        {
            foreach (SyntaxTrivia trivia in tokens[i].LeadingTrivia) Append(lines, line, trivia.ToFullString(), ClassOf(trivia));
            Append(lines, line, tokens[i].Text, ClassOf(tokens, i));
            foreach (SyntaxTrivia trivia in tokens[i].TrailingTrivia) Append(lines, line, trivia.ToFullString(), ClassOf(trivia));
        }

        lines.Add(line.ToString());
        return lines;
    }

    private static void Append(List<string> lines, StringBuilder line, string text, string kind)
    {
        string[] parts = text.Split('\n');
        for (int i = 0; i < parts.Length; i++)
        {
            if (i > 0)
            {
                lines.Add(line.ToString());
                line.Clear();
            }

            if (parts[i].Length == 0) continue;
            string encoded = WebUtility.HtmlEncode(parts[i]);
            if (kind.Length == 0) line.Append(encoded);
            else line.Append("<span class=\"").Append(kind).Append("\">").Append(encoded).Append("</span>");
        }
    }

    private static string ClassOf(SyntaxTrivia trivia) =>
        trivia.IsDirective || trivia.IsKind(SyntaxKind.BadDirectiveTrivia) ? "d"
        : trivia.Kind() is SyntaxKind.WhitespaceTrivia or SyntaxKind.EndOfLineTrivia ? ""
        : "c";

    private static string ClassOf(SyntaxToken[] tokens, int i)
    {
        SyntaxToken token = tokens[i];
        switch (token.Kind())
        {
            case SyntaxKind.StringLiteralToken or SyntaxKind.CharacterLiteralToken or SyntaxKind.InterpolatedStringToken or SyntaxKind.SingleLineRawStringLiteralToken
                or SyntaxKind.MultiLineRawStringLiteralToken or SyntaxKind.Utf8StringLiteralToken or SyntaxKind.InterpolatedStringTextToken:
                return "s";
            case SyntaxKind.NumericLiteralToken:
                return "n";
            case SyntaxKind.IdentifierToken:
                bool afterDot = i > 0 && tokens[i - 1].IsKind(SyntaxKind.DotToken);
                if (!afterDot && Contextual.Contains(token.Text)) return "k";
                bool called = i + 1 < tokens.Length && tokens[i + 1].IsKind(SyntaxKind.OpenParenToken);
                bool created = i > 0 && tokens[i - 1].IsKind(SyntaxKind.NewKeyword);
                if (called && !created) return "m";
                return !afterDot && char.IsUpper(token.Text[0]) ? "t" : "";
            default:
                return SyntaxFacts.IsKeywordKind(token.Kind()) ? "k" : "";
        }
    }
}
