using DigiCam.Dark;
using DigiCam.DarkRate;
using DigiCam.DarkSpe;
using DigiCam.Flags;
using DigiCam.HvOff;
using DigiCam.Notebooks.Cameras;
using DigiCam.Notebooks.Tables;
using DigiCam.Notebooks.Views;
using DigiCam.Results;
using DigiCam.Runs;
using DigiCam.Simulation;
using DigiCam.Simulation.Plans;

namespace DigiCam.Notebooks.Tests.Views;

/// <summary>The views of the dark tasks, on a short simulated run.</summary>
public sealed class DarkViewTests(DarkViewTests.ShortRun run) : IClassFixture<DarkViewTests.ShortRun>
{
    [Fact]
    public void Spe_CameraAndPixel_HaveSpectraWithFits()
    {
        CameraResultView view = Show.Result(run.Spe);
        CameraDisplay display = view.Camera(700);
        Assert.Equal(run.Spe.Quantities.Select(q => q.Name), display.Quantities.Select(q => q.Name));
        PixelSpectrum spectrum = (PixelSpectrum)display.Panels![700]!;
        Assert.Equal(run.Spe.Histograms.GetEntries(700), spectrum.Counts.Sum());
        Assert.Equal("ADC value", spectrum.AxisName);
        Assert.Equal("G", spectrum.Parameters.Single(p => p.Name == "gain").Symbol);
        Assert.Equal("A₃", spectrum.Parameters.Single(p => p.Name == "a_3").Symbol);

        // The fit says nothing below the lower end of its range, where false pulses lie.
        Assert.True(double.IsNaN(spectrum.Expected![0]));
        Assert.Equal(view.Pixel(700).ToString(), Show.Result(run.Spe).Pixel(700).ToString());
        Assert.Contains("gain [LSB/pe]", view.Fit(700).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Facts_NameTheScale()
    {
        Assert.Contains("400 events, amplitude", Show.Result(run.Spe).ToString(), StringComparison.Ordinal);
        Assert.Contains("400 events, sum of 7 samples", Show.Result(run.Rate).ToString(), StringComparison.Ordinal);
        Assert.Equal("charge", ((PixelSpectrum)Show.Result(run.Rate.MaximumWindow).Camera().Panels![5]!).AxisName);
    }

    [Fact]
    public void Change_OtherTask_IsRefused() =>
        Assert.StartsWith("dark-rate (sum of 7 samples) cannot be compared with dark-spe (amplitude)", Assert.Throws<ArgumentException>(() => Show.Result(run.Spe).Change(run.Rate)).Message, StringComparison.Ordinal);

    [Fact]
    public void Agreement_EveryWay_IsComparedWithTheFirst()
    {
        RateComparison ways = Show.Agreement(run.Rate);
        Assert.Equal(1 + run.Rate.RateAgreements.Length, ways.Rates.Rows.Count);
        Assert.Equal("dark count rate (P0)", ways.Rates.Rows[0][0]);
        Assert.Null(ways.Rates.Rows[0][3]);
        Assert.All(run.Rate.RateAgreements.Zip(ways.Rates.Rows.Skip(1)), pair => Assert.Equal(pair.First.MedianRatio, pair.Second[3]));
        Assert.All(run.Rate.RateAgreements.Zip(ways.Rates.Rows.Skip(1)), pair => Assert.Equal((new Measurement(100 * pair.First.Bias, 100 * pair.First.BiasError), 100 * pair.First.AllowedBias, pair.First.Agrees), ((Measurement)pair.Second[4]!, (double)pair.Second[5]!, (bool)pair.Second[^1]!)));
        Assert.All(run.Rate.CrosstalkAgreements.Zip(ways.Crosstalks.Rows.Skip(1)), pair => Assert.Equal((new Measurement(pair.First.MedianDifference, pair.First.BiasError), pair.First.AllowedBias), ((Measurement)pair.Second[4]!, (double)pair.Second[5]!)));
        Assert.All(ways.CrosstalkCharts, c => Assert.Contains("median difference", c.Subtitle, StringComparison.Ordinal));
        Assert.InRange(((Measurement)ways.Rates.Rows[0][1]!).Value, 2.5, 3.5);
        Assert.Equal("crosstalk (pulse spectrum)", ways.Crosstalks.Rows[0][0]);
        Assert.Equal(run.Rate.RateAgreements.Length + run.Rate.CrosstalkAgreements.Length, ways.Statement.Split('\n').Length);
        Assert.Equal(["dark count rate (P0)", "crosstalk (pulse spectrum)", "dark count rate: staircase / P0"], ways.Camera(3).Quantities.Take(3).Select(q => q.Name));
        Assert.All(ways.RateCharts, c => Assert.Contains("median ratio", c.Subtitle, StringComparison.Ordinal));
        Assert.Contains("<caption>Crosstalk, each way compared with the first</caption>", ways.ToHtml(), StringComparison.Ordinal);
    }

    [Fact]
    public void Verdicts_OfAShortRun_FollowTheRequirements()
    {
        Verdict spe = new DarkSpeRequirements { MinimumGoodPixels = 0, MaximumFailedFits = 1296 }.Judge(run.Spe);
        Assert.Equal(Outcome.Pass, spe.Checks.Single(c => c.Name == "median gain").Outcome);
        Assert.Equal(Outcome.Fail, new DarkSpeRequirements { MaximumGain = 4.2 }.Judge(run.Spe).Checks.Single(c => c.Name == "median gain").Outcome);

        Verdict rate = new DarkRateRequirements().Judge(run.Rate);
        Assert.Equal("dark count rate", run.Rate.Title.ToLowerInvariant());
        Assert.StartsWith("Dark count rate, 400 events", rate.Title, StringComparison.Ordinal);
        Assert.Equal(Outcome.Pass, rate.Checks.Single(c => c.Name == "median dark count rate").Outcome);
        Assert.Equal(Outcome.Fail, new DarkRateRequirements { MinimumRateMHz = 5 }.Judge(run.Rate).Outcome);
        Assert.Equal(run.Rate.RateAgreements.Length + run.Rate.CrosstalkAgreements.Length, rate.Checks.Count(c => c.Name.Contains("within 3 errors", StringComparison.Ordinal)));
        foreach (RateAgreement agreement in run.Rate.RateAgreements.Concat(run.Rate.CrosstalkAgreements))
        {
            Check bias = rate.Checks.Single(c => c.Name == $"{agreement.Quantity.Name}: bias against {agreement.Reference.Name}");
            Assert.Equal(agreement.IsBiased ? Outcome.Warn : Outcome.Pass, bias.Outcome);
        }
    }

    [Fact]
    public void HvOff_FitFile_GivesItsBaselines()
    {
        string path = run.HvOffFit;
        HvOffResult read = Kit.HvOff(path, "run.fits.fz");
        Assert.Equal(run.HvOff.Baseline, read.Baseline);
        Assert.Equal(run.HvOff.Fits.Count(f => f.IsValid), 1296 - Pedestals.From(read).UnknownCount);
        Assert.StartsWith("hvOff is empty", Assert.Throws<ArgumentException>(() => Kit.HvOff("", "run.fits.fz")).Message, StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => Kit.HvOff(path + "x.npz", ""));
    }

    /// <summary>A run of 400 events in the dark with its run of high voltage off, fitted.</summary>
    public sealed class ShortRun : IDisposable
    {
        private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();

        public ShortRun()
        {
            RunPlan off = new() { Name = "hv_off", Kind = RunKind.HvOff, EventsPerLevel = 100 };
            RunPlan dark = new() { Name = "dark", Kind = RunKind.Dark, EventsPerLevel = 400 };
            CampaignPlan plan = new() { Seed = 7, Runs = [off, dark] };
            HvOff = HvOffFitter.Fit(DigiCam.Histograms.AdcHistograms.Accumulate(Simulate(plan, off)));
            HvOffFit = _folder.File(HvOffFiles.DefaultFitName);
            HvOffFiles.WriteFit(HvOffFit, HvOff);
            DarkHistograms histograms = DarkPass.Accumulate(Simulate(plan, dark), Pedestals.From(HvOff));
            FlagLimits limits = new() { MinimumPulses = 50, MinimumWaveforms = 100 };
            Spe = DarkSpeFitter.Fit(histograms, limits: limits);
            Rate = DarkRateFitter.Fit(histograms, Spe, limits: limits);
        }

        public HvOffResult HvOff { get; }

        public string HvOffFit { get; }

        public DarkSpeResult Spe { get; }

        public DarkRateResult Rate { get; }

        public void Dispose() => _folder.Dispose();

        private Run Simulate(CampaignPlan plan, RunPlan run)
        {
            RunSimulation simulation = new(plan, run);
            simulation.Write(_folder.FullName, cancellationToken: TestContext.Current.CancellationToken);
            return Run.Open([.. simulation.FileNames.Select(_folder.File)]);
        }
    }
}
