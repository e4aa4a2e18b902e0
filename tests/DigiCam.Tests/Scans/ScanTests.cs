using System.Collections.Immutable;
using DigiCam.Runs;
using DigiCam.Scans;
using DigiCam.Simulation;
using DigiCam.Simulation.Plans;
using DigiCam.Zfits;

namespace DigiCam.Tests.Scans;

public sealed class ScanTests
{
    private const int Events = 4;
    private static readonly ImmutableArray<int> Levels = [0, 160, 240];

    public static TheoryData<int, string, bool> Addressings { get; } = new()
    {
        { 0, "", true },
        { 1, "", true },
        { 2, "", true },
        { 1, "", false },
        { 2, "", false },
        { 0, "1,5-6,11", true },
        { 1, "1,5-6,11", true },
        { 2, "1,5-6,11", true },
        { 2, "1,5-6,11", false },

        // The first event of all, and that of the second file.
        { 0, "0,4", true },
        { 2, "0", true },
        { 2, "6", true },
        { 2, "6-7", false },
    };

    [Theory]
    [MemberData(nameof(Addressings))]
    public void LevelOf_EveryEvent_IsTheTrueOne(int files, string missing, bool namesFiles)
    {
        RunPlan run = ScanRun.Ac(Levels, Events, files) with { FirstEventNumber = 1000, MissingEvents = missing.Length > 0 ? ZFitsRowSet.Parse(missing) : null };
        using ScanRun simulated = new(run);
        using Scan scan = simulated.Open(namesFiles ? null : ScanPlan.Counted(Levels, [0], Events));
        Assert.Equal(simulated.Truth.EventNumbers.Select(n => (long)n), scan.Run.EventNumbers);
        Assert.Equal(simulated.Truth.EventLevels, Enumerable.Range(0, (int)scan.Run.EventCount).Select(i => scan.LevelOf(i)));
        Assert.Equal([.. simulated.Truth.Levels.Select(level => (long)level.EventCount)], scan.EventCounts);

        // A level that lost events is told, and no other.
        bool[] isShort = [.. simulated.Truth.Levels.Select(level => level.EventCount < Events)];
        for (int level = 0; level < Levels.Length; level++) Assert.Equal(isShort[level], scan.Problems.Any(p => p.StartsWith(FormattableString.Invariant($"level {level} ({scan.Plan.Steps[level].Level}) has {simulated.Truth.Levels[level].EventCount} events, 4 were planned"), StringComparison.Ordinal)));
    }

    [Fact]
    public void Open_FirstEventsOfACountedScanLost_NeedsItsFirstNumber()
    {
        using ScanRun simulated = new(ScanRun.Ac(Levels, Events, 1) with { FirstEventNumber = 1000, MissingEvents = ZFitsRowSet.Parse("0-1") });
        ScanPlan plan = ScanPlan.Counted(Levels, [0], Events);
        using (Scan scan = simulated.Open(plan with { FirstEventNumber = 1000 }))
        {
            Assert.Equal(simulated.Truth.EventLevels, Enumerable.Range(0, 10).Select(i => scan.LevelOf(i)));
            Assert.Equal(["level 0 (AC 0, DC 0) has 2 events, 4 were planned, missing 1000-1001"], scan.Problems);
        }

        // Without it the levels begin two events too late: the last one is short of them.
        using Scan shifted = simulated.Open(plan);
        Assert.Equal(["level 2 (AC 240, DC 0) has 2 events, 4 were planned, missing 1012-1013"], shifted.Problems);
    }

    [Fact]
    public void Open_NumbersBeginAnewInEachFile_FileDecides()
    {
        using ScanRun first = new(ScanRun.Ac(Levels, Events, 1) with { Name = "one", MissingEvents = ZFitsRowSet.Parse("2,7") });
        using ScanRun second = new(ScanRun.Ac([300, 350], 3, 1) with { Name = "two" });
        string copy = first.File(Path.GetFileName(second.Files[0]));
        File.Copy(second.Files[0], copy);
        ScanPlan plan = new([.. first.Plan.Steps, .. second.Plan.Steps]);
        using Scan scan = Scan.Open(plan, first.Folder);
        Assert.Equal([3, 3, 4, 3, 3], scan.EventCounts);
        Assert.Equal(
            ["level 0 (AC 0, DC 0) has 3 events, 4 were planned, missing 3", "level 1 (AC 160, DC 0) has 3 events, 4 were planned, missing 8"], scan.Problems);
        Dictionary<int, List<long>> numbers = Numbers(scan);
        Assert.Equal([1, 2, 4], numbers[0]);
        Assert.Equal([5, 6, 7], numbers[1]);
        Assert.Equal([9, 10, 11, 12], numbers[2]);
        Assert.Equal([1, 2, 3], numbers[3]);
        Assert.Equal([4, 5, 6], numbers[4]);

        // Counting through all files would put events of the second file among those of the first.
        InvalidDataException refused = Assert.Throws<InvalidDataException>(() => Scan.Open(ScanPlan.Counted(Levels, [0], 6), [first.Files[0], copy]));
        Assert.Contains("event 1 is in ", refused.Message, StringComparison.Ordinal);
        Assert.EndsWith("the files count their events each by itself, and the scan needs a plan that names them", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_FileMissingInTheMiddle_TellsItAndUsesTheOthers()
    {
        using ScanRun simulated = new(ScanRun.Ac(Levels, Events));
        File.Delete(simulated.Files[1]);
        using Scan scan = simulated.Open();
        Assert.Equal([Events, 0, Events], scan.EventCounts);
        Assert.Equal([$"{simulated.Files[1]} is not there", "level 1 (AC 160, DC 0) has no events"], scan.Problems);
        Dictionary<int, List<long>> numbers = Numbers(scan);
        Assert.Equal([1, 2, 3, 4], numbers[0]);
        Assert.Equal([9, 10, 11, 12], numbers[2]);

        foreach (string path in simulated.Files) File.Delete(path);
        Assert.StartsWith($"{simulated.Files[0]}: no such file, nor any other of the 3 of the scan plan", Assert.Throws<FileNotFoundException>(() => simulated.Open()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "3-4", "level 0 (AC 0, DC 0) has 3 events, 4 were planned, missing 4|level 1 (AC 160, DC 0) has 3 events, 4 were planned, missing 5")]
    [InlineData(2, "5-6", "level 1 (AC 160, DC 0) has 2 events, 4 were planned, missing 6-7")]
    [InlineData(1, "11", "level 2 (AC 240, DC 0) has 3 events, 4 were planned, missing 12")]
    public void Open_EventsMissing_TellsTheirNumbers(int files, string missing, string expected)
    {
        using ScanRun simulated = new(ScanRun.Ac(Levels, Events, files) with { MissingEvents = ZFitsRowSet.Parse(missing) });
        using Scan scan = simulated.Open();
        Assert.Equal(expected.Split('|'), scan.Problems);
    }

    [Fact]
    public void Open_FileWithoutEvents_TellsIt()
    {
        using ScanRun simulated = new(ScanRun.Ac(Levels, Events));
        RemoveRows(simulated.Files[2]);
        using Scan scan = simulated.Open();
        Assert.Equal([Events, Events, 0], scan.EventCounts);
        Assert.Equal([$"{simulated.Files[2]} holds no events", "level 2 (AC 240, DC 0) has no events"], scan.Problems);
    }

    [Fact]
    public void Open_FileWithSeveralLevelsMissing_LevelsOfTheOthersStay()
    {
        using ScanRun simulated = new(ScanRun.Ac([0, 160, 240, 300, 350, 400], 3, files: 3) with { FirstEventNumber = 50 });
        File.Delete(simulated.Files[0]);
        using Scan scan = simulated.Open();
        Assert.Equal([0, 0, 3, 3, 3, 3], scan.EventCounts);
        Dictionary<int, List<long>> numbers = Numbers(scan);
        Assert.Equal([56, 57, 58], numbers[2]);
        Assert.Equal([65, 66, 67], numbers[5]);
    }

    [Fact]
    public void Open_PlanOfFewerEvents_TellsWhatIsLeftOver()
    {
        using ScanRun simulated = new(ScanRun.Ac(Levels, Events, files: 1));
        using Scan scan = simulated.Open(ScanPlan.Counted([0, 160], [0], Events));
        Assert.Equal([Events, Events], scan.EventCounts);
        Assert.Equal(["4 events come after the last level, which ends with event 8, and are not used: 9-12"], scan.Problems);
        Assert.Equal([-1, -1, -1, -1], Enumerable.Range(8, 4).Select(i => scan.LevelOf(i)));

        using Scan late = simulated.Open(ScanPlan.Counted([0, 160], [0], Events) with { FirstEventNumber = 3 });
        Assert.Equal(
            ["2 events come before the first level, which begins with event 3, and are not used: 1-2", "2 events come after the last level, which ends with event 10, and are not used: 11-12"], late.Problems);
    }

    [Fact]
    public void Open_PlanOfMoreEvents_TellsWhatIsMissing()
    {
        using ScanRun simulated = new(ScanRun.Ac(Levels, Events));
        using Scan counted = simulated.Open(ScanPlan.Counted(Levels, [0], 5));
        Assert.Equal(["level 2 (AC 240, DC 0) has 2 events, 5 were planned, missing 13-15"], counted.Problems);

        // Files decide for their events, whatever the plan thought of their number.
        using Scan files = simulated.Open(ScanPlan.FilePerLevel(Levels, [0], [.. simulated.Simulation.FileNames], 3));
        Assert.Equal([Events, Events, Events], files.EventCounts);
        Assert.Equal([.. Levels.Select((ac, i) => FormattableString.Invariant($"level {i} (AC {ac}, DC 0) has 4 events, 3 were planned"))], files.Problems);
        using Scan unplanned = simulated.Open(ScanPlan.FilePerLevel(Levels, [0], [.. simulated.Simulation.FileNames]));
        Assert.Empty(unplanned.Problems);
    }

    [Fact]
    public void Open_FileWithSeveralLevelsThatHasOtherNumbers_TellsIt()
    {
        using ScanRun simulated = new(ScanRun.Ac([0, 160, 240, 300], 3, files: 2));
        ScanPlan plan = new([.. simulated.Plan.Steps.Select((step, i) => i < 2 ? new ScanStep(step.Level, new ScanPart(step.Parts[0].File, 2)) : step)]);
        using Scan scan = simulated.Open(plan);
        Assert.Contains($"{simulated.Files[0]} has events 1 to 6, the plan expects 1 to 4: its levels are counted from its own first event", scan.Problems);
        Assert.Contains($"2 events of {simulated.Files[0]} come after the last level, which ends with event 4, and are not used: 5-6", scan.Problems);
        Assert.Equal([2, 2, 3, 3], scan.EventCounts);
    }

    [Fact]
    public void Open_FileOfOtherWindow_NamesBoth()
    {
        using ScanRun fifty = new(ScanRun.Ac([0, 160], 2) with { Name = "fifty" });
        using ScanRun other = new(ScanRun.Ac([240], 2) with { Name = "other" }, new CampaignPlan { SampleCount = 92 });
        File.Copy(other.Files[0], fifty.File("odd.fits.fz"));
        ScanPlan plan = new([.. fifty.Plan.Steps, new ScanStep(new ScanLevel(240, 0), new ScanPart("odd.fits.fz", 2))]);
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => Scan.Open(plan, fifty.Folder));
        Assert.Contains($"{fifty.File("odd.fits.fz")}: 92 samples per pixel, but {fifty.Files[0]} has 50", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_PlanAndFilesThatDoNotGoTogether_Refuses()
    {
        using ScanRun simulated = new(ScanRun.Ac([160], 1));
        Assert.StartsWith("the plan names its files itself", Assert.Throws<ArgumentException>(() => Scan.Open(simulated.Plan, simulated.Files)).Message, StringComparison.Ordinal);
        Assert.StartsWith("the plan names no files", Assert.Throws<ArgumentException>(() => Scan.Open(ScanPlan.Counted([160], [0], 1), simulated.Folder)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 100, 0)]
    [InlineData(3, 1, 0)]
    [InlineData(2, 2, 3)]
    [InlineData(1, 100, 1)]
    public void Process_AnyThreadsAndBatches_UsesTheFirstEventsOfEachLevelOnce(int threads, int batch, int eventsPerLevel)
    {
        using ScanRun simulated = new(ScanRun.Ac(Levels, Events, files: 2) with { MissingEvents = ZFitsRowSet.Of(4) });
        using Scan scan = simulated.Open();
        List<RunProgress> reports = [];
        Dictionary<int, List<long>> found = Numbers(scan, eventsPerLevel, threads, batch, new Reporter(reports));
        for (int level = 0; level < Levels.Length; level++)
        {
            long[] expected = [.. simulated.Truth.EventNumbers.Where((_, i) => simulated.Truth.EventLevels[i] == level).Select(n => (long)n)];
            Assert.Equal(eventsPerLevel == 0 ? expected : [.. expected.Take(eventsPerLevel)], found[level]);
        }

        Assert.Equal(found.Values.Sum(numbers => numbers.Count), reports[^1].TotalEvents);
    }

    [Fact]
    public void Open_MaximumEvents_AreThoseOfTheWholeScan()
    {
        using ScanRun simulated = new(ScanRun.Ac(Levels, Events));
        using Scan scan = simulated.Open(options: new RunOptions { MaximumEvents = 6 });
        Assert.Equal([4, 2, 0], scan.EventCounts);
        Assert.Equal([5, 6], Numbers(scan)[1]);
    }

    // As a camera server leaves a file that it opened and closed again.
    private static void RemoveRows(string path)
    {
        int data;
        long heap;
        using (ZFitsFile file = ZFitsFile.Open(path))
        {
            data = (int)file.GetTable("Events").Hdu.DataOffset;
            heap = file.GetTable("Events").HeapOffset;
        }

        byte[] bytes = File.ReadAllBytes(path);
        string header = System.Text.Encoding.ASCII.GetString(bytes, 0, data);
        foreach ((string keyword, long value) in ((string, long)[])[("NAXIS2  ", 0), ("ZNAXIS2 ", 0), ("PCOUNT  ", heap)])
        {
            int at = header.LastIndexOf(keyword + "= ", StringComparison.Ordinal);
            System.Text.Encoding.ASCII.GetBytes(value.ToString(System.Globalization.CultureInfo.InvariantCulture).PadLeft(20)).CopyTo(bytes, at + 10);
        }

        File.WriteAllBytes(path, [.. bytes[..data], .. new byte[(heap + 2879) / 2880 * 2880]]);
    }

    private static Dictionary<int, List<long>> Numbers(Scan scan, int eventsPerLevel = 0, int threads = 0, int batch = 100, IProgress<RunProgress>? progress = null)
    {
        List<(int Level, long Number)> all = [.. scan.Process(
            EventContent.None, () => new List<(int, long)>(), (list, level, camera) => list.Add((level, camera.EventNumber)), eventsPerLevel, progress, threads, batch, TestContext.Current.CancellationToken).SelectMany(list => list)];
        return Enumerable.Range(0, scan.LevelCount).ToDictionary(level => level, level => all.Where(e => e.Level == level).Select(e => e.Number).Order().ToList());
    }

    private sealed class Reporter(List<RunProgress> reports) : IProgress<RunProgress>
    {
        public void Report(RunProgress value)
        {
            lock (reports) reports.Add(value);
        }
    }
}
