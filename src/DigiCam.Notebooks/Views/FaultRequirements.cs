using System.Collections.Immutable;
using DigiCam.Flags;
using DigiCam.Notebooks.Tables;
using DigiCam.Results;
using DigiCam.Simulation;
using DigiCam.Simulation.Plans;

namespace DigiCam.Notebooks.Views;

/// <summary>What the flags of a task on simulated flashes have to fulfil: faults are found, nothing else is.</summary>
public sealed record FaultRequirements
{
    /// <summary>Least part of the healthy pixels in the light whose fit is valid [%].</summary>
    public double MinimumValid { get; init; } = 99;

    /// <summary>Largest part of the healthy pixels in the light with a flag [%].</summary>
    public double MaximumFlagged { get; init; } = 0.5;

    /// <summary>Faults that do a task no harm: they need no flag.</summary>
    public ImmutableArray<PixelFault> Harmless { get; init; } = [];

    /// <summary>Whether flags and fits are those that the simulated faults ask for.</summary>
    /// <param name="result">The result.</param>
    /// <param name="truth">What was simulated.</param>
    public Verdict Judge(CameraResult result, SimulationTruth truth)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(truth);
        int[] lit = [.. Enumerable.Range(0, result.PixelCount).Where(pixel => truth.Pixels.IsLit[pixel])];
        int[] healthy = [.. lit.Where(pixel => truth.Pixels.Faults[pixel] is null)];
        int[] faulty = [.. Enumerable.Range(0, result.PixelCount).Where(pixel => truth.Pixels.Faults[pixel] is { } fault && !Harmless.Contains(fault))];
        return new Verdict($"{result.Title}: flags against the simulated faults",
        [
            Check.Limits("healthy pixels in the light with a valid fit", Part(healthy, pixel => result.Fits[pixel].IsValid), "%", MinimumValid, null),
            Check.Limits("healthy pixels in the light with a flag", Part(healthy, pixel => result.Flags[pixel] != PixelFlags.None), "%", null, MaximumFlagged),
            Check.Limits("healthy pixels beside the light without NO_LED", healthy.Length == result.PixelCount ? 0 : Enumerable.Range(0, result.PixelCount).Except(lit).Count(pixel => truth.Pixels.Faults[pixel] is null && !result.Flags[pixel].HasFlag(PixelFlags.NoLed)), "", null, 0),
            .. faulty.Select(pixel => new Check(
                FormattableString.Invariant($"pixel {pixel}, {Name(truth.Pixels.Faults[pixel]!.Value)}, {(truth.Pixels.IsLit[pixel] ? "in the light" : "beside the light")}"),
                PixelFlagNames.Describe(result.Flags[pixel]), "a flag", result.Flags[pixel] != PixelFlags.None ? Outcome.Pass : Outcome.Fail)),
        ]);
    }

    private static string Name(PixelFault fault) => fault.ToString().ToLowerInvariant();

    private static double Part(int[] pixels, Func<int, bool> holds) => pixels.Length > 0 ? 100.0 * pixels.Count(holds) / pixels.Length : double.NaN;
}
