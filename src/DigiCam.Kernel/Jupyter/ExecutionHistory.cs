using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace DigiCam.Kernel.Jupyter;

/// <summary>What was executed in this session, for front ends that let users go back to it.</summary>
internal sealed class ExecutionHistory
{
    // Sessions before this one are not kept, so that it is the first.
    private const int Session = 1;

    private readonly List<Entry> _entries = [];

    /// <summary>Adds code that was executed and the text of its result; null when it had none.</summary>
    public void Add(int count, string code, string? output) => _entries.Add(new Entry(count, code, output));

    /// <summary>The last entries, oldest first.</summary>
    public IEnumerable<Entry> Tail(int count) => _entries.TakeLast(Math.Max(0, count));

    /// <summary>The entries of a session from one execution count up to, not including, another.</summary>
    /// <param name="session">1 or 0 for this session, negative for sessions before it, of which nothing is known.</param>
    /// <param name="start">First count.</param>
    /// <param name="stop">Count after the last; null for all.</param>
    public IEnumerable<Entry> Range(int session, int start, int? stop) =>
        session is not (0 or Session) ? [] : _entries.Where(entry => entry.Count >= start && (stop is null || entry.Count < stop));

    /// <summary>The last entries that match a pattern with * and ?, oldest first.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="count">How many at most; null for all.</param>
    /// <param name="unique">Of equal codes, only the last.</param>
    public IEnumerable<Entry> Search(string pattern, int? count, bool unique)
    {
        Regex regex = new("^" + Regex.Escape(pattern).Replace(@"\*", ".*", StringComparison.Ordinal).Replace(@"\?", ".", StringComparison.Ordinal) + "$", RegexOptions.Singleline | RegexOptions.NonBacktracking);
        IEnumerable<Entry> found = _entries.Where(entry => regex.IsMatch(entry.Code));
        if (unique) found = found.Reverse().DistinctBy(entry => entry.Code).Reverse();
        return count is { } n ? found.TakeLast(Math.Max(0, n)) : found;
    }

    /// <summary>Entries as the protocol writes them: session, count, code or code and output.</summary>
    public static JsonArray Write(IEnumerable<Entry> entries, bool output) =>
        [.. entries.Select(entry => (JsonNode)new JsonArray(Session, entry.Count, output ? new JsonArray(entry.Code, entry.Output) : entry.Code))];

    internal sealed record Entry(int Count, string Code, string? Output);
}
