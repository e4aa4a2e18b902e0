using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DigiCam.Kernel.Sessions;

/// <summary>
/// Makes the loops of a cell end when it is interrupted: every turn of a loop, and every label that can be jumped to, begins with a call of <see cref="Turn"/>. No line is added, so that errors name the
/// lines of the cell. Loops inside of libraries are not touched, nor are lambdas of one expression.
/// </summary>
public static class CellLoops
{
    private const string Call = "global::DigiCam.Kernel.Sessions.CellLoops.Turn();";

    /// <summary>Called by the code of cells, once in every turn of a loop; costs less than a nanosecond.</summary>
    /// <exception cref="OperationCanceledException">The cell is interrupted.</exception>
    public static void Turn() => Interruption.Pass();

    /// <summary>The code with its calls; code that is not complete or not C# as it is.</summary>
    internal static string Guard(string code, CSharpParseOptions options)
    {
        SyntaxTree tree = CSharpSyntaxTree.ParseText(code, options);
        if (tree.GetDiagnostics().Any(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)) return code;
        List<(int Position, int Order, string Text)> insertions = [];
        foreach (SyntaxNode node in tree.GetRoot().DescendantNodes())
        {
            StatementSyntax? body = node switch
            {
                WhileStatementSyntax loop => loop.Statement,
                DoStatementSyntax loop => loop.Statement,
                ForStatementSyntax loop => loop.Statement,
                CommonForEachStatementSyntax loop => loop.Statement,
                _ => null,
            };
            if (body is BlockSyntax block)
            {
                insertions.Add((block.OpenBraceToken.Span.End, insertions.Count, " " + Call));
            }
            else if (body is not null)
            {
                insertions.Add((body.SpanStart, insertions.Count, "{ " + Call + " "));
                // Of loops in loops without braces the inner ends first.
                insertions.Add((body.Span.End, -insertions.Count, " }"));
            }
            else if (node is LabeledStatementSyntax label)
            {
                insertions.Add((label.ColonToken.Span.End, insertions.Count, " " + Call));
            }
        }

        if (insertions.Count == 0) return code;
        StringBuilder guarded = new(code.Length + (insertions.Count * Call.Length));
        int from = 0;
        foreach ((int position, _, string text) in insertions.OrderBy(i => i.Position).ThenBy(i => i.Order))
        {
            guarded.Append(code, from, position - from).Append(text);
            from = position;
        }

        return guarded.Append(code, from, code.Length - from).ToString();
    }
}
