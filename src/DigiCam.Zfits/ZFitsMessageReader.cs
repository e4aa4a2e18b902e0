using DigiCam.Zfits.Messages;
using Google.Protobuf;

namespace DigiCam.Zfits;

/// <summary>Reads the rows of a table as messages. The columns are compared with the definition of the message once, when the reader is
/// made. One thread at a time; several readers may work on one table in parallel.</summary>
/// <remarks>A field is set in every row for which its column has data, to an empty value where the row is empty. Fields without column stay
/// unset and have their default values. A repeated message has as many elements in every row as the table has columns for.</remarks>
/// <typeparam name="T">The message, for example <see cref="Messages.ProtoDataModel.CameraEvent"/>.</typeparam>
public sealed class ZFitsMessageReader<T> : IDisposable where T : class, IMessage<T>, new()
{
    private readonly MessagePlan _plan;
    private readonly ZFitsTileReader? _tile;
    private bool _disposed;

    /// <summary>Prepares to read a table.</summary>
    /// <param name="table">The table.</param>
    /// <param name="columns">Names of the columns to be read; none means all. Fields of other columns stay unset.</param>
    /// <exception cref="InvalidOperationException">The table holds another message.</exception>
    /// <exception cref="ZFitsFormatException">The table lacks a column, its columns do not follow the definition of the message, or one of
    /// them has another type than its field; the message names it.</exception>
    public ZFitsMessageReader(ZFitsTable table, params IReadOnlyList<string> columns)
    {
        _plan = MessagePlan.Create(table, new T().Descriptor, columns);
        _tile = _plan.CreateTileReader();
    }

    /// <summary>The table.</summary>
    public ZFitsTable Table => _plan.Table;

    /// <summary>The columns that are read, in file order.</summary>
    public IReadOnlyList<ZFitsColumn> Columns => _plan.Columns;

    /// <summary>Columns that are left out because the definition lacks their field number, one sentence each.</summary>
    public IReadOnlyList<string> Warnings => _plan.Warnings;

    /// <summary>Reads one row. Rows of the same tile that are read one after another decode it once.</summary>
    /// <param name="row">Number of the row, from 0.</param>
    /// <returns>A new message, independent of anything read later.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    /// <exception cref="ZFitsFormatException">The tile is damaged; the message says where.</exception>
    /// <exception cref="ZFitsNotSupportedException">The tile is compressed in a way this reader does not know.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public T Read(long row)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Table.RowCount);
        int tile = (int)(row / Table.RowsPerTile);
        if (_tile is not null && _tile.TileIndex != tile) _tile.ReadTile(tile);
        T message = new();
        _plan.Fill(message, _tile, (int)(row % Table.RowsPerTile));
        return message;
    }

    /// <summary>Goes through all rows; every tile is decoded once.</summary>
    /// <returns>A new message for every row. Nothing is read before the first one is asked for.</returns>
    /// <exception cref="ZFitsFormatException">A tile is damaged; the message says where.</exception>
    /// <exception cref="ZFitsNotSupportedException">A tile is compressed in a way this reader does not know.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public IEnumerable<T> ReadAll()
    {
        for (long row = 0; row < Table.RowCount; row++) yield return Read(row);
    }

    /// <summary>Releases the decoders.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _tile?.Dispose();
    }
}
