using System.Globalization;

namespace DigiCam.Kernel.Running;

/// <summary>Says in one sentence why a worker process ended.</summary>
internal static class Obituary
{
    public static string Write(int exitCode, string errorTail)
    {
        string[] lines = [.. errorTail.Split('\n').Select(line => line.Trim())];
        if (Find(lines, "Stack overflow") is not null) return "the process ended: stack overflow (recursion without end?)";
        if (Find(lines, "Unhandled exception. ") is { } unhandled) return $"the process ended: an exception on another thread was not handled: {unhandled}";
        if (Find(lines, "Process terminated. ") is { } failFast) return $"the process ended: Environment.FailFast: {failFast}";
        if (Find(lines, "Process terminated.") is not null)
        {
            // The message of FailFast stands on the next line in newer runtimes.
            string next = lines.SkipWhile(line => !line.StartsWith("Process terminated.", StringComparison.Ordinal)).Skip(1).FirstOrDefault(line => line.Length > 0 && !line.StartsWith("at ", StringComparison.Ordinal)) ?? "";
            return next.Length == 0 ? "the process ended: Environment.FailFast" : $"the process ended: Environment.FailFast: {next}";
        }

        string signal = exitCode switch
        {
            134 => " (aborted, SIGABRT)",
            136 => " (arithmetic fault, SIGFPE)",
            137 => " (killed, SIGKILL: out of memory?)",
            139 => " (memory fault in native code, SIGSEGV)",
            143 => " (ended by another process, SIGTERM)",
            _ => "",
        };
        return string.Create(CultureInfo.InvariantCulture, $"the process ended with exit code {exitCode}{signal}");
    }

    private static string? Find(string[] lines, string prefix) =>
        lines.FirstOrDefault(line => line.StartsWith(prefix, StringComparison.Ordinal))?[prefix.Length..].Trim();
}
