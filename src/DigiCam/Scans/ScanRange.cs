using System.Collections.Immutable;
using System.Globalization;

namespace DigiCam.Scans;

/// <summary>Levels as the original scripts take them on the command line.</summary>
public static class ScanRange
{
    private const int MostLevels = 10_000;

    /// <summary>Reads levels separated by commas; exactly three numbers are the first level, the last one (inclusive) and the step.</summary>
    /// <param name="text">For example "0,600,40", or "0,100,160,240" for four levels.</param>
    /// <exception cref="FormatException">It is no such list; the message says why.</exception>
    public static ImmutableArray<int> Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        ImmutableArray<int> numbers = [.. text.Split(',', StringSplitOptions.TrimEntries).Select(Number)];
        if (numbers.Length != 3) return numbers;
        (int from, int to, int step) = (numbers[0], numbers[1], numbers[2]);
        if (step == 0) throw Refused("with a step of 0 the levels never end");
        if (to < from) throw Refused(FormattableString.Invariant($"three numbers are first level, last level and step, and {to} lies before {from}"));
        if ((to - from) / step >= MostLevels) throw Refused(FormattableString.Invariant($"these are more than {MostLevels} levels"));
        return [.. Enumerable.Range(0, ((to - from) / step) + 1).Select(i => from + (i * step))];

        int Number(string part) => !int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? throw Refused($"'{part}' is not a whole number of 0 or more")
            : number <= ScanLevel.LargestDac ? number : throw Refused(FormattableString.Invariant($"{number} is no DAC value, the largest is {ScanLevel.LargestDac}"));

        FormatException Refused(string why) => new($"levels '{text}': {why}");
    }
}
