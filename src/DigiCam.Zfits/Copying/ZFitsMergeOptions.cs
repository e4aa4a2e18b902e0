namespace DigiCam.Zfits.Copying;

/// <summary>How files of one run become one file.</summary>
public sealed record ZFitsMergeOptions
{
    /// <summary>Name of the table of events.</summary>
    public string Table { get; init; } = "Events";

    /// <summary>The column of event numbers; null for <c>eventNumber</c> or <c>event_id</c>.</summary>
    public string? IdColumn { get; init; }

    /// <summary>Keep only the first of several events of the same number; otherwise all are kept, in the order of files and rows.</summary>
    public bool DropDuplicates { get; init; }

    /// <summary>Threads that compress, that of the caller included, which also decodes; 0 means one per processor. Each holds a tile in memory.</summary>
    public int Threads { get; init; } = 1;
}
