using DigiCam.Kernel.Documents;
using DigiCam.Kernel.Tests.Support;

namespace DigiCam.Kernel.Tests.Documents;

public sealed class NotebookDocumentTests
{
    // As Jupyter's nbformat library writes it: sorted keys, one space, lists of lines, nothing escaped that need not be.
    private const string Sample = """
        {
         "cells": [
          {
           "attachments": {
            "a.png": {
             "image/png": "AAAA"
            }
           },
           "cell_type": "markdown",
           "id": "m1",
           "metadata": {
            "unknown": [
             1.0,
             1e-07,
             null,
             true
            ]
           },
           "source": [
            "# Größe 😀 \"q\" \\ \t\u001b\n",
            "second"
           ]
          },
          {
           "cell_type": "code",
           "execution_count": 3,
           "future": {
            "x": {}
           },
           "id": "c1",
           "metadata": {
            "tags": [
             "parameters"
            ]
           },
           "outputs": [
            {
             "name": "stdout",
             "output_type": "stream",
             "text": [
              "a\n",
              "b"
             ]
            },
            {
             "data": {
              "application/json": {
               "k": [
                1
               ]
              },
              "image/png": "iVBO\n",
              "text/plain": [
               "x"
              ]
             },
             "metadata": {
              "m": 1
             },
             "output_type": "display_data"
            },
            {
             "data": {
              "text/html": [
               "<b>"
              ]
             },
             "execution_count": 3,
             "metadata": {},
             "output_type": "execute_result"
            },
            {
             "ename": "Error",
             "evalue": "bad",
             "output_type": "error",
             "traceback": [
              "one",
              "two"
             ]
            }
           ],
           "source": []
          },
          {
           "cell_type": "raw",
           "id": "r1",
           "metadata": {},
           "source": [
            "raw"
           ]
          }
         ],
         "metadata": {
          "kernelspec": {
           "language": "C#",
           "name": ".net-csharp"
          },
          "zzz": {
           "b": 1,
           "c": 2
          }
         },
         "nbformat": 4,
         "nbformat_minor": 5,
         "other": "kept"
        }

        """;

    [Fact]
    public void Parse_ThenWrite_GivesTheSameText() => Assert.Equal(Sample, NotebookDocument.Parse(Sample, "x").ToJson());

    [Fact]
    public void Save_WritesUtf8WithoutMarkAndLeavesNoTemporaryFile()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        NotebookDocument.Parse(Sample, "x").Save(folder.File("new/a.ipynb"));
        Assert.Equal(["a.ipynb"], Directory.EnumerateFiles(folder.File("new")).Select(Path.GetFileName));
        Assert.Equal((byte)'{', File.ReadAllBytes(folder.File("new/a.ipynb"))[0]);
        Assert.Equal(Sample, NotebookDocument.Load(folder.File("new/a.ipynb")).ToJson());
    }

    [Fact]
    public void Parse_ReadsTheModel()
    {
        NotebookDocument document = NotebookDocument.Parse(Sample, "x");
        Assert.Equal("C#", document.Language);
        Assert.Equal(".net-csharp", document.KernelName);
        Assert.Equal("Größe 😀 \"q\" \\ \t\u001b", document.Title);
        Assert.Equal([CellKind.Markdown, CellKind.Code, CellKind.Raw], document.Cells.Select(cell => cell.Kind));
        Assert.Equal(["parameters"], document.Cells[1].Tags);
        Assert.Equal(3, document.Cells[1].ExecutionCount);
        Assert.Equal("a\nb", Assert.IsType<StreamOutput>(document.Cells[1].Outputs[0]).Text);
        Assert.Equal("{\"k\":[1]}", Assert.IsType<DisplayDataOutput>(document.Cells[1].Outputs[1]).Data["application/json"]);
    }

    [Theory]
    [InlineData("", "not JSON")]
    [InlineData("{\n \"a\": 1,\n \"b\" 2 }", "line 3")]
    [InlineData("{\"a\": 1, \"a\": 2}", "not JSON")]
    [InlineData("[1]", "expected an object, found a list")]
    [InlineData("{}", "not a notebook")]
    [InlineData("{\"nbformat\": 3, \"worksheets\": []}", "version 3 is not supported")]
    [InlineData("{\"nbformat\": \"4\", \"cells\": []}", "nbformat: expected a whole number, found a text")]
    [InlineData("{\"nbformat\": 4, \"cells\": [{\"cell_type\": \"code\"}]}", "cells[0].source: expected a text, found nothing")]
    [InlineData("{\"nbformat\": 4, \"cells\": [{\"cell_type\": \"heading\"}]}", "cells[0].cell_type: unknown cell type 'heading'")]
    [InlineData("{\"nbformat\": 4, \"cells\": [{\"cell_type\": \"code\", \"source\": [1]}]}", "cells[0].source[0]: expected a text, found the number 1")]
    [InlineData("{\"nbformat\": 4, \"cells\": [{\"cell_type\": \"code\", \"source\": \"\", \"outputs\": [{\"output_type\": \"pyout\"}]}]}", "cells[0].outputs[0].output_type: unknown output type 'pyout'")]
    public void Parse_Defect_NamesFileAndPlace(string json, string expected)
    {
        NotebookFormatException exception = Assert.Throws<NotebookFormatException>(() => NotebookDocument.Parse(json, "dark.ipynb"));
        Assert.StartsWith("dark.ipynb: ", exception.Message, StringComparison.Ordinal);
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', exception.Message);
    }

    [Fact]
    public void Load_MissingFile_Throws() => Assert.Throws<FileNotFoundException>(() => NotebookDocument.Load("/nowhere/x.ipynb"));

    [Fact]
    public void ClearOutputs_RemovesCounts()
    {
        NotebookDocument document = NotebookDocument.Parse(Sample, "x");
        document.ClearOutputs();
        Assert.All(document.Cells, cell => Assert.True(cell.Outputs.Count == 0 && cell.ExecutionCount is null));
    }
}
