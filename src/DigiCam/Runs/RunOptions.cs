using System.Collections.Immutable;

namespace DigiCam.Runs;

/// <summary>How to read a run.</summary>
public sealed record RunOptions
{
    /// <summary>How the pixels of the file become software ids.</summary>
    public PixelOrder PixelOrder { get; init; } = PixelOrder.FromFile;

    /// <summary>Number of events of the whole run to use, the first ones in event order; null for all.</summary>
    public long? MaximumEvents { get; init; }

    /// <summary>The part of the run that <see cref="Run.Process"/> reads; null for all of it.</summary>
    public RunShard? Shard { get; init; }

    /// <summary>Cable swaps to undo.</summary>
    public ImmutableArray<ModuleSwap> ModuleSwaps { get; init; } = ModuleSwap.Known;
}
