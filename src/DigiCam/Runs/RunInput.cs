using System.Collections.Immutable;
using DigiCam.Results;
using DigiCam.Zfits;

namespace DigiCam.Runs;

/// <summary>Which files to read and how: the checked form of what a user typed, which also goes into the provenance of results.</summary>
/// <param name="Files">The files of the run.</param>
/// <param name="Options">How to read them.</param>
public sealed record RunInput(ImmutableArray<string> Files, RunOptions Options)
{
    /// <summary>Checks what a user typed.</summary>
    /// <param name="input">Paths or patterns with * and ?, separated by commas.</param>
    /// <param name="maximumEvents">Number of events of the whole run to use; 0 for all.</param>
    /// <param name="pixelOrder">Name of a <see cref="PixelOrder"/>, upper or lower case.</param>
    /// <exception cref="ArgumentException">A value makes no sense; the message names it.</exception>
    /// <exception cref="FileNotFoundException">Something matches no file.</exception>
    public static RunInput From(string input, long maximumEvents = 0, string pixelOrder = nameof(PixelOrder.FromFile))
    {
        RunOptions options = Check(maximumEvents, pixelOrder);
        return new RunInput(RunFileList.FromInput(input), options);
    }

    /// <summary>Checks what a user typed for files that are known already.</summary>
    /// <param name="files">The files of the run.</param>
    /// <param name="maximumEvents">Number of events of the whole run to use; 0 for all.</param>
    /// <param name="pixelOrder">Name of a <see cref="PixelOrder"/>, upper or lower case.</param>
    /// <exception cref="ArgumentException">A value makes no sense; the message names it.</exception>
    public static RunInput From(ImmutableArray<string> files, long maximumEvents = 0, string pixelOrder = nameof(PixelOrder.FromFile)) => new(files, Check(maximumEvents, pixelOrder));

    /// <summary>Opens the run.</summary>
    public Run Open() => Run.Open(Files, Options);

    /// <summary>Where a result made from the run comes from; reads the files to their ends for their SHA-256 and their own checksums.</summary>
    /// <param name="task">Name of the task.</param>
    /// <param name="run">The run.</param>
    /// <param name="parameters">Further parameters of the task.</param>
    public Task<Provenance> ProvenanceAsync(string task, Run run, params (string Name, object? Value)[] parameters) =>
        ProvenanceAsync(task, run, parameters, CancellationToken.None);

    /// <summary>Where a result made from the run comes from; reads the files to their ends for their SHA-256 and their own checksums.</summary>
    /// <remarks>
    /// With <see cref="RunOptions.Shard"/> a file has its SHA-256 only where the part has its first tile, and the state of its checksums only where the part has its last tile: so the parts of a run
    /// do each of these once, and share them where there is one file only. Otherwise they are empty and null. Everything else is as for the whole run.
    /// </remarks>
    /// <param name="task">Name of the task.</param>
    /// <param name="run">The run.</param>
    /// <param name="parameters">Further parameters of the task.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public async Task<Provenance> ProvenanceAsync(string task, Run run, IEnumerable<(string Name, object? Value)> parameters, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        List<InputFile> inputs = [];
        foreach ((RunFile file, (int first, int tiles)) in run.Files.Zip(run.Tiles))
        {
            bool hasFirst = first == 0 && tiles > 0;
            bool hasLast = tiles > 0 && first + tiles == file.Events.TileCount;
            InputFile input = hasFirst ? await InputFile.HashAsync(file.Path, file.EventCount, cancellationToken).ConfigureAwait(false) : new InputFile(Path.GetFileName(file.Path), "", file.EventCount);
            inputs.Add(input with { Checksums = hasLast ? Checksums(file, cancellationToken) : null, Fingerprint = file.Fingerprint() });
        }

        return Provenance.Now(
            task, inputs,
            [("events", run.EventCount), ("maximum_events", Options.MaximumEvents), ("pixel_order", Options.PixelOrder), .. parameters]);
    }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant(
        $"{string.Join(", ", Files.Select(Path.GetFileName))}, {(Options.MaximumEvents is { } n ? FormattableString.Invariant($"first {n} events") : "all events")}, pixel order {Options.PixelOrder}");

    private static string Checksums(RunFile file, CancellationToken cancellationToken)
    {
        ChecksumReport[] sums = [.. file.File.Hdus.Select(h => h.VerifyChecksums(cancellationToken))];
        return !sums.All(s => s.Ok) ? "bad" : sums.Any(s => s.DataSumPresent || s.CheckSumPresent) ? "ok" : "absent";
    }

    private static RunOptions Check(long maximumEvents, string pixelOrder)
    {
        if (maximumEvents < 0) throw new ArgumentException(FormattableString.Invariant($"maximumEvents {maximumEvents}: cannot be negative; 0 means all"));
        if (!Enum.TryParse(pixelOrder, ignoreCase: true, out PixelOrder order) || !Enum.IsDefined(order))
        {
            throw new ArgumentException($"pixelOrder '{pixelOrder}': must be one of {string.Join(", ", Enum.GetNames<PixelOrder>())}");
        }

        return new RunOptions { MaximumEvents = maximumEvents == 0 ? null : maximumEvents, PixelOrder = order };
    }
}
