using DigiCam.Fitting;
using DigiCam.Results;

namespace DigiCam.Notebooks.Fits;

/// <summary>How the parameters of fits are called in displays.</summary>
internal static class ParameterLabels
{
    private const double PerNsInMHz = 1e-3;

    private static readonly (string Name, string Symbol)[] Symbols =
    [
        ("norm", "N"), ("mean", "m"), ("sigma", "σ"), ("baseline", "B"), ("gain", "G"), ("sigma_e", "σₑ"), ("sigma_1", "σ₁"), ("offset", "δ"), ("mu", "μ"), ("mu_xt", "x"),
        ("amplitude", "A"), ("rate", "f"), ("l", "l"), ("sigma_pe", "σₚₑ"), ("sigma_el", "σₑₗ"), ("x_el", "xₑₗ"),
    ];

    /// <summary>The symbol of a parameter: a_3 is A₃; a name that is not known is its own symbol.</summary>
    public static string SymbolOf(string name)
    {
        foreach ((string known, string symbol) in Symbols)
        {
            if (known == name) return symbol;
        }

        int digits = name.Length - name.AsSpan().TrimEnd("0123456789").Length;
        return digits > 0 && digits < name.Length - 1 && name[^(digits + 1)] == '_'
            ? (name[..^(digits + 1)] == "a" ? "A" : SymbolOf(name[..^(digits + 1)])) + Subscript(name[^digits..])
            : name;
    }

    /// <summary>The symbol of a parameter; empty when it has none but its name.</summary>
    public static string OwnSymbolOf(string name) => SymbolOf(name) is { } symbol && symbol != name ? symbol : "";

    /// <summary>
    /// Name and symbol of each parameter of a task: those of the quantity that holds the same numbers, so that a table does not say things twice; otherwise the
    /// parameter's own name, marked where a quantity of that name says something else, such as errors with correlations.
    /// </summary>
    public static (string Name, string Symbol)[] Of(CameraResult result)
    {
        if (result.Fits.IsEmpty) return [];
        return [.. Enumerable.Range(0, result.Fits[0].Parameters.Length).Select(k =>
        {
            string name = result.Fits[0].Parameters[k].Name;
            if (result.Quantities.FirstOrDefault(q => Holds(result, q, k)) is { } quantity) return (quantity.Name, quantity.Symbol);
            return (result.Quantities.Any(q => q.Name == name) ? name + " of the fit" : name, OwnSymbolOf(name));
        })];
    }

    /// <summary>Unit, value and error of a parameter in displays: rates in MHz as everywhere else, counts without a unit.</summary>
    /// <param name="p">The parameter.</param>
    public static (string Unit, double Value, double Error) Shown(FittedParameter p) => p.Unit switch
    {
        "1/ns" => ("MHz", p.Value / PerNsInMHz, p.Error / PerNsInMHz),
        "entries" => ("", p.Value, p.Error),
        _ => (p.Unit, p.Value, p.Error),
    };

    private static bool Holds(CameraResult result, PixelQuantity quantity, int parameter)
    {
        if (!quantity.HasErrors || quantity.Unit != Shown(result.Fits[0].Parameters[parameter]).Unit) return false;
        for (int pixel = 0; pixel < result.PixelCount; pixel++)
        {
            // Equals takes two missing values as equal.
            (_, double value, double error) = Shown(result.Fits[pixel].Parameters[parameter]);
            if (!quantity.Values[pixel].Equals(value) || !quantity.Errors[pixel].Equals(error)) return false;
        }

        return true;
    }

    private static string Subscript(string digits) => string.Concat(digits.Select(d => "₀₁₂₃₄₅₆₇₈₉"[d - '0']));
}
