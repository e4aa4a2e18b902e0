using DigiCam.Zfits.Fits;

namespace DigiCam.Zfits.Writing;

/// <summary>Writes headers and their checksums.</summary>
internal static class HeaderWriter
{
    private const string NoCheckSum = "0000000000000000";

    /// <summary>Comment of <c>SIMPLE = F</c> in a file whose writer has not finished it.</summary>
    public const string Unfinished = "the writer did not finish this file";

    /// <summary>The header of a primary unit without data.</summary>
    /// <param name="finished">False makes readers refuse the file.</param>
    public static byte[] Primary(bool finished) => Format(
        [
            FitsCard.Logical("SIMPLE", finished, finished ? "file does conform to FITS standard" : Unfinished),
            FitsCard.Integer("BITPIX", 8, "number of bits per data pixel"),
            FitsCard.Integer("NAXIS", 0, "number of data axes"),
            FitsCard.Logical("EXTEND", true, "FITS dataset may contain extensions"),
            CheckSum,
            DataSum("         0"),
            new FitsCard("COMMENT", FitsCardKind.Commentary, "  FITS (Flexible Image Transport System) format is defined in 'Astronomy", null),
            new FitsCard("COMMENT", FitsCardKind.Commentary, "  and Astrophysics', volume 376, page 359; bibcode: 2001A&A...376..359H", null),
        ],
        dataSum: 0);

    /// <summary>The CHECKSUM card before its value is known.</summary>
    public static FitsCard CheckSum => FitsCard.Text("CHECKSUM", NoCheckSum, "Checksum for the whole HDU");

    public static FitsCard DataSum(string value) => FitsCard.Text("DATASUM", value, "Checksum for the data block");

    /// <summary>Bytes of a header with this many cards.</summary>
    public static long SizeOf(int cards) => FitsBlocks.RoundUp((cards + 1L) * FitsBlocks.CardSize);

    /// <summary>Formats a header and fills in CHECKSUM.</summary>
    /// <param name="cards">The cards, with <see cref="CheckSum"/> among them.</param>
    /// <param name="dataSum">Sum of the data.</param>
    public static byte[] Format(IReadOnlyList<FitsCard> cards, uint dataSum)
    {
        byte[] header = new byte[SizeOf(cards.Count)];
        header.AsSpan().Fill((byte)' ');
        int checkSumAt = -1;
        for (int i = 0; i < cards.Count; i++)
        {
            FitsCardText.Format(cards[i], header.AsSpan(i * FitsBlocks.CardSize, FitsBlocks.CardSize));
            if (cards[i].Keyword == "CHECKSUM") checkSumAt = i * FitsBlocks.CardSize;
        }

        "END"u8.CopyTo(header.AsSpan(cards.Count * FitsBlocks.CardSize));
        FitsChecksum sum = default;
        sum.Add(header);
        sum.Add(dataSum);
        System.Text.Encoding.ASCII.GetBytes(FitsChecksum.Encode(sum.Value), header.AsSpan(checkSumAt + 11));
        return header;
    }
}
