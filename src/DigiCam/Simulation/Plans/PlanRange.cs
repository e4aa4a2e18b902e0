namespace DigiCam.Simulation.Plans;

/// <summary>Which values of a quantity are possible, in the unit of the plan's records.</summary>
/// <param name="Minimum">Smallest value.</param>
/// <param name="Maximum">Largest value.</param>
/// <param name="WithoutMinimum">The smallest value itself is impossible.</param>
/// <param name="WithoutMaximum">The largest value itself is impossible.</param>
internal readonly record struct PlanRange(double Minimum, double Maximum, bool WithoutMinimum = false, bool WithoutMaximum = false)
{
    /// <summary>True for a possible value.</summary>
    public bool Contains(double value) => (WithoutMinimum ? value > Minimum : value >= Minimum) && (WithoutMaximum ? value < Maximum : value <= Maximum);

    /// <summary>The range in words: "more than 0 ns and at most 1000 ns".</summary>
    public string Describe(PlanUnit unit)
    {
        string lower = FormattableString.Invariant($"{(WithoutMinimum ? "more than" : "at least")} {Minimum:R}{unit.Own}");
        string upper = FormattableString.Invariant($"{(WithoutMaximum ? "less than" : "at most")} {Maximum:R}{unit.Own}");
        return double.IsPositiveInfinity(Maximum) ? lower : double.IsNegativeInfinity(Minimum) ? upper : $"{lower} and {upper}";
    }
}
