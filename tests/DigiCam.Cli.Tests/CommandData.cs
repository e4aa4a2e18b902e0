using System.Security.Cryptography;
using System.Text.Json;
using DigiCam.Simulation;
using DigiCam.Zfits;
using DigiCam.Zfits.Copying;

namespace DigiCam.Cli.Tests;

/// <summary>Files for the commands on zfits files, and what is common to their tests.</summary>
internal static class CommandData
{
    public const string RealFile = "example_10_evts.000.fits.fz";

    /// <summary>Event number of the first row of the real file.</summary>
    public const uint FirstEvent = 97750287;

    /// <summary>Copies a real file of ten events into a folder.</summary>
    public static string CopyRealFile(TemporaryFolder folder, string name = "run.fits.fz")
    {
        File.Copy(TestEnvironment.Shared("data", "real", RealFile), folder.File(name));
        return name;
    }

    /// <summary>Makes a file that is small and yet takes seconds to work on: 300 events of a million samples that are zero, each in a tile of its own.</summary>
    public static string WriteSlowRun(TemporaryFolder folder, string name = "slow.fits.fz", uint firstEvent = 1, ZFitsRecipe? recipe = null)
    {
        using ZFitsWriter writer = ZFitsWriter.Create(folder.File(name));
        ZFitsTableWriter table = writer.BeginTable("Events", DigiCamColumns.EventMessage, [DigiCamColumns.Events[1], DigiCamColumns.Events[2] with { Recipe = recipe ?? ZFitsRecipe.Zstd }], new ZFitsTableOptions { RowsPerTile = 1, ReservedTiles = 300 });
        short[] samples = new short[1_000_000];
        for (uint row = 0; row < 300; row++)
        {
            table.SetScalar(0, firstEvent + row);
            table.SetArray<short>(1, samples);
            table.CommitRow();
        }

        table.Finish();
        writer.Finish();
        return name;
    }

    /// <summary>Makes a run of 200 events in tiles of ten.</summary>
    public static string WriteLongRun(TemporaryFolder folder)
    {
        new SimulatedRun { EventCount = 200 }.Write(folder.File("whole.fits.fz"));
        using (ZFitsFile file = ZFitsFile.Open(folder.File("whole.fits.fz"))) ZFitsCopy.Copy(file, folder.File("long.fits.fz"), new ZFitsCopyOptions { RowsPerTile = 10 }, ct: TestContext.Current.CancellationToken);
        File.Delete(folder.File("whole.fits.fz"));
        return "long.fits.fz";
    }

    /// <summary>Writes 0xff over the first bytes of a compressed block.</summary>
    public static void Damage(string path, int tile, string column)
    {
        byte[] bytes = File.ReadAllBytes(path);
        using (ZFitsFile file = ZFitsFile.Open(path))
        {
            ZFitsTable table = file.GetTable("Events");
            ZFitsBlock block = table.GetTile(tile).Blocks[table.GetColumn(column).Index];
            bytes.AsSpan((int)(block.FileOffset + block.Size - block.PayloadSize), 4).Fill(0xff);
        }

        File.WriteAllBytes(path, bytes);
    }

    /// <summary>SHA-256 of every column of a table, from the verify command.</summary>
    public static Dictionary<string, string> Hashes(TemporaryFolder folder, string name, string table = "Events")
    {
        Digicam.Result result = Digicam.Run(folder.FullName, "verify", name, "--json");
        Assert.True(result.ExitCode == 0, result.Error);
        using JsonDocument json = JsonDocument.Parse(result.Output);
        return json.RootElement[0].GetProperty("tables").EnumerateArray().Single(t => t.GetProperty("name").GetString() == table)
            .GetProperty("columns").EnumerateArray().ToDictionary(c => c.GetProperty("name").GetString()!, c => c.GetProperty("sha256").GetString()!);
    }

    /// <summary>True when there are more entries than in a snapshot: a command has begun to write.</summary>
    public static bool HasNewFile(TemporaryFolder folder, string[] snapshot) => Directory.GetFileSystemEntries(folder.FullName, "*", SearchOption.AllDirectories).Length > snapshot.Length;

    /// <summary>Names and content of everything in a folder, to see that nothing has changed.</summary>
    public static string[] Snapshot(TemporaryFolder folder) =>
        [.. Directory.GetFiles(folder.FullName, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(path => $"{path} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)))}"),
            .. Directory.GetDirectories(folder.FullName, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
}
