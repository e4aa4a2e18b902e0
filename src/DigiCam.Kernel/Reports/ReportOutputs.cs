using System.Globalization;
using DigiCam.Kernel.Documents;

namespace DigiCam.Kernel.Reports;

/// <summary>The outputs of a notebook and their places in its report.</summary>
internal static class ReportOutputs
{
    /// <summary>The anchor of an output.</summary>
    /// <param name="cell">Number of the code cell, from 1.</param>
    /// <param name="output">Number of the output in the cell, from 1.</param>
    public static string Place(int cell, int output) => string.Create(CultureInfo.InvariantCulture, $"output-{cell}-{output}");

    /// <summary>All outputs that are HTML, top to bottom.</summary>
    public static IEnumerable<(string Place, string Html)> Html(NotebookDocument document)
    {
        int number = 0;
        foreach (NotebookCell cell in document.Cells.Where(cell => cell.Kind == CellKind.Code))
        {
            number++;
            for (int i = 0; i < cell.Outputs.Count; i++)
            {
                MimeBundle? data = cell.Outputs[i] switch
                {
                    DisplayDataOutput display => display.Data,
                    ExecuteResultOutput result => result.Data,
                    _ => null,
                };
                if (data is not null && data.TryGetValue("text/html", out string? html)) yield return (Place(number, i + 1), html);
            }
        }
    }
}
