namespace DigiCam.Kernel.Running;

/// <summary>What became of one cell.</summary>
public enum CellStatus
{
    /// <summary>The run ended before the cell.</summary>
    NotRun,

    /// <summary>The cell is running.</summary>
    Running,

    /// <summary>The cell ran to its end.</summary>
    Succeeded,

    /// <summary>The cell did not compile or threw.</summary>
    Failed,

    /// <summary>The process ended while the cell ran.</summary>
    Died,

    /// <summary>The cell, or the whole run during this cell, took too long.</summary>
    TimedOut,

    /// <summary>The caller cancelled the run during this cell.</summary>
    Cancelled,
}
