using System.Reflection;
using DigiCam.Notebooks.Cameras;
using DigiCam.Notebooks.Formatting;
using DigiCam.Notebooks.Tests.Samples;

namespace DigiCam.Notebooks.Tests.Formatting;

/// <summary>Finds and calls the formatters as notebook engines do: by names, through reflection.</summary>
public sealed class FormatterDiscoveryTests
{
    private static readonly Assembly Kit = typeof(CameraDisplay).Assembly;

    public static TheoryData<string> Types() => [.. Kit.GetExportedTypes().Where(t => t.GetMethod("ToHtml", Type.EmptyTypes) is not null).Select(t => t.FullName!)];

    [Theory]
    [MemberData(nameof(Types))]
    public void Attribute_OfEveryShownType_LeadsToBothFormatters(string name)
    {
        Type type = Kit.GetType(name)!;
        Attribute attribute = Assert.Single(type.GetCustomAttributes(), a => a.GetType().Name == "TypeFormatterSourceAttribute") as Attribute ?? throw new InvalidOperationException();
        Type sourceType = (Type)attribute.GetType().GetProperty("FormatterSourceType")!.GetValue(attribute)!;
        Assert.Equal(["text/html", "text/plain"], (string[])attribute.GetType().GetProperty("PreferredMimeTypes")!.GetValue(attribute)!);
        object source = Activator.CreateInstance(sourceType, nonPublic: true)!;
        object[] formatters = [.. (IEnumerable<object>)sourceType.GetMethod("CreateTypeFormatters")!.Invoke(source, null)!];
        Assert.Equal(["text/html", "text/plain"], formatters.Select(f => (string)f.GetType().GetProperty("MimeType")!.GetValue(f)!));
        Assert.All(formatters, f => Assert.Equal(type, f.GetType().GetProperty("Type")!.GetValue(f)));
    }

    [Fact]
    public void Format_Display_WritesHtmlAndText()
    {
        CameraDisplay display = SampleCamera.Create();
        object[] formatters = [.. new HtmlFormatterSource<CameraDisplay>().CreateTypeFormatters()];
        string[] texts = [.. formatters.Select(Write)];
        Assert.Equal(display.ToHtml(), texts[0]);
        Assert.Equal(display.ToString(), texts[1]);

        string Write(object formatter)
        {
            using StringWriter writer = new();
            Assert.True((bool)formatter.GetType().GetMethod("Format", [typeof(object), typeof(TextWriter)])!.Invoke(formatter, [display, writer])!);
            return writer.ToString();
        }
    }

    [Fact]
    public void PublicTypes_AllHaveATextOfTheirOwn()
    {
        Type[] without =
        [
            .. Kit.GetExportedTypes().Where(t => !t.IsEnum && !(t.IsAbstract && t.IsSealed))
                .Where(t => t.GetMethod("ToString", Type.EmptyTypes)!.DeclaringType is { } d && (d == typeof(object) || d == typeof(ValueType))),
        ];
        Assert.Empty(without);
    }

    [Fact]
    public void Register_EngineWithTheTwoMethods_ShowsTheCoresTypesAsText()
    {
        FakeEngine.Formatters.Clear();
        int count = InteractiveFormatters.Register(typeof(FakeEngine));
        Assert.Equal(count, FakeEngine.Formatters.Count);
        Assert.Contains(typeof(DigiCam.Runs.Run), FakeEngine.Formatters.Keys);
        using StringWriter writer = new();
        FakeEngine.Formatters[typeof(DigiCam.Geometry.Pixel)](DigiCam.Geometry.CameraGeometry.DigiCam.Pixels[0], writer);
        Assert.StartsWith("pixel 0 (module 76", writer.ToString(), StringComparison.Ordinal);
    }

    private static class FakeEngine
    {
        public static Dictionary<Type, Action<object, TextWriter>> Formatters { get; } = [];

        public static void Register(Type type, Action<object, TextWriter> formatter, string mimeType)
        {
            Assert.Equal("text/plain", mimeType);
            Formatters[type] = formatter;
        }

        public static void SetPreferredMimeTypesFor(Type type, params string[] preferred) => Assert.Equal(["text/plain"], preferred);
    }
}
