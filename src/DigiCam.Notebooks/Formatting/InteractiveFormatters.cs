using System.Reflection;
using DigiCam.Runs;
using DigiCam.Zfits;

namespace DigiCam.Notebooks.Formatting;

/// <summary>
/// .NET Interactive shows an object it knows nothing about as a tree of all its properties, megabytes for a run. The core knows
/// nothing of notebooks, so the kit tells the engine, when there is one, to show the core's types by their views.
/// </summary>
internal static class InteractiveFormatters
{
    private const string FormatterType = "Microsoft.DotNet.Interactive.Formatting.Formatter";
    private static readonly string[] MimeTypes = ["text/html", "text/plain"];

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
            register.Invoke(null, [type, (Action<object, TextWriter>)((item, writer) => writer.Write(KitViews.Of(item)?.ToHtml())), MimeTypes[0]]);
            register.Invoke(null, [type, (Action<object, TextWriter>)((item, writer) => writer.Write(KitViews.Of(item)?.ToString())), MimeTypes[1]]);
            prefer?.Invoke(null, [type, MimeTypes]);
            count++;
        }

        return count;
    }

    /// <summary>Public types that the engine does not find a formatter of by itself.</summary>
    internal static IEnumerable<Type> Types() =>
        new[] { typeof(Run).Assembly, typeof(ZFitsFile).Assembly, typeof(InteractiveFormatters).Assembly }
            .SelectMany(a => a.GetExportedTypes())
            .Where(t => !t.IsAbstract && !t.IsEnum && !t.IsGenericTypeDefinition && !typeof(IHtml).IsAssignableFrom(t) && !typeof(Delegate).IsAssignableFrom(t) && !typeof(Exception).IsAssignableFrom(t));
}
