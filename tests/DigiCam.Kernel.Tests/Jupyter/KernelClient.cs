using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using DigiCam.Kernel.Jupyter;
using NetMQ;
using NetMQ.Sockets;

namespace DigiCam.Kernel.Tests.Jupyter;

/// <summary>A front end with its own idea of the wire format.</summary>
internal sealed class KernelClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _key;
    private readonly Dictionary<string, DealerSocket> _channels = [];
    private readonly SubscriberSocket _iopub = new();
    private readonly RequestSocket _heartbeat = new();

    public KernelClient(ConnectionFile connection)
    {
        _key = connection.Key;
        byte[] identity = Guid.NewGuid().ToByteArray();
        foreach ((string name, int port) in (ReadOnlySpan<(string, int)>)[("shell", connection.ShellPort), ("control", connection.ControlPort), ("stdin", connection.StdinPort)])
        {
            DealerSocket socket = new();
            // Answers on the stdin channel go by the identity of the shell channel.
            socket.Options.Identity = identity;
            socket.Connect($"tcp://{connection.Address}:{port}");
            _channels[name] = socket;
        }

        _iopub.Subscribe("");
        _iopub.Connect($"tcp://{connection.Address}:{connection.IOPubPort}");
        _heartbeat.Connect($"tcp://{connection.Address}:{connection.HeartbeatPort}");
    }

    /// <summary>The signature of the message sent last.</summary>
    public string LastSignature { get; private set; } = "";

    public static ConnectionFile FreePorts()
    {
        TcpListener[] listeners = [.. Enumerable.Range(0, 5).Select(_ => new TcpListener(IPAddress.Loopback, 0))];
        foreach (TcpListener listener in listeners) listener.Start();
        int[] ports = [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        foreach (TcpListener listener in listeners) listener.Dispose();
        return new ConnectionFile("127.0.0.1", Guid.NewGuid().ToString("N"), ports[0], ports[1], ports[2], ports[3], ports[4]);
    }

    public static string Write(ConnectionFile connection, string path)
    {
        File.WriteAllText(path, new JsonObject
        {
            ["transport"] = "tcp",
            ["ip"] = connection.Address,
            ["key"] = connection.Key,
            ["signature_scheme"] = "hmac-sha256",
            ["shell_port"] = connection.ShellPort,
            ["control_port"] = connection.ControlPort,
            ["iopub_port"] = connection.IOPubPort,
            ["stdin_port"] = connection.StdinPort,
            ["hb_port"] = connection.HeartbeatPort,
        }.ToJsonString());
        return path;
    }

    /// <summary>The first thing that a kernel tells a new subscriber; nothing is lost after it.</summary>
    public Received Welcome()
    {
        Received message = Next();
        Assert.Equal("iopub_welcome", message.Type);
        return message;
    }

    public string Send(string type, JsonObject content, string channel = "shell", string? key = null, string? id = null)
    {
        id ??= Guid.NewGuid().ToString("N");
        string[] parts =
        [
            new JsonObject { ["msg_id"] = id, ["msg_type"] = type, ["session"] = "client", ["username"] = "test", ["date"] = "2026-01-01T00:00:00Z", ["version"] = "5.3" }.ToJsonString(),
            "{}",
            "{}",
            content.ToJsonString(),
        ];
        LastSignature = Sign(key ?? _key, parts);
        NetMQMessage message = new();
        message.Append("<IDS|MSG>");
        message.Append(LastSignature);
        foreach (string part in parts) message.Append(part, Encoding.UTF8);
        _channels[channel].SendMultipartMessage(message);
        return id;
    }

    public string Execute(string code, bool silent = false, bool storeHistory = true, bool allowStdin = false, bool stopOnError = true, JsonObject? expressions = null) => Send("execute_request", new JsonObject
    {
        ["code"] = code,
        ["silent"] = silent,
        ["store_history"] = storeHistory,
        ["user_expressions"] = expressions ?? [],
        ["allow_stdin"] = allowStdin,
        ["stop_on_error"] = stopOnError,
    });

    /// <summary>Executes code and waits for all that comes of it.</summary>
    public Outcome Run(string code, bool silent = false, bool storeHistory = true, bool stopOnError = true, JsonObject? expressions = null) =>
        Finish(Execute(code, silent, storeHistory, false, stopOnError, expressions));

    /// <summary>Sends a request and waits for all that comes of it.</summary>
    public Outcome Ask(string type, JsonObject content, string channel = "shell") => Finish(Send(type, content, channel), channel);

    /// <summary>Waits for the answer to a request, and for its outputs up to its idle status.</summary>
    public Outcome Finish(string id, string channel = "shell")
    {
        Received reply = Reply(channel);
        Assert.Equal(id, reply.ParentId);
        return new Outcome(reply, Outputs(id));
    }

    public Received Reply(string channel = "shell")
    {
        NetMQMessage? frames = null;
        Assert.True(_channels[channel].TryReceiveMultipartMessage(Patience, ref frames), $"no reply on {channel}");
        return Read(frames!, 0);
    }

    /// <summary>What was published for a request, its busy and idle status left out; others' messages are passed over.</summary>
    public IReadOnlyList<Received> Outputs(string id)
    {
        List<Received> outputs = [];
        bool busy = false;
        while (true)
        {
            Received next = Next();
            if (next.ParentId != id) continue;
            if (next.Type != "status")
            {
                Assert.True(busy, $"{next.Type} before busy");
                outputs.Add(next);
            }
            else if ((string?)next.Content["execution_state"] == "busy")
            {
                busy = true;
            }
            else
            {
                Assert.True(busy);
                return outputs;
            }
        }
    }

    /// <summary>The next message of the iopub channel.</summary>
    public Received Next()
    {
        NetMQMessage? frames = null;
        Assert.True(_iopub.TryReceiveMultipartMessage(Patience, ref frames), "nothing is published");
        return Read(frames!, null);
    }

    /// <summary>The time of one heartbeat.</summary>
    public TimeSpan Beat()
    {
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        _heartbeat.SendFrame("beat");
        Assert.True(_heartbeat.TryReceiveFrameString(Patience, out string? echo));
        Assert.Equal("beat", echo);
        return System.Diagnostics.Stopwatch.GetElapsedTime(start);
    }

    public void Dispose()
    {
        foreach (DealerSocket socket in _channels.Values) socket.Dispose();
        _iopub.Dispose();
        _heartbeat.Dispose();
    }

    private static string Sign(string key, string[] parts) =>
        Convert.ToHexString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(string.Concat(parts)))).ToLowerInvariant();

    private Received Read(NetMQMessage frames, int? delimiter)
    {
        string[] texts = [.. frames.Select(frame => frame.ConvertToString(Encoding.UTF8))];
        int at = Array.IndexOf(texts, "<IDS|MSG>");
        if (delimiter is { } expected) Assert.Equal(expected, at);
        Assert.Equal(Sign(_key, texts[(at + 2)..(at + 6)]), texts[at + 1]);
        return new Received(JsonNode.Parse(texts[at + 2])!.AsObject(), JsonNode.Parse(texts[at + 3])!.AsObject(), JsonNode.Parse(texts[at + 5])!.AsObject());
    }
}

/// <summary>A message of the kernel.</summary>
internal sealed record Received(JsonObject Header, JsonObject Parent, JsonObject Content)
{
    public string Type => (string)Header["msg_type"]!;

    public string? ParentId => (string?)Parent["msg_id"];

    public string? Text(params string[] path)
    {
        JsonNode? node = Content;
        foreach (string key in path) node = node?[key];
        return node?.GetValueKind() == System.Text.Json.JsonValueKind.String ? (string?)node : node?.ToJsonString();
    }
}

/// <summary>An answer and the outputs before it.</summary>
internal sealed record Outcome(Received Reply, IReadOnlyList<Received> Outputs)
{
    public string? Status => Reply.Text("status");

    public string? Result => Outputs.SingleOrDefault(output => output.Type == "execute_result")?.Text("data", "text/plain");

    public string Stream => string.Concat(Outputs.Where(output => output.Type == "stream").Select(output => output.Text("text")));
}
