using System.Runtime.Intrinsics;

namespace DigiCam.Zfits.Codecs;

/// <summary>The checksum at the end of a zlib stream (RFC 1950).</summary>
internal static class Adler32
{
    private const uint Modulus = 65521;

    /// <summary>Blocks of 16 bytes after which the sums are reduced; 32-bit lanes hold far more.</summary>
    private const int BlocksPerReduction = 256;

    public static uint Compute(ReadOnlySpan<byte> data)
    {
        uint a = 1;
        uint b = 0;
        Vector128<ushort> weights0 = Vector128.Create((ushort)16, 15, 14, 13, 12, 11, 10, 9);
        Vector128<ushort> weights1 = Vector128.Create((ushort)8, 7, 6, 5, 4, 3, 2, 1);
        while (data.Length >= 16)
        {
            int blocks = Math.Min(data.Length / 16, BlocksPerReduction);
            Vector128<uint> sum = Vector128<uint>.Zero;
            Vector128<uint> sumsBefore = Vector128<uint>.Zero;
            Vector128<uint> weighted = Vector128<uint>.Zero;
            for (int i = 0; i < blocks; i++)
            {
                (Vector128<ushort> x0, Vector128<ushort> x1) = Vector128.Widen(Vector128.LoadUnsafe(in data[16 * i]));
                sumsBefore += sum;
                (Vector128<uint> s0, Vector128<uint> s1) = Vector128.Widen(x0 + x1);
                sum += s0 + s1;
                (Vector128<uint> w0, Vector128<uint> w1) = Vector128.Widen((x0 * weights0) + (x1 * weights1));
                weighted += w0 + w1;
            }

            b = (uint)((b + (ulong)a * (uint)(16 * blocks) + 16UL * Vector128.Sum(sumsBefore) + Vector128.Sum(weighted)) % Modulus);
            a = (a + Vector128.Sum(sum)) % Modulus;
            data = data[(16 * blocks)..];
        }

        foreach (byte x in data)
        {
            a += x;
            b += a;
        }

        return ((b % Modulus) << 16) | (a % Modulus);
    }
}
