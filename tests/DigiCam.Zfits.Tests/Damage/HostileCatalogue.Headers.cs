using System.Globalization;
using System.Text;

namespace DigiCam.Zfits.Tests.Damage;

/// <content>Headers.</content>
internal static partial class HostileCatalogue
{
    private const int Primary = 2880;

    private static HostileCase[] Container =>
    [
        new("empty", "the file is empty, not a FITS file") { Cut = _ => [], Hdu = null, NamesTable = false, Offset = _ => 0 },
        new("notfits", "not a FITS file") { Patch = file => file.Bytes[0] = (byte)'X', Hdu = null, NamesTable = false, Offset = _ => 0 },
        new("trunc_primary", "the file ends inside the header: 1000 bytes left, a header block has 2880") { Cut = file => file.Bytes[..1000], Hdu = 0, NamesTable = false, Offset = _ => 0 },
        new("trunc_header", "the file ends inside the header: 1000 bytes left, a header block has 2880") { Cut = file => file.Bytes[..(file.HeaderOffset + 1000)], NamesTable = false, Offset = file => file.HeaderOffset },
        new("trunc_catalog", "the file ends after 100: truncated file or wrong header") { Cut = file => file.Bytes[..(file.DataOffset + 100)], Offset = file => file.DataOffset },
        new("trunc_tile", "truncated file or wrong header") { Cut = file => file.Bytes[..(file.Tiles[1] + 40)], Offset = file => file.DataOffset },
        new("trunc_pad", "the data are not padded to whole blocks of 2880 bytes") { Cut = file => file.Bytes[..^1], Offset = file => file.DataOffset },
        new("no_end", "expected printable ASCII (no END card before it)") { Patch = file => file.Bytes.AsSpan(EndCard(file), 3).Fill((byte)' '), NamesTable = false, Offset = file => file.DataOffset },
        new("header_nul", "header card holds the byte 0x00, expected printable ASCII") { Patch = file => file.Bytes[file.Card("EXTNAME") + 70] = 0, NamesTable = false, Offset = file => file.Card("EXTNAME") + 70 },
        new("unterminated_string", "string card RAWSUM has no closing quote") { Patch = file => file.Set("RAWSUM", "'0"), NamesTable = false, Offset = file => file.Card("RAWSUM") },
        Header("key_type", "NAXIS2", "'2'", "NAXIS2 is the string '2', expected an integer"),
        Header("key_float", "NAXIS1", "112.", "NAXIS1 is '112.', expected an integer"),
        Missing("key_missing_naxis2", "NAXIS2"),
        new("bad_xtension", "no zfits table in this FITS file (a BINTABLE with ZTABLE = T); its HDUs: primary, Events") { Patch = file => file.Set("XTENSION", "'IMAGE'"), Hdu = null, NamesTable = false, Offset = _ => null },
        Header("bad_bitpix", "BITPIX", "16", "BITPIX is 16, expected 8"),
        Header("bad_naxis", "NAXIS", "1", "NAXIS is 1, expected 2"),
        Header("bad_gcount", "GCOUNT", "2", "GCOUNT is 2, expected 1"),
        new("bad_ztable", "no zfits table in this FITS file (a BINTABLE with ZTABLE = T); its HDUs: primary, Events") { Patch = file => file.Set("ZTABLE", "F"), Hdu = null, NamesTable = false, Offset = _ => null },
        Header("bad_zpcount", "ZPCOUNT", "1", "ZPCOUNT is 1, expected 0"),
        Header("naxis1_small", "NAXIS1", "96", "NAXIS1 is 96, expected 112"),
        Header("naxis1_overflow", "NAXIS1", "9223372036854775807", "NAXIS2 is 2: the size of the data overflows 64 bits", at: "NAXIS2"),
        new("naxis2_huge", "the header announces 1008000000") { Patch = file => file.Set("NAXIS2", "9000000000000"), Offset = file => file.DataOffset },
        Header("naxis2_negative", "NAXIS2", "-1", "NAXIS2 is -1, expected at least 0"),
        Header("tfields_zero", "TFIELDS", "0", "TFIELDS is 0, expected 1 to 999"),
        Header("tfields_big", "TFIELDS", "8", "NAXIS1 is 112, expected 128", at: "NAXIS1"),
        Header("tfields_huge", "TFIELDS", "2147483648", "TFIELDS is 2147483648, expected 1 to 999"),
        new("datasum_text", "DATASUM is 'many', expected a decimal number") { Cut = file => Changed(file, "DATASUM", "'many'"), Offset = file => file.Card("DATASUM") },
    ];

    private static HostileCase[] Geometry =>
    [
        Header("znaxis2_huge", "ZNAXIS2", "1000000000000", "NAXIS2 is 2 tiles, but ZNAXIS2 = 1000000000000 rows make 333333333334 tiles of 3", at: "NAXIS2"),
        Header("znaxis2_negative", "ZNAXIS2", "-5", "ZNAXIS2 is -5, expected at least 0"),
        new("znaxis2_more", "the tile header announces 2 rows, expected 3") { Patch = file => file.Set("ZNAXIS2", "6"), Tile = 1, Offset = file => file.Tiles[1] },
        new("znaxis2_less", "the tile header announces 2 rows, expected 1") { Patch = file => file.Set("ZNAXIS2", "4"), Tile = 1, Offset = file => file.Tiles[1] },
        Header("ztilelen_zero", "ZTILELEN", "0", "ZTILELEN is 0, expected at least 1"),
        Header("ztilelen_negative", "ZTILELEN", "-3", "ZTILELEN is -3, expected at least 1"),
        new("ztilelen_wrong", "the tile header announces 3 rows, expected 4") { Patch = file => file.Set("ZTILELEN", "4"), Tile = 0, Offset = file => file.Tiles[0] },
        Header("pcount_negative", "PCOUNT", "-1", "PCOUNT is -1, expected at least 0"),
        new("pcount_small", "bytes, the table has") { Patch = file => file.Set("PCOUNT", (file.Get("PCOUNT") - 20).ToString(CultureInfo.InvariantCulture)), Tile = 1, Offset = file => file.Tiles[1] },
        new("pcount_large", "truncated file or wrong header") { Patch = file => file.Set("PCOUNT", "9999999"), Offset = file => file.DataOffset },
        Header("zheapptr_small", "ZHEAPPTR", "100", "ZHEAPPTR is 100: the heap begins inside the catalog of 2 rows of 112 bytes"),
        new("zheapptr_off", "tile marker is 494C4503, expected 54494C45 (TILE)") { Patch = file => file.Set("ZHEAPPTR", "449"), Tile = 0, Offset = file => file.Tiles[0] + 1 },
        Header("zheapptr_huge", "ZHEAPPTR", "9223372036854775000", "ZHEAPPTR is 9223372036854775000, beyond the"),
        Header("zshrink_zero", "ZSHRINK", "0", "ZSHRINK is 0, expected at least 1"),
        Missing("pbfhead_missing", "PBFHEAD"),
    ];

    private static HostileCase[] ColumnDescription =>
    [
        Missing("ttype_missing", "TTYPE3", "3"),
        Header("ttype_dup", "TTYPE3", "'eventNumber'", "TTYPE3 is 'eventNumber', the name of another column as well", EventNumber),
        Missing("zform_missing", "ZFORM3", Samples),
        Header("zform_letter", "ZFORM3", "'120X'", "ZFORM3 is '120X', expected a count and one letter of LABIJKED", Samples),
        Header("zform_negative", "ZFORM3", "'-120I'", "ZFORM3 is '-120I', its count is not a number of up to 63 bits", Samples),
        Header("zform_empty", "ZFORM3", "''", "ZFORM3 is '', expected a count and one letter of LABIJKED", Samples),
        Header("zform_overflow", "ZFORM3", "'99999999999999999999I'", "ZFORM3 is '99999999999999999999I', its count is not a number of up to 63 bits", Samples),
        Header("zform_small", "ZFORM3", "'60I'", "ZNAXIS1 is 308, the ZFORM widths of the columns add up to 188", at: "ZNAXIS1"),
        Header("zform_bomb", "ZFORM3", "'2000000000I'", "ZNAXIS1 is 308, the ZFORM widths of the columns add up to 4000000068", at: "ZNAXIS1"),
        new("zform_bomb_consistent", "3 rows of format 2000000000I can make a block of 12000000012 bytes, at most 2147483648 expected")
        {
            Patch = file =>
            {
                file.Set("ZFORM3", "'2000000000I'");
                file.Set("ZNAXIS1", "4000000068");
            },
            Tile = 0, Column = Samples, IsOneColumn = true, Offset = file => file.Blocks[0][2],
        },
        Header("zctyp", "ZCTYP3", "'GZIP_2'", "ZCTYP3 is 'GZIP_2', expected 'CTA'", Samples),
        Header("tzero", "TZERO2", "17", "TZERO2 is 17, not a tag of the element type J", EventNumber),
        Header("tzero_type", "TZERO4", "2147483648", "TZERO4 is 2147483648, not a tag of the element type I", PixelIds),
        Header("znaxis1", "ZNAXIS1", "7", "ZNAXIS1 is 7, the ZFORM widths of the columns add up to 308"),
        Missing("tpbid_missing", "TPBID3", Samples),
        Header("tpbid_text", "TPBID3", "'6.x.1'", "TPBID3 is '6.x.1', expected field numbers joined with dots", Samples),
        Header("tpbid_empty", "TPBID3", "''", "TPBID3 is '', expected field numbers joined with dots", Samples),
    ];

    private static HostileCase[] FurtherHeaders =>
    [
        Header("key_overflow", "NAXIS1", "99999999999999999999", "NAXIS1 is 99999999999999999999, beyond 64 bits"),
        Header("tfields_1000", "TFIELDS", "1000", "TFIELDS is 1000, expected 1 to 999"),
        Header("ttype_empty", "TTYPE3", "''", "TTYPE3 is empty, expected a column name", "3"),
        Header("tzero_text", "TZERO2", "'2147483648'", "TZERO2 is '2147483648', expected the tag of an unsigned type", EventNumber),
        Header("zshrink_odd", "ZSHRINK", "2", "ZTILELEN is 3, not a multiple of ZSHRINK = 2", at: "ZTILELEN"),
        Missing("zheapptr_missing", "ZHEAPPTR"),
    ];

    /// <summary>A card with another value; the error is about this card, or about the one that no longer fits it.</summary>
    private static HostileCase Header(string name, string keyword, string value, string message, string? column = null, string? at = null) =>
        new(name, message) { Patch = file => file.Set(keyword, value), Column = column, Offset = file => file.Card(at ?? keyword) };

    /// <summary>A card that is not there; the error is about the header.</summary>
    private static HostileCase Missing(string name, string keyword, string? column = null) =>
        new(name, $"required keyword {keyword} is missing") { Patch = file => file.Bytes.AsSpan(file.Card(keyword), 80).Fill((byte)' '), Column = column, Offset = file => file.HeaderOffset };

    private static int EndCard(TableBytes file) => Primary + file.Bytes.AsSpan(Primary).IndexOf(Encoding.ASCII.GetBytes("END".PadRight(80)));

    private static byte[] Changed(TableBytes file, string keyword, string value)
    {
        file.Set(keyword, value);
        return file.Bytes;
    }
}
