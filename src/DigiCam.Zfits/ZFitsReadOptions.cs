namespace DigiCam.Zfits;

/// <summary>What is read from a table, and how.</summary>
public sealed record ZFitsReadOptions
{
    /// <summary>Names of the columns; none means all. Only these are read from the file and decoded.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>The rows; null means all. Tiles without any of them are neither read nor decoded.</summary>
    public ZFitsRowSet? Rows { get; init; }

    /// <summary>Number of tiles that are decoded at the same time. 1 decodes each in the caller's thread when it is asked for; more run ahead
    /// on the thread pool and are handed over in order; 0 means one per processor. Memory holds these and the tile that the caller looks at.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>What happens when a tile cannot be read.</summary>
    public ZFitsDamagePolicy Damage { get; init; } = ZFitsDamagePolicy.Strict;

    /// <summary>Receives the damaged tiles; required with <see cref="ZFitsDamagePolicy.SkipTile"/>, so that nothing is lost silently.</summary>
    public ZFitsDamageReport? DamageReport { get; init; }

    /// <summary>Number of tiles that are decoded at the same time on the thread pool; 0 when the caller's thread does it.</summary>
    internal int PoolThreads => Threads == 0 ? Environment.ProcessorCount : Threads == 1 ? 0 : Threads;

    /// <summary>Checks what does not depend on a table.</summary>
    /// <exception cref="ArgumentException">The options do not go together.</exception>
    internal void Check()
    {
        ArgumentNullException.ThrowIfNull(Columns);
        ArgumentOutOfRangeException.ThrowIfNegative(Threads);
        if (Damage == ZFitsDamagePolicy.SkipTile && DamageReport is null) throw new ArgumentException("tiles can only be skipped when DamageReport receives what is lost");
    }
}
