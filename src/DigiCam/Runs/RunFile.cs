using System.Runtime.InteropServices;
using System.Security.Cryptography;
using DigiCam.Geometry;
using DigiCam.Zfits;

namespace DigiCam.Runs;

/// <summary>One file of a run, open, with the short columns of all its events.</summary>
public sealed class RunFile : IDisposable
{
    internal const string TableName = "Events";
    internal const string SamplesColumn = "hiGain_waveforms_samples";
    internal const string IndicesColumn = "hiGain_waveforms_pixelsIndices";
    internal const string BaselinesColumn = "hiGain_waveforms_baselines";

    /// <summary>Stands for a time that 64 bits of nanoseconds cannot hold (2262).</summary>
    internal const long ImpossibleTimeNs = long.MaxValue;

    private static readonly string[] MessageNames = ["DataModel.CameraEvent", "ProtoDataModel.CameraEvent"];

    private RunFile(ZFitsFile file, ZFitsTable events)
    {
        File = file;
        Events = events;
    }

    /// <summary>Path of the file.</summary>
    public string Path => File.Path;

    /// <summary>The zfits file.</summary>
    public ZFitsFile File { get; }

    /// <summary>Its table of events.</summary>
    public ZFitsTable Events { get; }

    /// <summary>Number of events in the file.</summary>
    public int EventCount => EventNumbers.Length;

    /// <summary>Samples per pixel; 0 for a file without events.</summary>
    public int SampleCount { get; private set; }

    /// <summary>Telescope id; -1 if the file does not say.</summary>
    public int TelescopeId { get; private set; } = -1;

    internal long[] EventNumbers { get; private set; } = [];

    internal long[] TimesNs { get; private set; } = [];

    internal uint[] Types { get; private set; } = [];

    internal bool HasEventNumbers { get; private set; }

    /// <inheritdoc/>
    public void Dispose() => File.Dispose();

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"{Path}: {EventCount} events");

    /// <summary>
    /// Tells the file from others without reading all of it: SHA-256 over its headers, which hold check sums of the data, its catalogs of tiles, and numbers, times and types of all events.
    /// </summary>
    /// <returns>The SHA-256, lower-case hexadecimal. A file whose samples were compressed anew has another.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public string Fingerprint()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using FileStream stream = new(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        byte[] buffer = new byte[1 << 16];
        foreach (FitsHdu hdu in File.Hdus)
        {
            ZFitsTable? table = File.Tables.FirstOrDefault(each => each.Hdu == hdu);
            stream.Position = hdu.HeaderOffset;
            for (long left = hdu.DataOffset + (table?.HeapOffset ?? 0) - hdu.HeaderOffset; left > 0;)
            {
                int length = (int)Math.Min(left, buffer.Length);
                stream.ReadExactly(buffer, 0, length);
                hash.AppendData(buffer, 0, length);
                left -= length;
            }
        }

        hash.AppendData(MemoryMarshal.AsBytes(EventNumbers.AsSpan()));
        hash.AppendData(MemoryMarshal.AsBytes(TimesNs.AsSpan()));
        hash.AppendData(MemoryMarshal.AsBytes(Types.AsSpan()));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    internal static RunFile Open(string path)
    {
        ZFitsFile file = ZFitsFile.Open(path);
        try
        {
            ZFitsTable events = file.GetTable(TableName);
            if (!MessageNames.Contains(events.MessageName) || !events.TryGetColumn(SamplesColumn, out _))
            {
                throw new InvalidDataException($"{path}: table {TableName} holds {events.MessageName} without the column {SamplesColumn}: not a file of this camera");
            }

            RunFile opened = new(file, events);
            opened.HasColumn(SamplesColumn, ZFitsElementType.Int16);
            opened.ReadShortColumns();
            return opened;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>True when the table of events has a column; its elements must then be of the type that this camera writes.</summary>
    /// <exception cref="InvalidDataException">The column holds something else.</exception>
    internal bool HasColumn(string name, ZFitsElementType type, ZFitsColumnKind kind = ZFitsColumnKind.Array)
    {
        if (!Events.TryGetColumn(name, out ZFitsColumn? column)) return false;
        if (column.ElementType != type || column.Kind != kind)
        {
            throw new InvalidDataException($"{Path}: column {name} is of kind {column.Kind} with {column.ElementType} elements, expected {kind} with {type} elements: not a file of this camera");
        }

        return true;
    }

    private void ReadShortColumns()
    {
        if (Events.RowCount > Array.MaxLength) throw new InvalidDataException(FormattableString.Invariant($"{Path}: {Events.RowCount} events are more than one file may hold"));
        int rows = (int)Events.RowCount;
        (string Name, ZFitsElementType Type)[] wanted =
        [
            ("telescopeID", ZFitsElementType.Int32), ("eventNumber", ZFitsElementType.UInt32), ("arrayEvtNum", ZFitsElementType.UInt32),
            ("local_time_sec", ZFitsElementType.UInt64), ("local_time_nanosec", ZFitsElementType.UInt64), ("event_type", ZFitsElementType.UInt32),
        ];
        HashSet<string> columns = [.. wanted.Where(c => HasColumn(c.Name, c.Type, ZFitsColumnKind.Scalar)).Select(c => c.Name)];
        HasEventNumbers = columns.Contains("eventNumber") || columns.Contains("arrayEvtNum");
        EventNumbers = new long[rows];
        TimesNs = new long[rows];
        Types = new uint[rows];
        using ZFitsTileReader reader = Events.CreateTileReader([.. columns]);
        int row = 0;
        for (int tile = 0; tile < Events.TileCount; tile++)
        {
            reader.ReadTile(tile);
            for (int i = 0; i < reader.RowCount; i++, row++)
            {
                long array = Scalar<uint>("arrayEvtNum", i);
                EventNumbers[row] = array != 0 ? array : columns.Contains("eventNumber") ? Scalar<uint>("eventNumber", i) : row;
                UInt128 timeNs = ((UInt128)Scalar<ulong>("local_time_sec", i) * 1_000_000_000) + Scalar<ulong>("local_time_nanosec", i);
                TimesNs[row] = timeNs < ImpossibleTimeNs ? (long)timeNs : ImpossibleTimeNs;
                Types[row] = Scalar<uint>("event_type", i);
                if (!columns.Contains("telescopeID")) continue;
                int telescope = Scalar<int>("telescopeID", i);
                if (TelescopeId < 0) TelescopeId = telescope;
                else if (telescope != TelescopeId) throw new InvalidDataException(FormattableString.Invariant($"{Path}: event row {row} is of telescope {telescope}, the ones before it of telescope {TelescopeId}"));
            }
        }

        SampleCount = rows > 0 ? MeasureSampleCount() : 0;

        // A column that the file lacks reads as 0.
        T Scalar<T>(string name, int i)
            where T : unmanaged => columns.Contains(name) && !reader[name].IsUnset ? reader[name].GetScalar<T>(i) : default;
    }

    private int MeasureSampleCount()
    {
        using ZFitsTileReader reader = Events.CreateTileReader(SamplesColumn);
        reader.ReadTile(0);
        int length = reader[0].GetRow<short>(0).Length;
        if (length == 0 || length % CameraGeometry.PixelCount != 0)
        {
            throw new InvalidDataException(FormattableString.Invariant($"{Path}: event row 0 has {length} samples, not a multiple of the {CameraGeometry.PixelCount} pixels of this camera"));
        }

        return length / CameraGeometry.PixelCount;
    }
}
