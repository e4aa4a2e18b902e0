using System.Globalization;
using DigiCam.Cli.Reporting;
using DigiCam.Flags;
using DigiCam.HvOff;
using Spectre.Console;

namespace DigiCam.Cli.Commands;

/// <summary>The results of the HV-off task on a terminal.</summary>
internal static class HvOffDisplay
{
    private const int MostFlaggedPixels = 20;

    public static void Print(HvOffResult result)
    {
        Table summary = Display.CreateTable(["quantity", "unit"], ["median", "spread", "min", "max", "fitted"]);
        AddRow(summary, "baseline", "LSB", result.Baseline, result.BaselineSpread);
        AddRow(summary, "electronic noise", "LSB", result.Noise, result.NoiseSpread);
        AddRow(summary, "chi2/ndf", "", result.ChiSquarePerNdf, SigmaClip.Of(result.ChiSquarePerNdf, result.Limits.OutlierSigmas));
        Display.Write(summary);

        HvOffPixel[] flagged = [.. result.Pixels.Where(p => p.Flags != PixelFlags.None)];
        Console.WriteLine(FormattableString.Invariant($"{result.GoodCount} of {result.Pixels.Length} pixels are good, {flagged.Length} are flagged:"));
        foreach ((PixelFlags flag, string name, string meaning) in PixelFlagNames.All)
        {
            int count = flagged.Count(p => (p.Flags & flag) != 0);
            if (count > 0) Console.WriteLine(FormattableString.Invariant($"  {count,5} {name}: {meaning}"));
        }

        foreach (HvOffPixel pixel in flagged.Take(MostFlaggedPixels)) Console.WriteLine("  " + pixel);
        if (flagged.Length > MostFlaggedPixels) Console.WriteLine(FormattableString.Invariant($"  ... {flagged.Length - MostFlaggedPixels} more in the table"));
    }

    private static void AddRow(Table table, string name, string unit, double[] values, SigmaClip spread)
    {
        double[] finite = [.. values.Where(double.IsFinite)];
        table.AddRow(
            name, unit, Text(spread.Median), Text(spread.Sigma),
            Text(finite.Length > 0 ? finite.Min() : double.NaN), Text(finite.Length > 0 ? finite.Max() : double.NaN),
            finite.Length.ToString(CultureInfo.InvariantCulture));
    }

    private static string Text(double value) => value.ToString("F3", CultureInfo.InvariantCulture);
}
