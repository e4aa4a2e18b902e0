using System.Collections.Immutable;
using DigiCam.Dark;
using DigiCam.DarkRate;
using DigiCam.Files;
using DigiCam.Flags;
using DigiCam.Results;

namespace DigiCam.LightScan;

/// <summary>Rates of dark counts from the dark tasks, for the fits of light scans. Those of pixels in which a dark task found more wrong than an outlier count as not known.</summary>
public static class DarkCountRates
{
    private const PixelFlags Usable = PixelFlags.Hot | PixelFlags.GainOutlier | PixelFlags.NoiseOutlier | PixelFlags.BaselineOutlier;

    private static readonly (string Task, string Quantity)[] Known = [(DarkResult.TaskName, "dark_count_rate"), (DarkRateResult.TaskName, "dark_count_rate_p0")];

    /// <summary>Rates of dark counts, crosstalk not counted (pixel) [MHz]; NaN = not known.</summary>
    /// <param name="result">The result of a dark task that has them.</param>
    /// <exception cref="ArgumentException">The task has none.</exception>
    public static ImmutableArray<double> Of(CameraResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        string quantity = Known.FirstOrDefault(k => k.Task == result.Task).Quantity ?? throw new ArgumentException($"{result.Task} has no rates of dark counts", nameof(result));
        return Usables(result[quantity].Values.AsSpan(), result.Flags);
    }

    /// <summary>The same from a file of digicam dark or digicam dark-rate (.h5).</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It holds neither result, or is damaged; the message names file and dataset.</exception>
    public static ImmutableArray<double> Read(string path)
    {
        foreach ((string task, string quantity) in Known)
        {
            if (!ResultFiles.Contains(path, task)) continue;
            ImmutableArray<PixelFlags> flags = ResultFiles.Read(path, task).Flags;
            using Hdf5File file = Hdf5File.Open(path);
            return Usables(file.Read<double>($"/{task}/{quantity}", [flags.Length], "MHz"), flags);
        }

        throw new InvalidDataException($"{path}: holds no result of digicam {string.Join(" or digicam ", Known.Select(k => k.Task))}, which have rates of dark counts");
    }

    private static ImmutableArray<double> Usables(ReadOnlySpan<double> rates, ImmutableArray<PixelFlags> flags)
    {
        double[] usable = rates.ToArray();
        for (int pixel = 0; pixel < usable.Length; pixel++)
        {
            if ((flags[pixel] & ~Usable) != 0 || !(usable[pixel] >= 0)) usable[pixel] = double.NaN;
        }

        return ImmutableArray.Create(usable);
    }
}
