using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using NetMQ;

namespace DigiCam.Kernel.Jupyter;

/// <summary>
/// Messages as frames: identities, a delimiter, the signature, header, parent header, metadata, content, and buffers, which this kernel has no use for. Not thread-safe.
/// </summary>
/// <param name="key">Key of the signatures; empty when messages are not signed.</param>
internal sealed class MessageFormat(string key)
{
    private const int SignedFrames = 4;

    /// <summary>Signatures that were seen; a message that comes twice was recorded and sent again by somebody.</summary>
    private const int MaxRemembered = 65536;

    private static readonly byte[] Delimiter = "<IDS|MSG>"u8.ToArray();

    // Signatures are hexadecimal in the protocol, so that escaping is for JSON's sake only: HTML would grow to a multiple.
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly byte[] _key = Encoding.UTF8.GetBytes(key);
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    /// <summary>Reads a message.</summary>
    /// <exception cref="InvalidDataException">It is not one, or its signature is wrong or was used before.</exception>
    public JupyterMessage Read(NetMQMessage frames, long sequence)
    {
        int delimiter = 0;
        while (delimiter < frames.FrameCount && !frames[delimiter].ToByteArray(false).AsSpan().SequenceEqual(Delimiter)) delimiter++;
        int first = delimiter + 2;
        if (first + SignedFrames > frames.FrameCount) throw new InvalidDataException($"a message of {frames.FrameCount} frames without delimiter, signature and content");
        byte[][] signed = [.. Enumerable.Range(first, SignedFrames).Select(i => frames[i].ToByteArray())];
        CheckSignature(Encoding.ASCII.GetString(frames[delimiter + 1].ToByteArray()), signed);
        return new JupyterMessage(ReadObject(signed[0], "header"), ReadObject(signed[1], "parent_header"), ReadObject(signed[3], "content"))
        {
            Identities = [.. Enumerable.Range(0, delimiter).Select(i => frames[i].ToByteArray())],
            Sequence = sequence,
        };
    }

    /// <summary>Writes a message.</summary>
    public NetMQMessage Write(JupyterMessage message)
    {
        byte[][] signed = [WriteObject(message.Header), WriteObject(message.Parent), "{}"u8.ToArray(), WriteObject(message.Content)];
        NetMQMessage frames = new();
        foreach (byte[] identity in message.Identities) frames.Append(identity);
        frames.Append(Delimiter);
        frames.Append(Encoding.ASCII.GetBytes(Sign(signed)));
        foreach (byte[] frame in signed) frames.Append(frame);
        return frames;
    }

    private string Sign(byte[][] frames)
    {
        if (_key.Length == 0) return "";
        using IncrementalHash hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key);
        foreach (byte[] frame in frames) hash.AppendData(frame);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private void CheckSignature(string signature, byte[][] frames)
    {
        if (_key.Length == 0) return;
        if (!CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Sign(frames)), Encoding.ASCII.GetBytes(signature))) throw new InvalidDataException("a message with a wrong signature");
        if (!_seen.Add(signature)) throw new InvalidDataException("a message that was received before");
        _order.Enqueue(signature);
        if (_order.Count > MaxRemembered) _seen.Remove(_order.Dequeue());
    }

    private static JsonObject ReadObject(byte[] json, string part)
    {
        try
        {
            return JsonNode.Parse(json) as JsonObject ?? throw new InvalidDataException($"the {part} of a message is no object");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"the {part} of a message is no JSON: {exception.Message}", exception);
        }
    }

    private static byte[] WriteObject(JsonObject value)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream, WriterOptions)) value.WriteTo(writer);
        return stream.ToArray();
    }
}
