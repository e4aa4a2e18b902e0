using DigiCam.Kernel.Formatting;

namespace DigiCam.Kernel.Sessions;

/// <summary>Functions that every cell can call by name, as in the .NET Interactive C# kernel.</summary>
#pragma warning disable IDE1006 // display and HTML are the names that existing notebooks use.
public static class NotebookFunctions
{
    /// <summary>Shows a value below the cell.</summary>
    /// <param name="value">The value; null is shown as such.</param>
    /// <param name="mimeTypes">The media type to show it in; a text is then taken as written in it. Empty: all that are known.</param>
    public static DisplayedValue display(object? value, params string[] mimeTypes)
    {
        ArgumentNullException.ThrowIfNull(mimeTypes);
        return ScriptSession.Current.Display(value, mimeTypes.Length == 0 ? null : mimeTypes[0]);
    }

    /// <summary>Removes what the running cell has shown so far.</summary>
    /// <param name="wait">Only when something new is shown, so that nothing flickers.</param>
    public static void clear_output(bool wait = false) => ScriptSession.Current.ClearOutput(wait);

    /// <summary>Cancelled when the running cell is interrupted; for functions that take a token. Code that does not look at it is aborted a moment later.</summary>
    public static CancellationToken interrupted() => ScriptSession.Current.Interrupted;

    /// <summary>Marks a text as HTML, so that showing it renders it.</summary>
    public static HtmlContent HTML(string content) => new(content);

    /// <summary>Shows a value below the cell.</summary>
    public static DisplayedValue Display(this object? value, params string[] mimeTypes) => display(value, mimeTypes);

    /// <summary>Shows a text written in a media type, for example <c>text/markdown</c>.</summary>
    public static DisplayedValue DisplayAs(this string value, string mimeType) => display(value, mimeType);
}
