namespace DigiCam.Zfits.Tests.Fuzzing;

/// <summary>A small valid file to be mutated.</summary>
/// <param name="Name">What it holds.</param>
/// <param name="Bytes">The file.</param>
/// <param name="IsSingleTable">True when it can be taken apart by <see cref="Damage.TableImage"/>.</param>
internal sealed record FuzzSeed(string Name, byte[] Bytes, bool IsSingleTable)
{
    /// <summary>Offsets where a header begins: tiles, blocks, payloads, catalog entries. Mutations prefer them.</summary>
    public int[] Fields { get; init; } = [];

    /// <summary>Offsets of the block headers.</summary>
    public int[] Blocks { get; init; } = [];

    /// <summary>Ranges of the headers, from XTENSION to END.</summary>
    public (int Start, int End)[] Headers { get; init; } = [];
}
