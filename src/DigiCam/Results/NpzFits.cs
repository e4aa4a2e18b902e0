using DigiCam.Files;
using DigiCam.Fitting;
using DigiCam.Geometry;

namespace DigiCam.Results;

/// <summary>Fit results as the 2017 scripts keep them in .npz files: adcs_fit_result (pixel, parameter, [value, error]); NaN = not fitted.</summary>
public static class NpzFits
{
    /// <summary>Name of the fits in the file.</summary>
    public const string Key = "adcs_fit_result";

    /// <summary>Writes fit results.</summary>
    /// <param name="path">The target.</param>
    /// <param name="parameterCount">Parameters of each pixel.</param>
    /// <param name="parameter">Value and error of a parameter of a pixel.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, int parameterCount, Func<int, int, (double Value, double Error)> parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        new NpzWriter()
            .Add(Key, [CameraGeometry.PixelCount, parameterCount, 2], (pixel, row) =>
            {
                for (int k = 0; k < parameterCount; k++) (row[2 * k], row[(2 * k) + 1]) = parameter(pixel, k);
            })
            .Write(path);
    }

    /// <summary>Reads fit results.</summary>
    /// <param name="path">The file.</param>
    /// <param name="parameterCount">Parameters of each pixel.</param>
    /// <returns>For each pixel value and error of each parameter, alternating.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is not such a file; the message names file and key.</exception>
    public static double[][] Read(string path, int parameterCount)
    {
        using NpzFile file = NpzFile.Open(path);
        double[][] rows = new double[CameraGeometry.PixelCount][];
        file.Read(Key, [CameraGeometry.PixelCount, parameterCount, 2], (pixel, row) => rows[pixel] = row.ToArray());
        return rows;
    }

    /// <summary>Value and error of a fitted parameter, as a file has them.</summary>
    /// <param name="fit">The fit.</param>
    /// <param name="index">Index of the parameter in it.</param>
    public static (double Value, double Error) Of(FitResult fit, int index)
    {
        ArgumentNullException.ThrowIfNull(fit);
        return (fit.Parameters[index].Value, fit.Parameters[index].Error);
    }
}
