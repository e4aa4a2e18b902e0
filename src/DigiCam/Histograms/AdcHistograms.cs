using DigiCam.Geometry;
using DigiCam.Runs;

namespace DigiCam.Histograms;

/// <summary>Fills one ADC histogram per pixel with all samples of all events of a run.</summary>
public static class AdcHistograms
{
    /// <summary>Reads a run on all processors. The counts do not depend on the number of threads or on the size of the batches.</summary>
    /// <param name="run">The run.</param>
    /// <param name="progress">Told about the progress.</param>
    /// <param name="threads">Number of threads; 0 for one per processor.</param>
    /// <param name="batchEvents">Events between two looks at progress and cancellation.</param>
    /// <param name="cancellationToken">Stops after the current batch.</param>
    /// <returns>Histograms of 1296 pixels on the axis 0..4095 LSB.</returns>
    public static PixelHistograms Accumulate(
        Run run,
        IProgress<RunProgress>? progress = null,
        int threads = 0,
        int batchEvents = Run.DefaultBatchEvents,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        IReadOnlyList<PixelHistograms> parts = run.Process(
            EventContent.Waveforms,
            static () => new PixelHistograms(IntegerAxis.Adc, CameraGeometry.PixelCount),
            static (histograms, camera) =>
            {
                for (int pixel = 0; pixel < camera.PixelCount; pixel++) histograms.Fill(pixel, camera.GetWaveform(pixel));
                histograms.EventCount++;
            },
            progress, threads, batchEvents, cancellationToken);
        PixelHistograms sum = parts[0];
        foreach (PixelHistograms part in parts.Skip(1)) sum.Merge(part);
        return sum;
    }
}
