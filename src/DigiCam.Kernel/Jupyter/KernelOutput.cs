using System.Text.Json.Nodes;
using DigiCam.Kernel.Documents;
using DigiCam.Kernel.Sessions;

namespace DigiCam.Kernel.Jupyter;

/// <summary>Publishes the outputs of one request.</summary>
/// <param name="publish">Sends a message of a type with a content to all front ends.</param>
/// <param name="prefix">Makes display identifiers unique among kernels: a front end may still show what the kernel before a restart has displayed.</param>
internal sealed class KernelOutput(Action<string, JsonObject> publish, string prefix) : IOutputSink
{
    /// <summary>The text of the last result; null before there is one.</summary>
    public string? ResultText { get; private set; }

    public void Write(CellOutput output)
    {
        switch (output)
        {
            case StreamOutput stream:
                publish("stream", new JsonObject { ["name"] = stream.Name, ["text"] = stream.Text });
                break;
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

    public void UpdateDisplay(string displayId, MimeBundle data) => publish("update_display_data", Data(data, [], displayId));

    public void ClearOutput(bool wait) => publish("clear_output", new JsonObject { ["wait"] = wait });

    /// <summary>An error as the protocol writes it.</summary>
    public static JsonObject Error(ErrorOutput error) => new()
    {
        ["ename"] = error.Name,
        ["evalue"] = error.Value,
        ["traceback"] = new JsonArray([.. error.Traceback.Select(line => (JsonNode)line)]),
    };

    private JsonObject Data(MimeBundle data, JsonObject metadata, string? displayId) => new()
    {
        ["data"] = OutputJson.WriteBundle(data, lines: false),
        ["metadata"] = metadata.DeepClone(),
        ["transient"] = displayId is null ? new JsonObject() : new JsonObject { ["display_id"] = prefix + displayId },
    };
}
