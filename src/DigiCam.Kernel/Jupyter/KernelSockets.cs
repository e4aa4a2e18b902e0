using System.Text.Json.Nodes;
using NetMQ;
using NetMQ.Sockets;

namespace DigiCam.Kernel.Jupyter;

/// <summary>The channels on which requests come and answers go.</summary>
internal enum KernelChannel
{
    Shell,
    Control,
    Stdin,
    IOPub,
}

/// <summary>
/// The five sockets of a kernel. One thread reads and writes four of them and does nothing else; heartbeats have a thread of their own. Sending is thread-safe and never waits.
/// </summary>
internal sealed class KernelSockets : IDisposable
{
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan HeartbeatPoll = TimeSpan.FromMilliseconds(200);

    private readonly MessageFormat _format;
    private readonly string _session;
    private readonly RouterSocket _shell = new();
    private readonly RouterSocket _control = new();
    private readonly RouterSocket _stdin = new();
    private readonly XPublisherSocket _iopub = new();
    private readonly NetMQPoller _poller;
    private readonly NetMQQueue<(KernelChannel Channel, JupyterMessage? Message)> _outgoing = new();
    private readonly Lock _sending = new();
    private readonly Thread _messages;
    private readonly Thread _heartbeats;
    private readonly RouterSocket _heartbeat = new();
    private volatile bool _closed;
    private long _sequence;

    /// <summary>Binds the sockets; nothing is received before <see cref="Start"/>.</summary>
    /// <param name="connection">Where.</param>
    /// <param name="session">Name of this kernel's session in its messages.</param>
    /// <exception cref="IOException">A port cannot be had; the message says which.</exception>
    public KernelSockets(ConnectionFile connection, string session)
    {
        _session = session;
        _format = new MessageFormat(connection.Key);
        _poller = new NetMQPoller { _shell, _control, _stdin, _iopub, _outgoing };
        _messages = new Thread(_poller.Run) { IsBackground = true, Name = "jupyter messages" };
        _heartbeats = new Thread(Beat) { IsBackground = true, Name = "jupyter heartbeat" };
        try
        {
            Bind(_heartbeat, connection, connection.HeartbeatPort, "hb");
            Bind(_shell, connection, connection.ShellPort, "shell");
            Bind(_control, connection, connection.ControlPort, "control");
            Bind(_stdin, connection, connection.StdinPort, "stdin");
            // Every new subscriber is greeted, also one that wants what others have subscribed to, and before anything else is sent to it: the socket lets nobody in by itself.
            _iopub.Options.XPubVerbose = true;
            _iopub.Options.ManualPublisher = true;
            Bind(_iopub, connection, connection.IOPubPort, "iopub");
        }
        catch
        {
            Release();
            throw;
        }

        _shell.ReceiveReady += (_, _) => Receive(_shell, KernelChannel.Shell);
        _control.ReceiveReady += (_, _) => Receive(_control, KernelChannel.Control);
        _stdin.ReceiveReady += (_, _) => Receive(_stdin, KernelChannel.Stdin);
        _iopub.ReceiveReady += (_, _) => Greet();
        _outgoing.ReceiveReady += (_, _) => SendQueued();
    }

    /// <summary>Called for every message with a valid signature, on the thread of the sockets, which it must not hold up.</summary>
    public Action<KernelChannel, JupyterMessage>? Received { get; set; }

    /// <summary>Called with the reason when a message was thrown away.</summary>
    public Action<string>? Rejected { get; set; }

    /// <summary>The number of messages received so far.</summary>
    public long LastSequence => Interlocked.Read(ref _sequence);

    /// <summary>Begins to receive.</summary>
    public void Start()
    {
        _heartbeats.Start();
        _messages.Start();
    }

    /// <summary>Sends a message; those of one thread keep their order.</summary>
    public void Send(KernelChannel channel, JupyterMessage message)
    {
        lock (_sending)
        {
            if (!_closed) _outgoing.Enqueue((channel, message));
        }
    }

    /// <summary>Sends what is queued, then closes the sockets.</summary>
    public void Dispose()
    {
        lock (_sending)
        {
            if (_closed) return;
            if (_messages.IsAlive) _outgoing.Enqueue((KernelChannel.IOPub, null));
            _closed = true;
        }

        if (_messages.IsAlive) _messages.Join();
        if (_heartbeats.IsAlive) _heartbeats.Join();
        Release();
    }

    private static void Bind(NetMQSocket socket, ConnectionFile connection, int port, string name)
    {
        socket.Options.Linger = Linger;
        socket.Options.SendHighWatermark = 0;
        socket.Options.ReceiveHighWatermark = 0;
        string address = FormattableString.Invariant($"tcp://{connection.Address}:{port}");
        try
        {
            socket.Bind(address);
        }
        catch (NetMQException exception)
        {
            throw new IOException($"the {name} channel cannot use {address}: {exception.Message}", exception);
        }
    }

    private void Receive(RouterSocket socket, KernelChannel channel)
    {
        NetMQMessage? frames = null;
        while (socket.TryReceiveMultipartMessage(ref frames))
        {
            JupyterMessage message;
            try
            {
                message = _format.Read(frames, Interlocked.Increment(ref _sequence));
            }
            catch (InvalidDataException exception)
            {
                Rejected?.Invoke(exception.Message);
                continue;
            }

            Received?.Invoke(channel, message);
        }
    }

    private void Greet()
    {
        while (_iopub.TryReceiveFrameBytes(out byte[]? frame))
        {
            // 1 = subscribes, 0 = no longer, then the topic.
            if (frame is not [0 or 1, .. byte[] topic]) continue;
            if (frame[0] == 0)
            {
                _iopub.Unsubscribe(topic);
                continue;
            }

            _iopub.Subscribe(topic);
            JsonObject content = new() { ["subscription"] = System.Text.Encoding.UTF8.GetString(topic) };
            _iopub.SendMultipartMessage(_format.Write(JupyterMessage.Create("iopub_welcome", _session, null, content) with { Identities = topic.Length == 0 ? [] : [topic] }));
        }
    }

    private void SendQueued()
    {
        while (_outgoing.TryDequeue(out (KernelChannel Channel, JupyterMessage? Message) item, TimeSpan.Zero))
        {
            if (item.Message is null)
            {
                _poller.Stop();
                return;
            }

            NetMQSocket socket = item.Channel switch
            {
                KernelChannel.Shell => _shell,
                KernelChannel.Control => _control,
                KernelChannel.Stdin => _stdin,
                _ => _iopub,
            };
            socket.SendMultipartMessage(_format.Write(item.Message));
        }
    }

    private void Beat()
    {
        NetMQMessage? frames = null;
        while (!_closed)
        {
            if (_heartbeat.TryReceiveMultipartMessage(HeartbeatPoll, ref frames)) _heartbeat.TrySendMultipartMessage(frames);
        }
    }

    private void Release()
    {
        _poller.Dispose();
        _outgoing.Dispose();
        foreach (NetMQSocket socket in (NetMQSocket[])[_heartbeat, _shell, _control, _stdin, _iopub]) socket.Dispose();
    }
}
