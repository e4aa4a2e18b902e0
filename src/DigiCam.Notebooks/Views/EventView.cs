using DigiCam.Geometry;
using DigiCam.Notebooks.Cameras;
using DigiCam.Runs;

namespace DigiCam.Notebooks.Views;

/// <summary>Makes the camera display of one event.</summary>
internal static class EventView
{
    public static CameraDisplay Create(CameraEvent camera, int? pixel)
    {
        ArgumentNullException.ThrowIfNull(camera);
        if (camera.SampleCount == 0) throw new ArgumentException("the event was read without its waveforms; ask for EventContent.Waveforms", nameof(camera));
        int count = camera.PixelCount;
        double[] amplitude = new double[count];
        double[] time = new double[count];
        double[] baseline = new double[count];
        double[] spread = new double[count];
        PixelPanel[] panels = new PixelPanel[count];
        for (int i = 0; i < count; i++)
        {
            short[] samples = camera.GetWaveform(i).ToArray();
            short[] sorted = [.. samples.Order()];
            int half = sorted.Length / 2;

            // The median of the waveform is its baseline as long as pulses are short; it needs no scale of the firmware's.
            baseline[i] = sorted.Length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2.0;
            amplitude[i] = sorted[^1] - baseline[i];
            time[i] = Array.IndexOf(samples, sorted[^1]) * CameraGeometry.SampleNs;
            double mean = samples.Average(s => (double)s);
            spread[i] = Math.Sqrt(samples.Sum(s => (s - mean) * (s - mean)) / samples.Length);
            panels[i] = new PixelWaveform(samples) { Baseline = baseline[i] };
        }

        return new CameraDisplay(FormattableString.Invariant($"Event {camera.EventNumber}"),
        [
            new CameraQuantity("amplitude", "A", "LSB", amplitude) { Low = Math.Min(0, amplitude.Min()), High = Math.Max(amplitude.Max(), 1) },
            new CameraQuantity("time of the maximum", "t", "ns", time) { Low = 0, High = camera.SampleCount * CameraGeometry.SampleNs },
            new CameraQuantity("baseline", "B", "LSB", baseline),
            new CameraQuantity("standard deviation", "s", "LSB", spread),
        ])
        {
            Subtitle = FormattableString.Invariant($"{camera.Time:yyyy-MM-dd HH:mm:ss.fff} UTC, type {camera.Type}, {camera.SampleCount} samples of {CameraGeometry.SampleNs} ns; amplitude above the median sample"),
            Panels = panels,
            Selected = pixel ?? Array.IndexOf(amplitude, amplitude.Max()),
        };
    }
}
