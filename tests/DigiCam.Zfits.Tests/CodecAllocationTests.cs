using DigiCam.Zfits;
using DigiCam.Zfits.Codecs;

namespace DigiCam.Zfits.Tests;

/// <summary>Codecs keep their tables and buffers: from some block on they allocate nothing.</summary>
[Trait("Culture", "any")]
public sealed class CodecAllocationTests
{
    public static TheoryData<string> Recipes => [.. ZFitsRecipe.Named.Select(recipe => recipe.Name), "zstd9", "lossyint16:3", "lossyint32:7"];

    [Theory]
    [MemberData(nameof(Recipes))]
    public void Decode_BlockAgain_AllocatesNothing(string name)
    {
        ZFitsRecipe recipe = ZFitsRecipe.Parse(name);
        using CodecChain chain = new();
        foreach (byte[] block in Blocks())
        {
            byte[] payload = Encode(chain, block, recipe, ZFitsDeflate.Fast);
            ByteBuffer result = new();
            Check(() => chain.Decode(payload, 0, payload.Length, recipe.ProcessList, block.Length, ref result));
        }
    }

    [Theory]
    [MemberData(nameof(Recipes))]
    public void Encode_BlockAgain_AllocatesNothing(string name)
    {
        ZFitsRecipe recipe = ZFitsRecipe.Parse(name);
        using CodecChain chain = new();
        foreach (ZFitsDeflate deflate in Enum.GetValues<ZFitsDeflate>())
        {
            foreach (byte[] block in Blocks())
            {
                ByteBuffer data = new();
                Check(() =>
                {
                    block.CopyTo(data.Resize(block.Length));
                    chain.Encode(ref data, recipe.ProcessList, recipe.Settings with { Deflate = deflate });
                });
            }
        }
    }

    private static void Check(Action action) => Assert.Equal(0, Allocation.Least(action));

    private static byte[] Encode(CodecChain chain, byte[] block, ZFitsRecipe recipe, ZFitsDeflate deflate)
    {
        ByteBuffer buffer = new();
        block.CopyTo(buffer.Resize(block.Length));
        chain.Encode(ref buffer, recipe.ProcessList, recipe.Settings with { Deflate = deflate });
        return buffer.Span.ToArray();
    }

    /// <summary>Rows with their length in front, which the lossy recipes look for: noise, and runs.</summary>
    private static IEnumerable<byte[]> Blocks()
    {
        Random random = new(11);
        foreach (int elements in new[] { 9, 500, 9000 })
        {
            foreach (int width in new[] { 1, 30, 700 })
            {
                yield return CodecTests.Bytes(Enumerable.Range(0, 4).SelectMany(_ => (int[])[4 * elements, .. Enumerable.Range(0, elements).Select(_ => BitConverter.SingleToInt32Bits(0.25f * random.Next(width)))]).ToArray());
            }
        }
    }
}
