using DigiCam.Zfits;

namespace DigiCam.Cli.Reporting;

/// <summary>The options of a command do not go together.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>What users write into options, and what the library says to it.</summary>
internal static class Usage
{
    /// <summary>Does what takes its arguments from options: an argument that is refused is a mistake of the user.</summary>
    /// <exception cref="UsageException">The library refuses an argument.</exception>
    public static T Check<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (ArgumentException exception)
        {
            throw new UsageException(Sentence(exception));
        }
    }

    /// <inheritdoc cref="Check"/>
    public static async Task<T> CheckAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (ArgumentException exception)
        {
            throw new UsageException(Sentence(exception));
        }
    }

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

    /// <summary>Refuses the name of a file that is empty.</summary>
    public static void CheckName(string path)
    {
        if (path.Length == 0) throw new UsageException("the name of a file is empty");
    }

    /// <summary>The message without the name of the parameter, which means nothing to a user.</summary>
    private static string Sentence(ArgumentException exception) => exception.Message.Replace($" (Parameter '{exception.ParamName}')", "", StringComparison.Ordinal).ReplaceLineEndings(" ");
}
