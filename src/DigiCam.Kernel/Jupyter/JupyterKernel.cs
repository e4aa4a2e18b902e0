using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using DigiCam.Kernel.Documents;
using DigiCam.Kernel.Sessions;

namespace DigiCam.Kernel.Jupyter;

/// <summary>
/// A kernel for front ends that speak the Jupyter protocol. Requests on the shell channel are answered one after another, those on the control channel beside them, so that a cell can be
/// interrupted. The compiler loads while the first requests are answered already.
/// </summary>
/// <remarks>Protocol: https://jupyter-client.readthedocs.io/en/stable/messaging.html, version 5.4.</remarks>
internal sealed class JupyterKernel : IDisposable
{
    private const string LanguageName = "C#";

    // A user who reads or writes, not a client that sends cell after cell.
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(0.5);

    private readonly string _session = Guid.NewGuid().ToString("N");
    private readonly KernelSockets _sockets;
    private readonly BlockingCollection<JupyterMessage> _shell = [];
    private readonly BlockingCollection<JupyterMessage> _control = [];
    private readonly BlockingCollection<JupyterMessage> _stdin = [];
    private readonly ExecutionHistory _history = new();
    private readonly Lazy<CodeEngine> _engine;
    private readonly TaskCompletionSource<bool> _shutdown = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _runningGate = new();
    private CancellationTokenSource? _running;
    private CancellationTokenSource? _resting;
    private JupyterMessage? _asking;
    private long _abortedUpTo;
    private int _count;

    /// <summary>Binds the sockets.</summary>
    /// <param name="connection">Where front ends connect.</param>
    /// <param name="baseDirectory">Where relative paths in <c>#r</c> start.</param>
    /// <exception cref="IOException">A port cannot be had.</exception>
    public JupyterKernel(ConnectionFile connection, string baseDirectory)
    {
        _sockets = new KernelSockets(connection, _session)
        {
            Received = Receive,
            Rejected = reason => Console.Error.WriteLine($"jupyter kernel: {reason}: thrown away"),
        };
        _engine = new Lazy<CodeEngine>(() => new CodeEngine(baseDirectory));
    }

    /// <summary>Serves until a front end asks for shutdown; true when it will start the kernel again.</summary>
    public async Task<bool> RunAsync()
    {
        _sockets.Start();
        Thread shell = new(() => Serve(KernelChannel.Shell, _shell)) { IsBackground = true, Name = "jupyter shell" };
        Thread control = new(() => Serve(KernelChannel.Control, _control)) { IsBackground = true, Name = "jupyter control" };
        shell.Start();
        control.Start();
        Publish("status", null, new JsonObject { ["execution_state"] = "starting" });
        Thread warmUp = new(() => _ = _engine.Value) { IsBackground = true, Name = "compiler warm-up" };
        warmUp.Start();
        return await _shutdown.Task.ConfigureAwait(false);
    }

    /// <summary>Stops the cell that is running, if one is.</summary>
    public void Interrupt()
    {
        lock (_runningGate) _running?.Cancel();
    }

    /// <summary>A line from the user of the front end that the running cell belongs to, for <c>Console.ReadLine</c>.</summary>
    /// <exception cref="InvalidOperationException">That front end cannot ask.</exception>
    public string? ReadLine(bool password = false)
    {
        JupyterMessage request = _asking ?? throw new InvalidOperationException("this front end does not take input for a running cell");
        while (_stdin.TryTake(out _))
        {
            // Answers to questions that nobody waits for any more.
        }

        _sockets.Send(KernelChannel.Stdin, JupyterMessage.Create("input_request", _session, request, new JsonObject { ["prompt"] = "", ["password"] = password }) with { Identities = request.Identities });
        JupyterMessage reply = _stdin.Take(NotebookFunctions.interrupted());
        return reply.Content["value"] is JsonValue value && value.TryGetValue(out string? text) ? text : "";
    }

    public void Dispose()
    {
        _shell.CompleteAdding();
        _control.CompleteAdding();
        _sockets.Dispose();
    }

    private void Receive(KernelChannel channel, JupyterMessage message)
    {
        BlockingCollection<JupyterMessage> queue = channel switch
        {
            KernelChannel.Shell => _shell,
            KernelChannel.Control => _control,
            _ => _stdin,
        };
        if (queue.IsAddingCompleted) return;
        queue.Add(message);
        if (channel != KernelChannel.Shell) return;
        lock (_runningGate) _resting?.Cancel();
    }

    private void Serve(KernelChannel channel, BlockingCollection<JupyterMessage> requests)
    {
        foreach (JupyterMessage request in requests.GetConsumingEnumerable())
        {
            Publish("status", request, new JsonObject { ["execution_state"] = "busy" });
            try
            {
                Answer(channel, request);
            }
#pragma warning disable CA1031 // A defect in one answer must not end the kernel with all the user has computed.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Console.Error.WriteLine($"jupyter kernel: {request.Type}: {exception}");
                if (request.Type.EndsWith("_request", StringComparison.Ordinal))
                {
                    ErrorOutput error = new(exception is NotebookFormatException ? "BadRequest" : "Error", exception.Message, [exception.Message]);
                    Reply(channel, request, WithStatus("error", KernelOutput.Error(error)));
                }
            }

            Publish("status", request, new JsonObject { ["execution_state"] = "idle" });
            // After its idle status, so that the front end has all of the answer.
            if (request.Type == "shutdown_request") _shutdown.TrySetResult(IsTrue(request.Content["restart"], false));
            if (request.Type == "execute_request") PrepareHints();
        }
    }

    /// <summary>
    /// Makes ready for questions about what has been declared, unless the front end has more to do. The editor services need seconds to load; JupyterLab waits one second for an answer, then the first user
    /// who asks is shown only words of the cell.
    /// </summary>
    private void PrepareHints()
    {
        using CancellationTokenSource resting = new();
        lock (_runningGate) _resting = resting;
        try
        {
            if (_shell.Count == 0 && !resting.Token.WaitHandle.WaitOne(Rest)) _engine.Value.PrepareHints(resting.Token);
        }
        catch (OperationCanceledException)
        {
            // The next rest will do.
        }
#pragma warning disable CA1031 // Nobody has asked: what is wrong shows itself when somebody does.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Console.Error.WriteLine($"jupyter kernel: hints: {exception}");
        }
        finally
        {
            lock (_runningGate) _resting = null;
        }
    }

    private void Answer(KernelChannel channel, JupyterMessage request)
    {
        JsonReader reader = new(request.Type);
        JsonObject content = request.Content;
        switch (request.Type)
        {
            case "kernel_info_request":
                Reply(channel, request, KernelInfo());
                break;
            case "execute_request" when channel == KernelChannel.Shell:
                Execute(request, reader);
                break;
            case "complete_request":
                Reply(channel, request, Complete(reader.Text(content["code"], "code"), reader.Count(content["cursor_pos"], "cursor_pos")));
                break;
            case "inspect_request":
                Reply(channel, request, Inspect(reader.Text(content["code"], "code"), reader.Count(content["cursor_pos"], "cursor_pos")));
                break;
            case "is_complete_request":
                Completeness state = CodeEngine.CheckCompleteness(reader.Text(content["code"], "code"));
                JsonObject answer = new() { ["status"] = state.Status };
                if (state.Status == "incomplete") answer["indent"] = state.Indent;
                Reply(channel, request, answer);
                break;
            case "history_request":
                Reply(channel, request, History(content, reader));
                break;
            case "comm_info_request":
                Reply(channel, request, WithStatus("ok", new JsonObject { ["comms"] = new JsonObject() }));
                break;
            case "comm_open":
                // No target is registered: the other side is told that nobody is here.
                Publish("comm_close", request, new JsonObject { ["comm_id"] = reader.Text(content["comm_id"], "comm_id"), ["data"] = new JsonObject() });
                break;
            case "interrupt_request":
                Interrupt();
                Reply(channel, request, WithStatus("ok", []));
                break;
            case "shutdown_request":
                Interrupt();
                JsonObject farewell = new() { ["restart"] = IsTrue(content["restart"], false) };
                Reply(channel, request, WithStatus("ok", farewell.DeepClone().AsObject()));
                Publish("shutdown_reply", request, WithStatus("ok", farewell));
                break;
        }
    }

    private static JsonObject KernelInfo()
    {
        string version = typeof(JupyterKernel).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";
        return WithStatus("ok", new JsonObject
        {
            ["protocol_version"] = JupyterMessage.ProtocolVersion,
            ["implementation"] = "digicam",
            ["implementation_version"] = version,
            ["language_info"] = new JsonObject
            {
                ["name"] = LanguageName,
                ["version"] = "14.0",
                ["mimetype"] = "text/x-csharp",
                ["file_extension"] = ".cs",
                ["pygments_lexer"] = "csharp",
                ["codemirror_mode"] = "text/x-csharp",
            },
            ["banner"] = $"DigiCamNotebooks {version}, C# on .NET {Environment.Version}",
            ["help_links"] = new JsonArray(),
            ["debugger"] = false,
            ["supported_features"] = new JsonArray(),
        });
    }

    private void Execute(JupyterMessage request, JsonReader reader)
    {
        JsonObject content = request.Content;
        string code = reader.Text(content["code"], "code");
        bool silent = IsTrue(content["silent"], false);
        bool store = !silent && IsTrue(content["store_history"], true);
        if (request.Sequence <= Interlocked.Read(ref _abortedUpTo))
        {
            Reply(KernelChannel.Shell, request, new JsonObject { ["status"] = "aborted", ["execution_count"] = _count });
            return;
        }

        if (store) _count++;
        int count = _count;
        using KernelOutput output = new((type, data) => Publish(type, request, data), _session[..8] + "-");
        IOutputSink sink = silent ? new QuietOutput() : output;
        if (!silent) Publish("execute_input", request, new JsonObject { ["code"] = code, ["execution_count"] = count });

        JsonArray payload = [];
        ExecutionResult result = new();
        JsonObject expressions = [];
        using CancellationTokenSource running = new();
        lock (_runningGate) _running = running;
        _asking = IsTrue(content["allow_stdin"], false) ? request : null;
        try
        {
            if (PageRequest(code) is { } name)
            {
                payload.Add(Page(name));
            }
            else if (!string.IsNullOrWhiteSpace(code))
            {
                string label = store ? Label("cell", count) : Label("request", request.Sequence);
                result = _engine.Value.Execute(new CodeSubmission(code, label, count), sink, running.Token);
                if (result.Succeeded) expressions = Evaluate(content["user_expressions"] as JsonObject, request.Sequence, running.Token);
            }
        }
        catch (Exception exception) when (exception is InvalidOperationException or OperationCanceledException)
        {
            result = new ExecutionResult(new ErrorOutput(exception is OperationCanceledException ? ErrorText.InterruptedName : "Error", exception.Message, [exception.Message]));
            sink.Write(result.Error!);
        }
        finally
        {
            _asking = null;
            lock (_runningGate) _running = null;
        }

        output.Flush();
        if (store) _history.Add(count, code, output.ResultText);
        if (result.Error is { } error)
        {
            // What the user has sent together with the failed cell counted on it.
            if (IsTrue(content["stop_on_error"], true)) Interlocked.Exchange(ref _abortedUpTo, _sockets.LastSequence);
            JsonObject failed = WithStatus("error", KernelOutput.Error(error));
            failed["execution_count"] = count;
            Reply(KernelChannel.Shell, request, failed);
            return;
        }

        Reply(KernelChannel.Shell, request, WithStatus("ok", new JsonObject { ["execution_count"] = count, ["payload"] = payload, ["user_expressions"] = expressions }));
    }

    private JsonObject Evaluate(JsonObject? expressions, long sequence, CancellationToken cancellationToken)
    {
        JsonObject values = [];
        int index = 0;
        foreach ((string name, JsonNode? expression) in expressions ?? [])
        {
            ValueOutput value = new();
            string code = expression?.GetValueKind() == System.Text.Json.JsonValueKind.String ? expression.GetValue<string>() : "";
            ExecutionResult result = _engine.Value.Execute(new CodeSubmission(code, Label("expression", sequence) + Label("", ++index)), value, cancellationToken);
            values[name] = result.Error is { } error
                ? WithStatus("error", KernelOutput.Error(error))
                : WithStatus("ok", new JsonObject { ["data"] = value.Data is null ? new JsonObject() : OutputJson.WriteBundle(value.Data, lines: false), ["metadata"] = new JsonObject() });
        }

        return values;
    }

    private JsonObject Complete(string code, int? cursor)
    {
        int position = CodePoints.ToIndex(code, cursor);
        Completion completion = _engine.Value.Complete(code, position);
        JsonArray types = [.. completion.Matches.Select(match => (JsonNode)new JsonObject
        {
            ["text"] = match.Text,
            ["type"] = match.Kind,
            ["start"] = CodePoints.FromIndex(code, completion.Start),
            ["end"] = CodePoints.FromIndex(code, completion.End),
        })];
        return WithStatus("ok", new JsonObject
        {
            ["matches"] = new JsonArray([.. completion.Matches.Select(match => (JsonNode)match.Text)]),
            ["cursor_start"] = CodePoints.FromIndex(code, completion.Start),
            ["cursor_end"] = CodePoints.FromIndex(code, completion.End),
            ["metadata"] = new JsonObject { ["_jupyter_types_experimental"] = types },
        });
    }

    private JsonObject Inspect(string code, int? cursor)
    {
        Hint? hint = _engine.Value.Inspect(code, CodePoints.ToIndex(code, cursor));
        return WithStatus("ok", new JsonObject { ["found"] = hint is not null, ["data"] = hint is null ? new JsonObject() : Data(hint), ["metadata"] = new JsonObject() });
    }

    /// <summary>The name in a cell such as <c>Math.Max?</c>, which asks for help; null for all other cells.</summary>
    private static string? PageRequest(string code) =>
        code.Trim() is { Length: > 1 } text && text.EndsWith('?') && !text.Contains('\n', StringComparison.Ordinal) && text[..^1].All(c => char.IsLetterOrDigit(c) || c is '_' or '.') ? text[..^1] : null;

    private JsonObject Page(string name) => new()
    {
        ["source"] = "page",
        ["data"] = _engine.Value.Inspect(name, name.Length) is { } hint ? Data(hint) : new JsonObject { ["text/plain"] = $"nothing is known about {name}" },
        ["start"] = 0,
    };

    private static JsonObject Data(Hint hint) => new() { ["text/plain"] = hint.Text, ["text/markdown"] = hint.Markdown };

    private JsonObject History(JsonObject content, JsonReader reader)
    {
        string access = reader.Text(content["hist_access_type"], "hist_access_type");
        int? count = reader.Count(content["n"], "n");
        IEnumerable<ExecutionHistory.Entry> entries = access switch
        {
            "tail" => _history.Tail(count ?? int.MaxValue),
            "range" => _history.Range(reader.Count(content["session"], "session") ?? 0, reader.Count(content["start"], "start") ?? 0, reader.Count(content["stop"], "stop")),
            "search" => _history.Search(content["pattern"] is { } pattern ? reader.Text(pattern, "pattern") : "*", count, IsTrue(content["unique"], false)),
            _ => throw reader.Error("hist_access_type", $"expected tail, range or search, found '{access}'"),
        };
        return WithStatus("ok", new JsonObject { ["history"] = ExecutionHistory.Write(entries, IsTrue(content["output"], false)) });
    }

    private static string Label(string kind, long number) => string.Create(CultureInfo.InvariantCulture, $"{kind} {number}");

    private static bool IsTrue(JsonNode? node, bool missing) => node?.GetValueKind() switch
    {
        System.Text.Json.JsonValueKind.True => true,
        System.Text.Json.JsonValueKind.False => false,
        _ => missing,
    };

    private static JsonObject WithStatus(string status, JsonObject content)
    {
        content.Insert(0, "status", status);
        return content;
    }

    private void Reply(KernelChannel channel, JupyterMessage request, JsonObject content)
    {
        string type = request.Type.Replace("_request", "_reply", StringComparison.Ordinal);
        _sockets.Send(channel, JupyterMessage.Create(type, _session, request, content) with { Identities = request.Identities });
    }

    private void Publish(string type, JupyterMessage? request, JsonObject content) =>
        _sockets.Send(KernelChannel.IOPub, JupyterMessage.Create(type, _session, request, content) with { Identities = [System.Text.Encoding.UTF8.GetBytes($"kernel.{_session}.{type}")] });

    /// <summary>Outputs of a silent request go nowhere.</summary>
    private sealed class QuietOutput : IOutputSink
    {
        public void Write(CellOutput output)
        {
        }

        public void UpdateDisplay(string displayId, MimeBundle data)
        {
        }

        public void ClearOutput(bool wait)
        {
        }
    }

    /// <summary>Keeps the value of an expression, and nothing else.</summary>
    private sealed class ValueOutput : IOutputSink
    {
        public MimeBundle? Data { get; private set; }

        public void Write(CellOutput output) => Data = (output as ExecuteResultOutput)?.Data ?? Data;

        public void UpdateDisplay(string displayId, MimeBundle data)
        {
        }

        public void ClearOutput(bool wait)
        {
        }
    }
}
