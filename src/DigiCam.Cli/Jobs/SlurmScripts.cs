using System.Buffers;
using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using DigiCam.Cli.Reporting;
using DigiCam.Files;
using DigiCam.Results;

namespace DigiCam.Cli.Jobs;

/// <summary>The steps of a job as scripts for Slurm: one a step, and one that submits them all. Plain text for people who know sbatch.</summary>
internal static class SlurmScripts
{
    /// <summary>The script that submits all others.</summary>
    public const string SubmitName = "submit.sh";

    /// <summary>How digicam is started.</summary>
    public const string DigicamName = "digicam.sh";

    // Stands for the part of the input that a script works on; what users write holds no such character.
    private const string Shard = "\u0001";

    private static readonly SearchValues<char> PlainCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./:=,+@%-");

    /// <summary>Writes the steps and the scripts.</summary>
    /// <param name="job">The folder and the steps.</param>
    /// <param name="options">What is asked of Slurm.</param>
    /// <param name="keepsOthers">Records of steps that are not here are kept: they may come back.</param>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static void Write(JobFolder job, SlurmOptions options, bool keepsOthers = false)
    {
        job.Write(keepsOthers);

        // People change it: where digicam is on the nodes, which modules it needs.
        string digicam = Path.Combine(job.Path, DigicamName);
        if (!File.Exists(digicam)) AtomicFile.WriteText(digicam, DigicamText());
        foreach (JobStep step in job.Steps) WriteScript(ScriptPath(job, step), StepText(job, step, options));
        WriteScript(Path.Combine(job.Path, SubmitName), SubmitText(job));
    }

    /// <summary>The script of a step.</summary>
    public static string ScriptPath(JobFolder job, JobStep step) => Path.Combine(job.Path, step.Name + ".sh");

    /// <summary>Runs the script that submits.</summary>
    /// <param name="job">The folder, scripts written.</param>
    /// <param name="cancellationToken">Stops; what has been submitted by then is cancelled by the script.</param>
    /// <returns>What it printed.</returns>
    /// <exception cref="IOException">Slurm refuses, or there is none.</exception>
    public static async Task<string> SubmitAsync(JobFolder job, CancellationToken cancellationToken)
    {
        string script = Path.Combine(job.Path, SubmitName);
        using Process process = new() { StartInfo = new ProcessStartInfo("bash", [script]) { RedirectStandardOutput = true, RedirectStandardError = true } };
        try
        {
            process.Start();
        }
        catch (Win32Exception exception)
        {
            throw new IOException($"{script}: cannot be run: {exception.Message}", exception);
        }

        using CancellationTokenRegistration registration = cancellationToken.Register(() => Terminate(process.Id));
        Task<string> error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        string output = await process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        await process.WaitForExitAsync(CancellationToken.None);

        // When all has been submitted by then, it is.
        if (process.ExitCode != 0) cancellationToken.ThrowIfCancellationRequested();
        string[] said = (await error).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return process.ExitCode == 0 ? output : throw new IOException($"{script}: {(said.Length > 0 ? string.Join("; ", said) : FormattableString.Invariant($"ended with exit code {process.ExitCode}"))}");
    }

    // Ctrl+C of a terminal reaches the script by itself, other signals do not. The runtime can only kill.
    private static void Terminate(int process)
    {
        using Process? kill = Process.Start(new ProcessStartInfo("bash", ["-c", "kill -TERM \"$0\"", process.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardError = true });
        kill?.WaitForExit();
    }

    /// <summary>A word of bash.</summary>
    public static string Quote(string text)
    {
        if (text.Contains(Shard, StringComparison.Ordinal))
        {
            StringBuilder quoted = new("\"");
            foreach (char c in text)
            {
                if (c is '"' or '$' or '`' or '\\') quoted.Append('\\');
                quoted.Append(c);
            }

            return quoted.Append('"').Replace(Shard, "${shard}").ToString();
        }

        return text.Length > 0 && !text.AsSpan().ContainsAnyExcept(PlainCharacters) ? text : $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";
    }

    /// <summary>A value in a line of #SBATCH.</summary>
    public static string QuoteDirective(string text) => text.Length > 0 && !text.AsSpan().ContainsAnyExcept(PlainCharacters)
        ? text
        : $"\"{text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static void WriteScript(string path, string text)
    {
        AtomicFile.WriteText(path, text);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, File.GetUnixFileMode(path) | UnixFileMode.UserExecute | UnixFileMode.GroupExecute);
    }

    private static string DigicamText() =>
        $"""
        # Read by every script in this folder, written once and then left as it is.
        # How digicam is started. If it lies elsewhere on the nodes, say so here; what it needs to run can be loaded here, too.
        DIGICAM=({string.Join(' ', RunningProgram().Select(Quote))})

        # As many threads as Slurm gives processors.
        if [ -n "${"{"}SLURM_CPUS_PER_TASK:-{"}"}" ]; then export DOTNET_PROCESSOR_COUNT=$SLURM_CPUS_PER_TASK; fi

        """;

    /// <summary>How this program was started: by "dotnet digicam.dll", or by a program of its own that finds it.</summary>
    public static string[] RunningProgram()
    {
        string program = Environment.ProcessPath ?? "digicam";
        return Path.GetFileNameWithoutExtension(program) == "dotnet" ? [program, typeof(SlurmScripts).Assembly.Location] : [program];
    }

    private static string StepText(JobFolder job, JobStep step, SlurmOptions options)
    {
        bool isArray = step.Shards > 0;
        string log = job.LogPath(step, "\u0002").Replace("%", "%%", StringComparison.Ordinal).Replace("\u0002", "%a", StringComparison.Ordinal);
        StringBuilder text = new();
        Line("#!/bin/bash");
        Line($"# {step.Name}: {step.Description}{(isArray ? FormattableString.Invariant($"; each of {step.Shards} processes takes its part of the input") : "")}.");
        Line($"# Written by digicam {Provenance.CurrentKitVersion}; sbatch takes it as it is when it is submitted.");
        Line($"#SBATCH --job-name={step.Name}");
        if (isArray) Line(FormattableString.Invariant($"#SBATCH --array=1-{step.Shards}{(options.ArrayLimit > 0 ? FormattableString.Invariant($"%{options.ArrayLimit}") : "")}"));
        Line($"#SBATCH --output={QuoteDirective(log)}");
        Line("#SBATCH --open-mode=append");
        Line("#SBATCH --requeue");
        if (options.Cpus > 0) Line(FormattableString.Invariant($"#SBATCH --cpus-per-task={options.Cpus}"));
        foreach (string option in options.Sbatch) Line("#SBATCH " + option);
        Line("set -euo pipefail");
        Line($"source {Quote(Path.Combine(job.Path, DigicamName))}");
        if (isArray) Line("shard=$SLURM_ARRAY_TASK_ID");
        Line("");
        Line("# The record tells how far this is. What it says is done is not done again. Signals of Slurm go to digicam, which then leaves nothing half-written.");
        List<string> lines = [$"exec \"${{DIGICAM[@]}}\" job{(step.Always ? " --always" : "")} --record {Quote(step.RecordPath(job.Path, Shard))}"];
        lines.AddRange(step.Inputs.Select(path => $"--input {Quote(path)}"));
        lines.AddRange(isArray ? [$"--output {Quote(OutputOfShard(step))}"] : step.Outputs.Select(path => $"--output {Quote(path)}"));
        StringBuilder command = new("--");
        string previous = "--";
        foreach (string word in isArray ? [.. step.Arguments, "--shard", FormattableString.Invariant($"{Shard}/{step.Shards}")] : step.Arguments)
        {
            // An option with its value has a line of its own, and so has each of many files.
            if (word.StartsWith("--", StringComparison.Ordinal) || (Path.IsPathRooted(word) && !previous.StartsWith('-')))
            {
                lines.Add(command.ToString());
                command.Clear();
            }

            if (command.Length > 0) command.Append(' ');
            command.Append(Quote(word));
            previous = word;
        }

        lines.Add(command.ToString());
        Line(string.Join(" \\\n  ", lines));
        return text.ToString();

        void Line(string line) => text.Append(line).Append('\n');
    }

    // The name of the first part, with its number open.
    private static string OutputOfShard(JobStep step)
    {
        string first = FormattableString.Invariant($"shard-1-of-{step.Shards}.h5");
        string path = step.Outputs[0];
        return path.EndsWith(first, StringComparison.Ordinal) ? path[..^first.Length] + FormattableString.Invariant($"shard-{Shard}-of-{step.Shards}.h5") : throw new ArgumentException($"{path} is no name of a part", nameof(step));
    }

    private static string SubmitText(JobFolder job) =>
        $$"""
        #!/bin/bash
        # Submits the steps; each waits for those before it. What is done already ends at once, so that this may be run again.
        set -Eeuo pipefail
        cd {{Quote(job.Path)}}
        mkdir -p logs records
        declare -A job=()

        # What cannot be submitted as a whole is taken back.
        take_back() {
          if [ "$BASH_SUBSHELL" -gt 0 ]; then return; fi
          trap - ERR
          trap '' INT TERM HUP
          local id ids=()
          for id in ${job[@]+"${job[@]}"}; do if [ -n "$id" ]; then ids+=("${id%%;*}"); fi; done
          if [ ${#ids[@]} -gt 0 ]; then scancel "${ids[@]}"; echo "what was submitted before is cancelled: ${ids[*]}" >&2; fi
        }
        trap take_back ERR
        trap 'take_back; exit 130' INT
        trap 'take_back; exit 143' TERM
        trap 'take_back; exit 129' HUP

        # [condition=afterany] submit STEP [STEP BEFORE IT ...]
        submit() {
          local step=$1 before dependency=''
          shift
          for before in "$@"; do dependency+=:${job[$before]}; done
          job[$step]=$(sbatch --parsable ${dependency:+"--dependency=${condition:-afterok}$dependency" --kill-on-invalid-dep=yes} "$step.sh")
          job[$step]=${job[$step]%%;*}
          echo "$step: job ${job[$step]}"
        }

        {{string.Join('\n', job.Steps.Select(step => string.Join(' ', (string[])[.. step.Always ? (string[])["condition=afterany"] : [], "submit", step.Name, .. step.After])))}}
        echo {{Quote($"How far they are: digicam status {Quote(job.Path)}")}}

        """;
}
