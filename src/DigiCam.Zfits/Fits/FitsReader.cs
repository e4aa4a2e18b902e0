using System.Text;
using DigiCam.Zfits.Tables;
using DigiCam.Zfits.Writing;
using static System.FormattableString;

namespace DigiCam.Zfits.Fits;

/// <summary>Walks the header and data units of a file. Sizes announced by a header are compared with the file before they are used.</summary>
internal static class FitsReader
{
    /// <summary>36 000 cards; the largest legal zfits header has about 7 000.</summary>
    private const int MaximumHeaderBlocks = 1000;

    public static List<FitsHdu> ReadAll(ZFitsFile file)
    {
        CheckMagic(file);
        List<FitsHdu> hdus = [];
        for (long offset = 0; offset < file.Length;)
        {
            FitsHdu hdu = Read(file, hdus.Count, offset);
            hdus.Add(hdu);
            offset = hdu.DataOffset + hdu.PaddedDataLength;
        }

        return hdus;
    }

    public static void CheckMagic(ZFitsFile file)
    {
        ZFitsLocation start = new() { Path = file.Path, ByteOffset = 0 };
        if (file.Length == 0) throw new ZFitsFormatException("the file is empty, not a FITS file", start);
        Span<byte> head = stackalloc byte[(int)Math.Min(64, file.Length)];
        file.ReadExactly(0, head);
        if (head.StartsWith("SIMPLE  = "u8)) return;
        string found = head switch
        {
            [0x1f, 0x8b, ..] => "the whole file is gzip-compressed; decompress it first",
            [0x28, 0xb5, 0x2f, 0xfd, ..] => "the whole file is zstd-compressed; decompress it first",
            [(byte)'B', (byte)'Z', (byte)'h', ..] => "the whole file is bzip2-compressed; decompress it first",
            [0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', ..] => "the whole file is xz-compressed; decompress it first",
            [(byte)'P', (byte)'K', 3, 4, ..] => "the file is a zip archive; unpack it first",
            _ when !head.ContainsAnyExcept(TextBytes) => "the file is a text file, not a FITS file (it does not begin with 'SIMPLE  = ')",
            _ => "not a FITS file (it does not begin with 'SIMPLE  = ')",
        };
        throw new ZFitsFormatException(found, start);
    }

    private static System.Buffers.SearchValues<byte> TextBytes { get; } =
        System.Buffers.SearchValues.Create([9, 10, 13, .. Enumerable.Range(32, 95).Select(i => (byte)i)]);

    private static FitsHdu Read(ZFitsFile file, int index, long offset)
    {
        FitsHeader header = ReadHeader(file, index, offset, out long dataOffset);
        ZFitsLocation location = new()
        {
            Path = file.Path,
            HduIndex = index,
            Table = header.TryGetString("EXTNAME", out string? name) && name!.Length > 0 ? name : null,
            ByteOffset = offset,
        };
        HeaderKeys keys = new(header, location);
        UInt128 length = DataLength(keys, index);
        UInt128 available = (UInt128)(file.Length - dataOffset);
        ZFitsLocation data = location with { ByteOffset = dataOffset };
        if (length > available) throw new ZFitsFormatException($"the header announces {length} data bytes, the file ends after {available}: truncated file or wrong header", data);
        long padded = FitsBlocks.RoundUp((long)length);
        if ((UInt128)padded > available) throw new ZFitsFormatException($"the data are not padded to whole blocks of {FitsBlocks.BlockSize} bytes: {padded} bytes expected, the file ends after {available}", data);
        if (TableHeader.IsZFits(header)) CheckFinished(file, keys, data);
        return new FitsHdu(file, index, header, offset, dataOffset, (long)length);
    }

    /// <summary>A writer that died leaves counts of zero although tiles were written: say so instead of showing an empty table.</summary>
    private static void CheckFinished(ZFitsFile file, HeaderKeys keys, ZFitsLocation data)
    {
        FitsHeader header = keys.Header;
        if (!header.TryGetInteger("NAXIS2", out long tiles) || tiles != 0 || !header.TryGetInteger("ZHEAPPTR", out long heap) || heap < 0) return;
        if (file.Length - data.ByteOffset!.Value - 16 < heap) return;
        Span<byte> magic = stackalloc byte[4];
        file.ReadExactly(data.ByteOffset.Value + heap, magic);
        if (magic.SequenceEqual("TILE"u8))
        {
            throw new ZFitsFormatException("the table announces no rows, but a tile was written: the writer did not finish this file", data with { ByteOffset = data.ByteOffset + heap });
        }
    }

    private static UInt128 DataLength(HeaderKeys keys, int index)
    {
        FitsHeader header = keys.Header;
        if (index == 0)
        {
            if (!header.TryGetLogical("SIMPLE", out bool simple) || !simple)
            {
                bool unfinished = header.TryGetCard("SIMPLE", out FitsCard? card) && card!.Comment == HeaderWriter.Unfinished;
                keys.Fail("SIMPLE", unfinished ? "SIMPLE is F: the writer did not finish this file; its complete tiles can be recovered" : "SIMPLE is not T: not a FITS file of the standard form");
            }
        }

        long shrink = 1;
        if (TableHeader.IsZFits(header))
        {
            keys.Expect("BITPIX", 8);
            keys.Expect("NAXIS", 2);
            keys.Expect("GCOUNT", 1);
            shrink = keys.IntegerOr("ZSHRINK", 1);
        }

        long bits = keys.Integer("BITPIX");
        if (bits is not (8 or 16 or 32 or 64 or -32 or -64)) keys.Fail("BITPIX", Invariant($"BITPIX is {bits}, expected 8, 16, 32, 64, -32 or -64"));
        long axes = keys.Integer("NAXIS");
        if (axes is < 0 or > 999) keys.Fail("NAXIS", Invariant($"NAXIS is {axes}, expected 0 to 999"));
        if (axes == 0) return 0;

        UInt128 elements = 1;
        for (int axis = 1; axis <= axes; axis++)
        {
            string keyword = Invariant($"NAXIS{axis}");
            long size = keys.AtLeast(keyword, 0);
            // NAXIS1 = 0 marks random groups, whose first axis does not count.
            if (axis == 1 && size == 0 && header.TryGetLogical("GROUPS", out bool groups) && groups) continue;
            elements *= (ulong)size;
            if (elements > long.MaxValue) keys.Fail(keyword, Invariant($"{keyword} is {size}: the size of the data overflows 64 bits"));
        }

        long parameters = header.Contains("PCOUNT") ? keys.AtLeast("PCOUNT", 0) : 0;
        long groupCount = header.Contains("GCOUNT") ? keys.AtLeast("GCOUNT", 0) : 1;
        if (shrink > 1) return (UInt128)keys.AtLeast("ZHEAPPTR", 0) + (UInt128)parameters;
        return (UInt128)(Math.Abs(bits) / 8) * (UInt128)groupCount * (elements + (UInt128)parameters);
    }

    public static FitsHeader ReadHeader(ZFitsFile file, int index, long offset, out long dataOffset)
    {
        List<FitsCard> cards = [];
        List<long> offsets = [];
        byte[] block = new byte[FitsBlocks.BlockSize];
        for (int count = 0; count < MaximumHeaderBlocks; count++)
        {
            long blockOffset = offset + (long)count * FitsBlocks.BlockSize;
            ZFitsLocation At(long position) => new() { Path = file.Path, HduIndex = index, ByteOffset = position };
            long left = file.Length - blockOffset;
            if (left < FitsBlocks.BlockSize)
            {
                throw new ZFitsFormatException(
                    left <= 0 ? "the file ends before the END card of the header" : $"the file ends inside the header: {left} bytes left, a header block has {FitsBlocks.BlockSize}",
                    At(blockOffset));
            }

            file.ReadExactly(blockOffset, block);
            if (count == 0 && index > 0 && !block.AsSpan().StartsWith("XTENSION= "u8))
            {
                throw new ZFitsFormatException($"expected the header of an extension (XTENSION), found '{Printable(block.AsSpan(0, 10))}'", At(blockOffset));
            }

            for (int at = 0; at < block.Length; at += FitsBlocks.CardSize)
            {
                ReadOnlySpan<byte> bytes = block.AsSpan(at, FitsBlocks.CardSize);
                int bad = bytes.IndexOfAnyExceptInRange((byte)32, (byte)126);
                if (bad >= 0) throw new ZFitsFormatException($"header card holds the byte 0x{bytes[bad]:x2}, expected printable ASCII (no END card before it)", At(blockOffset + at + bad));
                if (bytes.StartsWith("END "u8) && !bytes[3..].ContainsAnyExcept((byte)' '))
                {
                    dataOffset = blockOffset + FitsBlocks.BlockSize;
                    return new FitsHeader(cards, offsets);
                }

                if (!bytes.ContainsAnyExcept((byte)' ')) continue;
                FitsCard card = FitsCardText.Parse(bytes, out string? defect) ?? throw new ZFitsFormatException(defect!, At(blockOffset + at));
                cards.Add(card);
                offsets.Add(blockOffset + at);
            }
        }

        throw new ZFitsFormatException($"no END card in the first {MaximumHeaderBlocks} blocks of the header", new ZFitsLocation { Path = file.Path, HduIndex = index, ByteOffset = offset });
    }

    private static string Printable(ReadOnlySpan<byte> bytes)
    {
        StringBuilder text = new();
        foreach (byte b in bytes) text.Append(b is >= 32 and <= 126 ? (char)b : '.');
        return text.ToString();
    }
}
