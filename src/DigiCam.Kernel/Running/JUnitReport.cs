using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using DigiCam.Kernel.Documents;

namespace DigiCam.Kernel.Running;

/// <summary>The results of notebooks as JUnit XML, which continuous integration systems show as tests: a suite per notebook, a case per cell.</summary>
public static partial class JUnitReport
{
    /// <summary>Writes the summary to a file.</summary>
    public static void Save(string path, IEnumerable<NotebookRunResult> results)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        AtomicFile.WriteAllText(path, Render(results));
    }

    /// <summary>The summary as XML.</summary>
    public static string Render(IEnumerable<NotebookRunResult> results)
    {
        ArgumentNullException.ThrowIfNull(results);
        XElement[] suites = [.. results.Select(Suite)];
        XElement root = new(
            "testsuites",
            Sum(suites, "tests"),
            Sum(suites, "failures"),
            Sum(suites, "errors"),
            suites);
        return "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n" + root.ToString().ReplaceLineEndings("\n") + "\n";
    }

    private static XElement Suite(NotebookRunResult result)
    {
        string suite = Path.GetFileNameWithoutExtension(result.NotebookPath);
        List<XElement> cases = [.. result.Cells.Select(cell => Case(suite, cell))];
        bool explained = result.Status == RunStatus.Succeeded || cases.Exists(one => one.Element("failure") is not null || one.Element("error") is not null);
        if (cases.Count == 0 || !explained)
        {
            XElement whole = new("testcase", new XAttribute("classname", suite), new XAttribute("name", "notebook"), new XAttribute("time", Seconds(result.Duration)));
            if (result.Status != RunStatus.Succeeded) whole.Add(new XElement("error", new XAttribute("type", result.Status.ToString()), new XAttribute("message", Clean(result.Message))));
            cases.Add(whole);
        }

        return new XElement(
            "testsuite",
            new XAttribute("name", suite),
            new XAttribute("tests", cases.Count),
            new XAttribute("failures", cases.Count(one => one.Element("failure") is not null)),
            new XAttribute("errors", cases.Count(one => one.Element("error") is not null)),
            new XAttribute("skipped", cases.Count(one => one.Element("skipped") is not null)),
            new XAttribute("time", Seconds(result.Duration)),
            new XAttribute("timestamp", result.Started.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture)),
            cases);
    }

    private static XElement Case(string suite, CellRun cell)
    {
        XElement element = new(
            "testcase",
            new XAttribute("classname", suite),
            new XAttribute("name", string.Create(CultureInfo.InvariantCulture, $"cell {cell.Number:000}")),
            new XAttribute("time", Seconds(cell.Duration)));
        if (cell.Status == CellStatus.NotRun) element.Add(new XElement("skipped"));
        else if (cell.Status != CellStatus.Succeeded)
        {
            element.Add(new XElement(
                cell.Status == CellStatus.Failed ? "failure" : "error",
                new XAttribute("type", cell.Status.ToString()),
                new XAttribute("message", Clean(cell.Error?.Value ?? cell.Status.ToString())),
                Clean(string.Join('\n', cell.Error?.Traceback ?? []))));
        }

        return element;
    }

    private static XAttribute Sum(XElement[] suites, string name) => new(name, suites.Sum(suite => (int)suite.Attribute(name)!));

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture);

    /// <summary>Without the characters that XML cannot hold.</summary>
    private static string Clean(string text)
    {
        StringBuilder clean = new(text.Length);
        foreach (Rune rune in AnsiCode().Replace(text, "").EnumerateRunes())
        {
            if (rune.Value is '\t' or '\n' || (rune.Value >= ' ' && rune.Value is not (0xFFFE or 0xFFFF))) clean.Append(rune);
        }

        return clean.ToString();
    }

    [GeneratedRegex(@"\u001b\[[0-9;]*[A-Za-z]")]
    private static partial Regex AnsiCode();
}
