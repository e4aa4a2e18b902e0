using DigiCam.Files;

namespace DigiCam.Synchronisation;

/// <summary>The file that the 2017 scripts have of pulse times (.npz); everything is in that of <see cref="PulseTimeHistograms"/>.</summary>
public static class SynchronisationFiles
{
    /// <summary>Name of the file unless the user gives one.</summary>
    public const string DefaultHistogramName = "peaks.npz";

    /// <summary>
    /// Writes peaks (pixel, sample), events by the position of their largest sample over all levels, and peaks_bin_centers (sample), 0..n_samples; the last bin, one behind the last sample, is
    /// empty as it was.
    /// </summary>
    /// <param name="path">The target.</param>
    /// <param name="times">The pulse times.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void WritePeaks(string path, PulseTimeHistograms times)
    {
        ArgumentNullException.ThrowIfNull(times);
        int samples = times.SampleCount;
        new NpzWriter()
            .Add("peaks", [times.PixelCount, samples + 1], (pixel, row) =>
            {
                for (int level = 0; level < times.Plan.LevelCount; level++)
                {
                    ReadOnlySpan<uint> counts = times.Positions.GetCounts(level, pixel, out int first);
                    for (int i = 0; i < counts.Length; i++) row[first + i] += counts[i];
                }
            })
            .Add("peaks_bin_centers", [.. Enumerable.Range(0, samples + 1).Select(i => (double)i)])
            .Write(path);
    }
}
