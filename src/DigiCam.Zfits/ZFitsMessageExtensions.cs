using System.Runtime.CompilerServices;
using DigiCam.Zfits.Messages;
using Google.Protobuf;

namespace DigiCam.Zfits;

/// <summary>Tables as sequences of messages.</summary>
public static class ZFitsMessageExtensions
{
    /// <summary>Goes through all rows as messages; every tile is decoded once. Columns whose field number the definition lacks are left
    /// out, <see cref="ZFitsMessageReader{T}.Warnings"/> tells which.</summary>
    /// <typeparam name="T">The message, for example <see cref="Messages.ProtoDataModel.CameraEvent"/>.</typeparam>
    /// <param name="table">The table.</param>
    /// <param name="columns">Names of the columns to be read; none means all. Fields of other columns stay unset.</param>
    /// <returns>A new message for every row. The definition is compared with the columns at once; tiles are read when the first message is asked for.</returns>
    /// <exception cref="InvalidOperationException">The table holds another message.</exception>
    /// <exception cref="ZFitsFormatException">The columns do not follow the definition of the message, or the data are damaged.</exception>
    public static IEnumerable<T> ReadMessages<T>(this ZFitsTable table, params IReadOnlyList<string> columns) where T : class, IMessage<T>, new()
    {
        return table.ReadMessages<T>(new ZFitsReadOptions { Columns = columns });
    }

    /// <summary>Goes through rows in order as messages; every tile is decoded once. Columns whose field number the definition lacks are left
    /// out, <see cref="ZFitsMessageReader{T}.Warnings"/> tells which.</summary>
    /// <typeparam name="T">The message, for example <see cref="Messages.ProtoDataModel.CameraEvent"/>.</typeparam>
    /// <param name="table">The table.</param>
    /// <param name="options">Which rows and columns, on how many threads, and what happens with damaged tiles.</param>
    /// <param name="ct">Stops between tiles.</param>
    /// <returns>A new message for every row. The definition is compared with the columns at once; tiles are read when the first message is asked for.</returns>
    /// <exception cref="InvalidOperationException">The table holds another message.</exception>
    /// <exception cref="ZFitsFormatException">The columns do not follow the definition of the message, or the data are damaged.</exception>
    /// <exception cref="ArgumentException">The options do not go together, or the table does not have a row.</exception>
    public static IEnumerable<T> ReadMessages<T>(this ZFitsTable table, ZFitsReadOptions options, CancellationToken ct = default) where T : class, IMessage<T>, new()
    {
        MessagePlan plan = PlanOf<T>(table, ref options);
        return plan.Columns.Count == 0
            ? RowsWithoutColumns(table, options).Select(_ => new T())
            : table.ReadTiles(options, ct).SelectMany(tile => MessagesOf<T>(plan, tile, options));
    }

    /// <summary>Goes through rows in order as messages without blocking the caller's thread.</summary>
    /// <inheritdoc cref="ReadMessages{T}(ZFitsTable, ZFitsReadOptions, CancellationToken)"/>
    public static IAsyncEnumerable<T> ReadMessagesAsync<T>(this ZFitsTable table, ZFitsReadOptions options, CancellationToken ct = default) where T : class, IMessage<T>, new()
    {
        MessagePlan plan = PlanOf<T>(table, ref options);
        IAsyncEnumerable<ZFitsTileReader>? tiles = plan.Columns.Count == 0 ? null : table.ReadTilesAsync(options, ct);
        return Iterate(options, ct);

        async IAsyncEnumerable<T> Iterate(ZFitsReadOptions checkedOptions, [EnumeratorCancellation] CancellationToken token)
        {
            if (tiles is null)
            {
                foreach (long _ in RowsWithoutColumns(table, checkedOptions)) yield return new T();
                yield break;
            }

            await foreach (ZFitsTileReader tile in tiles.WithCancellation(token).ConfigureAwait(false))
            {
                foreach (T message in MessagesOf<T>(plan, tile, checkedOptions)) yield return message;
            }
        }
    }

    private static MessagePlan PlanOf<T>(ZFitsTable table, ref ZFitsReadOptions options) where T : class, IMessage<T>, new()
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        options.Rows?.CheckWithin(table);
        MessagePlan plan = MessagePlan.Create(table, new T().Descriptor, options.Columns);
        options = options with { Columns = [.. plan.Columns.Select(column => column.Name)] };
        return plan;
    }

    private static IEnumerable<long> RowsWithoutColumns(ZFitsTable table, ZFitsReadOptions options) => (options.Rows ?? ZFitsRowSet.All).Within(0, table.RowCount);

    private static IEnumerable<T> MessagesOf<T>(MessagePlan plan, ZFitsTileReader tile, ZFitsReadOptions options) where T : class, IMessage<T>, new()
    {
        foreach (long row in (options.Rows ?? ZFitsRowSet.All).Within(tile.FirstRow, tile.RowCount))
        {
            T message = new();
            plan.Fill(message, tile, (int)(row - tile.FirstRow));
            yield return message;
        }
    }
}
