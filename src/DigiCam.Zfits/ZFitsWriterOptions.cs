namespace DigiCam.Zfits;

/// <summary>How a file is written. The bytes of the file do not depend on it.</summary>
public sealed record ZFitsWriterOptions
{
    /// <summary>Threads that compress: 1 compresses in the thread of the caller, 0 stands for one per processor. The thread of the caller is
    /// one of them. With one thread one tile is held in memory, otherwise at most one more than there are threads.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Stops the writing between tiles: the next row, table or file to be ended throws. What was written cannot be continued.</summary>
    public CancellationToken Cancellation { get; init; }
}
