using System.Globalization;
using DigiCam.Kernel.Documents;
using DigiCam.Kernel.Formatting;

namespace DigiCam.Kernel.Tests.Formatting;

public sealed class ValueFormatterTests
{
    private readonly ValueFormatter _formatter = new();

    public static TheoryData<object?, string> Primitives => new()
    {
        { null, "<null>" },
        { "a\nb", "a\nb" },
        { 1.5, "1.5" },
        { 1e300, "1E+300" },
        { double.NaN, "NaN" },
        { 1.5f, "1.5" },
        { 1234567, "1234567" },
        { 2.50m, "2.50" },
        { true, "True" },
        { 'c', "c" },
        { DayOfWeek.Friday, "Friday" },
        { new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc), "2026-01-02 03:04:05Z" },
        { typeof(List<int>), "List<Int32>" },
        { new InvalidOperationException("no"), "System.InvalidOperationException: no" },
        { (1, 2.5), "(1, 2.5)" },
    };

    [Theory]
    [MemberData(nameof(Primitives))]
    public void Format_Primitive_IsPlainInvariantText(object? value, string expected)
    {
        CultureInfo culture = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
        try
        {
            KeyValuePair<string, string> only = Assert.Single(_formatter.Format(value));
            Assert.Equal(("text/plain", expected), (only.Key, only.Value));
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    [Fact]
    public void Format_FormatterSource_WinsOverEverything()
    {
        MimeBundle bundle = _formatter.Format(new Derived());
        Assert.Equal("<i>source</i>", bundle["text/html"]);
        Assert.Equal("own text", bundle["text/plain"]);
    }

    [Fact]
    public void Format_ToHtml_WinsOverLists()
    {
        MimeBundle bundle = _formatter.Format(new WithHtml());
        Assert.Equal("<b>html</b>", bundle["text/html"]);
        Assert.Equal("line", bundle["text/plain"]);
    }

    [Fact]
    public void Format_LongList_Shows20()
    {
        MimeBundle bundle = _formatter.Format(Enumerable.Range(0, 1296).ToArray());
        Assert.EndsWith("18, 19, ... 1276 more ]", bundle["text/plain"], StringComparison.Ordinal);
        Assert.Contains("... 1276 more", bundle["text/html"], StringComparison.Ordinal);
        Assert.Contains("... more", _formatter.Format(Forever())["text/plain"], StringComparison.Ordinal);
        Assert.Equal("[ ]", _formatter.Format(Array.Empty<int>())["text/plain"]);
    }

    [Fact]
    public void Format_Records_AreRowsWithColumns()
    {
        MimeBundle bundle = _formatter.Format(new[] { new Row(1, 2.5), new Row(2, 3) });
        Assert.Equal("#  Id  Value\n0  1   2.5\n1  2   3", bundle["text/plain"]);
        Assert.Contains("<th>Value</th>", bundle["text/html"], StringComparison.Ordinal);
    }

    [Fact]
    public void Format_DictionaryAndMatrix()
    {
        Assert.Equal("{ a<: 1.5 }", _formatter.Format(new Dictionary<string, double> { ["a<"] = 1.5 })["text/plain"]);
        Assert.Contains("<td>a&lt;</td>", _formatter.Format(new Dictionary<string, double> { ["a<"] = 1.5 })["text/html"], StringComparison.Ordinal);
        Assert.Contains("... 30 x 3 in all", _formatter.Format(new double[30, 3])["text/plain"], StringComparison.Ordinal);
    }

    [Fact]
    public void Format_ObjectWithoutText_IsOneLevelTable()
    {
        MimeBundle bundle = _formatter.Format(new Node { Name = "top", Inner = new Node { Name = "below" } });
        Assert.Equal("Node { Name: top, Inner: Node, Broken: [InvalidOperationException: cannot] }", bundle["text/plain"]);
        Assert.DoesNotContain("below", bundle["text/html"], StringComparison.Ordinal);
    }

    [Fact]
    public void Format_FormatterThatThrows_BecomesText()
    {
        Assert.Equal("[Throwing cannot be shown: InvalidOperationException: broken]", _formatter.Format(new Throwing())["text/plain"]);
        Assert.Contains("broken", _formatter.Format(new object[] { new ThrowingText() })["text/plain"], StringComparison.Ordinal);
    }

    [Fact]
    public void Format_WithMimeType_TakesTextAsWritten()
    {
        Assert.Equal("<b>", _formatter.Format("<b>", "text/html")["text/html"]);
        Assert.Equal("<b>html</b>", _formatter.Format(new WithHtml(), "text/html")["text/html"]);
        Assert.Equal("<pre>1.5</pre>", _formatter.Format(1.5, "text/html")["text/html"]);
        Assert.Equal("<u>", _formatter.Format(new HtmlContent("<u>"))["text/html"]);
    }

    private static IEnumerable<int> Forever()
    {
        for (int i = 0; ; i++) yield return i;
    }

    internal sealed record Row(int Id, double Value);

#pragma warning disable CA1812, CA1822 // Used through reflection.
    internal sealed class Node
    {
        public string Name { get; init; } = "";

        public Node? Inner { get; init; }

        public int Broken => Inner is null ? 0 : throw new InvalidOperationException("cannot");
    }

    internal sealed class WithHtml : List<int>
    {
        public string ToHtml() => "<b>html</b>";

        public override string ToString() => "line";
    }

    internal sealed class Throwing
    {
        public string ToHtml() => throw new InvalidOperationException("broken");
    }

    internal sealed class ThrowingText
    {
        public override string ToString() => throw new InvalidOperationException("broken");
    }

    [TypeFormatterSource(typeof(Source))]
    internal class Base
    {
        public string ToHtml() => "not this one";

        public override string ToString() => "own text";
    }

    internal sealed class Derived : Base;

    [AttributeUsage(AttributeTargets.Class)]
    private sealed class TypeFormatterSourceAttribute(Type formatterSourceType) : Attribute
    {
        public Type FormatterSourceType { get; } = formatterSourceType;

        public string[] PreferredMimeTypes { get; set; } = [];
    }

    private sealed class Source
    {
        private Source()
        {
        }

        public IEnumerable<object> CreateTypeFormatters()
        {
            yield return new Formatter();
        }
    }

    private sealed class Formatter
    {
        public string MimeType => "text/html";

        public Type Type => typeof(Base);

        public bool Format(object instance, TextWriter writer)
        {
            writer.Write("<i>source</i>");
            return instance is Base;
        }
    }
}
