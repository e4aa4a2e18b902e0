using System.Collections.Immutable;
using System.Text.Json;
using DigiCam.Exchange;
using DigiCam.Files;
using DigiCam.Geometry;
using DigiCam.Simulation;
using DigiCam.Simulation.Plans;

namespace DigiCam.Cli.Tests;

/// <summary>Results of a campaign of few pixels, made once: dark run, light scan with charges of 7 samples.</summary>
public sealed class ExportFolder : IDisposable
{
    /// <summary>Pixels that are not stuck; the others take no time to fit.</summary>
    public const int Pixels = 60;

    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();

    public ExportFolder()
    {
        RunPlan[] runs =
        [
            new() { Name = "hv_off", Kind = RunKind.HvOff, EventsPerLevel = 60 },
            new() { Name = "dark", Kind = RunKind.Dark, EventsPerLevel = 800 },
            new() { Name = "scan", Kind = RunKind.AcScan, AcLevels = [0, 120, 160, 220], EventsPerLevel = 500, Files = 1 },
        ];
        FaultPlan stuck = new() { Pixels = Enumerable.Range(Pixels, CameraGeometry.PixelCount - Pixels).ToImmutableSortedDictionary(p => p, _ => PixelFault.Stuck) };
        foreach (RunPlan run in runs) new RunSimulation(new CampaignPlan { Runs = [.. runs], Faults = stuck }, run).Write(FullName, cancellationToken: TestContext.Current.CancellationToken);

        System.IO.File.WriteAllText(File("notes.txt"), "");
        System.IO.File.WriteAllText(File("empty.csv"), "");

        // The name that the observatory gives such a file.
        System.IO.File.Move(File("dark_000.fits.fz"), File("SST1M1_20240131_0042.fits.fz"));
        Do("hvoff", "-c", "-p", "-q", "-f", "hv_off_000", "--output_directory", "out");
        Do("dark-rate", "-c", "-p", "-q", "-f", "SST1M1_20240131_0042", "--without_shot_noise", "--output_directory", "out");
        Do("dark-spe", "-p", "-q", "--histo_filename", "dark_rate.h5", "--output_directory", "out");
        Do("ac-dac-scan", "-t", "-c", "-k", "-g", "-p", "-q", "--scan_plan", "scan_plan.csv", "--charge_samples", "7", "--output_directory", "out");
        Do("ac-dac-scan", "-t", "-c", "-g", "-q", "--scan_plan", "scan_plan.csv", "--input_fit_hvoff_filename", "out/adc_hv_off_fit.h5", "--output_directory", "amplitude");
    }

    public string FullName => _folder.FullName;

    public string File(string name) => _folder.File(name);

    public void Dispose() => _folder.Dispose();

    private void Do(params string[] arguments)
    {
        Digicam.Result result = Digicam.Run(FullName, arguments);
        Assert.True(result.ExitCode == 0, result.Error);
    }
}

public sealed class ExportCommandTests(ExportFolder folder) : IClassFixture<ExportFolder>
{
    [Fact]
    public void List_NamesEveryFormat()
    {
        Digicam.Result result = Export("--list");
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        foreach ((string name, _, _) in ResultExport.Formats) Assert.Contains(name, result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Npz2017_FilesAreThoseOfTheTasks()
    {
        Export("npz-2017", "out/adc_hv_off_fit.h5", "out/dark_rate.h5", "out/spe_hv_on_fit.h5", "out/peaks.h5", "out/mpe_scan.h5", "out/full_mpe_fit.h5", "out/mpe_fit.h5", "-o", "npz").AssertClosed("export", 0);
        foreach (string name in (string[])["adc_hv_off_fit", "spe_hv_on_fit", "peaks", "mpe_scan", "full_mpe_scan", "full_mpe_fit", "mpe_fit"])
            Assert.True(File.ReadAllBytes(folder.File($"npz/{name}.npz")).SequenceEqual(File.ReadAllBytes(folder.File($"out/{name}.npz"))), name);
        using NpzFile dark = NpzFile.Open(folder.File("npz/adc_hv_on.npz"));
        Assert.Equal([1296, 4096], dark.Read("adcs", [-1, -1], (_, _) => { }));

        // And their fits into a table.
        Export("csv", "npz/spe_hv_on_fit.npz", "-o", "spe.csv").AssertClosed("export", 0);
        string[] lines = File.ReadAllLines(folder.File("spe.csv"));
        Assert.StartsWith("pixel,sigma_e,sigma_e_error,sigma_i,sigma_i_error,gain,gain_error,a_1,", lines[0], StringComparison.Ordinal);
        Assert.Equal(1297, lines.Length);
    }

    [Fact]
    public void Sst1mpipe_NameComesFromTheRawFiles_AndTheFileIsReadBack()
    {
        Export("sst1mpipe", "out/dark_rate_fit.h5", "-o", "observatory").AssertClosed("export", 0);
        string stem = folder.File("observatory/20240131_0042_0042_Tel1_");
        ObservatoryCalibration calibration = ObservatoryCalibration.Read(stem + "fitted_parameters.h5");
        Assert.InRange(calibration.GoodCount, 1, ExportFolder.Pixels);
        Assert.All(calibration.UsedChargePerPe().Skip(ExportFolder.Pixels), charge => Assert.InRange(charge, 16, 40));
        Assert.True(File.Exists(stem + "histograms.h5"));
        string[] quality = File.ReadAllLines(stem + "quality.csv");
        Assert.Equal("pixel,calib_flag,reasons,flags", quality[0]);
        Assert.Matches(@"^1295,0,fit not accurate .*,FIT_FAILED STUCK$", quality[^1]);
        using (JsonDocument json = JsonDocument.Parse(File.ReadAllText(stem + "fitted_parameters.h5.json")))
        {
            JsonElement provenance = json.RootElement.GetProperty("provenance");
            Assert.Equal(["SST1M1_20240131_0042.fits.fz", "adc_hv_off_fit.npz", "dark_rate_fit.h5"], provenance.GetProperty("Inputs").EnumerateArray().Select(input => input.GetProperty("Name").GetString()));
            Assert.Equal("sum of 5 samples", provenance.GetProperty("Parameters").GetProperty("charge_scale").GetString());
        }

        // What is there stays, and options go before names.
        Export("sst1mpipe", "out/dark_rate_fit.h5", "-o", "observatory").AssertRefused("fitted_parameters.h5 exists; --force replaces it");
        Export("sst1mpipe", "out/dark_rate_fit.h5", "-o", "observatory", "--force", "-q", "--date", "2023-05-06", "--first_run", "7", "--last_run", "9", "--telescope", "2");
        Assert.True(File.Exists(folder.File("observatory/20230506_0007_0009_Tel2_fitted_parameters.h5")));

        // Into the kit's own files.
        Export("hdf5", stem + "fitted_parameters.h5", "-o", "own.h5").AssertClosed("export", 0);
        using Hdf5File own = Hdf5File.Open(folder.File("own.h5"));
        Assert.Equal(calibration.ChargePerPe, own.Read<double>("/df_param/dc_to_pe", [1296], "LSB/pe"));
        Assert.Equal("sum of 5 samples", own.GetText("/df_param", "charge_scale"));
        Assert.True(own.Contains("/provenance"));
        Export("csv", stem + "fitted_parameters.h5", "-o", "parameters.csv").AssertClosed("export", 0);
        Assert.StartsWith("pixel,dcr,dcr_err,X_talk,X_talk_err,gain_lsb_per_pe,", File.ReadLines(folder.File("parameters.csv")).First(), StringComparison.Ordinal);
    }

    [Fact]
    public void Digicampipe_FilesHoldTheNumbersOfTheFits()
    {
        Export("digicampipe", "out/mpe_fit.h5", "out/dark_rate_fit.h5", "-o", "calibration.yml").AssertClosed("export", 0);
        DigicampipeCalibration calibration = DigicampipeCalibration.Read(folder.File("calibration.yml"));
        using (Hdf5File fits = Hdf5File.Open(folder.File("out/mpe_fit.h5")))
        {
            Assert.Equal(fits.Read<double>("/ac-scan/gain", [1296], "LSB/pe"), calibration.Gain);
            Assert.Equal(fits.Read<double>("/ac-scan/gain_error", [1296], "LSB/pe"), calibration.GainError);
        }

        Assert.True(calibration.BadPixels.IndexOf(ExportFolder.Pixels) >= 0, "a stuck pixel is bad");
        Assert.InRange(calibration.Gain[0], 17, 26);
        Export("digicampipe-timing", "out/synchronisation.h5", "-o", "d/").AssertClosed("export", 0);
        Export("digicampipe-mpe", "out/mpe_fit.h5", "out/mpe_scan.h5", "-o", "d/").AssertClosed("export", 0);
        Export("digicampipe-fmpe", "out/full_mpe_fit.h5", "-o", "d/").AssertClosed("export", 0);
        Export("digicampipe-spe", "out/dark_rate_fit.h5", "out/dark_rate.h5", "-o", "d/").AssertClosed("export", 0);
        using (NpzFile mpe = NpzFile.Open(folder.File("d/mpe_fit_results.npz")))
        {
            Assert.Equal([0, 120, 160, 220], mpe.ReadVector("ac_levels"));
            List<double> mu = [];
            List<double> mean = [];
            Assert.Equal([4, 1296], mpe.Read("mu", [-1, -1], (_, row) => mu.Add(row[0])));
            mpe.Read("mean", [4, 1296], (_, row) => mean.Add(row[0]));
            Assert.True(mu[1] < mu[2] && mu[2] < mu[3] && mean[1] < mean[2] && mean[2] < mean[3], string.Join(" ", mu.Concat(mean)));
        }

        using (NpzFile spe = NpzFile.Open(folder.File("d/spe_fit_results.npz")))
        {
            Assert.InRange(spe.ReadVector("dcr")[0], 0.001, 0.006);
            Assert.InRange(spe.ReadVector("gain")[0], 3, 8);
        }

        foreach ((string file, string column) in ((string, string)[])[("d/timing.npz", "time"), ("d/fmpe_fit_results.fits", "gain_lsb_per_pe"), ("d/spe_fit_results.npz", "crosstalk"), ("calibration.yml", "gain_lsb_per_pe")])
        {
            Export("csv", file, "-o", "table.csv", "--force").AssertClosed("export", 0);
            Assert.Contains(column, File.ReadLines(folder.File("table.csv")).First().Split(','));
        }
    }

    [Fact]
    public void Csv_OfAResult_IsATableForEachTask()
    {
        Export("csv", "out/dark_rate_fit.h5", "-o", "tables").AssertClosed("export", 0);
        string[] lines = File.ReadAllLines(folder.File("tables/dark_rate_fit_maximum-window.csv"));
        using Hdf5File fits = Hdf5File.Open(folder.File("out/dark_rate_fit.h5"));
        int column = Array.IndexOf(lines[0].Split(','), "gain_lsb_per_pe");
        Assert.Equal(fits.Read<double>("/maximum-window/gain", [1296], "LSB/pe"), lines.Skip(1).Select(line => double.Parse(line.Split(',')[column], System.Globalization.CultureInfo.InvariantCulture)));
        Assert.EndsWith("FIT_FAILED STUCK", lines[^1], StringComparison.Ordinal);

        // And back.
        Export("hdf5", "tables/dark_rate_fit_maximum-window.csv", "-o", "back.h5").AssertClosed("export", 0);
        using Hdf5File back = Hdf5File.Open(folder.File("back.h5"));
        Assert.Equal(fits.Read<double>("/maximum-window/gain", [1296], "LSB/pe").Select(BitConverter.DoubleToInt64Bits), back.Read<double>("/csv/gain", [1296], "LSB/pe").Select(BitConverter.DoubleToInt64Bits));
        Assert.Equal(fits.Read<uint>("/maximum-window/flags", [1296]), back.Read<uint>("/csv/flags", [1296]));
        Assert.Equal(fits.GetTexts("/maximum-window/flags", Hdf5Writer.NamesAttribute), back.GetTexts("/csv/flags", Hdf5Writer.NamesAttribute));
        Assert.Equal(fits.Read<byte>("/maximum-window/fit/status", [1296]), back.Read<byte>("/csv/status", [1296]));
        Assert.True(back.Contains("/provenance"));
        Export("csv", "back.h5").AssertRefused("back.h5: holds no result");
        Assert.Equal(["dark_rate_fit_dark-rate.csv", "dark_rate_fit_dark-spe.csv", "dark_rate_fit_maximum-window.csv"], Directory.GetFiles(folder.File("tables"), "*.csv").Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("what to write is needed")]
    [InlineData("no format 'xml'; there are csv, hdf5", "xml", "out/dark_rate_fit.h5")]
    [InlineData("csv: no input is named", "csv")]
    [InlineData("missing.h5: no such file", "csv", "missing.h5")]
    [InlineData("out: is a directory", "csv", "out")]
    [InlineData("notes.txt: of the kinds of files that can be exported", "csv", "notes.txt")]
    [InlineData("scan_plan.csv: is a table of comma-separated numbers already", "csv", "scan_plan.csv")]
    [InlineData("scan_plan.csv: line 1: has no column 'pixel' or 'pixel_id'", "hdf5", "scan_plan.csv")]
    [InlineData("empty.csv: is empty, not a table of pixels", "hdf5", "empty.csv")]
    [InlineData("out/dark_rate.h5: holds no result with a number for each pixel", "csv", "out/dark_rate.h5")]
    [InlineData("out/dark_rate_fit.h5: is HDF5 of the kit already", "hdf5", "out/dark_rate_fit.h5")]
    [InlineData("out/adc_hv_off_fit.h5: the observatory's model of a dark run (digicam dark-rate -p) is needed", "sst1mpipe", "out/adc_hv_off_fit.h5")]
    [InlineData("out/mpe_fit.h5: the dark count rates (digicam dark-rate -p) is needed", "digicampipe", "out/mpe_fit.h5")]
    [InlineData("out/mpe_fit.h5 and out/full_mpe_fit.h5 both hold the fit of a light scan", "digicampipe", "out/mpe_fit.h5", "out/full_mpe_fit.h5", "out/dark_rate_fit.h5")]
    [InlineData("amplitude/full_mpe_fit.h5: charges on the scale 'amplitude', digicampipe's are on 'sum of 7 samples': gains of different scales are never put together", "digicampipe", "amplitude/full_mpe_fit.h5", "out/dark_rate_fit.h5")]
    [InlineData("amplitude/full_mpe_fit.h5: charges on the scale 'amplitude'", "digicampipe-fmpe", "amplitude/full_mpe_fit.h5")]
    [InlineData("the scripts of 2017 have no file of this", "npz-2017", "out/synchronisation.h5")]
    [InlineData("the charges of the scan (digicam ac-dac-scan -c) is needed", "npz-2017", "out/mpe_fit.h5")]
    [InlineData("--date 2024-02-31: is no day such as 20240131", "sst1mpipe", "out/dark_rate_fit.h5", "--date", "2024-02-31")]
    [InlineData("files 42 to 3: numbers between 0 and 9999 in ascending order are needed", "sst1mpipe", "out/dark_rate_fit.h5", "--last_run", "3")]
    [InlineData("the target is to be their folder", "csv", "out/dark_rate_fit.h5", "-o", "one.csv")]
    [InlineData("out/mpe_fit.npz: no array has a number for each of the 1296 pixels; it holds mpes_fit_result", "csv", "out/mpe_fit.npz")]
    public void BadRequests_AreOneSentenceAndLeaveNothing(string expected, params string[] arguments)
    {
        string[] before = Directory.GetFileSystemEntries(folder.FullName, "*", SearchOption.AllDirectories);
        Export(arguments).AssertRefused(expected);
        Assert.Equal(before.Order(StringComparer.Ordinal), Directory.GetFileSystemEntries(folder.FullName, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal));
    }

    private Digicam.Result Export(params string[] arguments) => Digicam.Run(folder.FullName, ["export", .. arguments]);
}
