using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text.Json.Serialization;

namespace DigiCam.Results;

/// <summary>A file that a result was made from.</summary>
/// <param name="Name">Name without folder: results are shared, folders are not.</param>
/// <param name="Sha256">SHA-256 of its content, lower-case hexadecimal; empty where another part of the run has it (<see cref="Runs.RunOptions.Shard"/>).</param>
/// <param name="Events">Number of events in it; null for files that hold none.</param>
/// <param name="Checksums">What its own checksums say: "ok", "bad" or "absent"; null for files without such sums, or where another part of the run has them.</param>
public sealed record InputFile(string Name, string Sha256, long? Events, string? Checksums = null)
{
    /// <summary>Tells a camera file from others of its name without reading all of it: SHA-256 over its headers and the numbers, times and types of its events. Null for other files, and in results of earlier versions.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Fingerprint { get; init; }

    /// <summary>Reads a file to its end for its SHA-256.</summary>
    /// <param name="path">The file.</param>
    /// <param name="events">Number of events in it; null for files that hold none.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public static async Task<InputFile> HashAsync(string path, long? events, CancellationToken cancellationToken = default)
    {
        // In large pieces: those of HashDataAsync, 4 kB, take longer to fetch than to hash.
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 0, FileOptions.SequentialScan | FileOptions.Asynchronous);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[1 << 18];
        while (await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is int length and > 0) hash.AppendData(buffer, 0, length);
        return new InputFile(Path.GetFileName(path), Convert.ToHexStringLower(hash.GetHashAndReset()), events);
    }
}

/// <summary>Where a result comes from: enough to make it again.</summary>
/// <param name="Task">Name of the task.</param>
/// <param name="Inputs">The files it was made from.</param>
/// <param name="Parameters">Every parameter by name, in invariant notation.</param>
/// <param name="KitVersion">Version of the kit.</param>
/// <param name="TimeUtc">When it was made.</param>
/// <param name="Host">Name of the machine.</param>
public sealed record Provenance(
    string Task,
    ImmutableArray<InputFile> Inputs,
    ImmutableSortedDictionary<string, string> Parameters,
    string KitVersion,
    DateTime TimeUtc,
    string Host)
{
    /// <summary>Version of the kit that is running.</summary>
    public static string CurrentKitVersion { get; } =
        typeof(Provenance).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";

    /// <summary>Provenance of a result made now on this machine.</summary>
    /// <param name="task">Name of the task.</param>
    /// <param name="inputs">The files it is made from.</param>
    /// <param name="parameters">Every parameter with its value.</param>
    public static Provenance Now(string task, IEnumerable<InputFile> inputs, IEnumerable<(string Name, object? Value)> parameters) => new(
        task,
        [.. inputs],
        parameters.ToImmutableSortedDictionary(p => p.Name, p => Convert.ToString(p.Value, CultureInfo.InvariantCulture) ?? string.Empty, StringComparer.Ordinal),
        CurrentKitVersion,
        DateTime.UtcNow,
        Environment.MachineName);

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant(
        $"{Task} by DigiCamNotebooks {KitVersion} on {Host}, {TimeUtc:yyyy-MM-dd HH:mm:ss} UTC, from {string.Join(", ", Inputs.Select(i => i.Name))}");
}
