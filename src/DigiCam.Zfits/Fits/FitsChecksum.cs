using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.Intrinsics;
using System.Text;

namespace DigiCam.Zfits.Fits;

/// <summary>The ones' complement sums of the FITS checksum convention.</summary>
internal struct FitsChecksum
{
    private const int ChunkSize = 1 << 18;
    private uint _sum;

    private static Vector256<byte> HighByteFirst => Vector256.Create((byte)3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12, 19, 18, 17, 16, 23, 22, 21, 20, 27, 26, 25, 24, 31, 30, 29, 28);

    /// <summary>The sum so far.</summary>
    public readonly uint Value => _sum;

    /// <summary>Adds bytes; their number must be a multiple of 4.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        ulong total = _sum;
        Vector256<ulong> sums = Vector256<ulong>.Zero;
        while (bytes.Length >= Vector256<byte>.Count)
        {
            // Words of the file have their high byte first.
            Vector256<ulong> words = Vector256.Shuffle(Vector256.Create(bytes), HighByteFirst).AsUInt64();
            sums += (words >>> 32) + (words & Vector256.Create((ulong)uint.MaxValue));
            bytes = bytes[Vector256<byte>.Count..];
        }

        total += Vector256.Sum(sums);
        while (bytes.Length >= 8)
        {
            ulong pair = BinaryPrimitives.ReadUInt64BigEndian(bytes);
            // Two 32-bit words at a time; 64 bits overflow only after 2^31 pairs, far more than one call gets.
            total += (pair >> 32) + (uint)pair;
            bytes = bytes[8..];
        }

        if (bytes.Length >= 4) total += BinaryPrimitives.ReadUInt32BigEndian(bytes);
        _sum = Fold(total);
    }

    /// <summary>Adds the sum of another stretch of bytes.</summary>
    public void Add(uint sum) => _sum = Fold((ulong)_sum + sum);

    /// <summary>The sum of bytes of any number, as if zeros followed.</summary>
    public static uint SumOf(ReadOnlySpan<byte> bytes)
    {
        FitsChecksum sum = default;
        int whole = bytes.Length & ~3;
        sum.Add(bytes[..whole]);
        if (whole < bytes.Length)
        {
            Span<byte> last = stackalloc byte[4];
            last.Clear();
            bytes[whole..].CopyTo(last);
            sum.Add(last);
        }

        return sum.Value;
    }

    /// <summary>The sixteen characters that stand for the complement of a sum.</summary>
    public static string Encode(uint sum)
    {
        uint value = ~sum;
        Span<char> text = stackalloc char[16];
        Span<int> quad = stackalloc int[4];
        for (int i = 0; i < 4; i++)
        {
            int x = (int)(value >> (24 - 8 * i)) & 0xff;
            int quotient = x / 4 + '0';
            quad.Fill(quotient);
            quad[0] += x % 4;
            while (IsPunctuation(quad[0]) || IsPunctuation(quad[1])) { quad[0]++; quad[1]--; }
            while (IsPunctuation(quad[2]) || IsPunctuation(quad[3])) { quad[2]++; quad[3]--; }
            // Position 4*j + i, rotated right by one.
            for (int j = 0; j < 4; j++) text[(4 * j + i + 1) % 16] = (char)quad[j];
        }

        return new string(text);
    }

    /// <summary>Reads one header and data unit and compares its sums with the header.</summary>
    public static ChecksumReport Verify(FitsHdu hdu, CancellationToken ct)
    {
        uint header = Sum(hdu, hdu.HeaderOffset, hdu.DataOffset - hdu.HeaderOffset, ct);
        uint data = Sum(hdu, hdu.DataOffset, hdu.PaddedDataLength, ct);
        FitsChecksum whole = default;
        whole.Add(header);
        whole.Add(data);

        bool dataSumPresent = hdu.Header.TryGetString("DATASUM", out string? dataSum) && dataSum!.Trim(' ').Length > 0;
        uint? stored = dataSumPresent && TryParseDataSum(dataSum!, out uint number) ? number : null;
        bool checkSumPresent = hdu.Header.TryGetString("CHECKSUM", out string? checkSum) && checkSum!.Trim(' ').Length > 0;
        return new ChecksumReport
        {
            DataSumPresent = dataSumPresent,
            // 0 and 0xFFFFFFFF are the two zeros of ones' complement.
            DataSumOk = stored is uint s && (s == data || ((s == 0 || s == uint.MaxValue) && (data == 0 || data == uint.MaxValue))),
            CheckSumPresent = checkSumPresent,
            CheckSumOk = checkSumPresent && whole.Value is 0 or uint.MaxValue,
            ComputedDataSum = data,
            StoredDataSum = stored,
            ComputedHduSum = whole.Value,
            ComputedCheckSum = Encode(WithoutCheckSum(whole.Value, checkSumPresent ? checkSum : null)),
            StoredCheckSum = checkSumPresent ? checkSum : null,
        };
    }

    public static bool TryParseDataSum(string text, out uint value) =>
        uint.TryParse(text.Trim(' '), NumberStyles.None, CultureInfo.InvariantCulture, out value);

    private static uint Sum(FitsHdu hdu, long offset, long length, CancellationToken ct)
    {
        FitsChecksum sum = default;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ChunkSize);
        try
        {
            for (long done = 0; done < length;)
            {
                ct.ThrowIfCancellationRequested();
                Span<byte> chunk = buffer.AsSpan(0, (int)Math.Min(ChunkSize, length - done));
                hdu.File.ReadExactly(offset + done, chunk);
                sum.Add(chunk);
                done += chunk.Length;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return sum.Value;
    }

    /// <summary>The sum with the CHECKSUM value replaced by sixteen zero digits, as it is when the value is computed.</summary>
    private static uint WithoutCheckSum(uint sum, string? stored)
    {
        if (stored is null) return sum;
        // The value begins behind the quote, 11 characters into the card; cards begin at multiples of 4.
        Span<byte> bytes = stackalloc byte[80];
        bytes.Clear();
        FitsChecksum result = default;
        result.Add(sum);
        Encoding.ASCII.GetBytes(stored.PadRight(16).AsSpan(0, 16), bytes[11..]);
        FitsChecksum old = default;
        old.Add(bytes);
        bytes.Slice(11, 16).Fill((byte)'0');
        FitsChecksum zeros = default;
        zeros.Add(bytes);
        result.Add(~old.Value);
        result.Add(zeros.Value);
        return result.Value;
    }

    private static uint Fold(ulong total)
    {
        while (total >> 32 != 0) total = (total >> 32) + (uint)total;
        return (uint)total;
    }

    private static bool IsPunctuation(int c) => c is (>= ':' and <= '@') or (>= '[' and <= '`');
}
