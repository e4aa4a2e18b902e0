namespace DigiCam.Zfits.Codecs;

/// <summary>The numbers of RFC 1951 that the encoder and the decoder of deflate share.</summary>
internal static class DeflateFormat
{
    public const int StoredBlock = 0;
    public const int FixedBlock = 1;
    public const int DynamicBlock = 2;

    /// <summary>Symbols 0 to 255 are literals; the length symbols follow the end of the block.</summary>
    public const int EndOfBlock = 256;
    public const int FirstLength = 257;

    /// <summary>Symbols that may occur; the fixed codes have two more literal/length symbols and two more distance symbols.</summary>
    public const int LiteralCount = 286;
    public const int DistanceCount = 30;
    public const int FixedLiteralCount = 288;
    public const int FixedDistanceCount = 32;
    public const int CodeLengthCount = 19;

    public const int MaximumCodeLength = 15;
    public const int MaximumCodeLengthLength = 7;

    public const int ShortestMatch = 3;
    public const int LongestMatch = 258;
    public const int WindowSize = 1 << 15;

    /// <summary>Code length symbols: repeat the length before 3 to 6 times, zero 3 to 10 times, zero 11 to 138 times.</summary>
    public const int RepeatLength = 16;
    public const int RepeatZero = 17;
    public const int RepeatZeroLong = 18;

    /// <summary>The order in which the lengths of the code length codes are stored.</summary>
    public static ReadOnlySpan<byte> CodeLengthOrder => [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

    /// <summary>Extra bits of the three repeating code length symbols, and the number of repetitions that they are added to.</summary>
    public static ReadOnlySpan<byte> RepeatExtra => [2, 3, 7];

    public static ReadOnlySpan<byte> RepeatBase => [3, 3, 11];

    /// <summary>Shortest length of each length symbol, from <see cref="FirstLength"/> on.</summary>
    public static ReadOnlySpan<ushort> LengthBase => [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];

    public static ReadOnlySpan<byte> LengthExtra => [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];

    /// <summary>Shortest distance of each distance symbol.</summary>
    public static ReadOnlySpan<ushort> DistanceBase =>
        [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577];

    public static ReadOnlySpan<byte> DistanceExtra => [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13];

    /// <summary>Sets the lengths of the fixed literal/length codes.</summary>
    public static void FixedLiteralLengths(Span<byte> lengths)
    {
        lengths[..144].Fill(8);
        lengths[144..256].Fill(9);
        lengths[256..280].Fill(7);
        lengths[280..FixedLiteralCount].Fill(8);
    }
}
