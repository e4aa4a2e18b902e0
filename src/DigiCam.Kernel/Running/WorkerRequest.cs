using System.Text.Json.Nodes;

namespace DigiCam.Kernel.Running;

/// <summary>What the runner asks of the worker: the one line on its standard input.</summary>
internal sealed record WorkerRequest(string Token, string Directory, string WorkingDirectory, bool ContinueOnError, IReadOnlyList<WorkerRequest.Cell> Cells)
{
    public static WorkerRequest Read(string json)
    {
        JsonNode request = JsonNode.Parse(json)!;
        return new WorkerRequest(
            (string)request["token"]!,
            (string)request["directory"]!,
            (string)request["working_directory"]!,
            (bool)request["continue"]!,
            [.. request["cells"]!.AsArray().Select(cell => new Cell((int)cell!["number"]!, (string)cell["code"]!))]);
    }

    public string Write() => new JsonObject
    {
        ["token"] = Token,
        ["directory"] = Directory,
        ["working_directory"] = WorkingDirectory,
        ["continue"] = ContinueOnError,
        ["cells"] = new JsonArray([.. Cells.Select(cell => (JsonNode)new JsonObject { ["number"] = cell.Number, ["code"] = cell.Code })]),
    }.ToJsonString();

    internal sealed record Cell(int Number, string Code);
}
