using System.Collections.Immutable;
using DigiCam.Runs;
using DigiCam.Simulation;
using DigiCam.Simulation.Plans;
using DigiCam.Zfits;

namespace DigiCam.Benchmarks;

/// <summary>Runs in the temporary folder, made once.</summary>
internal static class BenchmarkData
{
    /// <summary>A run of whole-camera events with high voltage off, with the recipes of the camera.</summary>
    public static string Run(int events) => Simulated(RunKind.HvOff, "hv_off", events);

    /// <summary>A dark run of whole-camera events, 3 MHz of dark counts, with the recipes of the camera.</summary>
    public static string DarkRun(int events) => Simulated(RunKind.Dark, "dark", events);

    /// <summary>The plan of a scan of flashes, 0 to 400 DAC, in four files beside it.</summary>
    public static string ScanPlan(int levels, int eventsPerLevel)
    {
        ImmutableArray<int> ac = [.. Enumerable.Range(0, levels).Select(i => 400 * i / (levels - 1))];
        RunPlan run = new() { Name = FormattableString.Invariant($"ac_scan_{levels}_{eventsPerLevel}"), Kind = RunKind.AcScan, AcLevels = ac, EventsPerLevel = eventsPerLevel, Files = 4 };
        return Path.Combine(Path.GetDirectoryName(Simulated(run))!, new RunSimulation(new CampaignPlan { Runs = [run] }, run).ScanPlanName!);
    }

    private static string Simulated(RunKind kind, string name, int events) => Simulated(new RunPlan { Name = FormattableString.Invariant($"{name}_{events}"), Kind = kind, EventsPerLevel = events });

    private static string Simulated(RunPlan run)
    {
        CampaignPlan plan = new() { Runs = [run] };
        string folder = Path.Combine(Path.GetTempPath(), "digicam-benchmarks", FormattableString.Invariant($"simulation-{SimulationTruth.SimulationVersion}"));
        RunSimulation simulation = new(plan, run);
        string path = Path.Combine(folder, simulation.FileNames[0]);
        if (!File.Exists(SimulationTruth.PathFor(path))) simulation.Write(folder);
        return path;
    }

    /// <summary>A science file of ten events of 2017 beside the repository; null where there is none.</summary>
    public static string? RealFile
    {
        get
        {
            for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            {
                string path = Path.Combine(folder.FullName, "..", "shared", "data", "real", "example_10_evts.000.fits.fz");
                if (File.Exists(Path.Combine(folder.FullName, "DigiCamNotebooks.sln"))) return File.Exists(path) ? path : null;
            }

            return null;
        }
    }

    /// <summary>The real events over and over, written with the recipes of the camera; null where there are none. Their zlib window is
    /// shorter than an event, so that the repetition does not compress.</summary>
    public static string? RealRun(int events)
    {
        if (RealFile is not { } source) return null;
        string path = Path.Combine(Path.GetTempPath(), "digicam-benchmarks", FormattableString.Invariant($"real_{events}") + RunFileList.Extension);
        if (File.Exists(path)) return path;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using ZFitsFile file = ZFitsFile.Open(source);
        ZFitsTable table = file.GetTable("Events");
        using ZFitsTileReader tile = table.CreateTileReader();
        tile.ReadTile(0);
        using ZFitsWriter writer = ZFitsWriter.Create(path);
        ZFitsTableWriter target = writer.BeginTable(table.Name, table.MessageName, table.GetDefinitions(CameraRecipes.Digicam), new ZFitsTableOptions { RowsPerTile = 100 });
        for (int i = 0; i < events; i++)
        {
            for (int c = 0; c < table.Columns.Count; c++) target.SetRaw(c, tile[c].GetRowBytes(i % tile.RowCount));
            target.CommitRow();
        }

        target.Finish();
        writer.Finish();
        return path;
    }
}
