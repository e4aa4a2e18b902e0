using DigiCam.Geometry;

namespace DigiCam.Runs;

/// <summary>
/// One event of the camera, everything in software pixel order. An event from a foreach over a run is yours to keep;
/// one handed to a callback of <see cref="Run.Process{TState}"/> is refilled for the next event: <see cref="Copy"/> it to keep it.
/// </summary>
public sealed class CameraEvent
{
    internal CameraEvent()
    {
    }

    /// <summary>Place in the run, in event order, from 0.</summary>
    public long Index { get; internal set; }

    /// <summary>Event number: the array's if the file has it, the camera's otherwise.</summary>
    public long EventNumber { get; internal set; }

    /// <summary>Telescope id.</summary>
    public int TelescopeId { get; internal set; }

    /// <summary>Camera clock: nanoseconds since 1970-01-01 UTC.</summary>
    public long UnixTimeNs { get; internal set; }

    /// <summary>Camera clock (UTC), to the 100 ns that the type can hold.</summary>
    public DateTime Time => DateTime.UnixEpoch.AddTicks(UnixTimeNs / 100);

    /// <summary>Why the event was recorded.</summary>
    public EventTypes Type { get; internal set; }

    /// <summary>Number of pixels.</summary>
    public int PixelCount { get; internal set; } = CameraGeometry.PixelCount;

    /// <summary>Samples per pixel, 4 ns each; 0 if waveforms were not asked for.</summary>
    public int SampleCount { get; internal set; }

    /// <summary>ADC codes (pixel, sample), flat [LSB]; empty if not asked for.</summary>
    public ReadOnlyMemory<short> Samples => SampleArray.AsMemory(0, PixelCount * SampleCount);

    /// <summary>Baselines as the firmware wrote them (pixel): 16 x LSB since 2018, LSB before; empty if not asked for or not in the file.</summary>
    public short[] FirmwareBaselines { get; internal set; } = [];

    /// <summary>Status word of each pixel (pixel); empty if not asked for or not in the file.</summary>
    public ushort[] PixelStatus { get; internal set; } = [];

    /// <summary>Digitised sum of each trigger patch (sample, patch), flat, 0..255; empty if not asked for or not in the file.</summary>
    public byte[] TriggerInput { get; internal set; } = [];

    /// <summary>Decisions of the trigger on 7 patches (sample, patch), flat, 0 or 1; empty if not asked for or not in the file.</summary>
    public byte[] TriggerPatch7 { get; internal set; } = [];

    /// <summary>Decisions of the trigger on 19 patches (sample, patch), flat, 0 or 1; empty if not asked for or not in the file.</summary>
    public byte[] TriggerPatch19 { get; internal set; } = [];

    /// <summary>Decisions of the muon trigger (sample, patch), flat, 0 or 1; empty if not asked for or not in the file.</summary>
    public byte[] TriggerMuon { get; internal set; } = [];

    internal short[] SampleArray { get; set; } = [];

    /// <summary>The waveform of one pixel (sample) [LSB].</summary>
    /// <param name="pixel">Software id.</param>
    public ReadOnlySpan<short> GetWaveform(int pixel)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)pixel, (uint)PixelCount, nameof(pixel));
        return SampleArray.AsSpan(pixel * SampleCount, SampleCount);
    }

    /// <summary>An event that nobody refills.</summary>
    public CameraEvent Copy()
    {
        CameraEvent copy = (CameraEvent)MemberwiseClone();
        copy.SampleArray = Samples.ToArray();
        copy.FirmwareBaselines = [.. FirmwareBaselines];
        copy.PixelStatus = [.. PixelStatus];
        copy.TriggerInput = [.. TriggerInput];
        copy.TriggerPatch7 = [.. TriggerPatch7];
        copy.TriggerPatch19 = [.. TriggerPatch19];
        copy.TriggerMuon = [.. TriggerMuon];
        return copy;
    }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant(
        $"event {EventNumber}, {Time:yyyy-MM-dd HH:mm:ss.fffffff} UTC, type {Type}, {PixelCount} pixels x {SampleCount} samples");
}
