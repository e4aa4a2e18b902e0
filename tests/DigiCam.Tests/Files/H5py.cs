using System.Diagnostics;
using System.Text.Json;

namespace DigiCam.Tests.Files;

/// <summary>HDF5 files as h5py sees them; see Peers/h5list.py.</summary>
internal static class H5py
{
    private static readonly string Script = Path.Combine(TestEnvironment.RepositoryRoot, "tests", "DigiCam.Tests", "Files", "Peers", "h5list.py");

    /// <summary>Groups and datasets of a file by path; skips the test where there is no h5py.</summary>
    public static Dictionary<string, JsonElement> List(string path)
    {
        string python = Environment.GetEnvironmentVariable("DIGICAM_H5PY_PYTHON") is { Length: > 0 } named ? named : "python3";
        (int code, _, _) = Run(python, "-c", "import h5py");
        TestEnvironment.Require(code == 0, $"needs h5py in {python} (DIGICAM_H5PY_PYTHON names another Python)");
        (code, string output, string error) = Run(python, Script, path);
        Assert.True(code == 0, error);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<JsonElement>(line)).ToDictionary(entry => entry.GetProperty("path").GetString()!);
    }

    /// <summary>The floats of a list, to the last bit.</summary>
    public static double[] Doubles(JsonElement list) => [.. list.EnumerateArray().Select(Double)];

    /// <summary>One float, to the last bit.</summary>
    public static double Double(JsonElement value) => BitConverter.ToDouble(Convert.FromHexString(value.GetString()!));

    internal static (int Code, string Output, string Error) Run(string python, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(python, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            Task<string> error = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output, error.Result);
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            return (-1, "", exception.Message);
        }
    }
}
