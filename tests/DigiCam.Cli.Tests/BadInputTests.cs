using DigiCam.Simulation;
using DigiCam.Zfits;

namespace DigiCam.Cli.Tests;

/// <summary>What users get wrong, through the commands they use.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void MissingFile_IsNamed()
    {
        HvOff("none.fits.fz").AssertRefused("none.fits.fz");
        Digicam.Run(_folder.FullName, "info", "none.fits.fz").AssertRefused("none.fits.fz");
        AssertNothingWritten();
    }

    [Fact]
    public void Directory_IsNamed()
    {
        Directory.CreateDirectory(_folder.File("folder.fits.fz"));
        Digicam.Run(_folder.FullName, "info", "folder.fits.fz").AssertRefused("folder.fits.fz", "directory");
        HvOff("folder.fits.fz").AssertRefused("folder.fits.fz");
    }

    [Fact]
    public void TextFile_IsNamed()
    {
        File.WriteAllText(_folder.File("text.fits.fz"), "not a camera file\n");
        HvOff("text.fits.fz").AssertRefused("text.fits.fz", "FITS");
        Digicam.Run(_folder.FullName, "info", "text.fits.fz").AssertRefused("text.fits.fz", "FITS");
        AssertNothingWritten();
    }

    [Fact]
    public void TruncatedFile_IsNamed()
    {
        new SimulatedRun { EventCount = 20 }.Write(_folder.File("run.fits.fz"));
        byte[] bytes = File.ReadAllBytes(_folder.File("run.fits.fz"));
        foreach (int length in (int[])[100, 2880, 20_000, bytes.Length / 2, bytes.Length - 1])
        {
            File.WriteAllBytes(_folder.File("cut.fits.fz"), bytes[..length]);
            HvOff("cut.fits.fz").AssertRefused("cut.fits.fz");
            Digicam.Run(_folder.FullName, "info", "cut.fits.fz").AssertRefused("cut.fits.fz");
            AssertNothingWritten();
        }
    }

    [Fact]
    public void FileWithoutEvents_SaysWhatItHolds()
    {
        WriteTable("config.fits.fz", "DigicamConfig", DigiCamColumns.ConfigMessage, new ZFitsColumnDefinition("operation_id", "12", ZFitsElementType.UInt32, ZFitsColumnKind.Scalar, ZFitsRecipe.Raw));
        HvOff("config.fits.fz").AssertRefused("config.fits.fz", "Events", "DigicamConfig");
        AssertNothingWritten();
    }

    [Fact]
    public void FileOfAnotherCamera_SaysSo()
    {
        WriteTable("lst.fits.fz", "Events", "R1.CameraEvent", new ZFitsColumnDefinition("tel_event_id", "2", ZFitsElementType.UInt32, ZFitsColumnKind.Scalar, ZFitsRecipe.Raw));
        HvOff("lst.fits.fz").AssertRefused("lst.fits.fz", "R1.CameraEvent", "not a file of this camera");

        // The same message, but with the pixels of another camera.
        ZFitsColumnDefinition samples = new("hiGain_waveforms_samples", "6.1.1", ZFitsElementType.Int16, ZFitsColumnKind.Array, ZFitsRecipe.Raw);
        using (ZFitsWriter writer = ZFitsWriter.Create(_folder.File("small.fits.fz")))
        {
            ZFitsTableWriter table = writer.BeginTable("Events", DigiCamColumns.EventMessage, [samples]);
            table.SetArray<short>(0, new short[265 * 50]);
            table.CommitRow();
            table.Finish();
            writer.Finish();
        }

        HvOff("small.fits.fz").AssertRefused("small.fits.fz", "13250 samples", "1296");
        AssertNothingWritten();
    }

    [Fact]
    public void RunListWithoutFile_NamesTheEntry()
    {
        Digicam.Run(_folder.FullName, "hvoff", "-c", "-p", "--file_basename", "run_", "-f", "0,1").AssertRefused("'0'", "run_000.fits.fz");
        Digicam.Run(_folder.FullName, "hvoff", "-c", "--file_basename", "run_").AssertRefused("run_*.fits.fz");
        Digicam.Run(_folder.FullName, "hvoff", "-c", "-d", "nowhere").AssertRefused("nowhere");
        AssertNothingWritten();
    }

    [Fact]
    public void OutputFolderThatCannotBeWritten_IsNamed()
    {
        new SimulatedRun { EventCount = 2 }.Write(_folder.File("run.fits.fz"));
        File.WriteAllText(_folder.File("file"), "");
        string output = Path.Combine(_folder.File("file"), "results");
        Digicam.Run(_folder.FullName, "hvoff", "-c", "-p", "-f", "run.fits.fz", "--output_directory", output).AssertRefused(output);
    }

    [Theory]
    [InlineData("adc_hv_off.npz")]
    [InlineData("adc_hv_off_fit.npz")]
    [InlineData("adc_hv_off_fit.csv")]
    public void TargetThatIsADirectory_IsNamedBeforeAnythingIsWritten(string name)
    {
        new SimulatedRun { EventCount = 2 }.Write(_folder.File("run.fits.fz"));
        Directory.CreateDirectory(_folder.File("out/" + name));
        HvOff("run.fits.fz").AssertRefused("out/" + name, "directory");
        AssertNothingWritten();
    }

    [Fact]
    public void HistogramsAndFitsInOneFile_AreRefused()
    {
        Digicam.Run(_folder.FullName, "hvoff", "-c", "-p", "-f", "run", "--fit_filename", "a.npz", "--histo_filename", "a.npz").AssertRefused("a.npz");
        Digicam.Run(_folder.FullName, "hvoff", "-c", "-p", "-f", "run", "--fit_filename", "a.npz", "--histo_filename", "a.csv").AssertRefused("a.csv");
    }

    [Fact]
    public void Info_TimesThatAreNone_AreNotShown()
    {
        using (ZFitsWriter writer = ZFitsWriter.Create(_folder.File("time.fits.fz")))
        {
            ZFitsTableWriter table = writer.BeginTable("Events", DigiCamColumns.EventMessage, [.. DigiCamColumns.Events.Where(c => c.Name.StartsWith("local_time", StringComparison.Ordinal))]);
            table.SetScalar(0, ulong.MaxValue);
            table.SetScalar(1, ulong.MaxValue);
            table.CommitRow();
            table.Finish();
            writer.Finish();
        }

        Digicam.Result result = Digicam.Run(_folder.FullName, "info", "time.fits.fz");
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.DoesNotContain("UTC", result.Output, StringComparison.Ordinal);
        Digicam.Run(_folder.FullName, "info", "").AssertRefused("empty");
    }

    [Fact]
    public void SavedFilesThatAreNone_AreNamed()
    {
        Digicam.Run(_folder.FullName, "hvoff", "-p").AssertRefused("adc_hv_off.npz");
        File.WriteAllText(_folder.File("adc_hv_off.npz"), "text");
        Digicam.Run(_folder.FullName, "hvoff").AssertRefused("adc_hv_off.npz", "not an .npz file");
    }

    [Fact]
    public void ImpossibleNumbers_AreRefused()
    {
        Digicam.Run(_folder.FullName, "hvoff", "-c", "--evt_max", "0").AssertRefused("--evt_max 0");
        Digicam.Run(_folder.FullName, "hvoff", "-c", "-n", "0").AssertRefused("-n 0");
        Digicam.Result unknown = Digicam.Run(_folder.FullName, "hvoff", "--no_such_option");
        Assert.NotEqual(0, unknown.ExitCode);
        Assert.Contains("--no_such_option", unknown.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Notebook_MissingOrNone_HasItsExitCode()
    {
        Digicam.Result missing = Digicam.Run(_folder.FullName, "run", "none.ipynb");
        missing.AssertRefused("none.ipynb");
        Assert.Equal(3, missing.ExitCode);
        File.WriteAllText(_folder.File("text.ipynb"), "text");
        Digicam.Result text = Digicam.Run(_folder.FullName, "run", "text.ipynb");
        text.AssertRefused("text.ipynb");
        Assert.Equal(4, text.ExitCode);
        Digicam.Result parameter = Digicam.Run(_folder.FullName, "run", "text.ipynb", "-p", "nonsense");
        parameter.AssertRefused("nonsense");
        Assert.Equal(5, parameter.ExitCode);
    }

    private Digicam.Result HvOff(string file) => Digicam.Run(_folder.FullName, "hvoff", "-c", "-p", "-f", file, "--output_directory", "out");

    private void AssertNothingWritten() =>
        Assert.Empty(Directory.Exists(_folder.File("out")) ? Directory.GetFiles(_folder.File("out"), "*", SearchOption.AllDirectories) : []);

    private void WriteTable(string file, string name, string message, ZFitsColumnDefinition column)
    {
        using ZFitsWriter writer = ZFitsWriter.Create(_folder.File(file));
        ZFitsTableWriter table = writer.BeginTable(name, message, [column]);
        table.SetScalar(0, 1u);
        table.CommitRow();
        table.Finish();
        writer.Finish();
    }
}
