using DigiCam.Zfits;

namespace DigiCam.Cli.Reporting;

/// <summary>Runs the work of a command: what the user or a file did wrong becomes one sentence on stderr and a non-zero exit code.</summary>
internal static class CommandHost
{
    /// <summary>Exit code for bad input.</summary>
    public const int Failure = 1;

    /// <summary>Exit code after Ctrl+C, as shells use it.</summary>
    public const int Cancelled = 130;

    public static async Task<int> RunAsync(string command, Func<Task<int>> work)
    {
        try
        {
            // The library listens for Ctrl+C only once the command's task has been returned to it.
            return await Task.Run(work);
        }
        catch (OperationCanceledException)
        {
            return Fail(command, "cancelled", Cancelled);
        }
        catch (UnauthorizedAccessException exception)
        {
            return Fail(command, exception.Message, Failure);
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or ZFitsFormatException or NotSupportedException or OverflowException or UsageException)
        {
            return Fail(command, exception.Message, Failure);
        }
    }

    private static int Fail(string command, string message, int code)
    {
        Console.Error.WriteLine($"digicam {command}: {message.ReplaceLineEndings(" ")}");
        return code;
    }
}

/// <summary>The options of a command do not go together.</summary>
internal sealed class UsageException(string message) : Exception(message);
