using System.Reflection;

namespace DigiCam.Notebooks.Progress;

/// <summary>
/// An output that can be shown anew in its place. The kit knows no engine: it looks for the function display, which this project's engine and .NET Interactive both have, by its name.
/// </summary>
internal sealed class NotebookDisplay
{
    private static readonly (string Assembly, string Type)[] Engines =
        [("DigiCam.Kernel", "DigiCam.Kernel.Sessions.NotebookFunctions"), ("Microsoft.DotNet.Interactive", "Microsoft.DotNet.Interactive.Kernel")];

    private readonly object _shown;
    private readonly MethodInfo _update;

    private NotebookDisplay(object shown, MethodInfo update) => (_shown, _update) = (shown, update);

    /// <summary>Shows a value below the running cell; null where no notebook runs.</summary>
    /// <param name="value">The value.</param>
    public static NotebookDisplay? Show(object value) => Find().Select(engine => Show(engine, value)).FirstOrDefault(display => display is not null);

    /// <summary>The token that tells of an interrupt of the running cell; none where the engine has no such thing.</summary>
    public static CancellationToken Interrupted()
    {
        foreach (Type engine in Find())
        {
            if (engine.GetMethod("interrupted", BindingFlags.Public | BindingFlags.Static, []) is { } method && Call(method, null) is CancellationToken token) return token;
        }

        return CancellationToken.None;
    }

    /// <summary>Replaces what is shown.</summary>
    /// <param name="value">The new value.</param>
    public void Update(object value) => Call(_update, _shown, value);

    /// <summary>Shows a value by the function of an engine.</summary>
    /// <param name="engine">The class that has it.</param>
    /// <param name="value">The value.</param>
    internal static NotebookDisplay? Show(Type engine, object value) =>
        engine.GetMethod("display", BindingFlags.Public | BindingFlags.Static, [typeof(object), typeof(string[])]) is { } display
        && Call(display, null, value, Array.Empty<string>()) is { } shown
        && shown.GetType().GetMethod("Update", [typeof(object)]) is { } update
            ? new NotebookDisplay(shown, update)
            : null;

    private static IEnumerable<Type> Find() => Engines
        .Select(engine => AppDomain.CurrentDomain.GetAssemblies().FirstOrDefault(assembly => assembly.GetName().Name == engine.Assembly)?.GetType(engine.Type))
        .OfType<Type>();

    /// <summary>Progress is a courtesy: an engine that runs no cell at the moment, or does not take it, must not stop the work.</summary>
    private static object? Call(MethodInfo method, object? target, params object?[] arguments)
    {
        try
        {
            return method.Invoke(target, arguments);
        }
        catch (TargetInvocationException)
        {
            return null;
        }
    }
}
