namespace DigiCam.Fitting;

/// <summary>One try at a fit.</summary>
/// <param name="Description">What was tried: "start values", "widths doubled", "one peak fewer".</param>
/// <param name="Status">How it ended.</param>
/// <param name="Minimum">Cost reached; NaN when nothing was fitted.</param>
/// <param name="Calls">Evaluations of the cost.</param>
public readonly record struct FitAttempt(string Description, FitStatus Status, double Minimum, int Calls)
{
    /// <summary>Description of the first try.</summary>
    public const string First = "start values";
}
