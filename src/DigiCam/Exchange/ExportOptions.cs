namespace DigiCam.Exchange;

/// <summary>Where an export goes, and what the files do not say themselves.</summary>
public sealed record ExportOptions
{
    /// <summary>The file to be written, or the folder of several; null for the usual names beside the first input.</summary>
    public string? Target { get; init; }

    /// <summary>Existing files are replaced.</summary>
    public bool Force { get; init; }

    /// <summary>Day of the observation; null for what the names of the raw files say.</summary>
    public DateOnly? Date { get; init; }

    /// <summary>Number of the first raw file; null for what their names say.</summary>
    public int? FirstRun { get; init; }

    /// <summary>Number of the last raw file; null for what their names say.</summary>
    public int? LastRun { get; init; }

    /// <summary>Number of the telescope; null for what the names of the raw files say.</summary>
    public int? Telescope { get; init; }
}
