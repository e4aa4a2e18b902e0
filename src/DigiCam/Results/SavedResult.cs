using System.Collections.Immutable;
using DigiCam.Charges;
using DigiCam.Fitting;
using DigiCam.Flags;

namespace DigiCam.Results;

/// <summary>The fits of a task as a file keeps them: with their histograms they give the whole result again, without fitting.</summary>
/// <param name="Path">The file.</param>
/// <param name="Task">Name of the task.</param>
/// <param name="Scale">What a charge in LSB means.</param>
/// <param name="Fits">The fits (pixel), complete with covariances and attempts.</param>
/// <param name="Flags">The flags (pixel).</param>
/// <param name="Limits">The thresholds behind the flags.</param>
public sealed record SavedResult(
    string Path, string Task, ChargeScale Scale, ImmutableArray<FitResult> Fits, ImmutableArray<PixelFlags> Flags, FlagLimits Limits)
{
    /// <summary>Refuses fits that are not those of a model on some histograms.</summary>
    /// <param name="pixelCount">Pixels of the histograms.</param>
    /// <param name="scale">Scale of the histograms.</param>
    /// <param name="parameters">Parameters of the model.</param>
    /// <exception cref="InvalidDataException">They do not belong together; the message names the file and why.</exception>
    public void RequireFits(int pixelCount, ChargeScale scale, ImmutableArray<ModelParameter> parameters)
    {
        if (Fits.Length != pixelCount) throw Defect(FormattableString.Invariant($"holds fits of {Fits.Length} pixels, the histograms have {pixelCount}"));
        if (Scale != scale) throw Defect($"is on the scale '{Scale}', the histograms on '{scale}'");
        if (!Fits[0].Parameters.Select(p => p.Name).SequenceEqual(parameters.Select(p => p.Name)))
        {
            throw Defect($"has parameters {string.Join(", ", Fits[0].Parameters.Select(p => p.Name))}, expected {string.Join(", ", parameters.Select(p => p.Name))}");
        }
    }

    private InvalidDataException Defect(string what) => new($"{Path}: /{Task} {what}");
}
