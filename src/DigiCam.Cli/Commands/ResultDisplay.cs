using System.Collections.Immutable;
using System.Globalization;
using DigiCam.Cli.Reporting;
using DigiCam.Fitting;
using DigiCam.Flags;
using DigiCam.Results;
using Spectre.Console;

namespace DigiCam.Cli.Commands;

/// <summary>The result of a task on a terminal.</summary>
internal static class ResultDisplay
{
    private const int MostFlaggedPixels = 20;

    // Of a flagged pixel: more would not fit a line.
    private const int QuantitiesOfPixel = 4;

    public static void Print(CameraResult result) => Print(result.Quantities, result.Flags, result.Limits, pixel => result.Fits[pixel].Status);

    public static void Print(ImmutableArray<PixelQuantity> quantities, ImmutableArray<PixelFlags> flags, FlagLimits limits, Func<int, FitStatus> status)
    {
        Table summary = Display.CreateTable(["quantity", "unit"], ["median", "spread", "min", "max", "measured"]);
        foreach (PixelQuantity quantity in quantities) AddRow(summary, quantity, limits);
        Display.Write(summary);

        int[] flagged = [.. Enumerable.Range(0, flags.Length).Where(pixel => flags[pixel] != PixelFlags.None)];
        Console.WriteLine(FormattableString.Invariant($"{flags.Length - flagged.Length} of {flags.Length} pixels are good, {flagged.Length} are flagged:"));
        foreach ((PixelFlags flag, string name, string meaning) in PixelFlagNames.All)
        {
            int count = flagged.Count(pixel => (flags[pixel] & flag) != 0);
            if (count > 0) Console.WriteLine(FormattableString.Invariant($"  {count,5} {name}: {meaning}"));
        }

        foreach (int pixel in flagged.Take(MostFlaggedPixels))
        {
            string values = string.Concat(quantities.Where(q => double.IsFinite(q.Values[pixel])).Take(QuantitiesOfPixel).Select(q => $"{Text(q, pixel)}, "));
            Console.WriteLine(FormattableString.Invariant($"  pixel {pixel}: {values}{status(pixel)}, {PixelFlagNames.Describe(flags[pixel])}"));
        }

        if (flagged.Length > MostFlaggedPixels) Console.WriteLine(FormattableString.Invariant($"  ... {flagged.Length - MostFlaggedPixels} more in the table"));
    }

    private static void AddRow(Table table, PixelQuantity quantity, FlagLimits limits)
    {
        double[] finite = [.. quantity.Values.Where(double.IsFinite)];
        SigmaClip spread = SigmaClip.Of(finite, limits.OutlierSigmas);
        table.AddRow(
            Markup.Escape(quantity.Name), Markup.Escape(quantity.Unit), Text(spread.Median), Text(spread.Sigma),
            Text(finite.Length > 0 ? finite.Min() : double.NaN), Text(finite.Length > 0 ? finite.Max() : double.NaN),
            finite.Length.ToString(CultureInfo.InvariantCulture));
    }

    // A value on its limit has no error.
    private static string Text(PixelQuantity quantity, int pixel)
    {
        string error = !quantity.HasErrors ? "" : double.IsNaN(quantity.Errors[pixel]) ? " +- ?" : " +- " + Text(quantity.Errors[pixel]);
        return $"{quantity.Name} {Text(quantity.Values[pixel])}{error} {quantity.Unit}".TrimEnd();
    }

    private static string Text(double value) => value.ToString("F3", CultureInfo.InvariantCulture);
}
