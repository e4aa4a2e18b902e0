using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using DigiCam.Kernel.Documents;

namespace DigiCam.Kernel.Running;

/// <summary>Puts what the worker reports into the notebook and keeps the account of the cells.</summary>
internal sealed class RunRecorder
{
    /// <summary>An endless loop that prints must not fill the memory or make a file that nobody can open.</summary>
    private const int MaxStreamLength = 2_000_000;
    private const int MaxOutputs = 5000;

    private readonly NotebookDocument _document;
    private readonly NotebookCell[] _cells;
    private readonly CellRun[] _runs;
    private readonly Dictionary<string, (NotebookCell Cell, int Index)> _displays = new(StringComparer.Ordinal);
    private readonly StringBuilder _stream = new();
    private string? _streamName;
    private int _streamLength;
    private bool _truncated;
    private bool _clearsNext;

    public RunRecorder(NotebookDocument document)
    {
        _document = document;
        _cells = [.. document.Cells.Where(cell => cell.Kind == CellKind.Code)];
        _runs = [.. _cells.Select((cell, i) => new CellRun(i + 1, cell.Id, CellStatus.NotRun, TimeSpan.Zero))];
    }

    /// <summary>The code cells.</summary>
    public IReadOnlyList<NotebookCell> Cells => _cells;

    /// <summary>The account of the code cells.</summary>
    public IReadOnlyList<CellRun> Runs => _runs;

    /// <summary>The number of the running cell, or of the last one that ran; 0 before the first.</summary>
    public int Current { get; private set; }

    public CellRun Start(int number)
    {
        CloseStream();
        Current = number;
        _streamLength = 0;
        _truncated = false;
        _clearsNext = false;
        _cells[number - 1].ExecutionCount = number;
        return _runs[number - 1] = _runs[number - 1] with { Status = CellStatus.Running };
    }

    public void Write(CellOutput output, string? displayId)
    {
        if (Current == 0) return;
        if (_clearsNext) Clear(wait: false);
        if (output is StreamOutput stream)
        {
            WriteStream(stream);
            return;
        }

        CloseStream();
        NotebookCell cell = _cells[Current - 1];
        if (cell.Outputs.Count >= MaxOutputs)
        {
            Truncate(cell, string.Create(CultureInfo.InvariantCulture, $"[more than {MaxOutputs} outputs: the others are left out]\n"));
            if (output is not ErrorOutput) return;
        }

        if (displayId is not null) _displays[displayId] = (cell, cell.Outputs.Count);
        cell.Outputs.Add(output);
        if (output is ErrorOutput error) _runs[Current - 1] = _runs[Current - 1] with { Error = error };
    }

    /// <summary>Removes the outputs of the running cell, or lets the next one do so.</summary>
    public void Clear(bool wait)
    {
        if (Current == 0) return;
        _clearsNext = wait;
        if (wait) return;
        NotebookCell cell = _cells[Current - 1];
        cell.Outputs.Clear();
        _stream.Clear();
        _streamName = null;
        foreach (string id in (string[])[.. _displays.Where(display => display.Value.Cell == cell).Select(display => display.Key)]) _displays.Remove(id);
    }

    public void Update(string displayId, MimeBundle data)
    {
        if (_displays.TryGetValue(displayId, out (NotebookCell Cell, int Index) place)) place.Cell.Outputs[place.Index] = new DisplayDataOutput(data);
    }

    public CellRun End(CellStatus status, TimeSpan duration, int? line = null)
    {
        CloseStream();
        return _runs[Current - 1] = _runs[Current - 1] with { Status = status, Duration = duration, Line = line };
    }

    /// <summary>Writes the account of the run into the notebook's metadata, the only place that differs between two equal runs.</summary>
    public void Stamp(RunStatus status, DateTime started, TimeSpan duration)
    {
        CloseStream();
        if (_document.Metadata["digicam"] is not JsonObject kit) _document.Metadata["digicam"] = kit = [];
        kit["run"] = new JsonObject
        {
            ["started"] = started.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            ["seconds"] = Seconds(duration),
            ["status"] = Name(status),
            ["cells"] = new JsonArray([.. _runs.Select(run => (JsonNode)new JsonObject
            {
                ["cell"] = run.Number,
                ["status"] = Name(run.Status),
                ["seconds"] = Seconds(run.Duration),
            })]),
        };
    }

    private static double Seconds(TimeSpan time) => Math.Round(time.TotalSeconds, 3);

    private static string Name<T>(T status) where T : struct, Enum
    {
        string name = status.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }

    private void WriteStream(StreamOutput stream)
    {
        NotebookCell cell = _cells[Current - 1];
        if (_streamLength >= MaxStreamLength)
        {
            CloseStream();
            Truncate(cell, string.Create(CultureInfo.InvariantCulture, $"[more than {MaxStreamLength} characters: the others are left out]\n"));
            return;
        }

        if (_streamName != stream.Name) CloseStream();
        _streamName = stream.Name;
        _stream.Append(stream.Text);
        _streamLength += stream.Text.Length;
    }

    private void Truncate(NotebookCell cell, string note)
    {
        if (_truncated) return;
        _truncated = true;
        cell.Outputs.Add(new StreamOutput("stderr", note));
    }

    private void CloseStream()
    {
        if (_streamName is null || _stream.Length == 0) return;
        IList<CellOutput> outputs = _cells[Current - 1].Outputs;
        // A partial save may have closed the same stream before.
        if (outputs is [.., StreamOutput last] && last.Name == _streamName) outputs[^1] = last with { Text = last.Text + _stream };
        else outputs.Add(new StreamOutput(_streamName, _stream.ToString()));
        _stream.Clear();
        _streamName = null;
    }
}
