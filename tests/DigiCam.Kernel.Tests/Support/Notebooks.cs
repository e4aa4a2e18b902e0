using System.Text.Json.Nodes;
using DigiCam.Kernel.Documents;

namespace DigiCam.Kernel.Tests.Support;

/// <summary>Makes notebooks for tests.</summary>
internal static class Notebooks
{
    public static NotebookDocument Create(params string[] code)
    {
        NotebookDocument document = new();
        document.Metadata["kernelspec"] = new JsonObject { ["name"] = ".net-csharp", ["display_name"] = ".NET (C#)", ["language"] = "C#" };
        for (int i = 0; i < code.Length; i++) document.Cells.Add(new NotebookCell(CellKind.Code, code[i]) { Id = $"c{i + 1}" });
        return document;
    }

    public static NotebookDocument WithParameters(string parameters, params string[] code)
    {
        NotebookDocument document = Create([parameters, .. code]);
        document.Cells[0].Metadata["tags"] = new JsonArray("parameters");
        return document;
    }

    public static string Write(this NotebookDocument document, TemporaryFolder folder, string name = "test.ipynb")
    {
        string path = folder.File(name);
        document.Save(path);
        return path;
    }

    public static string StreamText(this NotebookCell cell, string name = "stdout") =>
        string.Concat(cell.Outputs.OfType<StreamOutput>().Where(stream => stream.Name == name).Select(stream => stream.Text));

    public static string ResultText(this NotebookCell cell) => cell.Outputs.OfType<ExecuteResultOutput>().Single().Data["text/plain"];
}
