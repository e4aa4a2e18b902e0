using System.Collections.Immutable;

namespace DigiCam.Geometry;

/// <summary>One trigger patch: a triangle of three pixels whose samples the digital trigger adds.</summary>
/// <param name="Id">Software id, 0..431: the rank of its lower pixel.</param>
/// <param name="X">Centre [mm].</param>
/// <param name="Y">Centre [mm].</param>
/// <param name="Pixels">Its three pixels by place: lower, upper left, upper right.</param>
/// <param name="Cluster7">The patch and its neighbours closer than 60 mm: itself first, then ascending ids, padded with -1 to 7.</param>
/// <param name="Cluster19">The patch and its neighbours closer than 100 mm: itself first, then ascending ids, padded with -1 to 19.</param>
/// <param name="InputTraceIndex">Its place among the 432 values of one sample of trigger_input_traces, after the 48 spare values of each crate are dropped.</param>
/// <param name="OutputBitIndex">Its place among the 432 bits of one sample of trigger_output_patch7, patch19 and muon.</param>
public sealed record TriggerPatch(
    int Id,
    double X,
    double Y,
    ImmutableArray<int> Pixels,
    ImmutableArray<int> Cluster7,
    ImmutableArray<int> Cluster19,
    int InputTraceIndex,
    int OutputBitIndex)
{
    /// <summary>Values of one stored sample of trigger_input_traces: three crates of 192.</summary>
    public const int StoredTracesPerSample = CrateCount * StoredTracesPerCrate;

    /// <summary>Bytes of one stored sample of trigger_output_patch7, patch19 and muon: three crates of 18, bits from the least significant one.</summary>
    public const int StoredOutputBytesPerSample = CrateCount * PatchesPerCrate / 8;

    private const int CrateCount = 3;
    private const int PatchesPerCrate = 144;
    private const int StoredTracesPerCrate = 192;

    /// <summary>Its place among the values of one stored sample of trigger_input_traces, where each crate has 48 spare ones behind its 144 patches.</summary>
    public int StoredTraceIndex => (InputTraceIndex / PatchesPerCrate * StoredTracesPerCrate) + (InputTraceIndex % PatchesPerCrate);
}
