using System.Globalization;
using System.Runtime.CompilerServices;

namespace DigiCam.Testing;

/// <summary>Where tests find the repository and the material beside it, and the culture they run under.</summary>
internal static class TestEnvironment
{
    /// <summary>Name of the variable that makes a whole test run use another culture, for example one with a decimal comma.</summary>
    public const string CultureVariable = "DIGICAM_TEST_CULTURE";

    /// <summary>True in continuous integration, where nothing may be skipped.</summary>
    public static bool IsCi => Environment.GetEnvironmentVariable("CI") == "true";

    /// <summary>The folder that holds DigiCamNotebooks.sln.</summary>
    public static string RepositoryRoot { get; } = FindRepositoryRoot();

    /// <summary>A file of the reference material beside the repository; skips the test (fails it in CI) where there is none.</summary>
    public static string Shared(params string[] parts)
    {
        string path = Path.GetFullPath(Path.Combine([RepositoryRoot, "..", "shared", .. parts]));
        Require(File.Exists(path) || Directory.Exists(path), $"needs ../shared/{string.Join('/', parts)} beside the repository");
        return path;
    }

    /// <summary>Skips the test with a reason when a condition is not met on this machine; in CI the test fails instead.</summary>
    public static void Require(bool condition, string reason)
    {
        if (condition) return;
        if (IsCi) Assert.Fail($"{reason} (CI must not skip this test)");
        Assert.Skip(reason);
    }

    /// <summary>A new empty folder that the caller deletes by disposing.</summary>
    public static TemporaryFolder CreateTemporaryFolder() => new();

    [ModuleInitializer]
    internal static void ApplyCulture()
    {
        if (Environment.GetEnvironmentVariable(CultureVariable) is not { Length: > 0 } name) return;
        CultureInfo culture = CultureInfo.GetCultureInfo(name);
        CultureInfo.DefaultThreadCurrentCulture = culture;
        CultureInfo.DefaultThreadCurrentUICulture = culture;
        CultureInfo.CurrentCulture = culture;
        CultureInfo.CurrentUICulture = culture;
    }

    private static string FindRepositoryRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "DigiCamNotebooks.sln"))) return folder.FullName;
        }

        throw new InvalidOperationException($"no DigiCamNotebooks.sln above {AppContext.BaseDirectory}");
    }
}

/// <summary>A folder that is removed when the test ends.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder() => FullName = Directory.CreateTempSubdirectory("digicam-test-").FullName;

    public string FullName { get; }

    public string File(string name) => Path.Combine(FullName, name);

    public void Dispose() => Directory.Delete(FullName, recursive: true);
}
