using DigiCam.Geometry;
using DigiCam.Histograms;
using DigiCam.HvOff;
using DigiCam.Notebooks.Cameras;
using DigiCam.Notebooks.Formatting;
using DigiCam.Notebooks.Tables;
using DigiCam.Notebooks.Tests.Samples;
using DigiCam.Notebooks.Views;
using DigiCam.Results;
using DigiCam.Runs;

namespace DigiCam.Notebooks.Tests.Views;

public sealed class ViewTests
{
    private const int Samples = 4000;
    private static readonly PixelHistograms Histograms = CreateHistograms();
    private static readonly HvOffResult Result = HvOffFitter.Fit(Histograms);
    private static readonly CameraResultView View = Show.Result(Result);

    [Fact]
    public void Camera_EveryPixel_HasItsHistogramAndFit()
    {
        CameraDisplay display = View.Camera();
        Assert.Equal(17, display.SelectedPixel());
        PixelSpectrum good = (PixelSpectrum)display.Panels![700]!;
        Assert.Equal(Samples, good.Counts.Sum());
        Assert.Equal(Samples, good.Expected!.Where(double.IsFinite).Sum(), 0.01 * Samples);
        Assert.Equal("converged", good.Status);
        // The parameters carry the names of the quantities with the same numbers.
        Assert.Equal(["norm", "baseline", "electronic noise"], good.Parameters.Select(p => p.Name));
        Assert.Equal(["N", "B", "σₑ"], good.Parameters.Select(p => p.Symbol));
        Assert.Null(((PixelSpectrum)display.Panels[17]!).Expected);
        Assert.Equal("not enough data for a fit", ((PixelSpectrum)display.Panels[17]!).Status);
        Assert.InRange(display.ToHtml().Length, 200_000, 1_500_000);
    }

    [Fact]
    public void Outputs_TwiceAndUnderAnotherCulture_AreIdentical()
    {
        string[] once = Outputs();
        Assert.Equal(once, Outputs());
        Assert.Equal(once, Cultures.Under("de-DE", Outputs));

        static string[] Outputs()
        {
            HvOffResult result = HvOffFitter.Fit(Histograms);
            CameraResultView view = Show.Result(result);
            return
            [
                view.ToHtml(), view.ToString(), view.Camera().ToHtml(), .. view.Distributions().Select(c => c.ToHtml()), view.Correlation("baseline", "electronic_noise").ToHtml(),
                view.FlaggedPixels().ToHtml(), view.Worst("electronic_noise").ToString(), view.Pixel(17).ToHtml(), view.Pixel(700).ToHtml(), view.Fit(17).ToHtml(), view.Fit(700).ToHtml(),
                new HvOffRequirements().Judge(result).ToString(),
            ];
        }
    }

    [Fact]
    public void FlaggedPixels_AreNamedWithTheirReasons()
    {
        string text = View.FlaggedPixels().ToString();
        Assert.Contains("17", text, StringComparison.Ordinal);
        Assert.Contains("FIT_FAILED", text, StringComparison.Ordinal);
        Assert.Contains("NOISE_OUTLIER", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Worst_IsSortedByDistanceFromTheMedian()
    {
        Table table = View.Worst("electronic_noise", 3);
        Assert.Equal(99, table.Rows[0][0]);
        Assert.Equal(3, table.Rows.Count);
        double[] distances = [.. table.Rows.Select(r => Math.Abs((double)r[3]!))];
        Assert.Equal(distances.OrderDescending(), distances);
        Assert.Equal("NOISE_OUTLIER", table.Rows[0][6]);
        Assert.StartsWith("no quantity 'gain'; there are electronic_noise, baseline", Assert.Throws<ArgumentException>(() => View.Worst("gain")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Distributions_WithoutKeys_AreThoseOfAllQuantities()
    {
        Assert.Equal(Result.Quantities.Select(q => "Distribution of " + q.Name), View.Distributions().Select(c => c.Title));
        Assert.Equal("Distribution of baseline", Assert.Single(View.Distributions("baseline")).Title);
        Assert.Equal(["baseline"], View.Camera(null, "baseline").Quantities.Select(q => q.Name));
    }

    [Fact]
    public void Change_SameFit_IsZero()
    {
        CameraDisplay display = View.Change(HvOffFitter.Restore(Histograms, [.. Result.Pixels.Select(p => p.Fit.Parameters.SelectMany(q => new[] { q.Value, q.Error }).ToArray())]));
        Assert.Equal(["change of the electronic noise", "change of the baseline"], display.Quantities.Select(q => q.Name));
        Assert.All(display.Quantities[0].Values.Where(double.IsFinite), v => Assert.Equal(0, v));
        Assert.Contains("diverging", display.ToHtml(), StringComparison.Ordinal);
    }

    [Fact]
    public void Verdict_OnePixelWithoutEntries_FailsForThat()
    {
        Verdict verdict = new HvOffRequirements().Judge(Result);
        Assert.Equal(Outcome.Fail, verdict.Outcome);
        Assert.Equal("least entries of a pixel", Assert.Single(verdict.Checks, c => c.Outcome == Outcome.Fail).Name);
        Assert.Equal(Outcome.Pass, new HvOffRequirements { MinimumEntries = 0 }.Judge(Result).Outcome);
    }

    [Fact]
    public void Pixels_AreRoundedToTheirErrors()
    {
        string text = View.Pixels().ToString();
        Assert.Contains("first 25 of 1296 rows", text, StringComparison.Ordinal);
        HvOffPixel pixel = Result.Pixels[3];
        Assert.Contains(new Measurement(pixel.Baseline, pixel.BaselineError).ToString(), text, StringComparison.Ordinal);
    }

    [Fact]
    public void Rate_SteadySource_IsFlatToTheEnd()
    {
        long[] times = [.. Enumerable.Range(0, 2000).Select(i => i * 10_000_000L)];
        Assert.Contains("y 100 .. 100", RunView.Rate(times).ToString(), StringComparison.Ordinal);
        Assert.Contains("y: rate [Hz]", RunView.Rate(times).ToString(), StringComparison.Ordinal);
        Assert.Contains("two events", RunView.Rate([5]).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void RunView_RealFile_TellsItsFactsAndDrawsAnEvent()
    {
        using Run run = Run.Open(TestEnvironment.Shared("data", "real", "example_10_evts.000.fits.fz"));
        RunView view = Show.Run(run);
        string text = view.ToString();
        Assert.Contains("example_10_evts.000.fits.fz (10 events)", text, StringComparison.Ordinal);
        Assert.DoesNotContain("/shared/", text, StringComparison.Ordinal);
        Assert.Contains("97750287 to 97750296, 0 missing", text, StringComparison.Ordinal);
        Assert.Contains("events in bins of", view.Rate().ToString(), StringComparison.Ordinal);
        Assert.Contains("9 entries, median 2.6832 ms", view.TimeGaps().ToString(), StringComparison.Ordinal);
        Assert.Contains("y 1 .. 1", view.NumberSteps().ToString(), StringComparison.Ordinal);
        CameraDisplay display = view.Event(0);
        Assert.Equal(50, ((PixelWaveform)display.Panels![0]!).Samples.Count);
        Assert.Throws<ArgumentException>(() => Show.Event(run.GetEvent(0, EventContent.None)));
    }

    private static PixelHistograms CreateHistograms()
    {
        Random random = new(3);
        PixelHistograms histograms = new(IntegerAxis.Adc, CameraGeometry.PixelCount) { EventCount = Samples / 50 };
        short[] samples = new short[Samples];
        for (int pixel = 0; pixel < CameraGeometry.PixelCount; pixel++)
        {
            double noise = pixel == 99 ? 2.5 : 0.95;
            double baseline = 350 + (5 * Math.Sin(pixel));
            for (int i = 0; i < Samples; i++)
            {
                double normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
                samples[i] = (short)Math.Round(baseline + (noise * normal));
            }

            if (pixel == 17) histograms.Fill(pixel, [350, 350]);
            else histograms.Fill(pixel, samples);
        }

        return histograms;
    }
}
