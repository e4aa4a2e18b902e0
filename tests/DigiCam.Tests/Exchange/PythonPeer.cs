using System.Text.Json;
using DigiCam.Tests.Files;

namespace DigiCam.Tests.Exchange;

/// <summary>Files as the tools of Python see and make them; see Peers/exchange.py.</summary>
internal static class PythonPeer
{
    private static readonly string Script = Path.Combine(TestEnvironment.RepositoryRoot, "tests", "DigiCam.Tests", "Exchange", "Peers", "exchange.py");

    /// <summary>Does something with a file; skips the test where there is no such Python.</summary>
    /// <param name="modules">Packages that are needed, separated by commas.</param>
    /// <param name="arguments">What to do, and with which file.</param>
    public static JsonElement Run(string modules, params string[] arguments)
    {
        string python = Environment.GetEnvironmentVariable("DIGICAM_H5PY_PYTHON") is { Length: > 0 } named ? named : "python3";
        (int code, _, _) = H5py.Run(python, "-c", "import " + modules);
        TestEnvironment.Require(code == 0, $"needs {modules} in {python} (DIGICAM_H5PY_PYTHON names another Python)");
        (code, string output, string error) = H5py.Run(python, ["-W", "ignore", Script, .. arguments]);
        Assert.True(code == 0, error);
        return JsonSerializer.Deserialize<JsonElement>(output);
    }
}
