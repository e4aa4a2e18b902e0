using System.Text;

namespace DigiCam.Kernel.Sessions;

/// <summary>
/// The process has one console, but several sessions may run in it: what a session's code (or anything it started) writes goes
/// to that session, all else to the console that was there before.
/// </summary>
internal sealed class ConsoleRouter : TextWriter
{
    private static readonly Lock Gate = new();

    private readonly TextWriter _original;
    private readonly string _name;

    private ConsoleRouter(TextWriter original, string name)
        : base(System.Globalization.CultureInfo.InvariantCulture)
    {
        _original = original;
        _name = name;
        CoreNewLine = ['\n'];
    }

    public override Encoding Encoding => Encoding.UTF8;

    public static void Install()
    {
        lock (Gate)
        {
            // Asked of the console rather than remembered: a test host or a cell may have put its own writer there since.
            if (s_lastOut is null || !ReferenceEquals(Console.Out, s_lastOut))
            {
                Console.SetOut(new ConsoleRouter(Console.Out, "stdout"));
                s_lastOut = Console.Out;
            }

            if (s_lastError is null || !ReferenceEquals(Console.Error, s_lastError))
            {
                Console.SetError(new ConsoleRouter(Console.Error, "stderr"));
                s_lastError = Console.Error;
            }
        }
    }

    public override void Write(char value) => Write(value.ToString());

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override void Write(ReadOnlySpan<char> buffer) => Write(buffer.ToString());

    public override void Write(string? value)
    {
        if (string.IsNullOrEmpty(value)) return;
        if (ScriptSession.CurrentOrNull is { } session) session.WriteStream(_name, value);
        else _original.Write(value);
    }

    public override void WriteLine() => Write("\n");

    public override void WriteLine(string? value) => Write(value + "\n");

    public override void WriteLine(ReadOnlySpan<char> buffer) => Write(string.Concat(buffer, "\n"));

    public override void Flush() => _original.Flush();

#pragma warning disable IDE1006, CA2211
    private static TextWriter? s_lastOut;
    private static TextWriter? s_lastError;
#pragma warning restore IDE1006, CA2211
}
