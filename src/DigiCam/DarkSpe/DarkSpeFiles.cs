using DigiCam.Fitting;
using DigiCam.HvOff;
using DigiCam.Results;

namespace DigiCam.DarkSpe;

/// <summary>The file that the 2017 scripts have of the fits of dark single photo-electron spectra (.npz); everything is in those of <see cref="ResultFiles"/>.</summary>
public static class DarkSpeFiles
{
    /// <summary>Name of the histogram file unless the user gives one.</summary>
    public const string DefaultHistogramName = "spe_hv_on.npz";

    /// <summary>Name of the fit file unless the user gives one.</summary>
    public const string DefaultFitName = "spe_hv_on_fit.npz";

    private static readonly string[] Parameters = ["sigma_e", "sigma_1", "gain", "a_1", "a_2", "a_3", "offset", "a_4", "a_5"];

    /// <summary>
    /// Writes adcs_fit_result (pixel, [sigma_e, sigma_i, gain, A1, A2, A3, offset, A4, A5], [value, error]) [LSB, entries]; NaN = not fitted. sigma_e is the noise
    /// with high voltage off, with its error.
    /// </summary>
    /// <param name="path">The target.</param>
    /// <param name="result">The results.</param>
    /// <param name="hvOff">Where the noise comes from.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void WriteFit(string path, DarkSpeResult result, HvOffResult hvOff)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(hvOff);
        NpzFits.Write(path, Parameters.Length, (pixel, k) =>
        {
            FitResult fit = result.Fits[pixel];
            if (!double.IsFinite(fit.Minimum)) return (double.NaN, double.NaN);
            if (k == 0) return (result.Spectra.Noise(pixel), Math.Sqrt(result.Scale.Samples) * hvOff.Pixels[pixel].NoiseError);
            foreach (FittedParameter parameter in fit.Parameters)
            {
                if (parameter.Name == Parameters[k]) return (parameter.Value, parameter.Error);
            }

            return (0, double.NaN);
        });
    }
}
