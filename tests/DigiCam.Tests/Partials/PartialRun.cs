using DigiCam.Dark;
using DigiCam.Histograms;
using DigiCam.LightScan;
using DigiCam.Partials;
using DigiCam.Results;
using DigiCam.Runs;
using DigiCam.Scans;
using DigiCam.Simulation;
using DigiCam.Simulation.Plans;
using DigiCam.Synchronisation;
using DigiCam.Zfits;
using DigiCam.Zfits.Copying;

namespace DigiCam.Tests.Partials;

/// <summary>A dark run and a scan of a few events in small tiles, and what each of the four passes fills from any part of them.</summary>
public sealed class PartialRun : IDisposable
{
    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();
    private readonly Dictionary<string, string> _parts = new(StringComparer.Ordinal);
    private readonly Pedestals _pedestals;
    private readonly ScanPlan _plan;
    private readonly SynchronisationResult _synchronisation;

    public PartialRun()
    {
        RunPlan dark = new() { Name = "dark", Kind = RunKind.Dark, EventsPerLevel = 19, Files = 3 };
        RunPlan scan = new() { Name = "scan", Kind = RunKind.AcScan, AcLevels = [0, 160, 300], EventsPerLevel = 7, Files = 0 };
        CampaignPlan campaign = new() { Runs = [dark, scan] };
        RunSimulation darkRun = new(campaign, dark);
        RunSimulation scanRun = new(campaign, scan);
        foreach (RunSimulation simulation in (RunSimulation[])[darkRun, scanRun]) simulation.Write(_folder.FullName, cancellationToken: TestContext.Current.CancellationToken);
        DarkFiles = Retile(darkRun.FileNames, 2);
        ScanFiles = Retile(scanRun.FileNames, 3);
        _pedestals = new Pedestals([.. darkRun.Camera.Baseline], [.. darkRun.Camera.Noise]);
        _plan = ScanPlan.Read(_folder.File(scanRun.ScanPlanName!));
        using Scan whole = Scan.Open(_plan, _folder.File("tiles"));
        _synchronisation = SynchronisationFitter.Fit(SynchronisationPass.Accumulate(whole, _pedestals, Options, cancellationToken: TestContext.Current.CancellationToken));
    }

    /// <summary>The passes.</summary>
    public static IReadOnlyList<string> Passes { get; } = ["samples", "dark", "times", "charges"];

    /// <summary>The files of the dark run.</summary>
    public string[] DarkFiles { get; }

    /// <summary>The files of the scan.</summary>
    public string[] ScanFiles { get; }

    private static SynchronisationOptions Options => new() { EventsPerLevel = 5 };

    public string File(string name) => _folder.File(name);

    /// <summary>The files of the run that a pass reads.</summary>
    public string[] FilesOf(string pass) => pass is "samples" or "dark" ? DarkFiles : ScanFiles;

    /// <summary>The partial result of a part of the run; made when it is first asked for.</summary>
    public string Part(string pass, RunShard shard, RunOptions? options = null)
    {
        string path = _folder.File($"{pass}-{options?.MaximumEvents}-{shard.ToString().Replace('/', '_').Replace(',', '+')}.h5");
        if (_parts.TryAdd(path, pass)) Fill(pass, (options ?? new RunOptions()) with { Shard = shard }, (stage, input, run, histograms) =>
            PartialResult.Write(path, stage, run, histograms, input.ProvenanceAsync(pass, run).GetAwaiter().GetResult(), [pass]));
        return path;
    }

    /// <summary>The bytes of what a pass over the whole run fills, and where it comes from.</summary>
    public (byte[] Bytes, Provenance Provenance) Whole(string pass, RunOptions? options = null)
    {
        (byte[], Provenance)? result = null;
        Fill(pass, options ?? new RunOptions(), (_, input, run, histograms) => result = (Bytes(histograms), input.ProvenanceAsync(pass, run).GetAwaiter().GetResult()));
        return result!.Value;
    }

    /// <summary>The bytes of a sum.</summary>
    public byte[] Bytes(PartialSet set, string pass) => Bytes(pass switch
    {
        "samples" => set.Sum<SampleHistograms>(),
        "dark" => set.Sum<DarkHistograms>(),
        "times" => set.Sum<PulseTimeHistograms>(),
        _ => set.Sum<ChargeHistograms>(),
    });

    public void Dispose() => _folder.Dispose();

    private byte[] Bytes(RunHistograms histograms)
    {
        string path = _folder.File(Path.GetRandomFileName());
        histograms.Write(path);
        byte[] bytes = System.IO.File.ReadAllBytes(path);
        System.IO.File.Delete(path);
        return bytes;
    }

    private void Fill(string pass, RunOptions options, Action<PartialStage, RunInput, Run, RunHistograms> use)
    {
        if (pass is "samples" or "dark")
        {
            RunInput input = new([.. DarkFiles], options);
            using Run run = input.Open();
            use(PartialStage.Histograms, input, run, pass == "dark" ? DarkPass.Accumulate(run, _pedestals) : new SampleHistograms(AdcHistograms.Accumulate(run)));
            return;
        }

        using Scan scan = Scan.Open(_plan, _folder.File("tiles"), options);
        if (pass == "times") use(PartialStage.PulseTimes, scan.Input, scan.Run, SynchronisationPass.Accumulate(scan, _pedestals, Options));
        else use(PartialStage.Charges, scan.Input, scan.Run, ChargePass.Accumulate(scan, _synchronisation, _pedestals));
    }

    private string[] Retile(IReadOnlyList<string> names, int rows)
    {
        Directory.CreateDirectory(_folder.File("tiles"));
        foreach (string name in names)
        {
            using ZFitsFile file = ZFitsFile.Open(_folder.File(name));
            ZFitsCopy.Copy(file, _folder.File("tiles/" + name), new ZFitsCopyOptions { RowsPerTile = rows });
        }

        return [.. names.Select(name => _folder.File("tiles/" + name))];
    }
}
