using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DigiCam.Zfits.Codecs;

/// <summary>splithilo16 and splithilo32: first all low halves of the words, then all high halves.</summary>
internal static class SplitHiLo
{
    public static void Decode16(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        if ((source.Length & 1) != 0) CodecErrors.NotAMultiple("splithilo16", source.Length, 2);
        int n = source.Length / 2;
        ReadOnlySpan<byte> low = source[..n];
        ReadOnlySpan<byte> high = source.Slice(n, n);
        Span<ushort> words = MemoryMarshal.Cast<byte, ushort>(destination[..(2 * n)]);
        int i = 0;
        for (; i <= n - Vector128<byte>.Count; i += Vector128<byte>.Count)
        {
            (Vector128<ushort> low0, Vector128<ushort> low1) = Vector128.Widen(Vector128.LoadUnsafe(in low[i]));
            (Vector128<ushort> high0, Vector128<ushort> high1) = Vector128.Widen(Vector128.LoadUnsafe(in high[i]));
            (low0 | (high0 << 8)).StoreUnsafe(ref words[i]);
            (low1 | (high1 << 8)).StoreUnsafe(ref words[i + 8]);
        }

        for (; i < n; i++) words[i] = (ushort)(low[i] | (high[i] << 8));
    }

    public static void Encode16(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        if ((source.Length & 1) != 0) CodecErrors.NotAMultiple("splithilo16", source.Length, 2);
        int n = source.Length / 2;
        ReadOnlySpan<ushort> words = MemoryMarshal.Cast<byte, ushort>(source);
        Span<byte> low = destination[..n];
        Span<byte> high = destination.Slice(n, n);
        Vector128<ushort> mask = Vector128.Create((ushort)0xff);
        int i = 0;
        for (; i <= n - Vector128<byte>.Count; i += Vector128<byte>.Count)
        {
            Vector128<ushort> first = Vector128.LoadUnsafe(in words[i]);
            Vector128<ushort> second = Vector128.LoadUnsafe(in words[i + 8]);
            Vector128.Narrow(first & mask, second & mask).StoreUnsafe(ref low[i]);
            Vector128.Narrow(first >> 8, second >> 8).StoreUnsafe(ref high[i]);
        }

        for (; i < n; i++)
        {
            low[i] = (byte)words[i];
            high[i] = (byte)(words[i] >> 8);
        }
    }

    public static void Decode32(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        if ((source.Length & 3) != 0) CodecErrors.NotAMultiple("splithilo32", source.Length, 4);
        int n = source.Length / 4;
        ReadOnlySpan<ushort> halves = MemoryMarshal.Cast<byte, ushort>(source);
        ReadOnlySpan<ushort> low = halves[..n];
        ReadOnlySpan<ushort> high = halves.Slice(n, n);
        Span<uint> words = MemoryMarshal.Cast<byte, uint>(destination[..(4 * n)]);
        int i = 0;
        for (; i <= n - Vector128<ushort>.Count; i += Vector128<ushort>.Count)
        {
            (Vector128<uint> low0, Vector128<uint> low1) = Vector128.Widen(Vector128.LoadUnsafe(in low[i]));
            (Vector128<uint> high0, Vector128<uint> high1) = Vector128.Widen(Vector128.LoadUnsafe(in high[i]));
            (low0 | (high0 << 16)).StoreUnsafe(ref words[i]);
            (low1 | (high1 << 16)).StoreUnsafe(ref words[i + 4]);
        }

        for (; i < n; i++) words[i] = low[i] | ((uint)high[i] << 16);
    }

    public static void Encode32(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        if ((source.Length & 3) != 0) CodecErrors.NotAMultiple("splithilo32", source.Length, 4);
        int n = source.Length / 4;
        ReadOnlySpan<uint> words = MemoryMarshal.Cast<byte, uint>(source);
        Span<ushort> halves = MemoryMarshal.Cast<byte, ushort>(destination[..source.Length]);
        Span<ushort> low = halves[..n];
        Span<ushort> high = halves.Slice(n, n);
        Vector128<uint> mask = Vector128.Create(0xffffu);
        int i = 0;
        for (; i <= n - Vector128<ushort>.Count; i += Vector128<ushort>.Count)
        {
            Vector128<uint> first = Vector128.LoadUnsafe(in words[i]);
            Vector128<uint> second = Vector128.LoadUnsafe(in words[i + 4]);
            Vector128.Narrow(first & mask, second & mask).StoreUnsafe(ref low[i]);
            Vector128.Narrow(first >> 16, second >> 16).StoreUnsafe(ref high[i]);
        }

        for (; i < n; i++)
        {
            low[i] = (ushort)words[i];
            high[i] = (ushort)(words[i] >> 16);
        }
    }
}
