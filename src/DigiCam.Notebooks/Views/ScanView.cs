using DigiCam.Notebooks.Formatting;
using DigiCam.Notebooks.Tables;
using DigiCam.Scans;

namespace DigiCam.Notebooks.Views;

/// <summary>The levels of a scan as they were planned and as they are there.</summary>
[TypeFormatterSource(typeof(HtmlFormatterSource<ScanView>))]
public sealed class ScanView : IHtml
{
    private readonly Scan _scan;

    internal ScanView(Scan scan)
    {
        ArgumentNullException.ThrowIfNull(scan);
        _scan = scan;
    }

    /// <summary>Light, events and files of each level.</summary>
    public Table Levels => new(
        FormattableString.Invariant($"{_scan.LevelCount} levels, {_scan.EventCounts.Sum()} events"),
        [new("level"), new("AC", "DAC"), new("DC", "DAC"), new("events planned"), new("events"), new("files")],
        _scan.Plan.Steps.Select((step, level) => (object?[])
        [
            level, step.Level.AcDac, step.Level.DcDac, step.EventCount > 0 ? step.EventCount : null, _scan.EventCounts[level], string.Join(", ", step.Parts.Select(part => part.File).Where(file => file.Length > 0)),
        ]))
    {
        MaxRows = 100,
    };

    /// <summary>Where plan and files do not agree.</summary>
    public KeyValues Problems => new("Plan and files", _scan.Problems.IsEmpty ? [("problems", "none: all levels are as planned")] : _scan.Problems.Select(problem => ("problem", problem)));

    /// <inheritdoc/>
    public string ToHtml() => Levels.ToHtml();

    /// <summary>The levels as text.</summary>
    public override string ToString() => Levels.ToString();
}
