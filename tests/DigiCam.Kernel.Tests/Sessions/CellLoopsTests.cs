using DigiCam.Kernel.Sessions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace DigiCam.Kernel.Tests.Sessions;

public sealed class CellLoopsTests
{
    private static readonly CSharpParseOptions Script = new(kind: SourceCodeKind.Script);

    [Theory]
    [InlineData("while (true) { a(); }", "while (true) { @ a(); }")]
    [InlineData("for (;;) a();", "for (;;) { @ a(); }")]
    [InlineData("do a(); while (b);", "do { @ a(); } while (b);")]
    [InlineData("foreach (var x in y)\n    foreach (var (p, q) in x) a();\n", "foreach (var x in y)\n    { @ foreach (var (p, q) in x) { @ a(); } }\n")]
    [InlineData("void F() { again: a(); goto again; }", "void F() { again: @ a(); goto again; }")]
    [InlineData("Action f = () => { while (true) ; };", "Action f = () => { while (true) { @ ; } };")]
    [InlineData("// while (true) { }\nvar s = \"for (;;) { }\";", "// while (true) { }\nvar s = \"for (;;) { }\";")]
    [InlineData("while (true) {", "while (true) {")]
    public void Guard_Loops_BeginWithTheCallAndKeepTheirLines(string code, string expected)
    {
        string guarded = CellLoops.Guard(code, Script);
        Assert.Equal(expected.Replace("@", "global::DigiCam.Kernel.Sessions.CellLoops.Turn();", StringComparison.Ordinal), guarded);
        Assert.Equal(code.Count(c => c == '\n'), guarded.Count(c => c == '\n'));
        if (!code.EndsWith('{')) Assert.DoesNotContain(CSharpSyntaxTree.ParseText(guarded, Script).GetDiagnostics(), d => d.Severity == DiagnosticSeverity.Error);
    }
}
