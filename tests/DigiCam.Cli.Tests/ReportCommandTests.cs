using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DigiCam.Cli.Tests;

/// <summary>digicam run, report and demo: what they write and what they refuse.</summary>
public sealed class ReportCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Run_SeveralNotebooks_WritesLinkedReportsAndIndex()
    {
        Write("b.ipynb", "# Second", "1 + 1");
        Write("a.ipynb", "# First", "throw new System.Exception(\"on purpose\");");
        Digicam.Result result = Digicam.Run(_folder.FullName, "run", "b.ipynb", "a.ipynb", "-j", "2", "-o", "out", "--title", "Night 7");
        Assert.Equal(1, result.ExitCode);
        Assert.Equal(["a.html", "a.ipynb", "b.html", "b.ipynb", "index.html"], Files("out"));
        string index = Read("out/index.html");
        Assert.Contains("<title>Night 7</title>", index, StringComparison.Ordinal);
        Assert.InRange(index.IndexOf("b.html", StringComparison.Ordinal), 0, index.IndexOf("a.html", StringComparison.Ordinal));
        Assert.Contains("run failed</b>", index, StringComparison.Ordinal);
        Assert.Contains("<a rel=\"next\" href=\"a.html\">First →</a>", Read("out/b.html"), StringComparison.Ordinal);
        Assert.Contains("<a rel=\"prev\" href=\"b.html\">← Second</a>", Read("out/a.html"), StringComparison.Ordinal);

        // From the executed notebooks alone the same again, now in the order of their names.
        Assert.Equal(0, Digicam.Run(_folder.FullName, "report", "out", "--title", "Night 7").ExitCode);
        string again = Read("out/index.html");
        Assert.Equal(0, Digicam.Run(_folder.FullName, "report", "out/a.ipynb", "out/b.ipynb", "--title", "Night 7").ExitCode);
        Assert.Equal(again, Read("out/index.html"));
        Assert.Contains("<a rel=\"next\" href=\"b.html\">Second →</a>", Read("out/a.html"), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_Interrupted_WritesThePartOfTheNotebook()
    {
        Write("n.ipynb", "# Long", "System.Console.WriteLine(\"done\");", "while (true) { }", "1");
        Digicam.Result result = Digicam.RunInterrupted(_folder.FullName, lines => lines > 0, "run", "n.ipynb", "-o", "out");
        Assert.Equal(130, result.ExitCode);
        Assert.Equal(["n.html", "n.ipynb"], Files("out"));
        JsonNode notebook = JsonNode.Parse(Read("out/n.ipynb"))!;
        Assert.Equal("cancelled", (string?)notebook["metadata"]!["digicam"]!["run"]!["status"]);
        Assert.Equal("done\n", (string?)notebook["cells"]![1]!["outputs"]![0]!["text"]![0]);
        Assert.Contains("Run cancelled", Read("out/n.html"), StringComparison.Ordinal);
    }

    [Fact]
    public void Report_Refusals_NameTheCause()
    {
        Directory.CreateDirectory(_folder.File("empty"));
        File.WriteAllText(_folder.File("bad.ipynb"), "{}");
        Digicam.Run(_folder.FullName, "report", "empty").AssertRefused("empty", "no notebook");
        Digicam.Run(_folder.FullName, "report", "none.ipynb").AssertRefused("none.ipynb", "no such file");
        Digicam.Run(_folder.FullName, "report", "bad.ipynb").AssertRefused("bad.ipynb", "not a notebook");
        Digicam.Run(_folder.FullName, "run", "bad.ipynb", "--pdf", "--no-html").AssertRefused("--pdf", "--no-html");
        Digicam.Run(_folder.FullName, "demo", "99-nothing").AssertRefused("99-nothing", "01-hv-off");
    }

    [Theory]
    [InlineData("/nowhere/chromium", "DIGICAM_CHROMIUM names /nowhere/chromium, which does not exist")]
    [InlineData("", "none of them is in the search path")]
    public void Pdf_WithoutBrowser_IsRefusedBeforeAnythingIsWritten(string variable, string expected)
    {
        TestEnvironment.Require(OperatingSystem.IsLinux(), "needs a system that keeps browsers in the search path");
        Write("a.ipynb", "# First", "1");
        foreach (string command in (string[])["run", "report"])
        {
            ProcessStartInfo start = Digicam.Prepare(_folder.FullName, command, "a.ipynb", "--pdf", "-o", "out");
            (start.Environment["DIGICAM_CHROMIUM"], start.Environment["PATH"]) = (variable, _folder.FullName);
            using Process process = Process.Start(start)!;
            string error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            Assert.Equal(1, process.ExitCode);
            Assert.StartsWith($"digicam {command}: ", error, StringComparison.Ordinal);
            Assert.Contains(expected, Assert.Single(error.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
            Assert.False(Directory.Exists(_folder.File("out")));
        }
    }

    private void Write(string name, string title, params string[] code)
    {
        JsonArray cells = [new JsonObject { ["cell_type"] = "markdown", ["id"] = "t", ["metadata"] = new JsonObject(), ["source"] = title }];
        for (int i = 0; i < code.Length; i++)
        {
            cells.Add((JsonNode)new JsonObject { ["cell_type"] = "code", ["id"] = $"c{i}", ["metadata"] = new JsonObject(), ["source"] = code[i], ["outputs"] = new JsonArray(), ["execution_count"] = null });
        }

        JsonObject notebook = new() { ["nbformat"] = 4, ["nbformat_minor"] = 5, ["metadata"] = new JsonObject { ["language_info"] = new JsonObject { ["name"] = "C#" } }, ["cells"] = cells };
        File.WriteAllText(_folder.File(name), notebook.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
    }

    private string Read(string name) => File.ReadAllText(_folder.File(name));

    private string[] Files(string name) => [.. Directory.GetFiles(_folder.File(name)).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
}
