using System.Text.Json;
using DigiCam.LightScan;
using DigiCam.Results;
using DigiCam.Synchronisation;

namespace DigiCam.Cli.Commands;

/// <summary>The files of the stages of a scan that read events.</summary>
internal static class ScanStageFiles
{
    private const string SynchronisationName = "synchronisation.h5";

    /// <summary>The files of times and positions of the flash: peaks of the 2017 scripts (.npz), everything (.h5).</summary>
    /// <param name="peakPath">File of the peaks.</param>
    public static string[] PeakPaths(string peakPath) => [ResultFiles.NpzPath(peakPath), ResultFiles.Paths(peakPath)[0]];

    /// <summary>The files of the result that comes from them, beside them.</summary>
    /// <param name="peakPath">File of the peaks.</param>
    public static IReadOnlyList<string> SynchronisationPaths(string peakPath) => ResultFiles.Paths(Path.Combine(Path.GetDirectoryName(peakPath) ?? "", SynchronisationName));

    /// <summary>The files of charges: those of the 2017 scripts (.npz), everything (.h5), provenance (.json).</summary>
    /// <param name="histogramPath">File of the charges.</param>
    public static string[] ChargePaths(string histogramPath) => [ResultFiles.NpzPath(histogramPath), ResultFiles.Paths(histogramPath)[0], ResultFiles.Paths(histogramPath)[^1]];

    /// <summary>Writes times and positions, and the synchronisation.</summary>
    /// <param name="peakPath">File of the peaks.</param>
    /// <param name="times">Times and positions.</param>
    /// <param name="result">The synchronisation.</param>
    /// <param name="provenance">Where they come from.</param>
    /// <param name="say">Told each file.</param>
    public static void Write(string peakPath, PulseTimeHistograms times, SynchronisationResult result, Provenance provenance, Action<string> say)
    {
        string[] peaks = PeakPaths(peakPath);
        SynchronisationFiles.WritePeaks(peaks[0], times);
        IReadOnlyList<string> paths = ResultFiles.Write(SynchronisationPaths(peakPath)[0], provenance, result);

        // What the next stage reads comes last: where it is, the stage is complete.
        times.Write(peaks[1], JsonSerializer.Serialize(provenance));
        foreach (string path in peaks) say($"pulse positions: {path}");
        foreach (string path in paths) say($"synchronisation: {path}");
    }

    /// <summary>Writes charges.</summary>
    /// <param name="histogramPath">File of the charges.</param>
    /// <param name="charges">The charges.</param>
    /// <param name="provenance">Where they come from.</param>
    /// <param name="say">Told each file.</param>
    /// <param name="cancellationToken">Stops.</param>
    public static void Write(string histogramPath, ChargeHistograms charges, Provenance provenance, Action<string> say, CancellationToken cancellationToken)
    {
        string[] paths = ChargePaths(histogramPath);
        ChargeFiles.WriteLevels(paths[0], charges, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        ResultFiles.WriteProvenance(paths[2], provenance);
        charges.Write(paths[1], JsonSerializer.Serialize(provenance));
        foreach (string path in paths) say($"charges: {path}");
    }
}
