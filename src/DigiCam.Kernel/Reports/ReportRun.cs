using System.Globalization;
using System.Text.Json.Nodes;
using DigiCam.Kernel.Documents;

namespace DigiCam.Kernel.Reports;

/// <summary>The account of a run in a notebook's metadata, as far as it is one: the file may come from anywhere.</summary>
internal sealed class ReportRun(NotebookDocument document)
{
    private readonly JsonObject? _run = (document.Metadata["digicam"] as JsonObject)?["run"] as JsonObject;

    /// <summary>How the run ended, for example "succeeded"; empty when the notebook does not say.</summary>
    public string Status => Text(_run?["status"]) ?? "";

    /// <summary>The end of the run in words.</summary>
    public string StatusWords => Status switch
    {
        "succeeded" => "run succeeded",
        "timedOut" => "time limit reached",
        "cancelled" => "cancelled",
        "cellFailed" or "engineFailed" => "run failed",
        _ => document.Cells.Any(cell => cell.Outputs.Any(output => output is ErrorOutput)) ? "run failed"
            : document.Cells.Any(cell => cell.Outputs.Count > 0) ? "executed"
            : "not executed",
    };

    /// <summary>True when the run ended before its end, or an error is among the outputs.</summary>
    public bool Failed => Status is not ("" or "succeeded") || document.Cells.Any(cell => cell.Outputs.Any(output => output is ErrorOutput));

    /// <summary>When the run began; null when the notebook does not say.</summary>
    public string? Started => Text(_run?["started"])?.Replace('T', ' ').Replace("Z", " UTC", StringComparison.Ordinal);

    /// <summary>How long the run took [s]; null when the notebook does not say.</summary>
    public double? Seconds => Number(_run?["seconds"]);

    /// <summary>The cells with their times [s].</summary>
    public IEnumerable<(int Cell, string? Status, double? Seconds)> Cells => ((_run?["cells"] as JsonArray)?.OfType<JsonObject>() ?? [])
        .Where(cell => cell["cell"] is JsonValue value && value.TryGetValue(out int _))
        .Select(cell => ((int)cell["cell"]!, Text(cell["status"]), Number(cell["seconds"])));

    /// <summary>A time for people.</summary>
    public static string Duration(double seconds) => seconds switch
    {
        < 10 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0} s"),
        < 120 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(seconds / 60):0} min {seconds % 60:0} s"),
    };

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    private static double? Number(JsonNode? node) => node is JsonValue value && value.TryGetValue(out double number) ? number : null;
}
