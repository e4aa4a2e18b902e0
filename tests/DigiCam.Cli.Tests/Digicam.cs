using System.Diagnostics;

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
