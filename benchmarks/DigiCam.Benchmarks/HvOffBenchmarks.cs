using BenchmarkDotNet.Attributes;
using DigiCam.Histograms;
using DigiCam.HvOff;
using DigiCam.Runs;
using DigiCam.Zfits;

namespace DigiCam.Benchmarks;

/// <summary>The stages of the HV-off task on 1000 events.</summary>
[MemoryDiagnoser]
public class HvOffBenchmarks
{
    private Run _run = null!;
    private ZFitsTileReader _reader = null!;
    private PixelHistograms _histograms = null!;
    private short[] _waveforms = null!;

    [GlobalSetup]
    public void Setup()
    {
        _run = Run.Open(BenchmarkData.Run(1000));
        _reader = _run.Files[0].Events.CreateTileReader("hiGain_waveforms_samples");
        _histograms = AdcHistograms.Accumulate(_run);
        _waveforms = _run.GetEvent(0).Samples.ToArray();
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _reader.Dispose();
        _run.Dispose();
    }

    [Benchmark]
    public void DecodeTileOf100Events() => _reader.ReadTile(0);

    [Benchmark]
    public void FillOneEvent()
    {
        for (int pixel = 0; pixel < _histograms.PixelCount; pixel++) _histograms.Fill(pixel, _waveforms.AsSpan(pixel * 50, 50));
    }

    [Benchmark]
    public PixelHistograms ReadAndHistogram1000Events() => AdcHistograms.Accumulate(_run);

    [Benchmark]
    public HvOffResult Fit1296Gaussians() => HvOffFitter.Fit(_histograms);
}
