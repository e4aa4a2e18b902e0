using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using DigiCam.Kernel.Documents;
using DigiCam.Kernel.Sessions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DigiCam.Kernel.Parameters;

/// <summary>The code cell tagged <c>parameters</c>: the variables it declares, and the cell that gives them other values.</summary>
public static class ParameterCell
{
    /// <summary>The tag of the cell that declares the parameters.</summary>
    public const string Tag = "parameters";

    /// <summary>The tag of the cell that gives them other values.</summary>
    public const string InjectedTag = "injected-parameters";

    /// <summary>The parameters of a notebook in the order of their declaration; empty when it has no parameters cell.</summary>
    /// <exception cref="ParameterException">The parameters cell does not compile.</exception>
    public static IReadOnlyList<DeclaredParameter> Discover(NotebookDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        return Find(document, Tag) is { } index ? Declarations(document.Cells[index].Source) : [];
    }

    /// <summary>Gives parameters their values: puts the injected cell after the parameters cell, in place of an earlier one. Without values nothing changes.</summary>
    /// <exception cref="ParameterException">A name is unknown, a value has the wrong type, or the notebook has no parameters cell.</exception>
    public static void Inject(NotebookDocument document, NotebookParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(document);
        ArgumentNullException.ThrowIfNull(parameters);
        if (parameters.Values.Count == 0) return;
        string code = Bind(document, parameters);
        while (Find(document, InjectedTag) is { } earlier) document.Cells.RemoveAt(earlier);
        NotebookCell cell = new(CellKind.Code, code)
        {
            Id = document.FormatMinor >= 5 ? InjectedTag : null,
            Metadata = new JsonObject { ["tags"] = new JsonArray(InjectedTag) },
        };
        document.Cells.Insert(Find(document, Tag)!.Value + 1, cell);
    }

    private static string Bind(NotebookDocument document, NotebookParameters parameters)
    {
        if (Find(document, Tag) is null)
        {
            throw new ParameterException($"the notebook has no code cell tagged '{Tag}', so it takes no parameters ({string.Join(", ", parameters.Values.Keys)} given)");
        }

        IReadOnlyList<DeclaredParameter> declared = Discover(document);
        StringBuilder code = new("// Values given to this run.");
        foreach ((string name, _) in parameters.Values)
        {
            if (declared.All(parameter => parameter.Name != name)) throw Unknown(name, declared);
        }

        foreach (DeclaredParameter parameter in declared)
        {
            if (!parameters.Values.TryGetValue(parameter.Name, out ParameterValue? value)) continue;
            if (parameter.Convert is null) throw new ParameterException($"parameter {parameter.Name}: values of type {parameter.Type} cannot be given from outside");
            code.Append('\n').Append(parameter.Type).Append(' ').Append(Identifier(parameter.Name)).Append(" = ")
                .Append(parameter.Convert.ToExpression(parameter.Name, value)).Append(';');
        }

        return code.ToString();
    }

    private static string Identifier(string name) =>
        SyntaxFacts.GetKeywordKind(name) == SyntaxKind.None ? name : "@" + name;

    private static ParameterException Unknown(string name, IReadOnlyList<DeclaredParameter> declared)
    {
        string known = declared.Count == 0 ? "the parameters cell declares none" : $"known are {string.Join(", ", declared.Select(parameter => $"{parameter.Name} ({parameter.Type})"))}";
        string? nearest = declared.Select(parameter => parameter.Name)
            .Select(other => (Name: other, Distance: Distance(name, other)))
            .Where(other => other.Distance <= Math.Max(2, name.Length / 3))
            .OrderBy(other => other.Distance).ThenBy(other => other.Name, StringComparer.Ordinal)
            .Select(other => other.Name)
            .FirstOrDefault();
        return new ParameterException($"unknown parameter '{name}'{(nearest is null ? "" : $" (did you mean {nearest}?)")}; {known}");
    }

    private static List<DeclaredParameter> Declarations(string source)
    {
        Compilation compilation = ScriptSession.CreateCompilation(CellText.Parse(source).Code);
        SyntaxTree tree = compilation.SyntaxTrees.Single();
        if (compilation.GetDiagnostics().FirstOrDefault(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error) is { } error)
        {
            int line = error.Location.GetLineSpan().StartLinePosition.Line + 1;
            throw new ParameterException(
                string.Create(CultureInfo.InvariantCulture, $"the parameters cell does not compile: line {line}: error {error.Id}: {error.GetMessage(CultureInfo.InvariantCulture)}"));
        }

        SemanticModel model = compilation.GetSemanticModel(tree);
        List<DeclaredParameter> parameters = [];
        foreach (FieldDeclarationSyntax field in tree.GetCompilationUnitRoot().Members.OfType<FieldDeclarationSyntax>())
        {
            string comment = field.GetTrailingTrivia().FirstOrDefault(trivia => trivia.IsKind(SyntaxKind.SingleLineCommentTrivia)).ToString().TrimStart('/').Trim();
            foreach (VariableDeclaratorSyntax variable in field.Declaration.Variables)
            {
                if (model.GetDeclaredSymbol(variable) is not IFieldSymbol { IsConst: false } symbol) continue;
                parameters.Add(new DeclaredParameter(
                    symbol.Name,
                    symbol.Type.WithNullableAnnotation(NullableAnnotation.None).ToDisplayString(SymbolDisplayFormat.CSharpErrorMessageFormat),
                    variable.Initializer?.Value.ToString(),
                    comment.Length == 0 ? null : comment)
                { Convert = ParameterType.Create(symbol.Type) });
            }
        }

        return parameters;
    }

    private static int? Find(NotebookDocument document, string tag)
    {
        for (int i = 0; i < document.Cells.Count; i++)
        {
            if (document.Cells[i].Kind == CellKind.Code && document.Cells[i].Tags.Contains(tag)) return i;
        }

        return null;
    }

    /// <summary>The edit distance, in which exchanging two neighbours costs one.</summary>
    private static int Distance(string a, string b)
    {
        int[,] cost = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            for (int j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    cost[i, j] = i + j;
                    continue;
                }

                bool same = char.ToUpperInvariant(a[i - 1]) == char.ToUpperInvariant(b[j - 1]);
                cost[i, j] = Math.Min(Math.Min(cost[i - 1, j], cost[i, j - 1]) + 1, cost[i - 1, j - 1] + (same ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) cost[i, j] = Math.Min(cost[i, j], cost[i - 2, j - 2] + 1);
            }
        }

        return cost[a.Length, b.Length];
    }
}
