using DigiCam.Geometry;

namespace DigiCam.Simulation;

/// <summary>What was drawn in the events of one level, added up; arrays (physical pixel).</summary>
internal sealed class DrawnCounts
{
    /// <summary>Primary photo-electrons of flashes.</summary>
    public long[] FlashPrimaries { get; } = new long[CameraGeometry.PixelCount];

    /// <summary>Avalanches of flashes, crosstalk included, afterpulses not.</summary>
    public long[] FlashAvalanches { get; } = new long[CameraGeometry.PixelCount];

    /// <summary>Dark counts and photo-electrons of continuous light that start inside the readout window, crosstalk not counted.</summary>
    public long[] RandomPulses { get; } = new long[CameraGeometry.PixelCount];

    /// <summary>Adds an event.</summary>
    /// <param name="simulated">What was drawn.</param>
    public void Add(SimulatedEvent simulated)
    {
        Add(simulated.FlashPrimaries, FlashPrimaries);
        Add(simulated.FlashAvalanches, FlashAvalanches);
        Add(simulated.RandomPulses, RandomPulses);

        static void Add(int[] counts, long[] sums)
        {
            for (int pixel = 0; pixel < counts.Length; pixel++) sums[pixel] += counts[pixel];
        }
    }
}
