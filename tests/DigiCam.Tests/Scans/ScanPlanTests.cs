using DigiCam.Charges;
using DigiCam.Plans;
using DigiCam.Scans;

namespace DigiCam.Tests.Scans;

public sealed class ScanPlanTests
{
    private const string Csv = """
        file,ac,dc,n_events,window
        a.fits.fz,160,0,4,7 in 14-24
        a.fits.fz,240,0,4,7 in 14-24
        b.fits.fz,240,0,2,7 in 14-24
        b.fits.fz,160,292,,7

        """;

    private const string CountedCsv = "ac,events\n0,500\n40,500\n80,400\n";

    [Fact]
    public void Read_PlanOfASimulatedScan_HasItsLevels()
    {
        ScanPlan plan = ScanPlan.Read(Path.Combine(TestEnvironment.RepositoryRoot, "data-samples", "small", "ac_dc_scan_plan.csv"));
        Assert.Equal([new ScanLevel(160, 0), new ScanLevel(240, 0), new ScanLevel(160, 292), new ScanLevel(240, 292)], plan.Steps.Select(step => step.Level));
        Assert.All(plan.Steps, step => Assert.Equal((4, 0, new SampleRange(14, 24)), (step.EventCount, step.ChargeSamples, step.Flash)));
        Assert.Equal(["ac_dc_scan_000.fits.fz", "ac_dc_scan_001.fits.fz"], plan.Files);
        Assert.Equal(new SampleRange(14, 24), plan.Flash);
        Assert.Null(plan.Scale);
    }

    [Fact]
    public void Parse_LevelThatGoesOnInAnotherFile_IsOneLevel()
    {
        ScanPlan plan = ScanPlan.Parse(Csv.Replace("b.fits.fz,160,292,,7", "b.fits.fz,160,292,3,7", StringComparison.Ordinal), "plan.csv");
        Assert.Equal([new ScanLevel(160, 0), new ScanLevel(240, 0), new ScanLevel(160, 292)], plan.Steps.Select(step => step.Level));
        Assert.Equal([new ScanPart("a.fits.fz", 4), new ScanPart("b.fits.fz", 2)], plan.Steps[1].Parts);
        Assert.Equal((6, 7), (plan.Steps[1].EventCount, plan.Steps[1].ChargeSamples));
        Assert.Equal(ChargeScale.SumOf(7), plan.Scale);
        Assert.Equal(new SampleRange(14, 24), plan.Flash);
    }

    [Fact]
    public void Parse_CsvYamlAndJson_AreTheSamePlan()
    {
        ScanPlan csv = ScanPlan.Parse("# by hand\nfile,ac,dc,n_events,window\n\n\"two, words.fits.fz\",160,0,4,14-24\nb.fits.fz,240,292,5,7\n", "plan.csv");
        ScanPlan yaml = ScanPlan.Parse(
            """
            levels:
              - {file: "two, words.fits.fz", ac: 160, events: 4, window: 14-24}
              - file: b.fits.fz
                ac: 240
                dc: 292
                n_events: 5
                window: 7
            """, "plan.yaml");
        ScanPlan json = ScanPlan.Parse(
            """{"levels": [{"file": "two, words.fits.fz", "ac": 160, "n_events": 4, "window": "14-24"}, {"file": "b.fits.fz", "ac": 240, "dc": 292, "n_events": 5, "window": "7"}]}""", "plan.json");
        Assert.Equal(csv, yaml);
        Assert.Equal(csv, json);
        Assert.Equal(csv, ScanPlan.Parse(csv.ToCsv(), "again.csv"));
    }

    [Fact]
    public void Parse_SemicolonsAndByteOrderMark_AreUnderstood() =>
        Assert.Equal(ScanPlan.Parse("file,ac\na,1\nb,2", "plan.csv"), ScanPlan.Parse("\uFEFFfile;ac\r\na;1\r\nb;2\r\n", "plan.csv"));

    [Fact]
    public void Parse_EventsCounted_NamesNoFiles()
    {
        ScanPlan plan = ScanPlan.Parse(CountedCsv, "plan.csv");
        Assert.False(plan.NamesFiles);
        Assert.Equal([500, 500, 400], plan.Steps.Select(step => step.EventCount));
        Assert.Equal(plan, ScanPlan.Parse(plan.ToCsv(), "plan.csv"));
        ScanPlan numbered = ScanPlan.Parse("first_event_number: 17\nlevels: [{ac: 0, events: 5}]", "plan.yml");
        Assert.Equal(17, numbered.FirstEventNumber);
        Assert.NotEqual(numbered, numbered with { FirstEventNumber = null });
    }

    [Fact]
    public void Counted_NestedLevels_HasAllAcLevelsAtEachDcLevel()
    {
        ScanPlan plan = ScanPlan.Counted([0, 40], [0, 292, 304], 500);
        Assert.Equal([new(0, 0), new(40, 0), new(0, 292), new(40, 292), new(0, 304), new(40, 304)], plan.Steps.Select(step => step.Level));
    }

    [Fact]
    public void FilePerLevel_OtherNumberOfFiles_Refuses()
    {
        Assert.StartsWith("2 files for 3 levels", Assert.Throws<ArgumentException>(() => ScanPlan.FilePerLevel([0, 40, 80], [0], ["a", "b"])).Message, StringComparison.Ordinal);
        ScanPlan plan = ScanPlan.FilePerLevel([0, 40], [0], ["a", "b"]);
        Assert.Equal([0, 0], plan.Steps.Select(step => step.EventCount));
        Assert.Equal(plan, ScanPlan.Parse(plan.ToCsv(), "plan.csv"));
    }

    [Theory]
    [InlineData("", "plan.csv: the plan has no levels")]
    [InlineData("file,ac,dc\n", "plan.csv: the plan has no levels")]
    [InlineData("file,ca\na,1", "plan.csv: line 1: ca: unknown column, did you mean 'ac'?")]
    [InlineData("file,ac,ac\na,1,1", "plan.csv: line 1: a column is there twice")]
    [InlineData("file,n_events\na,1", "plan.csv: line 1: there is neither a column ac nor a column dc")]
    [InlineData("file,ac\na", "plan.csv: line 2: the line has 1 columns, the first one 2: file, ac")]
    [InlineData("file,ac\na,x", "plan.csv: line 2: ac: 'x' is not a whole number")]
    [InlineData("file,ac\na,4096", "plan.csv: line 2: ac: 4096 is impossible, it must be from 0 to 4095")]
    [InlineData("file,ac\na,-1", "plan.csv: line 2: ac: -1 is impossible")]
    [InlineData("file,ac\na,0.5", "plan.csv: line 2: ac: '0.5' is not a whole number")]
    [InlineData("file,ac\na,", "plan.csv: line 2: ac: the level has neither ac nor dc")]
    [InlineData("file,ac,n_events\na,1,0", "plan.csv: line 2: n_events: 0 is impossible")]
    [InlineData("file,ac,n_events\n\n# no file\n,1,", "plan.csv: line 4: n_events: the level has neither a file nor a number of events")]
    [InlineData("ac,n_events,window\n1,5,9-7", "plan.csv: line 2: window: '9-7' is impossible, the last sample lies before the first")]
    [InlineData("ac,n_events,window\n1,5,all", "plan.csv: line 2: window: 'all' is neither a number of samples")]
    [InlineData("ac,n_events,window\n1,5,0", "plan.csv: line 2: window: '0' is impossible")]
    [InlineData("ac,n_events,window\n1,5,0-5000", "plan.csv: line 2: window: '0-5000' is impossible")]
    [InlineData("file,ac,n_events\na,1,5\n,2,5", "plan.csv: some levels of the scan name a file and others do not")]
    [InlineData("file,ac,n_events\na,1,5\nb,2,5\na,3,5", "plan.csv: file a comes back after b")]
    [InlineData("file,ac,n_events\na,1,5\na,2,", "plan.csv: file a has several levels, each needs a number of events")]
    [InlineData("file,ac\n\"a,1", "plan.csv: line 2: a quotation mark is not closed")]
    [InlineData("file,ac\n\"a\"b,1", "plan.csv: line 2: behind a quotation mark comes 'b' instead of ','")]
    public void Parse_BadCsv_SaysLineAndCause(string text, string expected) =>
        Assert.StartsWith(expected, Assert.Throws<PlanException>(() => ScanPlan.Parse(text, "plan.csv")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("levels: []", "plan.yaml: the plan has no levels")]
    [InlineData("steps:\n- ac: 1", "plan.yaml: line 1: steps: unknown key, known are levels and first_event_number")]
    [InlineData("levels: 5", "plan.yaml: line 1: levels: expected a list of levels")]
    [InlineData("levels:\n- 5", "plan.yaml: line 2: levels: a level consists of keys such as 'ac: 160'")]
    [InlineData("levels:\n- ac: 1\n  event: 5", "plan.yaml: line 3: event: unknown column")]
    [InlineData("levels:\n- ac: [1]\n  events: 5", "plan.yaml: line 2: ac: expected a single value")]
    [InlineData("levels:\n- ac: 1\n  events: 5\n  n_events: 5", "plan.yaml: line 4: n_events: the key is given twice")]
    [InlineData("levels:\n- ac: x\n  events: 5", "plan.yaml: line 2: ac: 'x' is not a whole number")]
    [InlineData("first_event_number: -3\nlevels:\n- ac: 1\n  events: 5", "plan.yaml: line 1: first_event_number: '-3' is not a whole number of 0 or more")]
    [InlineData("levels: [", "plan.yaml: line")]
    public void Parse_BadYaml_SaysLineAndCause(string text, string expected) =>
        Assert.StartsWith(expected, Assert.Throws<PlanException>(() => ScanPlan.Parse(text, "plan.yaml")).Message, StringComparison.Ordinal);

    [Fact]
    public void Read_NoFileOrFolder_SaysSo()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        string missing = folder.File("plan.csv");
        Assert.Equal($"{missing}: the file does not exist", Assert.Throws<PlanException>(() => ScanPlan.Read(missing)).Message);
        Assert.Equal($"{folder.FullName}: this is a folder, not a file", Assert.Throws<PlanException>(() => ScanPlan.Read(folder.FullName)).Message);
        File.WriteAllBytes(missing, [0x66, 0xC3, 0x28]);
        Assert.Equal($"{missing}: the file is not text in UTF-8", Assert.Throws<PlanException>(() => ScanPlan.Read(missing)).Message);
        ScanPlan plan = ScanPlan.Parse(CountedCsv, "plan.csv");
        plan.Write(missing);
        Assert.Equal(plan, ScanPlan.Read(missing));
    }

    [Fact]
    public void Scale_LevelsOfDifferentOnes_Refuses() =>
        Assert.StartsWith("the levels of the scan have charges of 7 and of 5 samples", Assert.Throws<InvalidDataException>(() => ScanPlan.Parse("ac,events,window\n1,5,7\n2,5,5", "plan.csv").Scale).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("0,200,40", new[] { 0, 40, 80, 120, 160, 200 })]
    [InlineData("0,200,30", new[] { 0, 30, 60, 90, 120, 150, 180 })]
    [InlineData("5,5,1", new[] { 5 })]
    [InlineData("7", new[] { 7 })]
    [InlineData("0, 160", new[] { 0, 160 })]
    [InlineData("0,160,240,600", new[] { 0, 160, 240, 600 })]
    public void ScanRange_Lists_AreThoseOfTheScripts(string text, int[] expected) => Assert.Equal(expected, ScanRange.Parse(text));

    [Theory]
    [InlineData("", "levels '': '' is not a whole number of 0 or more")]
    [InlineData("0,x", "levels '0,x': 'x' is not a whole number")]
    [InlineData("0,-5", "levels '0,-5': '-5' is not a whole number")]
    [InlineData("0,160,0", "levels '0,160,0': with a step of 0 the levels never end")]
    [InlineData("240,160,10", "levels '240,160,10': three numbers are first level, last level and step, and 160 lies before 240")]
    [InlineData("0,5000", "levels '0,5000': 5000 is no DAC value")]
    public void ScanRange_BadLists_SaysWhy(string text, string expected) =>
        Assert.StartsWith(expected, Assert.Throws<FormatException>(() => ScanRange.Parse(text)).Message, StringComparison.Ordinal);
}
