using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using DigiCam.Kernel.Documents;
using DigiCam.Kernel.Sessions;

namespace DigiCam.Kernel.Running;

/// <summary>The other side of <c>WorkerProcess</c>: executes the cells of one notebook in this process and reports over standard output.</summary>
internal sealed class Worker : IOutputSink
{
    private readonly Stream _channel = Console.OpenStandardOutput();
    private readonly Lock _gate = new();
    private readonly string _token;
    private int _cell;

    private Worker(string token) => _token = token;

    /// <summary>Serves the request on standard input; returns the exit code of the process.</summary>
    public static async Task<int> RunAsync()
    {
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
        CultureInfo.DefaultThreadCurrentUICulture = CultureInfo.InvariantCulture;
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        CultureInfo.CurrentUICulture = CultureInfo.InvariantCulture;

        // Ctrl+C reaches the whole process group; it is the runner that decides what it means.
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);

        // The compiler warms up while the runner still reads the notebook.
        Task warmUp = Task.Run(ScriptSession.WarmUpAsync);
        StreamReader input = new(Console.OpenStandardInput(), new UTF8Encoding(false));
        if (await input.ReadLineAsync().ConfigureAwait(false) is not { } line) return 0;
        WorkerRequest request = WorkerRequest.Read(line);
        EndWithRunner(input);

        Worker worker = new(request.Token);
        Environment.CurrentDirectory = request.WorkingDirectory;
        Console.SetIn(TextReader.Null);
        Console.SetOut(TextWriter.Synchronized(new StrayWriter(worker, "stdout")));
        Console.SetError(TextWriter.Synchronized(new StrayWriter(worker, "stderr")));
        await warmUp.ConfigureAwait(false);
        using ScriptSession session = new(new ScriptSessionOptions { BaseDirectory = request.Directory });
        await worker.ExecuteAsync(session, request).ConfigureAwait(false);
        return 0;
    }

    public void Write(CellOutput output) => Send(new CellWrote(_cell, output, (output as DisplayDataOutput)?.DisplayId));

    public void UpdateDisplay(string displayId, MimeBundle data) => Send(new DisplayChanged(displayId, data));

    public void ClearOutput(bool wait) => Send(new OutputCleared(wait));

    private async Task ExecuteAsync(ScriptSession session, WorkerRequest request)
    {
        using CounterTotals counters = new();
        foreach (WorkerRequest.Cell cell in request.Cells)
        {
            _cell = cell.Number;
            Send(new CellStarted(cell.Number));
            long start = Stopwatch.GetTimestamp();
            string label = string.Create(CultureInfo.InvariantCulture, $"cell {cell.Number}");
            ExecutionResult result = await session.ExecuteAsync(new CodeSubmission(cell.Code, label, cell.Number), this).ConfigureAwait(false);
            Send(new CellEnded(cell.Number, result.Succeeded, result.Line, Stopwatch.GetElapsedTime(start)));
            if (!result.Succeeded && !request.ContinueOnError) break;
        }

        using Process self = Process.GetCurrentProcess();
        Send(new WorkerDone(self.PeakWorkingSet64, counters.Totals));
    }

    private void Send(WorkerMessage message)
    {
        byte[] line = Encoding.UTF8.GetBytes(_token + WorkerMessage.Write(message) + "\n");
        lock (_gate)
        {
            _channel.Write(line);
            _channel.Flush();
        }
    }

    /// <summary>A worker without its runner would go on computing for nobody.</summary>
    private static void EndWithRunner(StreamReader input)
    {
        Thread watcher = new(() =>
        {
            while (input.ReadLine() is not null)
            {
            }

            // Not Environment.Exit: it waits for handlers and finalizers of user code.
            Process.GetCurrentProcess().Kill();
        })
        { IsBackground = true, Name = "runner watch" };
        watcher.Start();
    }

    /// <summary>Console text of threads that lost track of the session (started without execution context): it belongs to the running cell.</summary>
    private sealed class StrayWriter(Worker worker, string name) : TextWriter(CultureInfo.InvariantCulture)
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value) => Write(value.ToString());

        public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

        public override void Write(string? value)
        {
            if (!string.IsNullOrEmpty(value)) worker.Write(new StreamOutput(name, value));
        }

        public override void WriteLine(string? value) => Write(value + "\n");
    }
}
