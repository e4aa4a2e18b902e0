using ZstdSharp;
using ZstdSharp.Unsafe;

namespace DigiCam.Zfits.Codecs;

/// <summary>zstd: one frame. Not thread-safe; keeps its contexts between blocks.</summary>
internal sealed class ZstdCoder : IDisposable
{
    /// <summary>Largest window accepted [log2 bytes]; levels up to 22 of the library need 27.</summary>
    private const int MaximumWindowLog = 27;

    /// <summary>A compressed block makes at most this many bytes.</summary>
    private const int MaximumBlock = 1 << 17;

    private const int RunBlock = 1;
    private const int CompressedBlock = 2;

    private const ulong ContentSizeUnknown = ulong.MaxValue;
    private const ulong ContentSizeError = ulong.MaxValue - 1;

    private Decompressor? _decompressor;
    private Compressor? _compressor;

    public unsafe void Decode(ReadOnlySpan<byte> source, ByteBuffer output, long limit)
    {
        ulong size;
        nuint frame;
        fixed (byte* p = source)
        {
            size = Methods.ZSTD_getFrameContentSize(p, (nuint)source.Length);
            frame = Methods.ZSTD_findFrameCompressedSize(p, (nuint)source.Length);
        }

        if (source.Length < 4 || size == ContentSizeError) CodecErrors.Fail("zstd frame has no valid header");
        if (Methods.ZSTD_isError(frame)) CodecErrors.Fail("zstd frame is corrupt or cut short");
        if (frame != (nuint)source.Length) CodecErrors.Fail($"zstd frame has {frame} bytes, the payload {source.Length}");
        ulong possible = LargestOutput(source);
        if (size == ContentSizeUnknown) size = Math.Min((ulong)limit, possible);
        else if (size > (ulong)limit) CodecErrors.TooLong("zstd", size, limit);
        else if (size > possible) CodecErrors.Fail($"zstd frame announces {size} bytes, more than {source.Length} compressed bytes can make");
        try
        {
            if (_decompressor is null)
            {
                _decompressor = new Decompressor();
                _decompressor.SetParameter(ZSTD_dParameter.ZSTD_d_windowLogMax, MaximumWindowLog);
            }

            int count = _decompressor.Unwrap(source, output.Resize((int)size));
            output.Resize(count, keep: true);
        }
        catch (ZstdException e)
        {
            throw new CodecException($"zstd frame: {e.Message}", e);
        }
    }

    /// <summary>Sum of what the blocks of a complete frame can make, so that a small frame cannot ask for a large buffer.</summary>
    private static unsafe ulong LargestOutput(ReadOnlySpan<byte> frame)
    {
        nuint header;
        fixed (byte* p = frame) header = Methods.ZSTD_frameHeaderSize(p, (nuint)frame.Length);
        if (Methods.ZSTD_isError(header)) CodecErrors.Fail("zstd frame has no valid header");
        ulong total = 0;
        int at = (int)header;
        while (at + 3 <= frame.Length)
        {
            int block = frame[at] | (frame[at + 1] << 8) | (frame[at + 2] << 16);
            int type = (block >> 1) & 3;
            int size = block >> 3;
            total += type == CompressedBlock ? MaximumBlock : (ulong)size;
            at += 3 + (type == RunBlock ? 1 : size);
            if ((block & 1) != 0) break;
        }

        return total;
    }

    public void Encode(ReadOnlySpan<byte> source, ByteBuffer output, int level)
    {
        _compressor ??= new Compressor(level);
        if (_compressor.Level != level) _compressor.Level = level;
        Span<byte> target = output.Resize(Compressor.GetCompressBound(source.Length));
        int count = _compressor.Wrap(source, target);
        output.Resize(count, keep: true);
    }

    public void Dispose()
    {
        _decompressor?.Dispose();
        _compressor?.Dispose();
    }
}
