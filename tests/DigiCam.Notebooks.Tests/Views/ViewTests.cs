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
    private static readonly HvOffView View = Show.HvOff(HvOffFitter.Fit(Histograms));

    [Fact]
    public void Camera_EveryPixel_HasItsHistogramAndFit()
    {
        CameraDisplay display = View.Camera();
        Assert.Equal(17, display.SelectedPixel());
        PixelSpectrum good = (PixelSpectrum)display.Panels![700]!;
        Assert.Equal(Samples, good.Counts.Sum());
        Assert.Equal(Samples, good.Expected!.Where(double.IsFinite).Sum(), 0.01 * Samples);
        Assert.Equal("converged", good.Status);
        Assert.Equal(["norm", "mean", "sigma"], View.Result.Pixels[700].Fit.Parameters.Select(p => p.Name));
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
            HvOffView view = Show.HvOff(HvOffFitter.Fit(Histograms));
            return
            [
                view.ToHtml(), view.ToString(), view.Camera().ToHtml(), view.NoiseDistribution().ToHtml(), view.BaselineDistribution().ToHtml(), view.GoodnessDistribution().ToHtml(),
                view.FlaggedPixels().ToHtml(), view.NoisiestPixels().ToString(), view.Pixel(17).ToHtml(), view.Pixel(700).ToHtml(), view.Refit(700, ("sigma", 1)).ToString(), view.Verdict().ToString(),
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
    public void Refit_HeldParameter_WorsensTheFit()
    {
        Table table = View.Refit(700, ("sigma", 1.2));
        Assert.Equal("1.2 (fixed)", table.Rows[2][2]);
        Assert.NotEqual(table.Rows[3][1], table.Rows[3][2]);
        Assert.Equal("Converged", table.Rows[5][2]);
        Assert.Throws<ArgumentException>(() => View.Refit(700, ("gain", 1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => View.Refit(1296));
        Assert.Equal("NotEnoughData", View.Refit(17, ("sigma", 1)).Rows[5][2]);
    }

    [Fact]
    public void Change_SameFit_IsZero()
    {
        double[][] saved = [.. View.Result.Pixels.Select(p => p.Fit.Parameters.SelectMany(q => new[] { q.Value, q.Error }).ToArray())];
        CameraDisplay display = View.Change(saved);
        Assert.All(display.Quantities[0].Values.Where(double.IsFinite), v => Assert.Equal(0, v));
        Assert.Contains("diverging", display.ToHtml(), StringComparison.Ordinal);
    }

    [Fact]
    public void Verdict_OnePixelWithoutEntries_FailsForThat()
    {
        Verdict verdict = View.Verdict();
        Assert.Equal(Outcome.Fail, verdict.Outcome);
        Assert.Equal("least entries of a pixel", Assert.Single(verdict.Checks, c => c.Outcome == Outcome.Fail).Name);
        Assert.Equal(Outcome.Pass, View.Verdict(new HvOffRequirements { MinimumEntries = 0 }).Outcome);
    }

    [Fact]
    public void Pixels_AreRoundedToTheirErrors()
    {
        string text = View.Pixels().ToString();
        Assert.Contains("first 20 of 1296 rows", text, StringComparison.Ordinal);
        HvOffPixel pixel = View.Result.Pixels[3];
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
