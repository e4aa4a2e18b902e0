using System.Text.Json;
using System.Text.Json.Nodes;
using DigiCam.Kernel.Documents;

namespace DigiCam.Kernel.Jupyter;

/// <summary>Where a kernel listens and how messages are signed, as the front end that starts it has written it down.</summary>
/// <param name="Address">Address of the interface, such as 127.0.0.1.</param>
/// <param name="Key">Key of the signatures; empty when messages are not signed.</param>
/// <param name="ShellPort">Requests.</param>
/// <param name="ControlPort">Requests that do not wait for others.</param>
/// <param name="IOPubPort">Outputs.</param>
/// <param name="StdinPort">Questions to the user.</param>
/// <param name="HeartbeatPort">Signs of life.</param>
internal sealed record ConnectionFile(string Address, string Key, int ShellPort, int ControlPort, int IOPubPort, int StdinPort, int HeartbeatPort)
{
    /// <summary>Reads a connection file.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="NotebookFormatException">It is no connection file, or asks for a transport other than tcp or a signature other than HMAC-SHA256; the message names the entry.</exception>
    public static ConnectionFile Load(string path)
    {
        JsonReader reader = new(path);
        JsonNode? node;
        try
        {
            node = JsonNode.Parse(File.ReadAllText(path));
        }
        catch (JsonException exception)
        {
            throw new NotebookFormatException(path, "", $"no JSON: {exception.Message}");
        }

        JsonObject file = reader.Object(node, "");
        if (file["transport"] is { } transport && reader.Text(transport, "transport") is not "tcp" and var other)
        {
            throw reader.Error("transport", $"'{other}' is not supported, only tcp is");
        }

        string key = file["key"] is { } given ? reader.Text(given, "key") : "";
        if (key.Length > 0 && file["signature_scheme"] is { } scheme && reader.Text(scheme, "signature_scheme") is not "hmac-sha256" and var unknown)
        {
            throw reader.Error("signature_scheme", $"'{unknown}' is not supported, only hmac-sha256 is");
        }

        int Port(string name) => reader.Integer(file[name], name) is > 0 and < 65536 and var port ? port : throw reader.Error(name, "expected a port between 1 and 65535");
        return new ConnectionFile(
            file["ip"] is { } ip ? reader.Text(ip, "ip") : "127.0.0.1",
            key,
            Port("shell_port"),
            Port("control_port"),
            Port("iopub_port"),
            Port("stdin_port"),
            Port("hb_port"));
    }
}
