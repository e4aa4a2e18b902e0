using System.Globalization;
using System.Text;
using DigiCam.Files;
using DigiCam.Fitting;
using DigiCam.Flags;

namespace DigiCam.Results;

/// <summary>A result as a table for spreadsheets: comma separated, one line per pixel below a line of column names, numbers with every digit.</summary>
public static class ResultTable
{
    /// <summary>
    /// Writes pixel, every quantity and its error with the unit in the name, then chi2, ndf, p_value of the fit, entries, underflow, overflow of its
    /// histogram, status and flags (joined by blanks; OK for none). NaN = not measured.
    /// </summary>
    /// <param name="path">The target.</param>
    /// <param name="result">The result.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, CameraResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        StringBuilder text = new("pixel,");
        foreach (PixelQuantity quantity in result.Quantities)
        {
            string unit = UnitSuffix(quantity.Unit);
            text.Append(quantity.Key).Append(unit).Append(',');
            if (quantity.HasErrors) text.Append(quantity.Key).Append("_error").Append(unit).Append(',');
        }

        text.Append("chi2,ndf,p_value,entries,underflow,overflow,status,flags\n");
        for (int pixel = 0; pixel < result.PixelCount; pixel++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{pixel},");
            foreach (PixelQuantity quantity in result.Quantities)
            {
                text.Append(CultureInfo.InvariantCulture, $"{quantity.Values[pixel]:R},");
                if (quantity.HasErrors) text.Append(CultureInfo.InvariantCulture, $"{quantity.Errors[pixel]:R},");
            }

            FitResult fit = result.Fits[pixel];
            text.Append(CultureInfo.InvariantCulture, $"{fit.Minimum:R},{fit.DegreesOfFreedom},{fit.PValue:R},")
                .Append(CultureInfo.InvariantCulture, $"{result.Histograms.GetEntries(pixel)},{result.Histograms.GetUnderflow(pixel)},{result.Histograms.GetOverflow(pixel)},")
                .Append(CultureInfo.InvariantCulture, $"{fit.Status},{PixelFlagNames.Describe(result.Flags[pixel])}\n");
        }

        AtomicFile.WriteText(path, text.ToString());
    }

    /// <summary>What the name of a column has behind it: LSB/pe becomes _lsb_per_pe.</summary>
    internal static string UnitSuffix(string unit) =>
        unit.Length == 0 ? "" : "_" + unit.Replace("/", "_per_", StringComparison.Ordinal).Replace("^", "", StringComparison.Ordinal).ToLowerInvariant();
}
