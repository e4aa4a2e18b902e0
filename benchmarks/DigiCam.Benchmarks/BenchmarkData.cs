using DigiCam.Runs;
using DigiCam.Simulation;

namespace DigiCam.Benchmarks;

/// <summary>Simulated runs in the temporary folder, made once.</summary>
internal static class BenchmarkData
{
    /// <summary>A run of whole-camera events with the noise and the recipes of the camera.</summary>
    public static string Run(int events)
    {
        string path = Path.Combine(Path.GetTempPath(), "digicam-benchmarks", FormattableString.Invariant($"hv_off_{events}") + RunFileList.Extension);
        if (!File.Exists(path)) new HvOffSimulation { EventCount = events }.Write(path);
        return path;
    }
}
