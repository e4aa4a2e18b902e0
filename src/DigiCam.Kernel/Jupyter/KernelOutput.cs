using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using DigiCam.Kernel.Documents;
using DigiCam.Kernel.Sessions;

namespace DigiCam.Kernel.Jupyter;

/// <summary>Publishes the outputs of one request.</summary>
/// <param name="publish">Sends a message of a type with a content to all front ends.</param>
/// <param name="prefix">Makes display identifiers unique among kernels: a front end may still show what the kernel before a restart has displayed.</param>
internal sealed class KernelOutput(Action<string, JsonObject> publish, string prefix) : IOutputSink, IDisposable
{
    /// <summary>Text that is written faster than this goes out together: a loop that prints without end would fill the memory with messages.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(40);

    private readonly Lock _gate = new();
    private readonly StringBuilder _text = new();
    private Timer? _timer;
    private string _name = "stdout";
    private long _lastSent;

    /// <summary>The text of the last result; null before there is one.</summary>
    public string? ResultText { get; private set; }

    public void Write(CellOutput output)
    {
        if (output is StreamOutput stream)
        {
            WriteText(stream);
            return;
        }

        Flush();
        switch (output)
        {
            case DisplayDataOutput display:
                publish("display_data", Data(display.Data, display.Metadata, display.DisplayId));
                break;
            case ExecuteResultOutput result:
                ResultText = result.Data.GetValueOrDefault("text/plain");
                publish("execute_result", new JsonObject { ["execution_count"] = result.ExecutionCount, ["data"] = OutputJson.WriteBundle(result.Data, lines: false), ["metadata"] = result.Metadata.DeepClone() });
                break;
            case ErrorOutput error:
                publish("error", Error(error));
                break;
        }
    }

    public void UpdateDisplay(string displayId, MimeBundle data)
    {
        Flush();
        publish("update_display_data", Data(data, [], displayId));
    }

    public void ClearOutput(bool wait)
    {
        Flush();
        publish("clear_output", new JsonObject { ["wait"] = wait });
    }

    /// <summary>Sends the text that waits.</summary>
    public void Flush()
    {
        lock (_gate) Send();
    }

    public void Dispose()
    {
        Flush();
        _timer?.Dispose();
    }

    /// <summary>An error as the protocol writes it.</summary>
    public static JsonObject Error(ErrorOutput error) => new()
    {
        ["ename"] = error.Name,
        ["evalue"] = error.Value,
        ["traceback"] = new JsonArray([.. error.Traceback.Select(line => (JsonNode)line)]),
    };

    private void WriteText(StreamOutput stream)
    {
        lock (_gate)
        {
            if (_name != stream.Name) Send();
            _name = stream.Name;
            bool first = _text.Length == 0;
            _text.Append(stream.Text);
            // What comes after a pause goes out at once, so that the last words of a process that dies are not lost.
            if (Stopwatch.GetElapsedTime(_lastSent) > Interval) Send();
            else if (first) (_timer ??= new Timer(_ => Flush())).Change(Interval, Timeout.InfiniteTimeSpan);
        }
    }

    private void Send()
    {
        if (_text.Length == 0) return;
        publish("stream", new JsonObject { ["name"] = _name, ["text"] = _text.ToString() });
        _text.Clear();
        _lastSent = Stopwatch.GetTimestamp();
    }

    private JsonObject Data(MimeBundle data, JsonObject metadata, string? displayId) => new()
    {
        ["data"] = OutputJson.WriteBundle(data, lines: false),
        ["metadata"] = metadata.DeepClone(),
        ["transient"] = displayId is null ? new JsonObject() : new JsonObject { ["display_id"] = prefix + displayId },
    };
}
