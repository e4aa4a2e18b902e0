using System.Text.Json;
using DigiCam.Files;
using DigiCam.HvOff;

namespace DigiCam.Cli.Tests;

/// <summary>The dark tasks on the small runs of the repository, through the commands a user types.</summary>
public sealed class DarkCommandTests : IDisposable
{
    private static readonly string Small = Path.Combine(TestEnvironment.RepositoryRoot, "data-samples", "small");

    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();

    public DarkCommandTests() => AssertOk(Run("hvoff", "-c", "-p", "-q", "-d", Small, "--file_basename", "hv_off_", "--output_directory", "out"));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void DarkSpe_StagesTogetherAndApart_GiveEqualFiles()
    {
        Digicam.Result together = Dark("dark-spe", "-c", "-p");
        AssertOk(together);
        AssertOk(Dark("dark-spe", "-c", "--histo_filename", "b.npz", "-n", "3"));
        AssertOk(Run("dark-spe", "-p", "out", "--histo_filename", "b.npz", "--fit_filename", "b_fit.npz"));
        AssertEqual("spe_hv_on.npz", "b.npz");
        AssertEqual("spe_hv_on_fit.npz", "b_fit.npz");
        AssertEqual("spe_hv_on_fit.csv", "b_fit.csv");
        using (NpzFile file = NpzFile.Open(_folder.File("out/spe_hv_on_fit.npz"))) Assert.Equal([1296, 9, 2], file.Read("adcs_fit_result", [-1, -1, -1], (_, _) => { }));
        using (NpzFile file = NpzFile.Open(_folder.File("out/spe_hv_on.npz"))) Assert.Equal([1296, 4096], file.Read("adcs", [-1, -1], (_, _) => { }));

        // The file of the 2017 scripts alone will do; only the time in which pulses were counted is not in it.
        File.Delete(_folder.File("out/b.h5"));
        AssertOk(Run("dark-spe", "-p", "out", "--histo_filename", "b.npz", "--fit_filename", "c_fit.npz"));
        Digicam.Result display = Run("dark-spe", "out");
        AssertOk(display);
        Assert.Equal(Body(together), Body(display));
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(_folder.File("out/b_fit.json")));
        Assert.Equal(["dark_000.fits.fz", "dark_001.fits.fz", "dark_002.fits.fz", "b.h5", "adc_hv_off_fit.npz"], json.RootElement.GetProperty("provenance").GetProperty("Inputs").EnumerateArray().Select(i => i.GetProperty("Name").GetString()));
    }

    [Fact]
    public void DarkRate_DisplayOfSavedResults_IsThatOfTheFit()
    {
        Digicam.Result fit = Dark("dark-rate", "-c", "-p", "--without_shot_noise");
        AssertOk(fit);
        Assert.Contains("dark count rate (P0)", fit.Output, StringComparison.Ordinal);
        Assert.Contains("dark count rate (staircase) / dark count rate (P0): median ratio", fit.Output, StringComparison.Ordinal);
        Digicam.Result display = Run("dark-rate", "out");
        AssertOk(display);
        Assert.Equal(Body(fit), Body(display));
        Assert.Equal(["dark_rate.h5", "dark_rate.json", "dark_rate_fit.csv", "dark_rate_fit.h5", "dark_rate_fit.json"], Directory.GetFiles(_folder.File("out"), "dark_rate*").Select(Path.GetFileName).Order(StringComparer.Ordinal));

        // Any of the dark tasks fits what another one has filled.
        AssertOk(Run("dark-spe", "-p", "out", "--histo_filename", "dark_rate.h5"));
    }

    [Fact]
    public void Dark_CreateAlone_WritesTheHistogramsOfTheScripts()
    {
        AssertOk(Dark("dark", "-c"));
        Assert.Equal(["adc_hv_on.h5", "adc_hv_on.json", "adc_hv_on.npz"], Directory.GetFiles(_folder.File("out"), "adc_hv_on*").Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Run("dark", "out").AssertRefused("out/adc_hv_on_fit.h5", "no such file");
    }

    [Fact]
    public void MissingInputFit_IsNamed()
    {
        Directory.CreateDirectory(_folder.File("other"));
        foreach (string task in (string[])["dark-spe", "dark-rate"])
        {
            Run(task, "-c", "-p", "-d", Small, "--file_basename", "dark_", "--output_directory", "other").AssertRefused("other/adc_hv_off_fit.npz", "--input_fit_filename");
            Run(task, "-c", "-d", Small, "--file_basename", "dark_", "--input_fit_filename", "none.h5", "--output_directory", "other").AssertRefused("none.h5: no such file");
            Run(task, "-p", "out").AssertRefused("no such file");
        }

        Run("dark", "-c", "-d", Small, "--file_basename", "dark_", "--input_fit_filename", "none.npz", "--output_directory", "other").AssertRefused("none.npz: no such file");
        Assert.Empty(Directory.GetFiles(_folder.File("other")));
    }

    [Fact]
    public void InputFitOfOtherPixels_IsRefused()
    {
        double[][] rows = HvOffFiles.ReadFit(_folder.File("out/adc_hv_off_fit.npz"));
        new NpzWriter().Add("adcs_fit_result", [1296, 3, 2], (pixel, row) => rows[(pixel + 517) % 1296].CopyTo(row)).Write(_folder.File("moved.npz"));
        Dark("dark-spe", "-c", "--input_fit_filename", "moved.npz").AssertRefused("moved.npz: adcs_fit_result", "other pixels");
        Assert.False(File.Exists(_folder.File("out/spe_hv_on.h5")));

        new NpzWriter().Add("adcs_fit_result", [10, 3, 2], (_, _) => { }).Write(_folder.File("few.npz"));
        Dark("dark-spe", "-c", "--input_fit_filename", "few.npz").AssertRefused("few.npz", "adcs_fit_result", "(10, 3, 2)");
        new NpzWriter().Add("fit", [1296, 3, 2], (_, _) => { }).Write(_folder.File("key.npz"));
        Dark("dark-rate", "-c", "--input_fit_filename", "key.npz").AssertRefused("key.npz", "adcs_fit_result");
        File.WriteAllText(_folder.File("text.h5"), "text");
        Dark("dark-rate", "-c", "--input_fit_filename", "text.h5").AssertRefused("text.h5", "not an HDF5 file");

        // Filled with one result, fitted with another.
        AssertOk(Dark("dark-spe", "-c"));
        new NpzWriter().Add("adcs_fit_result", [1296, 3, 2], (pixel, row) =>
        {
            rows[pixel].CopyTo(row);
            row[2] += 1e-3;
        }).Write(_folder.File("later.npz"));
        Run("dark-spe", "-p", "out", "--input_fit_filename", "later.npz").AssertRefused("later.npz", "spe_hv_on.h5");
    }

    [Fact]
    public void InputFitOfTheKit_DoesAsWell()
    {
        AssertOk(Dark("dark-spe", "-c"));
        AssertOk(Dark("dark-spe", "-c", "--histo_filename", "h.npz", "--input_fit_filename", "out/adc_hv_off_fit.h5"));
        AssertEqual("spe_hv_on.npz", "h.npz");
    }

    [Fact]
    public void HistogramsAndFitsInOneFile_AreRefused()
    {
        Dark("dark-spe", "-c", "-p", "--histo_filename", "a.npz", "--fit_filename", "a.npz").AssertRefused("a.h5");
        Dark("dark-rate", "-c", "--evt_max", "0").AssertRefused("--evt_max 0");
    }

    private static void AssertOk(Digicam.Result result) => Assert.True(result.ExitCode == 0 && result.Error.Length == 0, result.Error);

    private static string Body(Digicam.Result result) => string.Join('\n', result.Output.Split('\n').SkipWhile(l => !l.Contains("quantity", StringComparison.Ordinal)).SkipLast(2));

    private void AssertEqual(string first, string second) =>
        Assert.True(File.ReadAllBytes(_folder.File("out/" + first)).SequenceEqual(File.ReadAllBytes(_folder.File("out/" + second))), $"{first}, {second}");

    private Digicam.Result Dark(string task, params string[] arguments) => Run(task, ["-d", Small, "--file_basename", "dark_", "--output_directory", "out", .. arguments]);

    private Digicam.Result Run(string task, params string[] arguments) => Digicam.Run(_folder.FullName, [task, .. arguments]);
}
