using System.Collections.Immutable;
using DigiCam.Runs;
using DigiCam.Zfits;

namespace DigiCam.Simulation.Plans;

/// <summary>What is measured in a run.</summary>
public enum RunKind
{
    /// <summary>High voltage off: baseline and electronic noise.</summary>
    HvOff,

    /// <summary>High voltage on, no light: dark counts.</summary>
    Dark,

    /// <summary>Flashes of the AC LEDs at several levels.</summary>
    AcScan,

    /// <summary>Continuous light of the DC LEDs at several levels.</summary>
    DcScan,

    /// <summary>At each level of continuous light flashes at several levels.</summary>
    AcDcScan,
}

/// <summary>How the events of a run follow each other.</summary>
public enum EventClock
{
    /// <summary>At the ticks of a pulser.</summary>
    Periodic,

    /// <summary>At random times of constant rate.</summary>
    Random,
}

/// <summary>The light of one level of a scan.</summary>
/// <param name="AcDac">DAC value of the AC LEDs; 0 for none.</param>
/// <param name="DcDac">DAC value of the DC LEDs; 0 for none.</param>
public readonly record struct ScanLevel(int AcDac, int DcDac);

/// <summary>One run of a campaign.</summary>
public sealed record RunPlan
{
    /// <summary>Name; its files are name_000.fits.fz, name_001.fits.fz, ... and name_truth.h5.</summary>
    public required string Name { get; init; }

    /// <summary>What is measured.</summary>
    public required RunKind Kind { get; init; }

    /// <summary>Events of each level; of the whole run where there are no levels.</summary>
    public required int EventsPerLevel { get; init; }

    /// <summary>AC levels of a scan [DAC]; one level of 0 where there is no scan of them.</summary>
    public ImmutableArray<int> AcLevels { get; init; } = [0];

    /// <summary>DC levels of a scan [DAC]; one level of 0 where there is no scan of them.</summary>
    public ImmutableArray<int> DcLevels { get; init; } = [0];

    /// <summary>Number of files, between which the events are shared evenly and in order; 0 for one file for each level.</summary>
    public int Files { get; init; } = 1;

    /// <summary>Number of the first event.</summary>
    public uint FirstEventNumber { get; init; } = 1;

    /// <summary>Rate of events [Hz].</summary>
    public double RateHz { get; init; } = 100;

    /// <summary>How events follow each other.</summary>
    public EventClock Clock { get; init; } = EventClock.Periodic;

    /// <summary>Type of the events.</summary>
    public EventTypes EventType { get; init; } = EventTypes.Pulser;

    /// <summary>Fraction of events that are missing, chosen at random; their numbers are left out.</summary>
    public double MissingFraction { get; init; }

    /// <summary>Events that are missing, counted from 0 within the run; null for none beyond those of <see cref="MissingFraction"/>.</summary>
    public ZFitsRowSet? MissingEvents { get; init; }

    /// <summary>The light changes this many events later than planned; negative for earlier.</summary>
    public int LevelShiftEvents { get; init; }

    /// <summary>Part of the last file that is there [0..1]; 1 for all of it.</summary>
    public double LastFileFraction { get; init; } = 1;

    /// <summary>The levels in the order they are taken: at each DC level all AC levels.</summary>
    public ImmutableArray<ScanLevel> Levels => [.. DcLevels.SelectMany(dc => AcLevels.Select(ac => new ScanLevel(ac, dc)))];

    /// <summary>Events of the run, missing ones counted.</summary>
    public int EventCount => EventsPerLevel * AcLevels.Length * DcLevels.Length;
}
