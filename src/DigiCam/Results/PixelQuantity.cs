using System.Collections.Immutable;

namespace DigiCam.Results;

/// <summary>A number measured for every pixel, with what a file, a table and a picture have to know of it.</summary>
/// <param name="Key">Name in files and in code: lower case with underscores, for example "dark_count_rate".</param>
/// <param name="Name">Name in displays, for example "dark count rate".</param>
/// <param name="Symbol">Symbol in displays, for example "f".</param>
/// <param name="Unit">Unit; empty for pure numbers.</param>
/// <param name="Values">Values (pixel); NaN = not measured.</param>
/// <param name="Errors">Standard errors (pixel); NaN = none; empty when the quantity has none at all.</param>
/// <param name="Description">What it is and how it was obtained, one line.</param>
public sealed record PixelQuantity(
    string Key, string Name, string Symbol, string Unit, ImmutableArray<double> Values, ImmutableArray<double> Errors, string Description)
{
    /// <summary>True when the quantity has errors.</summary>
    public bool HasErrors => !Errors.IsDefaultOrEmpty;

    /// <summary>Error of a pixel's value; NaN when there is none.</summary>
    /// <param name="pixel">Software id.</param>
    public double Error(int pixel) => HasErrors ? Errors[pixel] : double.NaN;
}
