using DigiCam.Dark;
using DigiCam.Geometry;
using DigiCam.Histograms;
using DigiCam.Runs;
using DigiCam.Scans;

namespace DigiCam.Synchronisation;

/// <summary>Tells whether pedestals belong to the pixels of a scan, as <see cref="PedestalCheck"/> does for dark runs.</summary>
internal static class ScanPedestals
{
    // A file of other pixels is off by several LSB in most of them: few events will do.
    private const int Events = 16;

    /// <summary>Refuses pedestals that lie farther from the scan's first samples than <see cref="PedestalCheck.LargestDistanceLsb"/> in the median pixel.</summary>
    /// <param name="scan">The scan; without a level in the dark of the DC LEDs, whose light raises all samples, nothing can be told.</param>
    /// <param name="pedestals">The pedestals.</param>
    /// <exception cref="InvalidDataException">They are of other pixels or of another time: one sentence that names their source.</exception>
    public static void Require(Scan scan, Pedestals pedestals)
    {
        if (pedestals.UnknownCount == pedestals.PixelCount) return;
        int level = Darkest(scan);
        if (level < 0) return;
        PixelHistograms samples = new(IntegerAxis.Adc, CameraGeometry.PixelCount);
        int first = Math.Min(new SynchronisationOptions().BaselineSamples, scan.SampleCount);
        foreach (CameraEvent camera in scan.Run.Events(EventContent.Waveforms, Enumerable.Range(0, (int)scan.Run.EventCount).Where(index => scan.LevelOf(index) == level).Take(Events)))
        {
            for (int pixel = 0; pixel < samples.PixelCount && camera.SampleCount == scan.SampleCount; pixel++)
            {
                foreach (short sample in camera.GetWaveform(pixel)[..first]) samples.Fill(pixel, sample);
            }
        }

        double distance = PedestalCheck.MedianDistance(samples, pedestals);
        if (!(distance > PedestalCheck.LargestDistanceLsb)) return;
        throw new InvalidDataException(FormattableString.Invariant(
            $"{pedestals.Source}: baselines lie {distance:F1} LSB from the first samples of the scan in the median pixel: they are of other pixels or of another time"));
    }

    private static int Darkest(Scan scan)
    {
        int darkest = -1;
        for (int level = 0; level < scan.LevelCount; level++)
        {
            ScanLevel light = scan.Plan.Steps[level].Level;
            if (light.DcDac == 0 && scan.EventCounts[level] > 0 && (darkest < 0 || light.AcDac < scan.Plan.Steps[darkest].Level.AcDac)) darkest = level;
        }

        return darkest;
    }
}
