using CsCheck;
using DigiCam.Zfits.Codecs;

namespace DigiCam.Zfits.Tests;

/// <summary>Blocks that codecs find easy, hard or odd.</summary>
internal static class CodecData
{
    private static readonly Gen<byte[]> Small = Gen.Byte.Array[0, 40];
    private static readonly Gen<byte[]> Incompressible = Gen.Select(Gen.Int[0, 6000], Gen.Int).Select((length, seed) =>
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    });

    private static readonly Gen<byte[]> LongRuns = Gen.Select(Gen.Byte, Gen.Int[1, 3000]).Array[0, 6].Select(runs => runs.SelectMany(run => Enumerable.Repeat(run.Item1, run.Item2)).ToArray());
    private static readonly Gen<byte[]> Ramps = Gen.Select(Gen.Short, Gen.Short, Gen.Int[0, 1500]).Select((start, step, count) => CodecTests.Bytes(Enumerable.Range(0, count).Select(i => (short)(start + i * step)).ToArray()));
    private static readonly Gen<byte[]> AllEqual = Gen.Select(Gen.Int, Gen.Int[0, 5000]).Select((value, count) => CodecTests.Bytes(Enumerable.Repeat(value, count).ToArray()));
    private static readonly Gen<byte[]> FewValues = Gen.Int[0, 3].Array[0, 2000].Select(x => CodecTests.Bytes(Array.ConvertAll(x, i => i == 0 ? 17 : -100)));

    /// <summary>Pieces that come back at all kinds of distances, with noise between them.</summary>
    private static readonly Gen<byte[]> Repeats = Gen.Select(Gen.Int, Gen.Int[1, 5], Gen.Int[1, 40]).Select((seed, pieces, parts) =>
    {
        Random random = new(seed);
        byte[][] dictionary = [.. Enumerable.Range(0, pieces).Select(_ => Noise(random, random.Next(2, 600)))];
        return Enumerable.Range(0, parts).SelectMany(_ => random.Next(3) == 0 ? Noise(random, random.Next(1, 1 << random.Next(1, 13))) : dictionary[random.Next(pieces)]).ToArray();
    });

    /// <summary>Blocks of any length.</summary>
    public static Gen<byte[]> AnyLength { get; } = Gen.OneOf(Small, Incompressible, LongRuns, Ramps, AllEqual, FewValues, Repeats);

    /// <summary>Blocks as the writer makes them: their length is a multiple of 4, and not 0.</summary>
    public static Gen<byte[]> Blocks { get; } = AnyLength.Select(bytes => bytes.Length < 4 ? new byte[4] : Whole(bytes));

    /// <summary>Data that meet a limit of some coder.</summary>
    public static IEnumerable<byte[]> Pathological()
    {
        Random random = new(1);
        byte[] noise = Noise(random, 1 << 17);
        yield return new byte[4];
        yield return noise;
        yield return new byte[1 << 20];
        yield return CodecTests.Bytes(Enumerable.Repeat(-100, 70000).ToArray());
        yield return CodecTests.Bytes(Enumerable.Range(0, 70000).Select(i => i % 2 == 0 ? short.MinValue : short.MaxValue).ToArray());
        yield return CodecTests.Bytes(Enumerable.Range(0, 65536).Select(i => (ushort)i).ToArray());
        yield return CodecTests.Bytes(Enumerable.Range(0, 30000).Select(i => i % 2 == 0 ? -100 : i).ToArray());
        yield return [.. Enumerable.Range(0, 40000).Select(i => (byte)(i % 251))];
        // Three bytes of match between 19 of noise: the largest share of instructions.
        yield return [.. Enumerable.Range(0, 2000).SelectMany(i => (byte[])[.. noise.AsSpan(19 * i, 19), .. noise.AsSpan(0, 3)])];
        // The same at distances around those where the instructions change.
        foreach (int distance in new[] { 2047, 2048, 2049, 3072, 3073, 16383, 16384, 16385, 32767, 32768, 49151, 49152 }) yield return Whole([.. noise.AsSpan(0, distance), .. noise.AsSpan(0, 60)]);
    }

    public static byte[] Noise(Random random, int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private static byte[] Whole(byte[] bytes) => bytes[..(bytes.Length / 4 * 4)];
}
