using DigiCam.Zfits;

namespace DigiCam.Runs;

/// <summary>One occupied slot of the camera's electronics, from the table DigicamConfig.</summary>
/// <param name="Slot">Place in the table, from 0; empty slots are left out.</param>
/// <param name="CardType">Type of the card: 2 for FADC boards, 0 for entries of the trigger.</param>
/// <param name="SerialNumber">Serial number.</param>
/// <param name="Gateware">Version and revision of the gateware.</param>
/// <param name="Firmware">Version and revision of the firmware.</param>
public sealed record CameraBoard(int Slot, int CardType, uint SerialNumber, string Gateware, string Firmware)
{
    private const string TableName = "DigicamConfig";

    // Empty slots carry this version and nothing else.
    private const byte EmptySlotProtocol = 255;

    /// <summary>Reads the boards of a file.</summary>
    /// <param name="file">The file.</param>
    /// <returns>The boards by slot; empty if the file has no such table.</returns>
    /// <exception cref="ZFitsFormatException">The table is damaged.</exception>
    /// <exception cref="InvalidDataException">A column has another type than it should.</exception>
    public static IReadOnlyList<CameraBoard> Read(ZFitsFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (!file.TryGetTable(TableName, out ZFitsTable? table) || table.RowCount == 0) return [];
        ZFitsRow row = table.ReadRow(0);
        byte[] protocols = Bytes("protocol_vers");
        uint[] serials = Values<uint>("sn", ZFitsElementType.UInt32);
        (byte[] cards, byte[] gatewareVersions, byte[] gatewareRevisions) = (Bytes("gateware_card_type"), Bytes("gateware_vers"), Bytes("gateware_rev"));
        (byte[] firmwareVersions, byte[] firmwareRevisions) = (Bytes("firmware_vers"), Bytes("firmware_rev"));
        return
        [
            .. Enumerable.Range(0, protocols.Length).Where(slot => protocols[slot] != EmptySlotProtocol).Select(slot => new CameraBoard(
                slot, At(cards, slot), slot < serials.Length ? serials[slot] : 0,
                FormattableString.Invariant($"{At(gatewareVersions, slot)}.{At(gatewareRevisions, slot)}"),
                FormattableString.Invariant($"{At(firmwareVersions, slot)}.{At(firmwareRevisions, slot)}"))),
        ];

        byte[] Bytes(string name) => Values<byte>(name, ZFitsElementType.UInt8);

        T[] Values<T>(string name, ZFitsElementType type)
            where T : unmanaged =>
            !table.TryGetColumn(name, out ZFitsColumn? column) ? []
            : column.ElementType == type ? row.GetArray<T>(name)
            : throw new InvalidDataException($"{file.Path}: table {TableName}, column {name} holds {column.ElementType}, expected {type}");

        static byte At(byte[] values, int slot) => slot < values.Length ? values[slot] : (byte)0;
    }
}
