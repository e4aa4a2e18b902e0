using System.Reflection;
using System.Runtime.Loader;
using DigiCam.Notebooks.Plots;

namespace DigiCam.Notebooks.Tests.Plots;

/// <summary>A notebook engine's own FSharp.Core is the one that counts. Where it is older than Plotly.NET asks for, the runtime refuses it; the kit's charts are to be drawn all the same.</summary>
public sealed class OtherFSharpTests
{
    [Fact]
    public void Charts_WhereFSharpCoreIsRefused_AreDrawnAsEver()
    {
        Engine engine = new();
        Assembly kit = engine.LoadFromAssemblyName(typeof(Charts).Assembly.GetName());
        Assert.NotSame(typeof(Charts).Assembly, kit);
        Array series = Array.CreateInstance(kit.GetType(typeof(ChartSeries).FullName!)!, 1);
        series.SetValue(Activator.CreateInstance(series.GetType().GetElementType()!, "rate", (double[])[1, 2, 3], (double[])[3, 4, 5]), 0);
        object chart = kit.GetType(typeof(Charts).FullName!)!.GetMethods().Single(m => m.Name == nameof(Charts.Lines) && m.GetParameters().Length == 4).Invoke(null, ["Rate", "time [s]", "rate [Hz]", series])!;
        Chart own = Charts.Lines("Rate", "time [s]", "rate [Hz]", new ChartSeries("rate", [1, 2, 3], [3, 4, 5]));
        Assert.Equal(own.ToHtml(), Html(chart));
        Assert.Equal(own.ToString(), chart.ToString());

        object banner = kit.GetType(typeof(Kit).FullName!)!.GetMethod(nameof(Kit.Start))!.Invoke(null, null)!;
        Assert.Equal(Kit.Start().ToHtml(), Html(banner));

        // Only who asks for Plotly.NET's own chart needs its F#.
        Assert.IsType<FileLoadException>(Assert.Throws<TargetInvocationException>(() => chart.GetType().GetProperty(nameof(Chart.Plotly))!.GetValue(chart)).GetBaseException(), exactMatch: false);
    }

    private static string Html(object output) => (string)output.GetType().GetMethod("ToHtml")!.Invoke(output, null)!;

    // The kit and its libraries anew, with an F# core that is too old.
    private sealed class Engine() : AssemblyLoadContext("engine with an old F# core")
    {
        protected override Assembly? Load(AssemblyName assemblyName)
        {
            if (assemblyName.Name == "FSharp.Core") throw new FileLoadException($"{assemblyName}: the engine has an older one");
            string path = Path.Combine(AppContext.BaseDirectory, assemblyName.Name + ".dll");
            return assemblyName.Name!.StartsWith("DigiCam", StringComparison.Ordinal) || assemblyName.Name is "Plotly.NET" or "DynamicObj" ? LoadFromAssemblyPath(path) : null;
        }
    }
}
