using System.Reflection;
using DigiCam.Fitting;
using DigiCam.HvOff;
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
    public void Register_EngineWithTheTwoMethods_ShowsTheCoresTypesByTheirViewsOrAsText()
    {
        FakeEngine.Formatters.Clear();
        FakeEngine.Preferred.Clear();
        int count = InteractiveFormatters.Register(typeof(FakeEngine));
        Assert.Equal(count, FakeEngine.Preferred.Count);
        Assert.Equal(["text/html", "text/plain"], FakeEngine.Preferred[typeof(DigiCam.Runs.Run)]);
        Assert.StartsWith("pixel 0 (module 76", FakeEngine.Write(DigiCam.Geometry.CameraGeometry.DigiCam.Pixels[0], "text/plain"), StringComparison.Ordinal);

        FitProblem problem = SampleFits.Gaussian();
        Assert.Equal(["text/html", "text/plain"], FakeEngine.Preferred[typeof(FitResult)]);
        Assert.Equal(Show.Problem(problem).ToHtml(), FakeEngine.Write(problem, "text/html"));
        Assert.Equal(Show.Fit(problem.Fit()).ToString(), FakeEngine.Write(problem.Fit(), "text/plain"));
        Assert.Equal(["text/html", "text/plain"], FakeEngine.Preferred[typeof(HvOffResult)]);
    }

    [Fact]
    public void Format_TypeOfTheCore_IsItsView()
    {
        DigiCam.Kernel.Documents.MimeBundle bundle = new DigiCam.Kernel.Formatting.ValueFormatter().Format(SampleFits.Gaussian());
        Assert.Equal(Show.Problem(SampleFits.Gaussian()).ToHtml(), bundle["text/html"]);
        Assert.Equal(Show.Problem(SampleFits.Gaussian()).ToString(), bundle["text/plain"]);
    }

    private static class FakeEngine
    {
        public static Dictionary<(Type Type, string MimeType), Action<object, TextWriter>> Formatters { get; } = [];

        public static Dictionary<Type, string[]> Preferred { get; } = [];

        public static void Register(Type type, Action<object, TextWriter> formatter, string mimeType) => Formatters[(type, mimeType)] = formatter;

        public static void SetPreferredMimeTypesFor(Type type, params string[] preferred) => Preferred[type] = preferred;

        public static string Write(object item, string mimeType)
        {
            using StringWriter writer = new();
            Formatters[(item.GetType(), mimeType)](item, writer);
            return writer.ToString();
        }
    }
}
