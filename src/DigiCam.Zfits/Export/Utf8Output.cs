using System.Globalization;

namespace DigiCam.Zfits.Export;

/// <summary>Collects UTF-8 text and hands it to a stream in large pieces.</summary>
internal sealed class Utf8Output(Stream destination)
{
    /// <summary>Room for the longest number, with plenty to spare.</summary>
    private const int LongestValue = 64;

    private readonly byte[] _buffer = new byte[1 << 16];
    private int _length;

    public void Append(byte character)
    {
        if (_length == _buffer.Length) Flush();
        _buffer[_length++] = character;
    }

    public void Append(ReadOnlySpan<byte> text)
    {
        if (text.Length > _buffer.Length - _length) Flush();
        if (text.Length > _buffer.Length)
        {
            destination.Write(text);
            return;
        }

        text.CopyTo(_buffer.AsSpan(_length));
        _length += text.Length;
    }

    public void Append<T>(T value) where T : IUtf8SpanFormattable
    {
        if (_buffer.Length - _length < LongestValue) Flush();
        if (!value.TryFormat(_buffer.AsSpan(_length), out int written, default, CultureInfo.InvariantCulture)) throw new InvalidOperationException($"a number takes more than {LongestValue} characters");
        _length += written;
    }

    public void Flush()
    {
        destination.Write(_buffer.AsSpan(0, _length));
        _length = 0;
    }
}
