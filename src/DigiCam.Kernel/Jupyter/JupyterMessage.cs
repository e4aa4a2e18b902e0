using System.Text.Json.Nodes;

namespace DigiCam.Kernel.Jupyter;

/// <summary>A message of the Jupyter protocol.</summary>
/// <param name="Header">Who sent it, when, and what it is.</param>
/// <param name="Parent">Header of the message that it answers; empty when there is none.</param>
/// <param name="Content">What it says.</param>
internal sealed record JupyterMessage(JsonObject Header, JsonObject Parent, JsonObject Content)
{
    /// <summary>The version of the protocol.</summary>
    public const string ProtocolVersion = "5.4";

    /// <summary>Routing frames: whom an answer goes to.</summary>
    public IReadOnlyList<byte[]> Identities { get; init; } = [];

    /// <summary>Place in the order of arrival; 0 for messages of this kernel.</summary>
    public long Sequence { get; init; }

    /// <summary>What the message is, for example <c>execute_request</c>.</summary>
    public string Type => Header["msg_type"] is JsonValue value && value.TryGetValue(out string? type) ? type : "";

    /// <summary>A message of this kernel.</summary>
    public static JupyterMessage Create(string type, string session, JupyterMessage? parent, JsonObject content) => new(
        new JsonObject
        {
            ["msg_id"] = Guid.NewGuid().ToString("N"),
            ["msg_type"] = type,
            ["username"] = "kernel",
            ["session"] = session,
            ["date"] = DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", System.Globalization.CultureInfo.InvariantCulture),
            ["version"] = ProtocolVersion,
        },
        parent is null ? [] : parent.Header.DeepClone().AsObject(),
        content);
}
