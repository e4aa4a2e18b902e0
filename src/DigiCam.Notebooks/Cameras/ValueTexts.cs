using System.Globalization;
using System.Text.RegularExpressions;
using DigiCam.Notebooks.Formatting;

namespace DigiCam.Notebooks.Cameras;

/// <summary>Packs the values of a quantity as people read them: how many decimals, and the digits of the error. camera.js writes the same texts from them.</summary>
internal static partial class ValueTexts
{
    /// <summary>Two numbers a pixel, decimals + 1 and the error in units of the last of them (0 = none); a single 0 stands for one of the other texts, which are joined by line feeds.</summary>
    public static (byte[] Digits, string Others) Pack(CameraQuantity quantity)
    {
        List<uint> digits = [];
        List<string> others = [];
        for (int pixel = 0; pixel < quantity.Values.Count; pixel++)
        {
            string text = quantity.TextOf(pixel);
            Match match = Plain().Match(text);
            int decimals = match.Groups["decimals"].Length;
            uint error = 0;
            if (match.Success && (!match.Groups["error"].Success || uint.TryParse(match.Groups["error"].Value.Replace(".", "", StringComparison.Ordinal), NumberStyles.None, CultureInfo.InvariantCulture, out error))
                && Written(quantity.Values[pixel], decimals, error) == text)
            {
                digits.Add((uint)decimals + 1);
                digits.Add(error);
            }
            else
            {
                digits.Add(0);
                others.Add(text);
            }
        }

        return (SpectrumPacking.Pack(digits), string.Join('\n', others));
    }

    // What the script writes, which has the value in single precision, of which it takes seven digits.
    private static string Written(double value, int decimals, uint error)
    {
        string format = FormattableString.Invariant($"F{decimals}");
        double seven = double.Parse(((double)(float)value).ToString("E6", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        string text = Html.Minus(seven.ToString(format, CultureInfo.InvariantCulture));
        return error > 0 ? $"{text} ± {(error / Math.Pow(10, decimals)).ToString(format, CultureInfo.InvariantCulture)}" : text;
    }

    [GeneratedRegex(@"^−?\d+(\.(?<decimals>\d+))?( ± (?<error>\d+(\.\d+)?))?$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Plain();
}
