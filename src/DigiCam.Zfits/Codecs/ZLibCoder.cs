using System.Buffers.Binary;

namespace DigiCam.Zfits.Codecs;

/// <summary>zlib: one RFC 1950 stream. Not thread-safe; keeps its tables between blocks.</summary>
internal sealed class ZLibCoder
{
    private const int HeaderSize = 2;
    private const int TrailerSize = 4;

    /// <summary>Deflate with a window of 32 kB; a level like the default one.</summary>
    private const ushort Header = 0x789c;

    private readonly Inflater _inflater = new();
    private readonly DeflateBlockWriter _writer = new();
    private DeflateReferenceParser? _reference;
    private DeflateFastParser? _fast;

    public void Decode(ReadOnlySpan<byte> source, ByteBuffer output, long limit)
    {
        if (source.Length < HeaderSize + TrailerSize) CodecErrors.Fail($"zlib stream of {source.Length} bytes is cut short");
        int header = BinaryPrimitives.ReadUInt16BigEndian(source);
        if ((header >> 8 & 0x0f) != 8 || header >> 12 > 7 || header % 31 != 0 || (header & 0x20) != 0)
        {
            CodecErrors.Fail($"zlib stream begins with 0x{header:x4}, not with a zlib header");
        }

        int length = source.Length - HeaderSize - TrailerSize;
        int used = _inflater.Decode(source.Slice(HeaderSize, length), output, limit);
        if (used != length) CodecErrors.Fail($"zlib stream: {length - used} bytes follow the Adler-32 at its end");
        uint stored = BinaryPrimitives.ReadUInt32BigEndian(source[^TrailerSize..]);
        uint computed = Adler32.Compute(output.Span);
        if (stored != computed) CodecErrors.Fail($"zlib stream: Adler-32 of the {output.Length} decoded bytes is 0x{computed:x8}, the stream ends with 0x{stored:x8}");
    }

    public void Encode(ReadOnlySpan<byte> source, ByteBuffer output, ZFitsDeflate effort)
    {
        BinaryPrimitives.WriteUInt16BigEndian(output.Resize(HeaderSize), Header);
        _writer.Begin(output);
        if (effort == ZFitsDeflate.Reference || !(_fast ??= new()).TryParse(source, _writer))
        {
            _writer.Begin(output);
            (_reference ??= new()).Parse(source, _writer);
        }

        int length = output.Length;
        BinaryPrimitives.WriteUInt32BigEndian(output.Resize(length + TrailerSize, keep: true)[length..], Adler32.Compute(source));
    }
}
