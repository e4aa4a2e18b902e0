using DigiCam.Cli.Jobs;
using DigiCam.Fitting;

namespace DigiCam.Cli.Reporting;

/// <summary>Progress of fits on one line of the terminal that is overwritten; nothing when stderr goes to a file.</summary>
/// <param name="quiet">Nothing is shown.</param>
internal sealed class FitLine(bool quiet) : IProgress<FitProgress>, IDisposable
{
    private readonly bool _active = !quiet && !Console.IsErrorRedirected;
    private int _width;

    public void Report(FitProgress value)
    {
        RunningJob.Current?.Report("fitting", value.Done, value.Total);
        if (!_active) return;
        string text = FormattableString.Invariant($"fitting pixel {value.Done} of {value.Total}");
        Console.Error.Write('\r' + text.PadRight(_width));
        _width = text.Length;
    }

    public void Dispose()
    {
        if (_active && _width > 0) Console.Error.Write('\r' + new string(' ', _width) + '\r');
    }
}
