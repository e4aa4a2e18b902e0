using System.Collections.Immutable;
using DigiCam.Runs;
using DigiCam.Scans;
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

/// <summary>One run of a campaign.</summary>
public sealed record RunPlan
{
    /// <summary>Name; its files are name_000.fits.fz, name_001.fits.fz, ... and name_truth.h5.</summary>
    public required string Name { get; init; }

    /// <summary>What is measured.</summary>
    public required RunKind Kind { get; init; }

    /// <summary>The most events of a run; far more than any run of the camera, and what memory and files take without trouble.</summary>
    internal const int MostEvents = 2_000_000;

    /// <summary>The largest fraction of events that may be missing at random.</summary>
    internal const double LargestMissingFraction = 0.9;

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

    /// <summary>Number of files of the run.</summary>
    internal int FileCount => Files == 0 ? AcLevels.Length * DcLevels.Length : Files;

    /// <summary>Whole hours from the start of the run to that of the next one: what its events take at its rate with a tenth in reserve, at least one.</summary>
    internal double HoursToNext => Math.Max(1, Math.Ceiling(11.0 * EventCount / (10 * 3600 * RateHz)));

    /// <summary>The name of a file.</summary>
    /// <param name="file">The file, from 0.</param>
    internal string FileName(int file) => FormattableString.Invariant($"{Name}_{file:D3}{RunFileList.Extension}");

    /// <summary>The file of an event.</summary>
    /// <param name="eventIndex">Place in the run, from 0, missing events counted.</param>
    internal int FileOf(int eventIndex) => (int)((long)eventIndex * FileCount / EventCount);

    /// <summary>The first event of a file; that of the file after the last one is the number of events.</summary>
    /// <param name="file">The file, from 0.</param>
    internal int FirstEventOf(int file) => (int)((((long)file * EventCount) + FileCount - 1) / FileCount);

    /// <summary>The first file of which all events are missing; null where each file has one.</summary>
    /// <param name="missing">Events that are missing.</param>
    internal int? EmptyFile(ZFitsRowSet missing)
    {
        for (int file = 0; file < FileCount; file++)
        {
            int next = FirstEventOf(file + 1);
            int index = FirstEventOf(file);
            while (index < next && missing.Contains(index)) index++;
            if (index == next) return file;
        }

        return null;
    }

    /// <summary>The events that are missing: those named, and those that chance takes.</summary>
    /// <param name="seed">Seed of the campaign.</param>
    internal ZFitsRowSet DrawMissing(ulong seed)
    {
        if (MissingFraction == 0) return MissingEvents ?? ZFitsRowSet.Of();
        RandomStream random = new(seed, RandomStream.Key($"run {Name} missing"));
        List<long> missing = [];
        for (int i = 0; i < EventCount; i++)
        {
            // A number is drawn for each, so that a larger fraction leaves out the same events and more.
            bool lost = random.Uniform() <= MissingFraction;
            if (lost || MissingEvents?.Contains(i) == true) missing.Add(i);
        }

        return ZFitsRowSet.Of(missing);
    }
}
