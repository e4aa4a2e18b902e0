using System.Collections.Immutable;
using DigiCam.Flags;

namespace DigiCam.Fitting;

/// <summary>A judgement of one fit with its reasons, so that a value is not used without a look at where it comes from.</summary>
/// <param name="Grade">The judgement.</param>
/// <param name="Reasons">What speaks against the fit, the worst first; empty when it is good.</param>
public sealed record FitVerdict(FitGrade Grade, ImmutableArray<string> Reasons)
{
    /// <summary>
    /// Judges a fit: failed without a minimum with errors; poor when a parameter other than an amplitude is at its limit, when chi2/ndf is BAD_CHI2, or when
    /// the error of a width or gain exceeds <see cref="FlagLimits.MaximumRelativeError"/> of its value. Amplitudes of peaks without entries rest on 0 as a matter of course.
    /// </summary>
    /// <param name="fit">The fit.</param>
    /// <param name="limits">The thresholds; null for the defaults.</param>
    public static FitVerdict Of(FitResult fit, FlagLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(fit);
        limits ??= new FlagLimits();
        if (!fit.HasErrors) return new FitVerdict(FitGrade.Failed, [fit.Status.Describe()]);
        ImmutableArray<string>.Builder reasons = ImmutableArray.CreateBuilder<string>();
        foreach (FittedParameter p in fit.Parameters)
        {
            if (p.IsAtLimit && !IsAmplitude(p.Name)) reasons.Add($"{p.Name} at its limit");
        }

        if (fit.ChiSquarePerNdf > limits.MaximumChiSquarePerNdf && fit.PValue < limits.MaximumBadPValue) reasons.Add(FormattableString.Invariant($"chi2/ndf {fit.ChiSquarePerNdf:G2}, p {fit.PValue:G1}"));
        foreach (FittedParameter p in fit.Parameters)
        {
            double relative = p.Error / Math.Abs(p.Value);
            if (IsScale(p.Name) && relative > limits.MaximumRelativeError) reasons.Add(FormattableString.Invariant($"{p.Name} hardly constrained: error {100 * relative:F0} %"));
        }

        return new FitVerdict(reasons.Count == 0 ? FitGrade.Good : FitGrade.Poor, reasons.ToImmutable());
    }

    /// <summary>True when grade and reasons are the same.</summary>
    /// <param name="other">The other verdict.</param>
    public bool Equals(FitVerdict? other) => other is not null && Grade == other.Grade && Reasons.AsSpan().SequenceEqual(other.Reasons.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Grade, Reasons.Length);

    /// <summary>For example "good", or "poor: gain at its limit; chi2/ndf 5.2, p 1E-09".</summary>
    public override string ToString()
    {
        string grade = Grade switch { FitGrade.Good => "good", FitGrade.Poor => "poor", _ => "failed" };
        return Reasons.IsEmpty ? grade : $"{grade}: {string.Join("; ", Reasons)}";
    }

    // Names as all models use them: a_0, a_1, ... are entries of single peaks.
    private static bool IsAmplitude(string name) => name.StartsWith("a_", StringComparison.Ordinal);

    // Quantities that cannot be 0, so that an error means something relative to the value.
    private static bool IsScale(string name) => name.StartsWith("sigma", StringComparison.Ordinal) || name == "gain";
}
