using DigiCam.Zfits;

namespace DigiCam.Cli.Reporting;

/// <summary>Options that are lists.</summary>
internal static class ListOption
{
    /// <summary>The parts of a text separated by commas.</summary>
    public static string[] Split(string text) => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>A set of row or event numbers; null when the option is not given.</summary>
    /// <exception cref="UsageException">The text is something else.</exception>
    public static ZFitsRowSet? ParseRows(string option, string? text)
    {
        try
        {
            return text is null ? null : ZFitsRowSet.Parse(text);
        }
        catch (ArgumentException exception)
        {
            throw new UsageException($"{option} {text}: {Sentence(exception)}");
        }
    }

    /// <summary>The message without the name of the parameter, which means nothing to a user.</summary>
    public static string Sentence(ArgumentException exception)
    {
        string suffix = $" (Parameter '{exception.ParamName}')";
        return exception.Message.Replace(suffix, "", StringComparison.Ordinal).ReplaceLineEndings(" ");
    }
}
