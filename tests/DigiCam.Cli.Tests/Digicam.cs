using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace DigiCam.Cli.Tests;

/// <summary>Runs the command as a user does, in a process of its own.</summary>
internal static class Digicam
{
    public static Result Run(string folder, params string[] arguments)
    {
        ProcessStartInfo start = Prepare(folder, arguments);
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        process.WaitForExit();
        return new Result(process.ExitCode, output.Result.ReplaceLineEndings("\n"), error.Result.ReplaceLineEndings("\n"));
    }

    /// <summary>Runs a command and presses Ctrl+C.</summary>
    /// <param name="folder">The working directory.</param>
    /// <param name="hasBegun">Whether it is time: asked again and again with the lines of output so far.</param>
    /// <param name="arguments">The command.</param>
    public static Result RunInterrupted(string folder, Func<int, bool> hasBegun, params string[] arguments) => RunSignalled("INT", folder, hasBegun, arguments);

    /// <summary>Runs a command and kills it, without a chance to clean up.</summary>
    /// <param name="folder">The working directory.</param>
    /// <param name="hasBegun">Whether it is time: asked again and again with the lines of output so far.</param>
    /// <param name="arguments">The command.</param>
    public static Result RunKilled(string folder, Func<int, bool> hasBegun, params string[] arguments) => RunSignalled("KILL", folder, hasBegun, arguments);

    /// <summary>Runs a command and sends it a signal.</summary>
    /// <param name="signal">Its name without SIG.</param>
    /// <param name="folder">The working directory.</param>
    /// <param name="hasBegun">Whether it is time: asked again and again with the lines of output so far.</param>
    /// <param name="arguments">The command.</param>
    public static Result RunSignalled(string signal, string folder, Func<int, bool> hasBegun, params string[] arguments)
    {
        TestEnvironment.Require(!OperatingSystem.IsWindows(), "needs POSIX signals");
        using Process process = new() { StartInfo = Prepare(folder, arguments) };
        StringBuilder output = new();
        StringBuilder error = new();
        int lines = 0;
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is null) return;
            output.Append(line.Data).Append('\n');
            Interlocked.Increment(ref lines);
        };
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is not null) error.Append(line.Data).Append('\n');
        };
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        while (!hasBegun(Volatile.Read(ref lines)) && !process.HasExited) Thread.Sleep(5);
        using (Process kill = Process.Start("kill", ["-" + signal, process.Id.ToString(CultureInfo.InvariantCulture)])) kill.WaitForExit();
        Assert.True(process.WaitForExit(20_000), $"still running 20 s after SIG{signal}");

        // The one with a limit does not wait for the last lines.
        process.WaitForExit();
        return new Result(process.ExitCode, output.ToString(), error.ToString());
    }

    public static ProcessStartInfo Prepare(string folder, params string[] arguments)
    {
        ProcessStartInfo start = new(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "DigiCam.Cli.dll"));
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        return start;
    }

    public sealed record Result(int ExitCode, string Output, string Error)
    {
        /// <summary>After Ctrl+C: one sentence and the exit code of shells.</summary>
        public void AssertCancelled(string command) => Assert.Equal((130, $"digicam {command}: cancelled\n"), (ExitCode, Error));

        /// <summary>Success: nothing on stderr, and the closing line last.</summary>
        public void AssertClosed(string command, long events)
        {
            Assert.Equal((0, ""), (ExitCode, Error));
            Assert.Matches(FormattableString.Invariant($@"(^|\n){command}: {events} events, \d+\.\d\d s, \d+ events/s, peak memory \d+ MB\n$"), Output);
        }

        /// <summary>Bad input: one sentence on stderr that names the culprit, nothing on stdout but perhaps progress, exit code not 0.</summary>
        public void AssertRefused(params string[] words)
        {
            Assert.NotEqual(0, ExitCode);
            string line = Assert.Single(Error.TrimEnd('\n').Split('\n'));
            Assert.StartsWith("digicam ", line, StringComparison.Ordinal);
            Assert.All(words, word => Assert.Contains(word, line, StringComparison.Ordinal));
            Assert.DoesNotContain("   at ", Error, StringComparison.Ordinal);
        }
    }
}
