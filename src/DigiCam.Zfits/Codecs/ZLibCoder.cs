using System.Buffers.Binary;
using System.IO.Compression;

namespace DigiCam.Zfits.Codecs;

/// <summary>zlib: one RFC 1950 stream.</summary>
internal static class ZLibCoder
{
    private const int HeaderSize = 2;
    private const int TrailerSize = 4;

    public static void Decode(byte[] source, int offset, int length, ByteBuffer output, long limit)
    {
        if (length < HeaderSize + TrailerSize) CodecErrors.Fail($"zlib stream of {length} bytes is cut short");
        int header = (source[offset] << 8) | source[offset + 1];
        if ((header >> 8 & 0x0f) != 8 || header >> 12 > 7 || header % 31 != 0 || (header & 0x20) != 0)
        {
            CodecErrors.Fail($"zlib stream begins with 0x{header:x4}, not with a zlib header");
        }

        // The deflate stream inside is read without its frame: the stream class ignores bytes behind the end, so that the
        // Adler-32, which must be the last four bytes, is compared here.
        int deflateLength = length - HeaderSize - TrailerSize;
        try
        {
            using MemoryStream compressed = new(source, offset + HeaderSize, deflateLength, writable: false);
            using DeflateStream inflate = new(compressed, CompressionMode.Decompress);
            // Deflate expands to at most 1032 times its size; usual blocks do so far less.
            output.Resize((int)Math.Min(limit, 4L * length + 64));
            int done = 0;
            while (true)
            {
                if (done == output.Length)
                {
                    if (done == limit)
                    {
                        if (inflate.ReadByte() >= 0) CodecErrors.OutputLimit("zlib", limit);
                        break;
                    }

                    output.Resize((int)Math.Min(limit, 2L * done + 64), keep: true);
                }

                int count = inflate.Read(output.Array, done, output.Length - done);
                if (count == 0) break;
                done += count;
            }

            output.Resize(done, keep: true);
        }
        catch (InvalidDataException e)
        {
            throw new CodecException("zlib stream is corrupt or cut short", e);
        }

        uint stored = BinaryPrimitives.ReadUInt32BigEndian(source.AsSpan(offset + length - TrailerSize));
        uint computed = Adler32.Compute(output.Span);
        if (stored != computed)
        {
            CodecErrors.Fail($"zlib stream: Adler-32 of the {output.Length} decoded bytes is 0x{computed:x8}, the stream ends with 0x{stored:x8} (corrupt, cut short, or followed by other bytes)");
        }
    }

    public static void Encode(ReadOnlySpan<byte> source, ByteBuffer output)
    {
        using MemoryStream compressed = new();
        using (ZLibStream deflate = new(compressed, CompressionLevel.Optimal, leaveOpen: true)) deflate.Write(source);
        compressed.GetBuffer().AsSpan(0, (int)compressed.Length).CopyTo(output.Resize((int)compressed.Length));
    }
}
