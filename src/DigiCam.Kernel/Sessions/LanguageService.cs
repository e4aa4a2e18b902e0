using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Completion;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Host.Mef;
using Microsoft.CodeAnalysis.QuickInfo;
using Microsoft.CodeAnalysis.Text;

namespace DigiCam.Kernel.Sessions;

/// <summary>
/// Hints about code that is being written after all that a session has executed. The compiler's editor services load when they are first used. Not thread-safe.
/// </summary>
internal sealed class LanguageService(ScriptSession session) : IDisposable
{
    private const int MaxOverloads = 5;

    private static readonly CSharpParseOptions ParseOptions = SubmissionText.ParseOptions.WithDocumentationMode(DocumentationMode.Parse);

    // What completion knows as kinds, and front ends as icons.
    private static readonly Dictionary<string, string> Kinds = new(StringComparer.Ordinal)
    {
        ["Method"] = "method",
        ["ExtensionMethod"] = "method",
        ["Property"] = "property",
        ["Field"] = "field",
        ["Event"] = "event",
        ["Class"] = "class",
        ["Structure"] = "struct",
        ["Interface"] = "interface",
        ["Enum"] = "enum",
        ["EnumMember"] = "enum",
        ["Delegate"] = "function",
        ["Namespace"] = "module",
        ["Local"] = "variable",
        ["Parameter"] = "variable",
        ["RangeVariable"] = "variable",
        ["Constant"] = "constant",
        ["Keyword"] = "keyword",
        ["File"] = "file",
        ["Folder"] = "folder",
    };

    private AdhocWorkspace? _workspace;
    private ProjectId? _last;
    private int _projects;

    /// <summary>Whether a text can be executed as it stands.</summary>
    public static Completeness CheckCompleteness(string code)
    {
        CellText cell = CellText.Parse(code);
        if (cell.Defect is not null) return new Completeness("invalid");
        SyntaxTree tree = CSharpSyntaxTree.ParseText(cell.Code, ParseOptions);
        if (!SyntaxFactory.IsCompleteSubmission(tree)) return new Completeness("incomplete", Indent(cell.Code));
        return new Completeness(tree.GetDiagnostics().Any(d => d.Severity == DiagnosticSeverity.Error) ? "invalid" : "complete");
    }

    /// <summary>What may stand at a place.</summary>
    /// <param name="code">The code.</param>
    /// <param name="position">The place, in characters.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    public async Task<Completion> CompleteAsync(string code, int position, CancellationToken cancellationToken = default)
    {
        if (CompleteMagic(code, position) is { } magic) return magic;
        Document document = Open(code);
        try
        {
            CompletionService service = CompletionService.GetService(document)!;
            CompletionList list = await service.GetCompletionsAsync(document, position, cancellationToken: cancellationToken).ConfigureAwait(false);
            TextSpan span = list.Span;
            string typed = code[span.Start..Math.Min(position, span.End)];
            // Snippets need an editor that knows how to fill them in.
            CompletionItem[] items = [.. list.ItemsList.Where(item => !item.Tags.Contains("Snippet") && item.DisplayText.Length > 0)];
            IEnumerable<CompletionItem> fitting = typed.Length == 0 ? items : items
                .Where(item => item.FilterText.StartsWith(typed, StringComparison.OrdinalIgnoreCase))
                .OrderBy(item => !item.FilterText.StartsWith(typed, StringComparison.Ordinal)).ThenBy(item => item.SortText, StringComparer.OrdinalIgnoreCase);
            return new Completion(span.Start, span.End, [.. fitting.Select(item => new CompletionMatch(Insertion(item), Kind(item))).DistinctBy(match => match.Text)]);
        }
        finally
        {
            Close(document);
        }
    }

    /// <summary>Signature and documentation of the name at a place, or of the function whose arguments are written there.</summary>
    /// <param name="code">The code.</param>
    /// <param name="position">The place, in characters.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <returns>Null when nothing is known.</returns>
    public async Task<Hint?> InspectAsync(string code, int position, CancellationToken cancellationToken = default)
    {
        Document document = Open(code);
        try
        {
            SyntaxNode root = (await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false))!;
            if (IsName(root, position) && await QuickInfoAsync(document, position, cancellationToken).ConfigureAwait(false) is { } hint) return hint;
            // A cursor at the end of a name stands behind it.
            if (position > 0 && IsName(root, position - 1) && await QuickInfoAsync(document, position - 1, cancellationToken).ConfigureAwait(false) is { } before) return before;
            SyntaxNode? call = root.FindToken(Math.Max(0, Math.Min(position, root.FullSpan.End) - 1)).Parent?.AncestorsAndSelf()
                .FirstOrDefault(node => node is BaseArgumentListSyntax arguments && arguments.SpanStart < position)?.Parent;
            if (call is null) return null;
            SemanticModel model = (await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false))!;
            return Signatures(model, call, position, cancellationToken);
        }
        finally
        {
            Close(document);
        }
    }

    public void Dispose() => _workspace?.Dispose();

    private static Completion? CompleteMagic(string code, int position)
    {
        int start = code.LastIndexOf('\n', Math.Max(0, position - 1)) + 1;
        if (position < start) return null;
        string typed = code[start..position];
        string[] matches = typed.StartsWith("#!", StringComparison.Ordinal) ? [.. CellText.Magics.Where(magic => magic.StartsWith(typed, StringComparison.Ordinal))] : [];
        return matches.Length == 0 ? null : new Completion(start, position, [.. matches.Select(magic => new CompletionMatch(magic, "keyword"))]);
    }

    private static string Indent(string code)
    {
        string last = code.TrimEnd('\n').Split('\n')[^1];
        string indent = last[..^last.TrimStart().Length];
        return last.TrimEnd().EndsWith('{') || last.TrimEnd().EndsWith('(') ? indent + "    " : indent;
    }

    private static string Insertion(CompletionItem item) =>
        item.Properties.TryGetValue("InsertionText", out string? text) ? text : item.DisplayText + (item.DisplayTextSuffix is "<>" ? "<" : "");

    private static string Kind(CompletionItem item) => item.Tags.Select(tag => Kinds.GetValueOrDefault(tag)).FirstOrDefault(kind => kind is not null) ?? "text";

    /// <summary>Of a name something can be told; of a literal only that it is a number.</summary>
    private static bool IsName(SyntaxNode root, int position) =>
        root.FullSpan.Contains(position) && root.FindToken(position) is var token && token.Span.Contains(position) && (token.IsKind(SyntaxKind.IdentifierToken) || SyntaxFacts.IsKeywordKind(token.Kind()));

    private static async Task<Hint?> QuickInfoAsync(Document document, int position, CancellationToken cancellationToken)
    {
        QuickInfoItem? item = await QuickInfoService.GetService(document)!.GetQuickInfoAsync(document, position, cancellationToken).ConfigureAwait(false);
        if (item is null || item.Sections.IsEmpty) return null;
        string signature = string.Join("\n", item.Sections.Where(s => s.Kind == QuickInfoSectionKinds.Description).Select(s => s.Text));
        string rest = string.Join("\n\n", item.Sections.Where(s => s.Kind != QuickInfoSectionKinds.Description).Select(s => s.Text.Trim()).Where(text => text.Length > 0));
        return Write([(signature, rest)]);
    }

    private static Hint? Signatures(SemanticModel model, SyntaxNode call, int position, CancellationToken cancellationToken)
    {
        IEnumerable<ISymbol> symbols = call switch
        {
            InvocationExpressionSyntax invocation => model.GetMemberGroup(invocation.Expression, cancellationToken),
            BaseObjectCreationExpressionSyntax creation => model.GetTypeInfo(creation, cancellationToken).Type is INamedTypeSymbol type ? type.InstanceConstructors.Where(c => c.DeclaredAccessibility == Accessibility.Public) : [],
            ElementAccessExpressionSyntax element => model.GetTypeInfo(element.Expression, cancellationToken).Type?.GetMembers().OfType<IPropertySymbol>().Where(p => p.IsIndexer) ?? [],
            _ => [],
        };
        ISymbol[] found = [.. symbols];
        if (found.Length == 0) return null;
        List<(string, string)> parts = [.. found.Take(MaxOverloads).Select(symbol => (symbol.ToMinimalDisplayString(model, position), Documentation(symbol, cancellationToken)))];
        if (found.Length > MaxOverloads) parts.Add((FormattableString.Invariant($"// and {found.Length - MaxOverloads} more"), ""));
        return Write(parts);
    }

    private static string Documentation(ISymbol symbol, CancellationToken cancellationToken) =>
        XmlText.Summary(symbol.GetDocumentationCommentXml(expandIncludes: true, cancellationToken: cancellationToken));

    private static Hint Write(IReadOnlyList<(string Signature, string Documentation)> parts)
    {
        StringBuilder text = new(), markdown = new();
        foreach ((string signature, string documentation) in parts)
        {
            if (text.Length > 0)
            {
                text.Append("\n\n");
                markdown.Append("\n\n");
            }

            text.Append(signature);
            markdown.Append("```csharp\n").Append(signature).Append("\n```");
            if (documentation.Length == 0) continue;
            text.Append('\n').Append(documentation);
            markdown.Append("\n\n").Append(documentation);
        }

        return new Hint(text.ToString(), markdown.ToString());
    }

    /// <summary>The code as the next submission.</summary>
    private Document Open(string code)
    {
        AdhocWorkspace workspace = _workspace ??= new AdhocWorkspace(MefHostServices.DefaultHost);
        IReadOnlyList<Declaration> declarations = session.Declarations;
        for (; _projects < declarations.Count; _projects++)
        {
            Declaration declaration = declarations[_projects];
            _last = AddSubmission(workspace, CellText.Parse(declaration.Code).Code, declaration.Options).Project.Id;
        }

        return AddSubmission(workspace, MaskMagic(code), session.Options);
    }

    private void Close(Document document)
    {
        Solution without = _workspace!.CurrentSolution.RemoveProject(document.Project.Id);
        _workspace.TryApplyChanges(without);
    }

    private Document AddSubmission(AdhocWorkspace workspace, string code, Microsoft.CodeAnalysis.Scripting.ScriptOptions options)
    {
        string name = FormattableString.Invariant($"submission{workspace.CurrentSolution.ProjectIds.Count}");
        ProjectInfo info = ProjectInfo.Create(
            ProjectId.CreateNewId(name),
            VersionStamp.Create(),
            name,
            name,
            LanguageNames.CSharp,
            isSubmission: true,
            parseOptions: ParseOptions,
            compilationOptions: new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, usings: options.Imports, allowUnsafe: options.AllowUnsafe),
            metadataReferences: options.MetadataReferences,
            projectReferences: _last is null ? [] : [new ProjectReference(_last)]);
        workspace.AddProject(info);
        return workspace.AddDocument(DocumentInfo.Create(
            DocumentId.CreateNewId(info.Id),
            name,
            sourceCodeKind: SourceCodeKind.Script,
            loader: TextLoader.From(TextAndVersion.Create(SourceText.From(code, Encoding.UTF8), VersionStamp.Create()))));
    }

    /// <summary>Blanks the lines of magic commands without moving any place.</summary>
    private static string MaskMagic(string code)
    {
        if (!code.Contains("#!", StringComparison.Ordinal)) return code;
        string[] lines = code.Split('\n');
        string[] kept = CellText.Parse(code).Code.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            if (kept[i].Length == 0) lines[i] = new string(' ', lines[i].Length);
        }

        return string.Join('\n', lines);
    }
}
