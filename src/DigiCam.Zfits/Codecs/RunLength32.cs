using System.Runtime.InteropServices;

namespace DigiCam.Zfits.Codecs;

/// <summary>samevalues32 and sparsevalues32: runs of equal 32-bit words.</summary>
internal static class RunLength32
{
    /// <summary>Default value of the official writer: -1 after lossyfloats, which counts hundredths.</summary>
    private const int SparseDefault = -100;

    /// <summary>Undoes samevalues32: <c>N, (count, value) * N</c>.</summary>
    public static void DecodeSame(ReadOnlySpan<byte> source, ByteBuffer output, long limit)
    {
        ReadOnlySpan<uint> words = Words(source, "samevalues32", 1);
        if (words.Length != 2L * words[0] + 1) CodecErrors.Fail($"samevalues32: {words[0]} pairs announced, {words.Length} words present, {2L * words[0] + 1} expected");
        ulong total = 0;
        for (int i = 1; i < words.Length; i += 2)
        {
            total += words[i];
            if (total * 4 > (ulong)limit) CodecErrors.TooLong("samevalues32", (UInt128)total * 4, limit);
        }

        Span<uint> result = MemoryMarshal.Cast<byte, uint>(output.Resize((int)total * 4));
        int at = 0;
        for (int i = 1; i < words.Length; i += 2)
        {
            int count = (int)words[i];
            result.Slice(at, count).Fill(words[i + 1]);
            at += count;
        }
    }

    public static void EncodeSame(ReadOnlySpan<byte> source, ByteBuffer output)
    {
        if ((source.Length & 3) != 0) CodecErrors.NotAMultiple("samevalues32", source.Length, 4);
        ReadOnlySpan<uint> words = MemoryMarshal.Cast<byte, uint>(source);
        int runs = words.Length == 0 ? 0 : 1;
        for (int i = 1; i < words.Length; i++) if (words[i] != words[i - 1]) runs++;
        Span<uint> result = MemoryMarshal.Cast<byte, uint>(output.Resize(checked(4 * (2 * runs + 1))));
        result[0] = (uint)runs;
        int at = 1;
        for (int start = 0; start < words.Length;)
        {
            int end = start + 1;
            while (end < words.Length && words[end] == words[start]) end++;
            result[at++] = (uint)(end - start);
            result[at++] = words[start];
            start = end;
        }
    }

    /// <summary>Undoes sparsevalues32: <c>default, M, v[0..M-1]</c>, where v alternates the length of a run of defaults and one other value.</summary>
    public static void DecodeSparse(ReadOnlySpan<byte> source, ByteBuffer output, long limit)
    {
        ReadOnlySpan<int> words = MemoryMarshal.Cast<uint, int>(Words(source, "sparsevalues32", 2));
        if (words.Length != (long)words[1] + 2) CodecErrors.Fail(FormattableString.Invariant($"sparsevalues32: {words[1]} words announced, {words.Length - 2} present"));
        ReadOnlySpan<int> v = words[2..];
        long total = v.Length / 2;
        for (int i = 0; i < v.Length; i += 2)
        {
            if (v[i] < 0) CodecErrors.Fail(FormattableString.Invariant($"sparsevalues32: run length {v[i]}, at least 0 expected"));
            total += v[i];
            if (total * 4 > limit) CodecErrors.TooLong("sparsevalues32", (UInt128)total * 4, limit);
        }

        Span<int> result = MemoryMarshal.Cast<byte, int>(output.Resize((int)total * 4));
        int at = 0;
        for (int i = 0; i < v.Length; i += 2)
        {
            result.Slice(at, v[i]).Fill(words[0]);
            at += v[i];
            if (i + 1 < v.Length) result[at++] = v[i + 1];
        }
    }

    /// <summary>Applies sparsevalues32 with the default of the official writer.</summary>
    public static void EncodeSparse(ReadOnlySpan<byte> source, ByteBuffer output)
    {
        if ((source.Length & 3) != 0) CodecErrors.NotAMultiple("sparsevalues32", source.Length, 4);
        ReadOnlySpan<int> words = MemoryMarshal.Cast<byte, int>(source);
        int others = words.Length - words.Count(SparseDefault);
        // Every other value takes two words, and a run at the end one.
        bool endsWithRun = words.Length > 0 && words[^1] == SparseDefault;
        int count = checked(2 * others + (endsWithRun ? 1 : 0));
        Span<int> result = MemoryMarshal.Cast<byte, int>(output.Resize(checked(4 * (count + 2))));
        result[0] = SparseDefault;
        result[1] = count;
        int at = 2;
        while (words.Length > 0)
        {
            int run = words.IndexOfAnyExcept(SparseDefault);
            result[at++] = run < 0 ? words.Length : run;
            if (run < 0) break;
            result[at++] = words[run];
            words = words[(run + 1)..];
        }
    }

    private static ReadOnlySpan<uint> Words(ReadOnlySpan<byte> source, string process, int minimum)
    {
        if ((source.Length & 3) != 0) CodecErrors.NotAMultiple(process, source.Length, 4);
        if (source.Length < 4 * minimum) CodecErrors.Fail($"{process}: {source.Length} bytes, at least {4 * minimum} expected");
        return MemoryMarshal.Cast<byte, uint>(source);
    }
}
