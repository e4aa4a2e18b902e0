using DigiCam.Cli.Jobs;
using DigiCam.Plans;
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
            Say(command, "cancelled");
            return Cancelled;
        }
        catch (Exception exception) when (IsBadInput(exception))
        {
            Say(command, exception.Message);
            return Failure;
        }
    }

    /// <summary>True for what the user or a file did wrong; anything else is a defect of the program.</summary>
    public static bool IsBadInput(Exception exception) => exception is IOException or UnauthorizedAccessException or InvalidDataException or ZFitsFormatException
        or NotSupportedException or OverflowException or PlanException or UsageException;

    /// <summary>Writes one sentence to stderr.</summary>
    public static void Say(string command, string message)
    {
        string sentence = message.ReplaceLineEndings(" ");
        RunningJob.Current?.Say(sentence);
        Console.Error.WriteLine($"digicam {command}: {sentence}");
    }
}
