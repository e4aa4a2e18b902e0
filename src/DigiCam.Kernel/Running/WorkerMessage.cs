using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using DigiCam.Kernel.Documents;

namespace DigiCam.Kernel.Running;

/// <summary>
/// What the worker tells the runner: one JSON object per line of its standard output, marked by a token that only the two know.
/// Anything else on that stream was written by native code or by processes that the notebook started, and is shown as output.
/// </summary>
internal abstract record WorkerMessage
{
    public static string Write(WorkerMessage message) => (message switch
    {
        CellStarted start => new JsonObject { ["type"] = "start", ["cell"] = start.Cell },
        CellWrote wrote => new JsonObject { ["type"] = "output", ["cell"] = wrote.Cell, ["id"] = wrote.DisplayId, ["output"] = OutputJson.Write(wrote.Output) },
        DisplayChanged changed => new JsonObject { ["type"] = "update", ["id"] = changed.DisplayId, ["output"] = OutputJson.Write(new DisplayDataOutput(changed.Data)) },
        OutputCleared cleared => new JsonObject { ["type"] = "clear", ["wait"] = cleared.Wait },
        CellEnded end => new JsonObject { ["type"] = "end", ["cell"] = end.Cell, ["ok"] = end.Succeeded, ["line"] = end.Line, ["ms"] = end.Duration.TotalMilliseconds },
        WorkerDone done => new JsonObject
        {
            ["type"] = "done",
            ["peak"] = done.PeakMemoryBytes,
            ["counters"] = new JsonObject(done.Counters.Select(c => KeyValuePair.Create(c.Key, (JsonNode?)c.Value))),
        },
        _ => throw new InvalidOperationException($"no message {message.GetType().Name}"),
    }).ToJsonString();

    /// <summary>Reads a message; null when the text is none.</summary>
    public static WorkerMessage? Read(string json)
    {
        try
        {
            JsonReader reader = new("worker");
            JsonObject message = reader.Object(JsonNode.Parse(json), "");
            return reader.Text(message["type"], "type") switch
            {
                "start" => new CellStarted(reader.Integer(message["cell"], "cell")),
                "output" => new CellWrote(
                    reader.Integer(message["cell"], "cell"),
                    OutputJson.Read(reader, reader.Object(message["output"], "output"), "output"),
                    (string?)message["id"]),
                "update" => new DisplayChanged(
                    reader.Text(message["id"], "id"),
                    ((DisplayDataOutput)OutputJson.Read(reader, reader.Object(message["output"], "output"), "output")).Data),
                "clear" => new OutputCleared((bool)message["wait"]!),
                "end" => new CellEnded(
                    reader.Integer(message["cell"], "cell"),
                    (bool)message["ok"]!,
                    (int?)message["line"],
                    TimeSpan.FromMilliseconds((double)message["ms"]!)),
                "done" => new WorkerDone(
                    (long)message["peak"]!,
                    reader.Object(message["counters"], "counters").ToImmutableSortedDictionary(c => c.Key, c => (long)c.Value!)),
                _ => null,
            };
        }
        catch (Exception exception) when (exception is JsonException or NotebookFormatException or InvalidOperationException or NullReferenceException)
        {
            return null;
        }
    }
}

/// <summary>A cell has started.</summary>
internal sealed record CellStarted(int Cell) : WorkerMessage;

/// <summary>A cell has an output.</summary>
internal sealed record CellWrote(int Cell, CellOutput Output, string? DisplayId) : WorkerMessage;

/// <summary>An earlier display shows something new.</summary>
internal sealed record DisplayChanged(string DisplayId, MimeBundle Data) : WorkerMessage;

/// <summary>The outputs of the running cell are removed; waiting: when the next one comes.</summary>
internal sealed record OutputCleared(bool Wait) : WorkerMessage;

/// <summary>A cell has ended.</summary>
internal sealed record CellEnded(int Cell, bool Succeeded, int? Line, TimeSpan Duration) : WorkerMessage;

/// <summary>No further cell comes. What the process cost and counted goes with it.</summary>
internal sealed record WorkerDone(long PeakMemoryBytes, ImmutableSortedDictionary<string, long> Counters) : WorkerMessage;
