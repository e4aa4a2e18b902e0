namespace DigiCam.Kernel.Running;

/// <summary>A cell has started or ended.</summary>
/// <param name="NotebookPath">The notebook.</param>
/// <param name="CellCount">How many code cells the run has.</param>
/// <param name="Cell">The cell; its status is <see cref="CellStatus.Running"/> when it has just started.</param>
/// <param name="SourceLine">The first line of the cell that is neither blank nor a comment.</param>
public sealed record CellProgress(string NotebookPath, int CellCount, CellRun Cell, string SourceLine);
