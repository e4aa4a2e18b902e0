using System.Numerics;
using System.Runtime.CompilerServices;

namespace DigiCam.Zfits.Codecs;

/// <summary>Comparison of two places in the data to compress.</summary>
internal static class DeflateMatch
{
    /// <summary>Number of equal bytes at two places, up to a given number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe int CommonLength(byte* a, byte* b, int most)
    {
        int i = 0;
        for (; i <= most - 8; i += 8)
        {
            ulong difference = *(ulong*)(a + i) ^ *(ulong*)(b + i);
            if (difference != 0) return i + (BitOperations.TrailingZeroCount(difference) >> 3);
        }

        while (i < most && a[i] == b[i]) i++;
        return i;
    }
}
