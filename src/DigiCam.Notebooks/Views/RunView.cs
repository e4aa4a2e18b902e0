using System.Globalization;
using DigiCam.Geometry;
using DigiCam.Notebooks.Cameras;
using DigiCam.Notebooks.Formatting;
using DigiCam.Notebooks.Plots;
using DigiCam.Notebooks.Tables;
using DigiCam.Runs;
using DigiCam.Zfits;

namespace DigiCam.Notebooks.Views;

/// <summary>What is in a run; shown as a list of its facts.</summary>
[TypeFormatterSource(typeof(HtmlFormatterSource<RunView>))]
public sealed class RunView : IHtml
{
    private const int MaxRateBins = 60;
    private const int MinRateBins = 4;
    private const int EventsPerRateBin = 20;
    private const int MaxGapBins = 80;
    private const int MinGapBins = 10;
    private const int GapsPerBin = 4;
    private const int GapsForLogScale = 200;
    private const double NsPerSecond = 1e9;
    private const double NsPerMs = 1e6;

    private readonly Run _run;

    internal RunView(Run run)
    {
        ArgumentNullException.ThrowIfNull(run);
        _run = run;
    }

    /// <summary>Events, times, rate, types and everything odd about the run.</summary>
    public KeyValues Facts()
    {
        RunSummary s = _run.Summary;
        List<(string, string)> items =
        [
            ("files", string.Join(", ", _run.Files.Select(f => Invariant($"{Path.GetFileName(f.Path)} ({f.EventCount} events)")))),
            ("telescope", s.TelescopeId < 0 ? "not given" : Invariant($"{s.TelescopeId}")),
            ("events", Invariant($"{s.EventCount}")),
            ("event numbers", Invariant($"{s.FirstEventNumber} to {s.LastEventNumber}, {s.MissingEvents} missing, {s.DuplicateEvents} twice")),
            ("first event", Invariant($"{s.FirstTime:yyyy-MM-dd HH:mm:ss.fff} UTC")),
            ("last event", Invariant($"{s.LastTime:yyyy-MM-dd HH:mm:ss.fff} UTC")),
            ("duration", Invariant($"{s.Duration.TotalSeconds:0.###} s")),
            ("mean rate", double.IsNaN(s.RateHz) ? "–" : $"{Html.Digits(s.RateHz, 4)} Hz"),
            ("samples per pixel", Invariant($"{s.SampleCount} ({s.SampleCount * CameraGeometry.SampleNs:0.#} ns)")),
            ("event types", string.Join(", ", s.TypeCounts.Select(t => Invariant($"{(EventTypes)t.Key}: {t.Value}")))),
            ("firmware baselines", s.BaselineScale switch { 1 => "in LSB", 16 => "in 1/16 LSB", _ => "scale not known" }),
        ];
        items.AddRange(s.Problems.Select(p => ("problem", p)));
        if (s.Problems.IsEmpty) items.Add(("problems", "none"));
        return new KeyValues("Run", items);
    }

    /// <summary>The tables of a file of the run: every column with type, codec and sizes.</summary>
    /// <param name="file">Place of the file in the run, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such file.</exception>
    public IReadOnlyList<Table> Tables(int file = 0) =>
    [
        .. FileAt(file).File.Tables.Select(t => new Table(
            Invariant($"{t.Name}: {t.RowCount} x {t.MessageName} in {t.TileCount} tile{(t.TileCount == 1 ? "" : "s")}"),
            [new("column"), new("field"), new("type"), new("codec"), new("compressed", "bytes"), new("raw", "bytes"), new("ratio", "", 3)],
            t.SummarizeColumns().Select(c => (object?[])
            [
                c.Column.Name, c.Column.FieldPath, $"{c.Column.ElementType} {c.Column.Format}", string.Join(" | ", c.Codecs),
                c.CompressedBytes, c.RawBytes, c.CompressedBytes > 0 ? c.RawBytes / (double)c.CompressedBytes : double.NaN,
            ]))
        {
            MaxRows = 60,
        }),
    ];

    /// <summary>The boards of the camera as the file names them; empty for files without the table DigicamConfig.</summary>
    /// <param name="file">Place of the file in the run, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such file.</exception>
    public Table Boards(int file = 0)
    {
        IReadOnlyList<CameraBoard> boards = CameraBoard.Read(FileAt(file).File);
        return new Table(
            boards.Count == 0 ? "The file does not name its boards" : "Boards",
            [new("slot"), new("card type"), new("serial number"), new("gateware"), new("firmware")],
            boards.Select(b => (object?[])[b.Slot, b.CardType, b.SerialNumber.ToString(CultureInfo.InvariantCulture), b.Gateware, b.Firmware]))
        {
            MaxRows = 40,
        };
    }

    /// <summary>The event rate in time, in bins of a round length, with Poisson errors.</summary>
    public Chart Rate() => Rate([.. _run.UnixTimesNs.Order()]);

    // times: of all events, in order [ns].
    internal static Chart Rate(long[] times)
    {
        double duration = times.Length > 0 ? (times[^1] - times[0]) / NsPerSecond : 0;
        if (!(duration > 0)) return NeedsTwoEvents(Charts.Lines("Event rate", "time since the first event [s]", "rate [Hz]"));

        // The last bin is filled only in part: its rate is taken over the time it covers, unless that is too short to say anything.
        double width = Axis.Step(duration, Math.Clamp(times.Length / EventsPerRateBin, MinRateBins, MaxRateBins));
        int bins = (int)Math.Ceiling((duration / width) - 1e-9);
        double[] counts = new double[bins];
        foreach (long time in times) counts[Math.Min((int)((time - times[0]) / NsPerSecond / width), bins - 1)]++;

        // The last event ends the time it would be counted in: with it the last point of a steady source would stand too high.
        counts[^1]--;
        double last = duration - ((bins - 1) * width);
        if (bins > 1 && last < width / 2) bins--;
        double[] covered = [.. Enumerable.Range(0, bins).Select(i => Math.Min(width, duration - (i * width)))];
        return Charts.Lines("Event rate", "time since the first event [s]", "rate [Hz]", new ChartSeries(
            Invariant($"{times.Length} events in bins of {width:0.######} s"),
            [.. covered.Select((c, i) => (i * width) + (c / 2))],
            [.. covered.Select((c, i) => counts[i] / c)])
        { Errors = [.. covered.Select((c, i) => Math.Sqrt(counts[i]) / c)] });
    }

    /// <summary>The time between one event and the next; of a Poisson process an exponential.</summary>
    public Chart TimeGaps()
    {
        long[] times = [.. _run.UnixTimesNs.Order()];
        double[] gaps = [.. times.Skip(1).Select((t, i) => (t - times[i]) / NsPerMs)];
        Chart chart = Charts.Histogram("Time between events", "time to the next event [ms]", gaps, logScale: gaps.Length >= GapsForLogScale, maxBins: Math.Clamp(gaps.Length / GapsPerBin, MinGapBins, MaxGapBins));
        return gaps.Length > 0 ? chart : NeedsTwoEvents(chart);
    }

    /// <summary>The step from one event number to the next: 1 where nothing is lost.</summary>
    public Chart NumberSteps()
    {
        long[] numbers = [.. _run.EventNumbers];
        Chart chart = Charts.Lines("Event numbers", "place in the run", "step to the next event number", new ChartSeries(
            Invariant($"{numbers.Length} events"),
            [.. Enumerable.Range(0, Math.Max(numbers.Length - 1, 0)).Select(i => (double)i)],
            [.. numbers.Skip(1).Select((n, i) => (double)(n - numbers[i]))])
        { Joined = false });
        return numbers.Length > 1 ? chart : NeedsTwoEvents(chart);
    }

    /// <summary>One event on the camera, with the waveform of the selected pixel.</summary>
    /// <param name="index">Place in the run, from 0.</param>
    /// <param name="pixel">Pixel selected at first; null = the one with the largest amplitude.</param>
    public CameraDisplay Event(long index, int? pixel = null) => EventView.Create(_run.GetEvent(index, EventContent.Waveforms), pixel);

    /// <inheritdoc/>
    public string ToHtml() => Facts().ToHtml();

    /// <summary>The facts of the run as text.</summary>
    public override string ToString() => Facts().ToString();

    private RunFile FileAt(int file) => file >= 0 && file < _run.Files.Length
        ? _run.Files[file]
        : throw new ArgumentOutOfRangeException(nameof(file), file, Invariant($"the run has {_run.Files.Length} files, counted from 0"));

    // An empty frame alone would look like a result.
    private static Chart NeedsTwoEvents(Chart chart) => chart.With("nothing to show: this takes two events at different times");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
