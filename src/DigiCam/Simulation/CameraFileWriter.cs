using DigiCam.Geometry;
using DigiCam.Runs;
using DigiCam.Zfits;

namespace DigiCam.Simulation;

/// <summary>
/// Writes one file as the camera server of 2018 does: a table with the boards of the camera and one with the events, with the server's columns,
/// recipes and header keys. The file appears when <see cref="Finish"/> succeeds.
/// </summary>
internal sealed class CameraFileWriter : IDisposable
{
    private const int EventsPerTile = 100;
    private const int CrateCount = 3;
    private const int FadcBoardsPerCrate = 9;
    private const int TriggerEntries = 8;
    private const byte EmptySlotProtocol = 255;
    private const int PixelIsThere = 1;

    private static readonly ushort[] Indices = [.. CameraGeometry.DigiCam.LegacyOrder.Select(pixel => (ushort)pixel)];
    private static readonly ushort[] Status = [.. Enumerable.Repeat((ushort)PixelIsThere, CameraGeometry.PixelCount)];

    private readonly ZFitsWriter _writer;
    private readonly ZFitsTableWriter _events;
    private readonly int _telescopeId;
    private readonly EventTypes _type;
    private readonly byte[] _noMuons;

    /// <summary>Begins a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="content">What is constant in it.</param>
    /// <param name="options">How it is written.</param>
    public CameraFileWriter(string path, CameraFileContent content, ZFitsWriterOptions options)
    {
        _telescopeId = content.TelescopeId;
        _type = content.Type;
        _noMuons = new byte[content.SampleCount * TriggerPatch.StoredOutputBytesPerSample];
        _writer = ZFitsWriter.Create(path, options);
        try
        {
            // The server writes the configuration when it opens the file.
            DateTime first = DateTime.UnixEpoch.AddTicks(content.FirstTimeNs / 100);
            WriteConfiguration(new ZFitsTableOptions { ReservedTiles = 1, Cards = Cards(), Date = first, DateEnd = first });
            _events = _writer.BeginTable("Events", DigiCamColumns.EventMessage, DigiCamColumns.Events, new ZFitsTableOptions
            {
                RowsPerTile = EventsPerTile,
                ExpectedRows = content.EventCount,
                Cards = [FitsCard.Text("RUNTYPE", content.RunType, "Type of data in the table"), .. Cards()],
                Date = first,
                DateEnd = DateTime.UnixEpoch.AddTicks(content.LastTimeNs / 100),
            });
        }
        catch
        {
            _writer.Dispose();
            throw;
        }
    }

    /// <summary>Adds an event.</summary>
    /// <param name="simulated">Its content; copied.</param>
    /// <param name="eventNumber">Its number.</param>
    /// <param name="unixTimeNs">Its time [ns since 1970-01-01 UTC].</param>
    public void Write(SimulatedEvent simulated, uint eventNumber, long unixTimeNs)
    {
        const long NsPerSecond = 1_000_000_000;
        int column = 0;
        _events.SetScalar(column++, _telescopeId);
        _events.SetScalar(column++, eventNumber);
        _events.SetArray<short>(column++, simulated.Samples);
        _events.SetArray<ushort>(column++, Indices);
        _events.SetArray<short>(column++, simulated.Baselines);
        _events.SetScalar(column++, (ulong)(unixTimeNs % NsPerSecond));
        _events.SetScalar(column++, (ulong)(unixTimeNs / NsPerSecond));
        _events.SetArray<ushort>(column++, Status);
        _events.SetScalar(column++, (uint)_type);
        _events.SetArray<byte>(column++, simulated.TriggerInput);
        _events.SetArray<byte>(column++, simulated.TriggerPatch7);
        _events.SetArray<byte>(column++, simulated.TriggerPatch19);
        _events.SetArray<byte>(column, _noMuons);
        _events.CommitRow();
    }

    /// <summary>Completes the file and gives it its name.</summary>
    public void Finish()
    {
        _events.Finish();
        _writer.Finish();
    }

    /// <inheritdoc/>
    public void Dispose() => _writer.Dispose();

    // Keys of the server's header; REVISION, its source revision there, is the version of the simulation here.
    private static FitsCard[] Cards() =>
    [
        FitsCard.Text("COMPILED", "simulation", "Compile time"),
        FitsCard.Text("ORIGIN", "simulation", "Institution that wrote the file"),
        FitsCard.Text("WORKPKG", "DigiCamNotebooks", "Workpackage that wrote the file"),
        FitsCard.Text("TIMESYS", "UTC", "Time system"),
        FitsCard.Integer("REVISION", SimulationTruth.SimulationVersion, "Version of the simulation"),
        FitsCard.Integer("MAJORV", 1, "Major ACTL release"),
        FitsCard.Integer("MINORV", 5, "Minor ACTL release"),
    ];

    // 39 slots: in each of three crates an empty one and nine FADC boards, then an empty one and eight entries of the trigger, which
    // name its three boards over and over. Versions are those of August 2018; serial numbers are of a range that no real board has.
    private void WriteConfiguration(ZFitsTableOptions options)
    {
        Slot empty = new(EmptySlotProtocol, 0, 0, 0, 0, 0, 0, 0);
        Slot[] fadc = [.. Enumerable.Range(1, CrateCount * FadcBoardsPerCrate).Select(board => new Slot(1, 9_120_000 + (uint)board, 2, 24, 1, 2, 37, 1))];
        Slot[] trigger =
        [
            new Slot(1, 9_310_001, 1, 21, 1, 0, 37, 1),
            new Slot(1, 9_320_002, 2, 21, 1, 0, 37, 1),
            new Slot(1, 9_320_003, 2, 21, 1, 0, 37, 1),
        ];
        Slot[] slots =
        [
            .. fadc.Chunk(FadcBoardsPerCrate).SelectMany(crate => (Slot[])[empty, .. crate]),
            empty,
            .. Enumerable.Range(0, TriggerEntries).Select(entry => trigger[entry % trigger.Length]),
        ];

        ZFitsTableWriter table = _writer.BeginTable("DigicamConfig", DigiCamColumns.ConfigMessage, DigiCamColumns.Config, options);
        table.SetArray<uint>(table.IndexOf("sn"), [.. slots.Select(s => s.SerialNumber)]);
        SetBytes("protocol_vers", s => s.Protocol);
        SetBytes("hv", s => s.HardwareVersion);
        SetBytes("gateware_rev", s => s.GatewareRevision);
        SetBytes("gateware_vers", s => s.GatewareVersion);
        SetBytes("gateware_code", _ => 0);
        SetBytes("gateware_card_type", s => s.CardType);
        SetBytes("firmware_rev", s => s.FirmwareRevision);
        SetBytes("firmware_vers", s => s.FirmwareVersion);
        SetBytes("firmware_code", _ => 0);
        SetBytes("firmware_card_type", s => s.CardType);
        table.CommitRow();
        table.Finish();

        void SetBytes(string name, Func<Slot, byte> value) => table.SetArray<byte>(table.IndexOf(name), [.. slots.Select(value)]);
    }

    private readonly record struct Slot(
        byte Protocol, uint SerialNumber, byte HardwareVersion, byte GatewareRevision, byte GatewareVersion, byte CardType, byte FirmwareRevision, byte FirmwareVersion);
}

/// <summary>What is known about a camera file before its first event.</summary>
internal readonly record struct CameraFileContent
{
    /// <summary>Samples per pixel.</summary>
    public required int SampleCount { get; init; }

    /// <summary>Number of events.</summary>
    public required int EventCount { get; init; }

    /// <summary>Telescope id.</summary>
    public required int TelescopeId { get; init; }

    /// <summary>Type of all events.</summary>
    public required EventTypes Type { get; init; }

    /// <summary>RUNTYPE of the header.</summary>
    public required string RunType { get; init; }

    /// <summary>Time of the first event [ns since 1970-01-01 UTC].</summary>
    public required long FirstTimeNs { get; init; }

    /// <summary>Time of the last event [ns since 1970-01-01 UTC].</summary>
    public required long LastTimeNs { get; init; }
}
