using System.Collections.Immutable;

namespace DigiCam.Notebooks.Cameras;

/// <summary>
/// A colour map of 256 steps that are equally far apart in OKLab, so that equal steps of a value look equal;
/// lightness runs one way only, so that it reads the same for colour-blind eyes and on a grey printer.
/// Immutable and safe to share.
/// </summary>
public sealed class ColorMap
{
    /// <summary>Number of colours.</summary>
    public const int Count = 256;

    private const int Fine = 4096;

    private ColorMap(string name, (double L, double C, double Hue)[] anchors)
    {
        Name = name;
        Colors = Compute(anchors);
    }

    /// <summary>For values with no special middle: dark indigo over blue, teal and green to pale yellow.</summary>
    public static ColorMap Sequential { get; } = new("sequential",
    [
        (0.29, 0.115, 293), (0.39, 0.125, 277), (0.50, 0.108, 250), (0.61, 0.100, 212),
        (0.72, 0.115, 172), (0.83, 0.140, 132), (0.94, 0.150, 105),
    ]);

    /// <summary>For differences: blue below zero, pale grey at zero, rust above.</summary>
    public static ColorMap Diverging { get; } = new("diverging",
    [
        (0.40, 0.125, 258), (0.58, 0.115, 252), (0.76, 0.070, 245), (0.94, 0.006, 90), (0.76, 0.085, 62), (0.58, 0.125, 46), (0.40, 0.112, 36),
    ]);

    /// <summary>Name of the map.</summary>
    public string Name { get; }

    /// <summary>The colours as six hexadecimal digits rrggbb, from the lowest value to the highest.</summary>
    public ImmutableArray<string> Colors { get; }

    /// <summary>Step of the map for a value; values beyond the range get the end's colour and must be marked as such.</summary>
    /// <param name="value">A finite value.</param>
    /// <param name="low">Value of the first colour.</param>
    /// <param name="high">Value of the last colour.</param>
    public static int IndexOf(double value, double low, double high) =>
        (int)Math.Clamp(Math.Floor((Count - 1) * (value - low) / (high - low) + 0.5), 0, Count - 1);

    /// <inheritdoc/>
    public override string ToString() => $"{Name} colour map, #{Colors[0]} to #{Colors[^1]}";

    /// <summary>OKLab coordinates of a colour given as rrggbb.</summary>
    internal static (double L, double A, double B) ToOkLab(string color)
    {
        double r = Linear(Convert.ToInt32(color[..2], 16) / 255.0);
        double g = Linear(Convert.ToInt32(color[2..4], 16) / 255.0);
        double b = Linear(Convert.ToInt32(color[4..6], 16) / 255.0);
        double l = Math.Cbrt((0.4122214708 * r) + (0.5363325363 * g) + (0.0514459929 * b));
        double m = Math.Cbrt((0.2119034982 * r) + (0.6806995451 * g) + (0.1073969566 * b));
        double s = Math.Cbrt((0.0883024619 * r) + (0.2817188376 * g) + (0.6299787005 * b));
        return ((0.2104542553 * l) + (0.7936177850 * m) - (0.0040720468 * s),
            (1.9779984951 * l) - (2.4285922050 * m) + (0.4505937099 * s),
            (0.0259040371 * l) + (0.7827717662 * m) - (0.8086757660 * s));

        static double Linear(double v) => v <= 0.04045 ? v / 12.92 : Math.Pow((v + 0.055) / 1.055, 2.4);
    }

    // A smooth path through the anchors, walked in equal steps of its length.
    private static ImmutableArray<string> Compute((double L, double C, double Hue)[] anchors)
    {
        (double L, double A, double B)[] points =
            [.. anchors.Select(a => (a.L, a.C * Math.Cos(a.Hue * Math.PI / 180), a.C * Math.Sin(a.Hue * Math.PI / 180)))];
        (double L, double A, double B)[] path = new (double, double, double)[Fine + 1];
        double[] length = new double[Fine + 1];
        for (int i = 0; i <= Fine; i++)
        {
            path[i] = Smooth(points, (double)i * (points.Length - 1) / Fine);
            if (i == 0) continue;
            (double dl, double da, double db) = (path[i].L - path[i - 1].L, path[i].A - path[i - 1].A, path[i].B - path[i - 1].B);
            length[i] = length[i - 1] + Math.Sqrt((dl * dl) + (da * da) + (db * db));
        }

        string[] colors = new string[Count];
        int at = 0;
        for (int i = 0; i < Count; i++)
        {
            double target = length[Fine] * i / (Count - 1);
            while (at < Fine && length[at] < target) at++;
            colors[i] = ToHex(path[at]);
        }

        return [.. colors];
    }

    private static (double L, double A, double B) Smooth((double L, double A, double B)[] points, double position)
    {
        int i = Math.Min((int)position, points.Length - 2);
        double t = position - i;
        (double L, double A, double B) before = points[Math.Max(i - 1, 0)];
        (double L, double A, double B) after = points[Math.Min(i + 2, points.Length - 1)];
        return (Cubic(before.L, points[i].L, points[i + 1].L, after.L, t),
            Cubic(before.A, points[i].A, points[i + 1].A, after.A, t),
            Cubic(before.B, points[i].B, points[i + 1].B, after.B, t));
    }

    // Catmull-Rom: passes through the anchors with continuous slope.
    private static double Cubic(double p0, double p1, double p2, double p3, double t) =>
        p1 + (0.5 * t * (p2 - p0 + (t * ((2 * p0) - (5 * p1) + (4 * p2) - p3 + (t * ((3 * (p1 - p2)) + p3 - p0))))));

    private static string ToHex((double L, double A, double B) lab)
    {
        double l = Cube(lab.L + (0.3963377774 * lab.A) + (0.2158037573 * lab.B));
        double m = Cube(lab.L - (0.1055613458 * lab.A) - (0.0638541728 * lab.B));
        double s = Cube(lab.L - (0.0894841775 * lab.A) - (1.2914855480 * lab.B));
        return string.Concat(
            Channel((4.0767416621 * l) - (3.3077115913 * m) + (0.2309699292 * s)),
            Channel((-1.2684380046 * l) + (2.6097574011 * m) - (0.3413193965 * s)),
            Channel((-0.0041960863 * l) - (0.7034186147 * m) + (1.7076147010 * s)));

        static double Cube(double v) => v * v * v;

        static string Channel(double v)
        {
            double c = Math.Clamp(v, 0, 1);
            c = c <= 0.0031308 ? 12.92 * c : (1.055 * Math.Pow(c, 1 / 2.4)) - 0.055;
            return ((int)Math.Round(c * 255)).ToString("x2", System.Globalization.CultureInfo.InvariantCulture);
        }
    }
}
