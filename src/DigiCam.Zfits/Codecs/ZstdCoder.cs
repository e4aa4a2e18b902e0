using ZstdSharp;
using ZstdSharp.Unsafe;

namespace DigiCam.Zfits.Codecs;

/// <summary>zstd: one frame. Not thread-safe; keeps its context between blocks.</summary>
internal sealed class ZstdCoder : IDisposable
{
    /// <summary>Largest window accepted [log2 bytes]; levels up to 22 of the library need 27.</summary>
    private const int MaximumWindowLog = 27;

    /// <summary>A zstd block of at least 4 bytes makes at most this many.</summary>
    private const int MaximumBlock = 1 << 17;

    private const ulong ContentSizeUnknown = ulong.MaxValue;
    private const ulong ContentSizeError = ulong.MaxValue - 1;

    private Decompressor? _decompressor;

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
        ulong possible = ((ulong)source.Length / 3 + 1) * MaximumBlock;
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

    public static void Encode(ReadOnlySpan<byte> source, ByteBuffer output, int level)
    {
        using Compressor compressor = new(level);
        Span<byte> target = output.Resize(Compressor.GetCompressBound(source.Length));
        int count = compressor.Wrap(source, target);
        output.Resize(count, keep: true);
    }

    public void Dispose() => _decompressor?.Dispose();
}
