using System.Collections.Immutable;

namespace DigiCam.Runs;

/// <summary>Two modules whose cables were exchanged for a time: what the file calls one is the other.</summary>
/// <param name="TelescopeId">The telescope.</param>
/// <param name="FirstModule">Module number, 1..108.</param>
/// <param name="SecondModule">Module number, 1..108.</param>
/// <param name="From">First day (UTC).</param>
/// <param name="To">Last day (UTC).</param>
public sealed record ModuleSwap(int TelescopeId, int FirstModule, int SecondModule, DateOnly From, DateOnly To)
{
    /// <summary>The swaps known for the telescopes; give a longer list in the options of a run to add to it.</summary>
    public static ImmutableArray<ModuleSwap> Known { get; } =
    [
        new ModuleSwap(22, 59, 88, new DateOnly(2023, 9, 1), new DateOnly(2024, 7, 18)),
        new ModuleSwap(21, 8, 9, new DateOnly(2025, 12, 17), new DateOnly(2026, 1, 15)),
    ];

    /// <summary>True for a telescope and time this swap holds for.</summary>
    /// <param name="telescopeId">The telescope.</param>
    /// <param name="time">The time (UTC).</param>
    public bool Holds(int telescopeId, DateTime time)
    {
        DateOnly day = DateOnly.FromDateTime(time);
        return telescopeId == TelescopeId && day >= From && day <= To;
    }
}
