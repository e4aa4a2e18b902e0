using System.Text.Json;
using DigiCam.Dark;
using DigiCam.Histograms;
using DigiCam.HvOff;
using DigiCam.LightScan;
using DigiCam.Results;
using DigiCam.Runs;
using DigiCam.Scans;
using DigiCam.Synchronisation;

namespace DigiCam.Notebooks.Tests;

/// <summary>A notebook on saved histograms gives what it gives on the run itself, and refuses those of another run.</summary>
public sealed class SavedHistogramsTests : IDisposable
{
    private static readonly string Small = Path.Combine(TestEnvironment.RepositoryRoot, "data-samples", "small");
    private static readonly RunInput HvOffInput = RunInput.From(Path.Combine(Small, "hv_off_000.fits.fz"));
    private static readonly RunInput DarkInput = RunInput.From(Path.Combine(Small, "dark_*.fits.fz"));

    private readonly string _folder = Directory.CreateTempSubdirectory("saved-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Samples_OfTheRun_GiveTheSameResultAndProvenance()
    {
        using Run run = HvOffInput.Open();
        PixelHistograms filled = AdcHistograms.Accumulate(run);
        Provenance provenance = await HvOffInput.ProvenanceAsync("hvoff", run);
        string file = HvOffFiles.WriteHistograms(In("adc_hv_off.npz"), filled, provenance)[0];
        PixelHistograms saved = SavedHistograms.Samples(file, run)!;
        Assert.Equal(filled.EventCount, saved.EventCount);
        AssertSame(HvOffFitter.Fit(filled), HvOffFitter.Fit(saved));

        // The raw files and their checksums are known without reading them again.
        Provenance again = await SavedHistograms.ProvenanceAsync([file], HvOffInput, "hvoff", run);
        Assert.Equal([.. provenance.Inputs, await InputFile.HashAsync(file, null, TestContext.Current.CancellationToken)], again.Inputs);
        Assert.Equal(provenance.Parameters, again.Parameters);
        Assert.Equal(provenance.Inputs, (await SavedHistograms.ProvenanceAsync([""], HvOffInput, "hvoff", run)).Inputs);
    }

    [Fact]
    public async Task Dark_OfTheRun_GivesTheSameResult()
    {
        HvOffResult off = HvOff();
        using Run run = DarkInput.Open();
        DarkHistograms filled = DarkPass.Accumulate(run, Pedestals.From(off));
        filled.Write(In("dark.h5"), JsonSerializer.Serialize(await DarkInput.ProvenanceAsync("dark", run)));
        foreach (string name in (string[])["dark.h5", "dark.npz"]) AssertSame(DarkFitter.Fit(filled, off), DarkFitter.Fit(SavedHistograms.Dark(In(name), run, off)!, off));

        HvOffResult other = Other(off);
        Assert.Equal($"{In("dark.h5")}: was filled with another result with high voltage off than that of this notebook", Assert.Throws<InvalidDataException>(() => SavedHistograms.Dark(In("dark.h5"), run, other)).Message);
    }

    [Fact]
    public async Task Scan_OfTheScan_GivesTheSameTimesAndCharges()
    {
        HvOffResult off = HvOff();
        using Scan scan = Scan.Open(ScanPlan.Read(Path.Combine(Small, "ac_scan_plan.csv")), Small);
        string provenance = JsonSerializer.Serialize(await scan.Input.ProvenanceAsync("ac-dac-scan", scan.Run));
        PulseTimeHistograms times = SynchronisationPass.Accumulate(scan, Pedestals.From(off));
        SynchronisationResult synchronisation = SynchronisationFitter.Fit(times);
        ChargeHistograms charges = ChargePass.Accumulate(scan, synchronisation, Pedestals.From(off));
        times.Write(In("peaks.h5"), provenance);
        charges.Write(In("mpe_scan.h5"), provenance);
        SynchronisationResult again = SynchronisationFitter.Fit(SavedHistograms.PulseTimes(In("peaks.npz"), scan)!);
        AssertSame(synchronisation, again);
        Assert.Equal(synchronisation.JitterNs, again.JitterNs);
        ChargeHistograms saved = SavedHistograms.Charges(In("mpe_scan.npz"), scan, off)!;
        Assert.Equal(charges.EventCounts, saved.EventCounts);
        Assert.Equal(charges.Position, saved.Position);
        for (int level = 0; level < charges.LevelCount; level++)
        {
            for (int pixel = 0; pixel < charges.PixelCount; pixel++)
            {
                Assert.Equal(Entries(charges, level, pixel), Entries(saved, level, pixel));
            }
        }

        HvOffResult otherHvOff = Other(off);
        Assert.Contains("another result with high voltage off", Assert.Throws<InvalidDataException>(() => SavedHistograms.Charges(In("mpe_scan.h5"), scan, otherHvOff)).Message, StringComparison.Ordinal);
        using Scan other = Scan.Open(ScanPlan.Read(Path.Combine(Small, "dc_scan_plan.csv")), Small);
        Assert.Equal($"{In("peaks.h5")}: is of another scan than the one of this notebook", Assert.Throws<InvalidDataException>(() => SavedHistograms.PulseTimes(In("peaks.h5"), other)).Message);
        using Scan part = Scan.Open(scan.Plan, Small, new RunOptions { MaximumEvents = 30 });
        Assert.Equal($"{In("mpe_scan.h5")}: was filled with maximum_events = all, this notebook has 30", Assert.Throws<InvalidDataException>(() => SavedHistograms.Charges(In("mpe_scan.h5"), part, off)).Message);
    }

    [Fact]
    public async Task File_OfAnotherRun_IsRefused()
    {
        using Run run = DarkInput.Open();
        RunInput some = RunInput.From(Path.Combine(Small, "dark_001.fits.fz"));
        using Run other = some.Open();
        string file = HvOffFiles.WriteHistograms(In("some.npz"), AdcHistograms.Accumulate(other), await some.ProvenanceAsync("dark", other))[0];
        Assert.Null(SavedHistograms.Samples(" ", run));
        Assert.NotNull(SavedHistograms.Samples(file, other));
        Assert.Matches(@"some\.npz: is of other files than the input of this notebook: not of dark_000\.fits\.fz \(\d+ events\) and 1 more$", Assert.Throws<InvalidDataException>(() => SavedHistograms.Samples(file, run)).Message);
        using Run first = Run.Open(some.Files, new RunOptions { MaximumEvents = 3 });
        Assert.Equal(FormattableString.Invariant($"{file}: was filled with events = {other.EventCount}, this notebook has 3"), Assert.Throws<InvalidDataException>(() => SavedHistograms.Samples(file, first)).Message);
        using Run legacy = Run.Open(some.Files, new RunOptions { PixelOrder = PixelOrder.Legacy2017 });
        Assert.Equal($"{file}: was filled with pixel_order = FromFile, this notebook has Legacy2017", Assert.Throws<InvalidDataException>(() => SavedHistograms.Samples(file, legacy)).Message);
        File.Delete(In("some.json"));
        Assert.Equal($"{file}: nothing says of which run these histograms are; digicam writes that with them", Assert.Throws<InvalidDataException>(() => SavedHistograms.Samples(file, other)).Message);
        Assert.Equal($"{In("no.h5")}: no such file of histograms", Assert.Throws<FileNotFoundException>(() => SavedHistograms.Dark(In("no.h5"), run, HvOff())).Message);
    }

    [Fact]
    public async Task File_OfARunOfEqualNameAndLength_IsRefused()
    {
        // The same name and number of events, another night.
        string copy = In(Path.GetFileName(HvOffInput.Files[0]));
        File.Copy(HvOffInput.Files[0], copy);
        RunInput input = RunInput.From(copy);
        string file;
        using (Run run = input.Open())
        {
            file = HvOffFiles.WriteHistograms(In("adc_hv_off.npz"), AdcHistograms.Accumulate(run), await input.ProvenanceAsync("hvoff", run))[0];
            Assert.NotNull(SavedHistograms.Samples(file, run));
        }

        // The original is the same file elsewhere.
        using (Run original = HvOffInput.Open()) Assert.NotNull(SavedHistograms.Samples(file, original));
        Change(copy);
        using Run other = input.Open();
        Assert.Equal($"{file}: is of another hv_off_000.fits.fz than the input of this notebook: name and number of events are the same, headers or events are not", Assert.Throws<InvalidDataException>(() => SavedHistograms.Samples(file, other)).Message);

        // Results of earlier versions do not say.
        string provenance = In("adc_hv_off.json");
        File.WriteAllText(provenance, System.Text.RegularExpressions.Regex.Replace(File.ReadAllText(provenance), ",\\s*\"Fingerprint\": \"[0-9a-f]{64}\"", ""));
        Assert.DoesNotContain("Fingerprint", File.ReadAllText(provenance), StringComparison.Ordinal);
        Assert.NotNull(SavedHistograms.Samples(file, other));
    }

    // As a run of another night: another value in the header of the events.
    private static void Change(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        int date = bytes.AsSpan().LastIndexOf("DATE    = '"u8);
        Assert.True(date > 0);
        bytes[date + 14] = (byte)(bytes[date + 14] == (byte)'9' ? '8' : '9');
        File.WriteAllBytes(path, bytes);
    }

    private static HvOffResult HvOff()
    {
        using Run run = HvOffInput.Open();
        return HvOffFitter.Fit(AdcHistograms.Accumulate(run));
    }

    // Of fewer events: slightly other baselines.
    private static HvOffResult Other(HvOffResult off)
    {
        using Run run = Run.Open(HvOffInput.Files, new RunOptions { MaximumEvents = off.Histograms.EventCount / 2 });
        return HvOffFitter.Fit(AdcHistograms.Accumulate(run));
    }

    private static void AssertSame(CameraResult expected, CameraResult found)
    {
        Assert.Equal(expected.Flags, found.Flags);
        foreach ((PixelQuantity a, PixelQuantity b) in expected.Quantities.Zip(found.Quantities))
        {
            Assert.Equal(a.Key, b.Key);
            Assert.Equal(a.Values, b.Values);
            Assert.Equal(a.Errors, b.Errors);
        }
    }

    // The bins in use; how many empty ones there are around them is nobody's business.
    private static IEnumerable<(int Bin, uint Count)> Entries(ChargeHistograms charges, int level, int pixel)
    {
        uint[] counts = charges.Charges.GetCounts(level, pixel, out int first).ToArray();
        return counts.Select((count, i) => (first + i, count)).Where(bin => bin.count > 0);
    }

    private string In(string name) => Path.Combine(_folder, name);
}
