namespace DigiCam.Geometry;

/// <summary>One pixel of the camera: where it sits, and how it is wired.</summary>
/// <param name="Id">Software id, 0..1295: rows by ascending y, inside a row by ascending x.</param>
/// <param name="X">Centre in the camera frame [mm].</param>
/// <param name="Y">Centre in the camera frame [mm].</param>
/// <param name="Row">Row of the hexagonal grid, 0..47.</param>
/// <param name="Column">Column of the grid in half pixel pitches: X = Column * pitch / 2.</param>
/// <param name="Patch">Trigger patch (software id), 0..431.</param>
/// <param name="PixelInPatch">Place in the patch: 0 is the lower pixel, 1 upper left, 2 upper right.</param>
/// <param name="Sector">Sector = micro crate = CAN master, 1..3.</param>
/// <param name="Module">Module number, 1..108.</param>
/// <param name="ModuleFirmwareId">Module as the firmware counts it within a sector, 10a+b with a, b = 0..5.</param>
/// <param name="CanNode">CAN node of the module in its sector, 1..36.</param>
/// <param name="FadcBoard">FADC board in the crate, 1..9.</param>
/// <param name="FadcChannel">Channel of the board, 1..48.</param>
/// <param name="FadcQuad">FADC chip of the board (four channels each), 0..11.</param>
/// <param name="Slot">Module connector of the board, 0..3.</param>
/// <param name="HardwareId">Place in the module, 1..12.</param>
/// <param name="PatchInModule">Patch of the module as the firmware counts it, 0..3.</param>
/// <param name="PatchTriggerOutput">Bit of the patch in its crate's trigger output words, 0..143.</param>
public sealed record Pixel(
    int Id,
    double X,
    double Y,
    int Row,
    int Column,
    int Patch,
    int PixelInPatch,
    int Sector,
    int Module,
    int ModuleFirmwareId,
    int CanNode,
    int FadcBoard,
    int FadcChannel,
    int FadcQuad,
    int Slot,
    int HardwareId,
    int PatchInModule,
    int PatchTriggerOutput)
{
    /// <summary>Place of the pixel's samples in files before October 2017, whose pixel indices mean nothing: 432 per crate, 48 per board, boards counted down.</summary>
    public int LegacyRow => (432 * (Sector - 1)) + (48 * (9 - FadcBoard)) + (FadcChannel - 1);

    /// <inheritdoc/>
    public override string ToString() =>
        FormattableString.Invariant($"pixel {Id} (module {Module}, patch {Patch}, x {X:F2} mm, y {Y:F2} mm)");
}
