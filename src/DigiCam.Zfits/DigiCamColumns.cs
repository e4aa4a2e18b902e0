namespace DigiCam.Zfits;

/// <summary>The columns the DigiCam camera server writes, with the compression it uses.</summary>
public static class DigiCamColumns
{
    /// <summary>PBFHEAD of the table of events.</summary>
    public const string EventMessage = "DataModel.CameraEvent";

    /// <summary>PBFHEAD of the table of the camera configuration.</summary>
    public const string ConfigMessage = "DataModel.DigicamConfig";

    /// <summary>Columns of the table <c>Events</c>: 1296 pixels, int16 samples [pixel, sample].</summary>
    public static IReadOnlyList<ZFitsColumnDefinition> Events { get; } = Array.AsReadOnly<ZFitsColumnDefinition>(
    [
        new("telescopeID", "1", ZFitsElementType.Int32, ZFitsColumnKind.Scalar, ZFitsRecipe.ZRice),
        new("eventNumber", "4", ZFitsElementType.UInt32, ZFitsColumnKind.Scalar, ZFitsRecipe.RiceFact),
        new("hiGain_waveforms_samples", "6.1.1", ZFitsElementType.Int16, ZFitsColumnKind.Array, ZFitsRecipe.DiffMan16),
        new("hiGain_waveforms_pixelsIndices", "6.1.2", ZFitsElementType.UInt16, ZFitsColumnKind.Array, ZFitsRecipe.DoubleDiffMan16),
        new("hiGain_waveforms_baselines", "6.1.5", ZFitsElementType.Int16, ZFitsColumnKind.Array, ZFitsRecipe.ZRice),
        new("local_time_nanosec", "30", ZFitsElementType.UInt64, ZFitsColumnKind.Scalar, ZFitsRecipe.ZLib),
        new("local_time_sec", "31", ZFitsElementType.UInt64, ZFitsColumnKind.Scalar, ZFitsRecipe.ZLib),
        new("pixels_flags", "32", ZFitsElementType.UInt16, ZFitsColumnKind.Array, ZFitsRecipe.ZLib),
        new("event_type", "34", ZFitsElementType.UInt32, ZFitsColumnKind.Scalar, ZFitsRecipe.ZRice),
        new("trigger_input_traces", "35", ZFitsElementType.UInt8, ZFitsColumnKind.Array, ZFitsRecipe.ZLib),
        new("trigger_output_patch7", "36", ZFitsElementType.UInt8, ZFitsColumnKind.Array, ZFitsRecipe.ZLib),
        new("trigger_output_patch19", "37", ZFitsElementType.UInt8, ZFitsColumnKind.Array, ZFitsRecipe.ZRice32),
        new("trigger_output_muon", "38", ZFitsElementType.UInt8, ZFitsColumnKind.Array, ZFitsRecipe.Raw),
    ]);

    /// <summary>Columns of the table <c>DigicamConfig</c>: one element per slot of the crates.</summary>
    public static IReadOnlyList<ZFitsColumnDefinition> Config { get; } = Array.AsReadOnly<ZFitsColumnDefinition>(
    [
        new("protocol_vers", "1", ZFitsElementType.UInt8, ZFitsColumnKind.Array, ZFitsRecipe.ZRice),
        new("sn", "2", ZFitsElementType.UInt32, ZFitsColumnKind.Array, ZFitsRecipe.ZRice),
        new("hv", "3", ZFitsElementType.UInt8, ZFitsColumnKind.Array, ZFitsRecipe.ZRice),
        new("gateware_rev", "4", ZFitsElementType.UInt8, ZFitsColumnKind.Array, ZFitsRecipe.ZRice),
        new("gateware_vers", "5", ZFitsElementType.UInt8, ZFitsColumnKind.Array, ZFitsRecipe.ZRice),
        new("gateware_code", "6", ZFitsElementType.UInt8, ZFitsColumnKind.Array, ZFitsRecipe.ZRice),
        new("gateware_card_type", "7", ZFitsElementType.UInt8, ZFitsColumnKind.Array, ZFitsRecipe.ZRice),
        new("firmware_rev", "8", ZFitsElementType.UInt8, ZFitsColumnKind.Array, ZFitsRecipe.ZRice),
        new("firmware_vers", "9", ZFitsElementType.UInt8, ZFitsColumnKind.Array, ZFitsRecipe.ZRice),
        new("firmware_code", "10", ZFitsElementType.UInt8, ZFitsColumnKind.Array, ZFitsRecipe.ZRice),
        new("firmware_card_type", "11", ZFitsElementType.UInt8, ZFitsColumnKind.Array, ZFitsRecipe.ZRice),
    ]);
}
