using System.Globalization;
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

        // All pixels of such a short run are flagged.
        Assert.Contains("dark count rate (staircase) / dark count rate (P0): no good pixel has both", fit.Output, StringComparison.Ordinal);
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
    public void Dark_WithAndWithoutHighVoltageOff_HasCampbellsEstimateOrSaysWhyNot()
    {
        // Sixteen pixels of 25 000 samples each; the others are stuck, which takes no time to fit.
        const int Pixels = 16;
        File.WriteAllText(_folder.File("few.yaml"), $$"""
            name: few
            seed: 5
            camera:
              dark_count_rate: 3 MHz
            faults:
              stuck: [{{string.Join(", ", Enumerable.Range(Pixels, 1296 - Pixels))}}]
            runs:
              - {name: hv_off, kind: hv_off, events: 100}
              - {name: dark, kind: dark, events: 500, clock: random}
            """);
        AssertOk(Run("simulate", "few.yaml", "--out", "few"));
        AssertOk(Run("hvoff", "-c", "-p", "-q", "-d", "few", "--file_basename", "hv_off_", "--output_directory", "few"));
        Digicam.Result fit = Run("dark", "-c", "-p", "-d", "few", "--file_basename", "dark_", "--output_directory", "few");
        AssertOk(fit);
        Assert.Contains(FormattableString.Invariant($"{Pixels} of 1296 pixels are good"), fit.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Campbell's theorem", fit.Output, StringComparison.Ordinal);
        double[] pulls = [.. Column("campbell_rate_mhz").Zip(Column("campbell_rate_error_mhz"), (rate, error) => (rate - 3) / error)];
        Assert.All(pulls.Take(Pixels), pull => Assert.InRange(pull, -4, 4));
        Assert.InRange(pulls.Take(Pixels).Average(), -3 / Math.Sqrt(Pixels), 3 / Math.Sqrt(Pixels));
        Assert.All(pulls.Skip(Pixels), pull => Assert.Equal(double.NaN, pull));
        Assert.Contains("pixel 16: NotEnoughData, FIT_FAILED STUCK", fit.Output, StringComparison.Ordinal);
        Digicam.Result display = Run("dark", "few");
        AssertOk(display);
        Assert.Equal(Body(fit), Body(display));

        // The same fits, but what Campbell's theorem needs is not there.
        File.Move(_folder.File("few/adc_hv_off_fit.npz"), _folder.File("off.npz"));
        Digicam.Result without = Run("dark", "few");
        AssertOk(without);
        Assert.Contains("note: without a result with high voltage off there is no estimate by Campbell's theorem", without.Output, StringComparison.Ordinal);
        Assert.Matches(@"dark count rate \(Campbell\) +MHz +NaN +NaN +NaN +NaN +0", without.Output);
        Assert.Matches(@"dark count rate +MHz +\d\.\d+.* 16", without.Output);

        // Of other pixels: also where saved histograms are fitted, those of the 2017 scripts among them.
        double[][] rows = HvOffFiles.ReadFit(_folder.File("off.npz"));
        new NpzWriter().Add("adcs_fit_result", [1296, 3, 2], (pixel, row) => rows[(pixel + 5) % Pixels].CopyTo(row)).Write(_folder.File("moved.npz"));
        AssertOk(Run("dark", "-c", "-q", "-d", "few", "--file_basename", "dark_", "--output_directory", "few"));
        Run("dark", "-p", "few", "--input_fit_filename", "moved.npz").AssertRefused("moved.npz: adcs_fit_result: baselines lie", "other pixels");
        File.Delete(_folder.File("few/adc_hv_on.h5"));
        Run("dark", "-p", "few", "--input_fit_filename", "moved.npz").AssertRefused("moved.npz: adcs_fit_result: baselines lie", "other pixels");

        double[] Column(string name)
        {
            string[][] lines = [.. File.ReadLines(_folder.File("few/adc_hv_on_fit.csv")).Where(l => !l.StartsWith('#')).Select(l => l.Split(','))];
            int column = Array.IndexOf(lines[0], name);
            return [.. lines.Skip(1).Select(l => double.TryParse(l[column], CultureInfo.InvariantCulture, out double value) ? value : double.NaN)];
        }
    }

    [Theory]
    [InlineData("dark")]
    [InlineData("dark-spe")]
    [InlineData("dark-rate")]
    public void InterruptedWhileReading_LeavesNoFile(string task)
    {
        // The output folder is made just before the reading starts.
        new SimulatedRun { EventCount = 3000 }.Write(_folder.File("long_000.fits.fz"));
        Digicam.RunInterrupted(
            _folder.FullName, _ => Directory.Exists(_folder.File("new")),
            task, "-c", "-p", "-f", "long_000", "--output_directory", "new", "-n", "1", "--input_fit_filename", "out/adc_hv_off_fit.npz").AssertCancelled(task);
        Assert.Empty(Directory.GetFiles(_folder.File("new")));
    }

    [Fact]
    public void InterruptedWhileFitting_KeepsTheHistogramsOnly()
    {
        Digicam.RunInterrupted(_folder.FullName, _ => File.Exists(_folder.File("out/adc_hv_on.json")), ["dark", "-c", "-p", "-d", Small, "--file_basename", "dark_", "--output_directory", "out"]).AssertCancelled("dark");
        Assert.Equal(["adc_hv_on.h5", "adc_hv_on.json", "adc_hv_on.npz"], Directory.GetFiles(_folder.File("out"), "adc_hv_on*").Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(Directory.GetFiles(_folder.File("out")), f => Path.GetFileName(f).StartsWith('.') || f.EndsWith(".tmp", StringComparison.Ordinal));
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
    public void SamplesInPlaceOfPulses_AreRefused()
    {
        AssertOk(Dark("dark", "-c", "-q"));
        File.Delete(_folder.File("out/adc_hv_on.h5"));
        Run("dark-spe", "-p", "out", "--histo_filename", "adc_hv_on.npz").AssertRefused("adc_hv_on.npz: adcs", "all samples", "pulses");
    }

    [Fact]
    public void WaveformsTooShortForPulses_AreRefused()
    {
        File.WriteAllText(_folder.File("short.yaml"), """
            name: short
            seed: 5
            samples: 12
            runs:
              - {name: dark, kind: dark, events: 5}
            """);
        AssertOk(Run("simulate", "short.yaml", "--out", "short"));
        Run("dark", "-c", "-d", "short", "--file_basename", "dark_", "--output_directory", "short/out").AssertRefused("dark_000.fits.fz", "12 samples", "13");
        Assert.Empty(Directory.GetFiles(_folder.File("short/out")));
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
