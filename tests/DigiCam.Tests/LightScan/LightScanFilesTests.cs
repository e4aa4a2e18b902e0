using System.Collections.Immutable;
using DigiCam.Files;
using DigiCam.LightScan;
using DigiCam.Results;
using DigiCam.Simulation;
using DigiCam.Simulation.Plans;

namespace DigiCam.Tests.LightScan;

/// <summary>Results of a scan go to files and come back the same.</summary>
public sealed class LightScanFilesTests
{
    [Fact]
    public void Restore_WhatWasWritten_IsTheSameResult()
    {
        CampaignPlan plan = new() { Light = new LightPlan { Coverage = LightCoverage.Cts0 } };
        LightSpectra spectra = new SimulatedFlashes(plan, [0, 0.3, 1, 3, 30], events: 500, pixels: 40, 1).Spectra(1);
        LightScanResult result = LightScanFitter.Fit(spectra, cancellationToken: TestContext.Current.CancellationToken);
        ClassicalResult classical = ClassicalFitter.Fit(spectra, cancellationToken: TestContext.Current.CancellationToken);
        string folder = Directory.CreateTempSubdirectory("light-scan").FullName;
        try
        {
            string fits = Path.Combine(folder, "fits.h5");
            string levels = Path.Combine(folder, "levels.h5");
            ResultFiles.Write(fits, Provenance.Now(LightScanResult.TaskName, [], []), result, classical);
            Assert.Equal(result.Pixels.Select(p => p.FFactor), LightScanFiles.Read(fits, spectra).Pixels.Select(p => p.FFactor));
            Hdf5Writer writer = new();
            LightScanFiles.WriteLevels(writer, LightScanResult.TaskName, result.Pixels);
            LightScanFiles.WriteLevels(writer, ClassicalResult.TaskName, classical.Pixels);
            writer.Write(levels);
            using Hdf5File file = Hdf5File.Open(levels);
            LightScanResult again = LightScanFitter.Restore(spectra, ResultFiles.Read(fits, LightScanResult.TaskName), LightScanFiles.ReadLevels(file, LightScanResult.TaskName, 5, 40));
            ClassicalResult classicalAgain = ClassicalFitter.Restore(spectra, ResultFiles.Read(fits, ClassicalResult.TaskName), LightScanFiles.ReadLevels(file, ClassicalResult.TaskName, 5, 40));
            Assert.Equal(result.Flags, again.Flags);
            Assert.Equal(classical.Flags, classicalAgain.Flags);
            for (int pixel = 0; pixel < 40; pixel++)
            {
                Assert.Equal(result.Pixels[pixel].Levels, again.Pixels[pixel].Levels);
                Assert.Equal(result.Pixels[pixel].Shared, again.Pixels[pixel].Shared);
                Assert.Equal(result.Pixels[pixel].FFactor, again.Pixels[pixel].FFactor);
                Assert.Equal(result.Fits[pixel].Values(), again.Fits[pixel].Values());
                Assert.Equal(classical.Pixels[pixel].Levels, classicalAgain.Pixels[pixel].Levels);
            }

            Assert.Equal(classical["crosstalk"].Values, classicalAgain["crosstalk"].Values);
            Assert.Throws<InvalidDataException>(() => LightScanFiles.ReadLevels(file, LightScanResult.TaskName, 4, 40));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void FitLevels_FromTheFileOfTheGains_IsTheSameToTheLastBit()
    {
        CampaignPlan plan = new() { Light = new LightPlan { Coverage = LightCoverage.Cts0 } };
        LightSpectra spectra = new SimulatedFlashes(plan, [0, 0.3, 1, 3, 30], events: 500, pixels: 40, 1).Spectra(1);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        LightScanResult once = LightScanFitter.Fit(spectra, cancellationToken: cancellation);
        ClassicalResult classicalOnce = ClassicalFitter.Fit(spectra, cancellationToken: cancellation);
        LightScanResult gains = LightScanFitter.Fit(spectra, withLevels: false, cancellationToken: cancellation);
        Assert.Equal(once.Flags, gains.Flags);
        Assert.All(gains.Pixels.SelectMany(p => p.Levels), level => Assert.True(double.IsNaN(level.Mu)));
        string folder = Directory.CreateTempSubdirectory("light-scan").FullName;
        try
        {
            string path = Path.Combine(folder, "full.h5");
            ResultFiles.Write(path, Provenance.Now(LightScanResult.TaskName, [], []), gains, ClassicalFitter.Fit(spectra, withLevels: false, cancellationToken: cancellation));
            LightScanResult then = LightScanFitter.FitLevels(LightScanFiles.Read(path, spectra), threads: 1, cancellationToken: cancellation);
            ClassicalResult classicalThen = ClassicalFitter.FitLevels(LightScanFiles.ReadClassical(path, spectra), threads: 1, cancellationToken: cancellation);
            Assert.True(once.Pixels.Sum(p => p.Levels.Count(level => level.IsValid)) > 80);
            for (int pixel = 0; pixel < 40; pixel++)
            {
                Assert.Equal(once.Pixels[pixel].Levels, then.Pixels[pixel].Levels);
                Assert.Equal(once.Pixels[pixel].FFactor, then.Pixels[pixel].FFactor);
                Assert.Equal(classicalOnce.Pixels[pixel].Levels, classicalThen.Pixels[pixel].Levels);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void WriteLevelFits_TheFilesOf2017_HaveTheirShapes()
    {
        LightSpectra spectra = new SimulatedFlashes(new CampaignPlan { Light = new LightPlan { Coverage = LightCoverage.All } }, [0, 0.5, 2], events: 500, pixels: 10, 1).Spectra(1);
        ClassicalResult classical = ClassicalFitter.Fit(spectra, cancellationToken: TestContext.Current.CancellationToken);
        string folder = Directory.CreateTempSubdirectory("light-scan").FullName;
        try
        {
            string full = Path.Combine(folder, LightScanFiles.DefaultFullFitName);
            string levels = Path.Combine(folder, LightScanFiles.DefaultLevelFitName);
            LightScanFiles.WriteFullFit(full, classical);
            LightScanFiles.WriteLevelFits(levels, spectra, classical.Pixels);
            using NpzFile fullFile = NpzFile.Open(full);
            double[][] rows = new double[10][];
            fullFile.Read("full_mpe_fit_result", [10, 26, 2], (pixel, row) => rows[pixel] = row.ToArray());
            Assert.All(Enumerable.Range(0, 10), p => Assert.Equal(classical.Fits[p]["gain"].Value, rows[p][2]));
            using NpzFile levelFile = NpzFile.Open(levels);
            double[][] light = new double[3][];
            levelFile.Read("mpes_fit_result", [3, 10, 8, 2], (level, row) => light[level] = row.ToArray());
            Assert.All(Enumerable.Range(0, 10), p => Assert.Equal((classical[2, p].Mu, classical[2, p].MuError, classical[2, p].CrossTalk, 500.0), (light[2][16 * p], light[2][(16 * p) + 1], light[2][(16 * p) + 2], light[2][(16 * p) + 12])));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
