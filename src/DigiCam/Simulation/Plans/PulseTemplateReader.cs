using System.Collections.Immutable;
using System.Globalization;
using DigiCam.Plans;

namespace DigiCam.Simulation.Plans;

/// <summary>Measured pulses as text: columns time [ns] and amplitude, a third one (the spread) and what follows '#' are left aside.</summary>
internal static class PulseTemplateReader
{
    private const int MostPoints = 100_000;
    private const double LongestNs = 2000;

    private static readonly char[] Blanks = [' ', '\t'];

    /// <summary>Reads a template; it is shifted so that it starts at 0, and scaled to a peak of 1.</summary>
    /// <param name="path">The file, as the user named it.</param>
    /// <param name="text">Its text.</param>
    /// <exception cref="PlanException">It is no pulse; the message names file and line.</exception>
    public static PulseTemplate Parse(string path, string text)
    {
        ImmutableArray<double>.Builder times = ImmutableArray.CreateBuilder<double>();
        ImmutableArray<double>.Builder amplitudes = ImmutableArray.CreateBuilder<double>();
        int line = 0;
        foreach (string whole in text.ReplaceLineEndings("\n").Split('\n'))
        {
            line++;
            string[] fields = whole.Split('#')[0].Split(Blanks, StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length == 0) continue;
            if (fields.Length is not (2 or 3)) throw Error($"expected the columns time and amplitude, found {(fields.Length == 1 ? "one column" : FormattableString.Invariant($"{fields.Length} columns"))}");
            (double time, double amplitude) = (Number(fields[0]), Number(fields[1]));
            if (times.Count > 0 && !(time > times[^1])) throw Error(FormattableString.Invariant($"the time {time:R} ns does not lie behind the one before, {times[^1]:R} ns"));
            if (times.Count == MostPoints) throw Error(FormattableString.Invariant($"a pulse has at most {MostPoints} points"));
            times.Add(time);
            amplitudes.Add(amplitude);
        }

        line = 0;
        if (times.Count < 2) throw Error("a pulse needs at least two points");
        if (times[^1] - times[0] > LongestNs) throw Error(FormattableString.Invariant($"the pulse lasts longer than {LongestNs} ns"));
        double peak = amplitudes.Max();
        if (!(peak > 0)) throw Error("the pulse has no peak above 0");
        double start = times[0];
        return new PulseTemplate(Path.GetFileName(path), [.. times.Select(t => t - start)], [.. amplitudes.Select(a => a / peak)]);

        double Number(string field) => double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value) ? value : throw Error($"'{field}' is not a number");

        PlanException Error(string cause) => new(path, line, "", cause);
    }
}
