using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using DigiCam.Files;
using DigiCam.Geometry;
using DigiCam.HvOff;
using DigiCam.Runs;

namespace DigiCam.Simulation;

/// <summary>What was simulated in a run with the high voltage off.</summary>
/// <param name="Baseline">Baselines (pixel) [LSB].</param>
/// <param name="Noise">Electronic noise (pixel) [LSB].</param>
/// <param name="Faults">Names of the faults (pixel); empty for healthy pixels.</param>
public sealed record HvOffTruth(ImmutableArray<double> Baseline, ImmutableArray<double> Noise, ImmutableArray<string> Faults)
{
    /// <summary>Path of the table with the truth of a simulated run: run.fits.fz has run_truth.csv.</summary>
    /// <param name="runPath">The run.</param>
    public static string PathFor(string runPath)
    {
        ArgumentNullException.ThrowIfNull(runPath);
        string stem = runPath.EndsWith(RunFileList.Extension, StringComparison.Ordinal) ? runPath[..^RunFileList.Extension.Length] : runPath;
        return stem + "_truth.csv";
    }

    /// <summary>The truth of a simulated run; null if the run has no table of truth beside it.</summary>
    /// <param name="runPath">The run.</param>
    /// <exception cref="InvalidDataException">The table is not one of truth.</exception>
    public static HvOffTruth? For(string runPath)
    {
        string path = PathFor(runPath);
        if (!File.Exists(path)) return null;
        string[][] rows = [.. File.ReadLines(path).Skip(1).Select(line => line.Split(','))];
        if (rows.Length != CameraGeometry.PixelCount) throw new InvalidDataException(FormattableString.Invariant($"{path}: {rows.Length} pixels, the camera has {CameraGeometry.PixelCount}"));
        return new HvOffTruth([.. rows.Select((r, i) => Number(r, i, 1))], [.. rows.Select((r, i) => Number(r, i, 2))], [.. rows.Select(r => r[^1])]);

        double Number(string[] row, int line, int column) =>
            row.Length == 4 && double.TryParse(row[column], NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
                ? value
                : throw new InvalidDataException(FormattableString.Invariant($"{path}: line {line + 2} is not a line of truth"));
    }

    /// <summary>Distances of fitted baselines from the truth in units of their errors (pixel); NaN for pixels that are faulty, flagged or not fitted.</summary>
    /// <param name="result">The result of the fits.</param>
    public double[] BaselinePulls(HvOffResult result) => Pulls(result, Baseline, p => (p.Baseline, p.BaselineError));

    /// <summary>Distances of fitted noise from the truth in units of its error (pixel); NaN for pixels that are faulty, flagged or not fitted.</summary>
    /// <param name="result">The result of the fits.</param>
    public double[] NoisePulls(HvOffResult result) => Pulls(result, Noise, p => (p.Noise, p.NoiseError));

    /// <summary>Writes the table.</summary>
    /// <param name="path">The target.</param>
    public void Write(string path)
    {
        StringBuilder text = new("pixel,baseline_lsb,noise_lsb,fault\n");
        for (int pixel = 0; pixel < Baseline.Length; pixel++) text.Append(CultureInfo.InvariantCulture, $"{pixel},{Baseline[pixel]:R},{Noise[pixel]:R},{Faults[pixel]}\n");
        AtomicFile.WriteText(path, text.ToString());
    }

    private double[] Pulls(HvOffResult result, ImmutableArray<double> truth, Func<HvOffPixel, (double Value, double Error)> select)
    {
        ArgumentNullException.ThrowIfNull(result);
        return [.. result.Pixels.Select(p =>
        {
            (double value, double error) = select(p);
            return p.Flags == Flags.PixelFlags.None && Faults[p.Pixel].Length == 0 ? (value - truth[p.Pixel]) / error : double.NaN;
        })];
    }
}
