using System.Collections.Immutable;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace DigiCam.Plans;

/// <summary>
/// YAML to <see cref="PlanNode"/>. Made from the events of the YAML library rather than with its own tree, which recurses as deep as the
/// text asks for, hashes keys that are trees themselves, and does not tell the lines of keys given twice in our words.
/// </summary>
internal sealed class PlanParser
{
    private const int DeepestNesting = 20;

    private readonly string _path;
    private readonly Parser _events;
    private readonly Dictionary<AnchorName, PlanNode> _anchors = [];

    // Lines of the brackets that are open.
    private readonly Stack<int> _brackets = [];
    private readonly string _what;
    private readonly string _example;

    private PlanParser(string path, string text, string what, string example)
    {
        _path = path;
        _what = what;
        _example = example;
        _events = new Parser(new StringReader(text));
    }

    /// <summary>The plan's outermost keys.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="text">Its text.</param>
    /// <param name="what">What the file is, for messages.</param>
    /// <param name="example">A line of such a file, for messages.</param>
    /// <exception cref="PlanException">The text is no YAML, or something else than one table of keys.</exception>
    public static PlanTable Parse(string path, string text, string what = "plan", string example = "seed: 1")
    {
        PlanParser parser = new(path, text, what, example);
        try
        {
            return parser.Document();
        }
        catch (YamlException exception)
        {
            // The library notices a tab as indentation, but not where it is.
            int tab = Array.FindIndex(text.Split('\n'), line => line.TrimStart(' ').StartsWith('\t'));
            if (tab >= 0 && exception.Message.Contains("tab", StringComparison.Ordinal)) throw new PlanException(path, tab + 1, "", "not valid YAML: lines are indented with spaces, here is a tab", exception);

            // It ends some of its messages as sentences.
            string cause = exception.Message.ReplaceLineEndings(" ").TrimEnd('.', ' ').Replace(". ", ", ", StringComparison.Ordinal);
            string open = parser._brackets.TryPeek(out int line) ? FormattableString.Invariant($", inside the bracket of line {line}") : "";
            throw new PlanException(path, (int)exception.Start.Line, "", $"not valid YAML: {char.ToLowerInvariant(cause[0])}{cause[1..]}{open}", exception);
        }
        catch (InvalidOperationException exception) when (parser._brackets.TryPeek(out int line))
        {
            // Version 18.1 of the library fails so at a key that follows an open bracket.
            throw new PlanException(path, line, "", "not valid YAML: the bracket is not closed", exception);
        }
    }

    private PlanTable Document()
    {
        _events.Consume<StreamStart>();
        if (_events.Accept<StreamEnd>(out _)) throw new PlanException(_path, 0, "", $"the {_what} is empty");
        _events.Consume<DocumentStart>();
        PlanNode root = Node(0);
        _events.Consume<DocumentEnd>();
        if (_events.Accept<DocumentStart>(out DocumentStart? second)) throw Error(second, $"a {_what} is a single YAML document, here begins another one");
        return root as PlanTable ?? throw new PlanException(_path, root.Line, "", $"a {_what} consists of keys and values such as '{_example}'");
    }

    private PlanNode Node(int depth)
    {
        if (depth > DeepestNesting) throw Error(_events.Current!, FormattableString.Invariant($"lists and keys are nested more than {DeepestNesting} deep"));
        if (_events.TryConsume<AnchorAlias>(out var alias)) return _anchors.GetValueOrDefault(alias.Value) ?? throw Error(alias, $"nothing above is marked as '&{alias.Value}'");
        NodeEvent start = _events.Accept<NodeEvent>(out NodeEvent? found) ? found : throw Error(_events.Current!, "a value is missing");
        PlanNode node = start switch
        {
            Scalar => Single(),
            SequenceStart => Sequence(depth),
            _ => Table(depth),
        };
        if (!start.Anchor.IsEmpty) _anchors[start.Anchor] = node;
        return node;
    }

    private PlanScalar Single()
    {
        Scalar scalar = _events.Consume<Scalar>();
        bool isNull = scalar is { Style: ScalarStyle.Plain, Value: "~" or "null" };
        return new PlanScalar(LineOf(scalar), isNull ? "" : scalar.Value);
    }

    private PlanList Sequence(int depth)
    {
        // Taking the bracket itself, the library looks at what follows: it can fail then already.
        if (_events.Accept<SequenceStart>(out SequenceStart? bracket) && bracket.Style == SequenceStyle.Flow) _brackets.Push(LineOf(bracket));
        SequenceStart start = _events.Consume<SequenceStart>();
        ImmutableArray<PlanNode>.Builder items = ImmutableArray.CreateBuilder<PlanNode>();
        while (!_events.Accept<SequenceEnd>(out _)) items.Add(Node(depth + 1));
        if (start.Style == SequenceStyle.Flow) _brackets.Pop();
        _events.Consume<SequenceEnd>();
        return new PlanList(LineOf(start), items.DrainToImmutable());
    }

    private PlanTable Table(int depth)
    {
        if (_events.Accept<MappingStart>(out MappingStart? bracket) && bracket.Style == MappingStyle.Flow) _brackets.Push(LineOf(bracket));
        MappingStart start = _events.Consume<MappingStart>();
        Dictionary<string, int> lines = new(StringComparer.Ordinal);
        ImmutableArray<PlanEntry>.Builder entries = ImmutableArray.CreateBuilder<PlanEntry>();
        while (!_events.Accept<MappingEnd>(out _))
        {
            ParsingEvent at = _events.Current!;
            if (!_events.TryConsume<Scalar>(out var key)) throw Error(at, "a key is a single word");
            if (!lines.TryAdd(key.Value, LineOf(key))) throw new PlanException(_path, LineOf(key), key.Value, FormattableString.Invariant($"the key is given twice, first in line {lines[key.Value]}"));
            entries.Add(new PlanEntry(LineOf(key), key.Value, Node(depth + 1)));
        }

        if (start.Style == MappingStyle.Flow) _brackets.Pop();
        _events.Consume<MappingEnd>();
        return new PlanTable(LineOf(start), entries.DrainToImmutable());
    }

    private PlanException Error(ParsingEvent at, string cause) => new(_path, LineOf(at), "", cause);

    private static int LineOf(ParsingEvent at) => (int)at.Start.Line;
}
