namespace DigiCam.Kernel.Running;

/// <summary>How the run of a notebook ended. The values up to <see cref="BadParameters"/> are the exit codes of the runner.</summary>
public enum RunStatus
{
    /// <summary>All cells ran.</summary>
    Succeeded = 0,

    /// <summary>A cell failed, or ended the process.</summary>
    CellFailed = 1,

    /// <summary>A cell or the whole run took too long.</summary>
    TimedOut = 2,

    /// <summary>There is no such notebook.</summary>
    FileNotFound = 3,

    /// <summary>The file is not a notebook, or not one in C#.</summary>
    NotANotebook = 4,

    /// <summary>The parameters do not fit the notebook.</summary>
    BadParameters = 5,

    /// <summary>The caller cancelled the run.</summary>
    Cancelled = 130,

    /// <summary>The runner itself could not do its work: no dotnet host, or the output cannot be written. Exit code 1.</summary>
    EngineFailed = 1001,
}
