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
        MessagePlan.Create(table, new T().Descriptor, columns);
        return Iterate();

        IEnumerable<T> Iterate()
        {
            using ZFitsMessageReader<T> reader = new(table, columns);
            foreach (T message in reader.ReadAll()) yield return message;
        }
    }
}
