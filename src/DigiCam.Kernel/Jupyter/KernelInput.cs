namespace DigiCam.Kernel.Jupyter;

/// <summary>The console input of cells: each line is asked of the user of the front end.</summary>
/// <param name="ask">Asks for a line; null when there is none.</param>
internal sealed class KernelInput(Func<string?> ask) : TextReader
{
    private string _line = "";
    private int _position;

    public override string? ReadLine()
    {
        if (_position >= _line.Length) return ask();
        string rest = _line[_position..].TrimEnd('\n');
        _position = _line.Length;
        return rest;
    }

    public override int Peek() => _position < _line.Length ? _line[_position] : -1;

    public override int Read()
    {
        if (_position >= _line.Length)
        {
            if (ask() is not { } line) return -1;
            _line = line + "\n";
            _position = 0;
        }

        return _line[_position++];
    }

    public override int Read(char[] buffer, int index, int count)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        int read = 0;
        while (read < count && (read == 0 || Peek() >= 0) && Read() is >= 0 and var c) buffer[index + read++] = (char)c;
        return read;
    }

    public override string ReadToEnd() => ReadLine() ?? "";
}
