using DigiCam.Notebooks.Formatting;
using DigiCam.Results;

namespace DigiCam.Notebooks.Cameras;

/// <summary>One fitted parameter of a pixel.</summary>
/// <param name="Name">What it is, for example "electronic noise".</param>
/// <param name="Symbol">Its symbol, for example "σₑ"; may be empty.</param>
/// <param name="Unit">Its unit; empty for a pure number.</param>
/// <param name="Value">Fitted value [Unit]; NaN = not fitted.</param>
/// <param name="Error">Standard error [Unit]; 0 = held fixed, NaN = unknown.</param>
public sealed record SpectrumParameter(string Name, string Symbol, string Unit, double Value, double Error)
{
    /// <summary>Remark such as "at its limit"; empty for none.</summary>
    public string Remark { get; init; } = "";

    /// <inheritdoc/>
    public override string ToString() =>
        $"{(Symbol.Length > 0 ? Symbol : Name)} = {new Measurement(Value, Error, Unit)}{(Remark.Length > 0 ? $" ({Remark})" : "")}";
}
