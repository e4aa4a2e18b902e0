using System.Text.Json;
using DigiCam.Fitting;
using DigiCam.Flags;
using DigiCam.Geometry;
using DigiCam.Histograms;
using DigiCam.HvOff;
using DigiCam.Results;
using DigiCam.Tests.Files;

namespace DigiCam.Tests.Results;

public sealed class ResultFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void WriteAndRead_GiveEveryFitAgain()
    {
        HvOffResult result = Fit();
        Provenance provenance = Provenance.Now("hvoff", [new InputFile("a.fits.fz", "00", 5, "ok")], [("events", 5)]);
        Assert.Equal(["r.h5", "r.csv", "r.json"], ResultFiles.Write(_folder.File("r.npz"), provenance, result).Select(Path.GetFileName));
        SavedResult saved = ResultFiles.Read(_folder.File("r.h5"), "hvoff");
        Assert.Equal(result.Flags, saved.Flags);
        Assert.Equal(result.Limits, saved.Limits);
        Assert.Equal(result.Scale, saved.Scale);
        foreach ((FitResult was, FitResult now) in result.Fits.Zip(saved.Fits))
        {
            Assert.Equal((was.Status, was.Minimum, was.EstimatedDistance, was.DataCount, was.DegreesOfFreedom, was.Calls), (now.Status, now.Minimum, now.EstimatedDistance, now.DataCount, now.DegreesOfFreedom, now.Calls));
            Assert.Equal(was.Parameters, now.Parameters);
            Assert.Equal(was.Attempts, now.Attempts);
            Assert.Equal(was.HasCovariance, now.HasCovariance);
            for (int i = 0; i < 9; i++) Assert.Equal(was.Covariance(i / 3, i % 3), now.Covariance(i / 3, i % 3));
        }

        Provenance read = ResultFiles.ReadProvenance(_folder.File("r.h5"));
        Assert.Equal((provenance.Inputs[0], provenance.TimeUtc), (read.Inputs[0], read.TimeUtc));
        Assert.Equal(provenance.Inputs[0], ResultFiles.ReadProvenanceBeside(_folder.File("r.npz"))!.Inputs[0]);
        HvOffResult restored = HvOffFitter.Restore(result.Histograms, saved);
        Assert.Equal(result.Flags, restored.Flags);
        Assert.Equal(result.Noise, restored.Noise);
    }

    [Fact]
    public void Hdf5_SeenByH5py_HasUnitsAndNames()
    {
        HvOffResult result = Fit();
        ResultFiles.WriteHdf5(_folder.File("r.h5"), Provenance.Now("hvoff", [], []), result);
        Dictionary<string, JsonElement> entries = H5py.List(_folder.File("r.h5"));
        Assert.Contains("/hvoff/electronic_noise", entries.Keys);
        Assert.Contains("/hvoff/electronic_noise_error", entries.Keys);
        Assert.Contains("LSB", entries["/hvoff/baseline"].GetRawText(), StringComparison.Ordinal);
        Assert.Contains("GAIN_OUTLIER", entries["/hvoff/flags"].GetRawText(), StringComparison.Ordinal);
        Assert.Contains("uint32", entries["/hvoff/flags"].GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_WhatIsNoSuchResult_NamesFileAndPlace()
    {
        string path = _folder.File("r.h5");
        Assert.Equal($"{path}: no such file", Assert.Throws<FileNotFoundException>(() => ResultFiles.Read(path, "hvoff")).Message);
        ResultFiles.WriteHdf5(path, Provenance.Now("hvoff", [], []), Fit());
        Assert.StartsWith($"{path}: /dark-spe is not in the file", Assert.Throws<InvalidDataException>(() => ResultFiles.Read(path, "dark-spe")).Message, StringComparison.Ordinal);
        Assert.True(ResultFiles.Contains(path, "hvoff"));
        Assert.False(ResultFiles.Contains(path, "dark"));
        SavedResult saved = ResultFiles.Read(path, "hvoff");
        Assert.Equal($"{path}: /hvoff holds fits of 4 pixels, the histograms have 5", Assert.Throws<InvalidDataException>(() => saved.RequireFits(5, saved.Scale, new GaussianModel().Parameters)).Message);
        Assert.Equal($"{path}: /hvoff is on the scale 'amplitude', the histograms on 'sum of 7 samples'", Assert.Throws<InvalidDataException>(() => saved.RequireFits(4, Charges.ChargeScale.SumOf(7), new GaussianModel().Parameters)).Message);
        Assert.Contains("has parameters norm, mean, sigma, expected a", Assert.Throws<InvalidDataException>(() => saved.RequireFits(4, saved.Scale, [new ModelParameter("a", "")])).Message, StringComparison.Ordinal);
        byte[] bytes = File.ReadAllBytes(path);
        bytes[^100] ^= 1;
        File.WriteAllBytes(path, bytes);
        Assert.StartsWith(path, Assert.Throws<InvalidDataException>(() => ResultFiles.Read(path, "hvoff")).Message, StringComparison.Ordinal);
        File.WriteAllText(_folder.File("r.json"), "{}");
        Assert.Contains("not a file of provenance", Assert.Throws<InvalidDataException>(() => ResultFiles.ReadProvenanceBeside(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Paths_OfAnyOfTheFiles_AreTheSame()
    {
        foreach (string name in (string[])["x/r.npz", "x/r.h5", "x/r"]) Assert.Equal(["x/r.h5", "x/r.csv", "x/r.json"], ResultFiles.Paths(name));
        Assert.Equal("x/r.npz", ResultFiles.NpzPath("x/r.h5"));
        Assert.Equal("x/r", ResultFiles.NpzPath("x/r"));
        Assert.Equal(["r.1.h5", "r.1.csv", "r.1.json"], ResultFiles.Paths("r.1"));
    }

    [Fact]
    public void ReadInput_FitsAlone_GiveBaselinesAndNoise()
    {
        PixelHistograms histograms = new(IntegerAxis.Adc, CameraGeometry.PixelCount);
        for (int pixel = 1; pixel < histograms.PixelCount; pixel++) histograms.Fill(pixel, [.. Enumerable.Range(0, 100).Select(i => (short)(2000 + (i % 7) + (pixel % 3)))]);
        HvOffResult result = HvOffFitter.Fit(histograms, cancellationToken: TestContext.Current.CancellationToken);
        HvOffFiles.WriteResults(_folder.File("f.npz"), result, Provenance.Now("hvoff", [], []));
        foreach (string name in (string[])["f.npz", "f.h5"])
        {
            HvOffResult input = HvOffFiles.ReadInput(_folder.File(name));
            Assert.Equal(result.Baseline, input.Baseline);
            Assert.Equal(result.NoiseError, input.NoiseError);
            Assert.Equal(result.Fits.Select(f => f.IsValid), input.Fits.Select(f => f.IsValid));
        }
    }

    // Four pixels: two good ones, one empty, one on its limit.
    private static HvOffResult Fit()
    {
        PixelHistograms histograms = new(IntegerAxis.Adc, 4);
        double[] counts = new double[4096];
        (counts[299], counts[300], counts[301], counts[302]) = (300, 900, 800, 200);
        histograms.SetCounts(0, counts);
        (counts[299], counts[303]) = (400, 20);
        histograms.SetCounts(1, counts);
        Array.Clear(counts);
        (counts[1990], counts[2010], counts[2030]) = (2000, 1000, 2000);
        histograms.SetCounts(3, counts);
        return HvOffFitter.Fit(histograms, cancellationToken: TestContext.Current.CancellationToken);
    }
}
