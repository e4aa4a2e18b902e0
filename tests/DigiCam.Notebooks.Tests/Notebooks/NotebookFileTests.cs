using System.Text.Json;
using System.Text.RegularExpressions;

namespace DigiCam.Notebooks.Tests.Notebooks;

/// <summary>The .ipynb files of the repository as they have to be stored.</summary>
public sealed partial class NotebookFileTests
{
    private static readonly string Folder = Path.Combine(TestEnvironment.RepositoryRoot, "notebooks");

    public static TheoryData<string> Files() => [.. Directory.GetFiles(Folder, "*.ipynb").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public void Notebook_IsStoredWithoutOutputs(string name)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, name)));
        JsonElement root = document.RootElement;
        Assert.Equal((4, 5), (root.GetProperty("nbformat").GetInt32(), root.GetProperty("nbformat_minor").GetInt32()));
        JsonElement kernel = root.GetProperty("metadata").GetProperty("kernelspec");
        Assert.Equal((".net-csharp", ".NET (C#)", "C#"), (kernel.GetProperty("name").GetString(), kernel.GetProperty("display_name").GetString(), kernel.GetProperty("language").GetString()));
        Assert.Equal("C#", root.GetProperty("metadata").GetProperty("language_info").GetProperty("name").GetString());

        JsonElement[] cells = [.. root.GetProperty("cells").EnumerateArray()];
        Assert.Equal(cells.Length, cells.Select(c => c.GetProperty("id").GetString()).Distinct().Count());
        Assert.All(cells, c => Assert.Matches("^[a-zA-Z0-9-_]{1,64}$", c.GetProperty("id").GetString()!));
        Assert.StartsWith("# ", Source(cells[0]), StringComparison.Ordinal);
        for (int i = 0; i < cells.Length; i++)
        {
            if (Kind(cells[i]) != "code") continue;
            Assert.Equal("markdown", Kind(cells[i - 1]));
            Assert.Empty(cells[i].GetProperty("outputs").EnumerateArray());
            Assert.Equal(JsonValueKind.Null, cells[i].GetProperty("execution_count").ValueKind);
            Assert.InRange(Source(cells[i]).Split('\n').Length, 1, 20);
        }

        JsonElement parameters = Assert.Single(cells, c => c.GetProperty("metadata").TryGetProperty("tags", out JsonElement tags) && tags.EnumerateArray().Any(t => t.GetString() == "parameters"));
        Assert.All(Source(parameters).Split('\n'), line => Assert.Matches("^var [a-z][A-Za-z]* = .+;$", line));
        Assert.Single(cells, c => Source(c).Contains("#r ", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Notebook_HoldsNoAbsolutePath(string name)
    {
        string text = File.ReadAllText(Path.Combine(Folder, name));
        Assert.DoesNotMatch(AbsolutePath(), text);
        Assert.DoesNotContain("http", text, StringComparison.OrdinalIgnoreCase);
    }

    private static string Kind(JsonElement cell) => cell.GetProperty("cell_type").GetString()!;

    private static string Source(JsonElement cell) => string.Concat(cell.GetProperty("source").EnumerateArray().Select(l => l.GetString()));

    [GeneratedRegex(@"""/(home|work|root|tmp|Users|mnt)|[A-Z]:\\\\")]
    private static partial Regex AbsolutePath();
}
