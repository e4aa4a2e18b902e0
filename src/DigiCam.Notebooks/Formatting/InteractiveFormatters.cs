using System.Reflection;
using DigiCam.Runs;
using DigiCam.Zfits;

namespace DigiCam.Notebooks.Formatting;

/// <summary>
/// .NET Interactive shows an object it knows nothing about as a tree of all its properties, megabytes for a run. The core knows
/// nothing of notebooks, so the kit tells the engine, when there is one, to show the core's types by their views or by their ToString().
/// </summary>
internal static class InteractiveFormatters
{
    private const string FormatterType = "Microsoft.DotNet.Interactive.Formatting.Formatter";

    /// <summary>Registers the types with the engine that runs the notebook, if it is .NET Interactive.</summary>
    /// <returns>Number of types registered.</returns>
    public static int Register()
    {
        Type? formatter = AppDomain.CurrentDomain.GetAssemblies()
            .Where(a => a.GetName().Name == "Microsoft.DotNet.Interactive.Formatting")
            .Select(a => a.GetType(FormatterType)).FirstOrDefault(t => t is not null);
        return formatter is null ? 0 : Register(formatter);
    }

    /// <summary>Registers the types with a class that has the engine's two methods.</summary>
    internal static int Register(Type formatter)
    {
        MethodInfo? register = formatter.GetMethod("Register", [typeof(Type), typeof(Action<object, TextWriter>), typeof(string)]);
        MethodInfo? prefer = formatter.GetMethod("SetPreferredMimeTypesFor", [typeof(Type), typeof(string[])]);
        if (register is null) return 0;
        int count = 0;
        foreach (Type type in Types())
        {
            ByNameFormatter[] views = [.. Views(type)];
            if (views.Length == 0) register.Invoke(null, [type, (Action<object, TextWriter>)((item, writer) => writer.Write(item)), "text/plain"]);
            foreach (ByNameFormatter view in views) register.Invoke(null, [type, (Action<object, TextWriter>)((item, writer) => view.Format(item, writer)), view.MimeType]);
            prefer?.Invoke(null, [type, views.Length == 0 ? (string[])["text/plain"] : [.. views.Select(v => v.MimeType)]]);
            count++;
        }

        return count;
    }

    // Formatters of a type that the kit has a view for.
    private static IEnumerable<ByNameFormatter> Views(Type type) =>
        typeof(InteractiveFormatters).Assembly.GetCustomAttributes<TypeFormatterSourceForAttribute>().Where(a => a.ShownType.IsAssignableFrom(type))
            .SelectMany(a => (IEnumerable<object>)a.FormatterSourceType.GetMethod(nameof(ViewFormatterSource<object>.CreateTypeFormatters))!.Invoke(Activator.CreateInstance(a.FormatterSourceType), null)!)
            .OfType<ByNameFormatter>();

    /// <summary>Public types with a text of their own that are not shown as HTML.</summary>
    internal static IEnumerable<Type> Types() =>
        new[] { typeof(Run).Assembly, typeof(ZFitsFile).Assembly, typeof(InteractiveFormatters).Assembly }
            .SelectMany(a => a.GetExportedTypes())
            .Where(t => !t.IsAbstract && !t.IsEnum && !t.IsGenericTypeDefinition && !typeof(IHtml).IsAssignableFrom(t) && !typeof(Delegate).IsAssignableFrom(t) && !typeof(Exception).IsAssignableFrom(t));
}
