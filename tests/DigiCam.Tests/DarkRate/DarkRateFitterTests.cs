using DigiCam.Dark;
using DigiCam.DarkRate;
using DigiCam.DarkSpe;
using DigiCam.Flags;
using DigiCam.Histograms;
using DigiCam.Results;
using DigiCam.Tests.Dark;
using DigiCam.Tests.Simulation;

namespace DigiCam.Tests.DarkRate;

[Trait("Culture", "any")]
public sealed class DarkRateFitterTests
{
    private const double Crosstalk = 0.08;

    [Theory]
    [InlineData(2.0)]
    [InlineData(5.0)]
    public void Fit_RatesOfTheCamera_AreRecoveredWithinTwoPercent(double mhz)
    {
        (DarkRateResult rate, _, _) = Simulate(mhz, 520);
        AssertMean(rate, "dark_count_rate_p0", mhz, 0.02 * mhz);
    }

    [Fact]
    public void Fit_UsualRate_AllWaysAgreeAndErrorsAreRight()
    {
        (DarkRateResult rate, DarkSpeResult spe, DarkHistograms dark) = Simulate(3, 1000);
        Assert.True(rate.GoodCount > 1280, $"{rate.GoodCount} good");
        AssertMean(rate, "dark_count_rate_p0", 3, 0.06);
        AssertMean(rate, "dark_count_rate_staircase", 3, 0.06);
        AssertMean(rate, "crosstalk_spectrum", Crosstalk, 0.01);
        PixelQuantity p0 = rate["dark_count_rate_p0"];
        int[] good = [.. Enumerable.Range(0, rate.PixelCount).Where(p => rate.Flags[p] == PixelFlags.None)];
        double[] pulls = [.. good.Select(p => (p0.Values[p] - 3) / p0.Errors[p])];
        double mean = pulls.Average();
        double width = Math.Sqrt(pulls.Average(p => (p - mean) * (p - mean)));
        TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant($"P0 pull {mean:F3} width {width:F3}"));
        Assert.True(Math.Abs(mean) < 0.15 && width is > 0.85 and < 1.15, FormattableString.Invariant($"pull {mean:F3}, width {width:F3}"));
        Assert.True(rate.RateAgreements[0].Agrees, rate.RateAgreements[0].ToString());
        Assert.InRange(rate.Fits.Average(f => f.ChiSquarePerNdf), 0.7, 1.3);
        RestoredFromFile_IsTheSame(rate, spe, dark);
        FaultyPixels_GetTheirFlagsAndLeaveTheOthersAlone(rate, spe, dark);
    }

    private static void RestoredFromFile_IsTheSame(DarkRateResult rate, DarkSpeResult spe, DarkHistograms dark)
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        string path = ResultFiles.Write(folder.File("r.h5"), Provenance.Now("dark-rate", [], []), rate, rate.MaximumWindow)[0];
        DarkRateResult restored = DarkRateFitter.Restore(dark, spe, null, ResultFiles.Read(path, DarkRateResult.TaskName), ResultFiles.Read(path, MaximumWindowResult.TaskName));
        Assert.Equal(rate.Flags, restored.Flags);
        Assert.Equal(rate.MaximumWindow.Flags, restored.MaximumWindow.Flags);
        foreach ((PixelQuantity was, PixelQuantity now) in rate.Quantities.Concat(rate.MaximumWindow.Quantities).Zip(restored.Quantities.Concat(restored.MaximumWindow.Quantities))) Assert.Equal(was.Values, now.Values);
        Assert.Contains("/dark-spe", Assert.Throws<InvalidDataException>(() => ResultFiles.Read(path, DarkSpeResult.TaskName)).Message, StringComparison.Ordinal);
    }

    private static void FaultyPixels_GetTheirFlagsAndLeaveTheOthersAlone(DarkRateResult healthy, DarkSpeResult spe, DarkHistograms dark)
    {
        // The run is only as long as its histograms live: they are changed in place.
        double[] counts = new double[dark.LargestWindow.Axis.Count];
        int zero = -dark.LargestWindow.IntegerAxis.First;
        Dictionary<int, (PixelFlags Expected, Action<double[]> Break)> faults = new()
        {
            [100] = (PixelFlags.FitFailed | PixelFlags.LowStatistics | PixelFlags.Dead, Array.Clear),
            [200] = (PixelFlags.FitFailed | PixelFlags.Stuck, c => Only(c, (zero + 5, 1000))),
            [300] = (PixelFlags.FitFailed | PixelFlags.NotFinite, c => c[zero] = double.NaN),
            [400] = (PixelFlags.LowStatistics, Thin),
            [500] = (PixelFlags.FitFailed | PixelFlags.Hot, c => Only(c, (zero + 150, 400), (zero + 180, 600))),
        };
        foreach ((int pixel, (_, Action<double[]> breakIt)) in faults)
        {
            for (int i = 0; i < counts.Length; i++) counts[i] = dark.LargestWindow.GetCounts(pixel)[i];
            breakIt(counts);
            dark.LargestWindow.SetCounts(pixel, counts);
        }

        DarkRateResult result = DarkRateFitter.Fit(dark, spe, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal((double.NaN, double.NaN), (result["dark_count_rate_p0"].Values[500], result["dark_count_rate_p0"].Errors[500]));
        for (int pixel = 0; pixel < result.PixelCount; pixel++)
        {
            if (faults.TryGetValue(pixel, out (PixelFlags Expected, Action<double[]>) fault)) Assert.True(fault.Expected == result.Flags[pixel], $"pixel {pixel}: {PixelFlagNames.Describe(result.Flags[pixel])}, {result.Fits[pixel]}");
            else Assert.Equal((healthy.Flags[pixel], healthy.Quantities[0].Values[pixel], healthy.Quantities[0].Errors[pixel]), (result.Flags[pixel], result.Quantities[0].Values[pixel], result.Quantities[0].Errors[pixel]));
        }
    }

    // A third of the waveforms.
    private static void Thin(double[] counts)
    {
        for (int i = 0; i < counts.Length; i++) counts[i] = Math.Ceiling(counts[i] / 3);
    }

    private static (DarkRateResult Rate, DarkSpeResult Spe, DarkHistograms Dark) Simulate(double mhz, int events)
    {
        using DarkRun run = new(PhysicsCamera.Uniform(mhz, Crosstalk), events);
        DarkHistograms dark = DarkPass.Accumulate(run.Run, run.Pedestals, cancellationToken: TestContext.Current.CancellationToken);
        DarkSpeResult spe = DarkSpeFitter.Fit(dark, cancellationToken: TestContext.Current.CancellationToken);
        return (DarkRateFitter.Fit(dark, spe, cancellationToken: TestContext.Current.CancellationToken), spe, dark);
    }

    private static void AssertMean(DarkRateResult rate, string key, double truth, double tolerance)
    {
        PixelQuantity quantity = rate[key];
        double mean = Enumerable.Range(0, rate.PixelCount).Where(p => rate.Flags[p] == PixelFlags.None && double.IsFinite(quantity.Values[p])).Average(p => quantity.Values[p]);
        TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant($"{key}: {mean:F4}, truth {truth}"));
        Assert.True(Math.Abs(mean - truth) < tolerance, FormattableString.Invariant($"{key}: {mean:F4}, truth {truth}"));
    }

    private static void Only(double[] counts, params (int Bin, double Entries)[] filled)
    {
        Array.Clear(counts);
        foreach ((int bin, double entries) in filled) counts[bin] = entries;
    }
}
