using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using DigiCam.Zfits;
using DigiCam.Zfits.Codecs;

namespace DigiCam.Zfits.Tests;

/// <summary>Damaged files end in one clear error that says where; every case varies one small valid file.</summary>
public sealed class DamagedFileTests
{
    private const string Samples = "hiGain_waveforms_samples";

    [Theory]
    [InlineData("", "the file is empty")]
    [InlineData("notes about a run\nwith several lines\n", "a text file")]
    [InlineData("\u001f\u008b\u0008", "gzip-compressed")]
    [InlineData("(\u00b5/\u00fd....", "zstd-compressed")]
    [InlineData("PK\u0003\u0004....", "zip archive")]
    [InlineData("\u0000\u0001\u0002", "not a FITS file")]
    [InlineData("SIMPLE  =                    T", "the file ends inside the header: 30 bytes left")]
    public void Open_OtherFile_SaysWhatItIs(string content, string message)
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        ZFitsFormatException e = Assert.Throws<ZFitsFormatException>(() => Open(folder, Encoding.Latin1.GetBytes(content)));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.StartsWith("bad.fits.fz: ", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_MissingFileOrFolder_IsAnIOException()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        Assert.Contains("nothing.fits.fz does not exist", Assert.Throws<FileNotFoundException>(() => ZFitsFile.Open(folder.File("nothing.fits.fz"))).Message, StringComparison.Ordinal);
        Assert.Contains("is a directory", Assert.Throws<IOException>(() => ZFitsFile.Open(folder.FullName)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => ZFitsFile.Open(""));
    }

    [Theory]
    [InlineData("NAXIS2", "'2'", "NAXIS2 is the string '2', expected an integer")]
    [InlineData("NAXIS1", "112.", "NAXIS1 is '112.', expected an integer")]
    [InlineData("NAXIS1", "96", "NAXIS1 is 96, expected 112")]
    [InlineData("NAXIS1", "9223372036854775807", "overflows 64 bits")]
    [InlineData("NAXIS1", "99999999999999999999", "beyond 64 bits")]
    [InlineData("NAXIS2", "9000000000000", "the file ends after")]
    [InlineData("NAXIS2", "-1", "NAXIS2 is -1, expected at least 0")]
    [InlineData("XTENSION", "'IMAGE'", "no zfits table")]
    [InlineData("ZTABLE", "F", "no zfits table")]
    [InlineData("BITPIX", "16", "BITPIX is 16, expected 8")]
    [InlineData("NAXIS", "1", "NAXIS is 1, expected 2")]
    [InlineData("GCOUNT", "2", "GCOUNT is 2, expected 1")]
    [InlineData("ZPCOUNT", "1", "ZPCOUNT is 1, expected 0")]
    [InlineData("TFIELDS", "0", "TFIELDS is 0, expected 1 to 999")]
    [InlineData("TFIELDS", "8", "NAXIS1 is 112, expected 128")]
    [InlineData("TFIELDS", "2147483648", "expected 1 to 999")]
    [InlineData("DATASUM", "'many'", "expected a decimal number")]
    [InlineData("EXTNAME", "'Events", "no closing quote")]
    [InlineData("ZNAXIS2", "1000000000000", "NAXIS2 is 2 tiles, but")]
    [InlineData("ZNAXIS2", "-5", "ZNAXIS2 is -5, expected at least 0")]
    [InlineData("ZTILELEN", "0", "ZTILELEN is 0, expected at least 1")]
    [InlineData("ZTILELEN", "-3", "ZTILELEN is -3, expected at least 1")]
    [InlineData("PCOUNT", "-1", "PCOUNT is -1, expected at least 0")]
    [InlineData("PCOUNT", "9999999", "the file ends after")]
    [InlineData("ZHEAPPTR", "100", "inside the catalog")]
    [InlineData("ZHEAPPTR", "9223372036854775000", "beyond the")]
    [InlineData("ZSHRINK", "0", "ZSHRINK is 0, expected at least 1")]
    [InlineData("TTYPE3", "'eventNumber'", "the name of another column")]
    [InlineData("ZFORM3", "'120X'", "one letter of LABIJKED")]
    [InlineData("ZFORM3", "'-120I'", "its count is not a number")]
    [InlineData("ZFORM3", "''", "one letter of LABIJKED")]
    [InlineData("ZFORM3", "'99999999999999999999I'", "its count is not a number")]
    [InlineData("ZFORM3", "'60I'", "add up to")]
    [InlineData("ZFORM3", "'2000000000I'", "add up to")]
    [InlineData("ZCTYP3", "'GZIP_2'", "expected 'CTA'")]
    [InlineData("TZERO2", "17", "not a tag of the element type J")]
    [InlineData("TZERO4", "2147483648", "not a tag of the element type I")]
    [InlineData("ZNAXIS1", "7", "ZNAXIS1 is 7, the ZFORM widths")]
    [InlineData("TPBID3", "'6.x.1'", "expected field numbers joined with dots")]
    [InlineData("TPBID3", "''", "expected field numbers joined with dots")]
    public void Open_WrongCard_NamesKeywordAndOffset(string keyword, string value, string message)
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        byte[] bytes = SmallFile.Bytes(folder);
        SmallFile.SetCard(bytes, keyword, value);
        ZFitsFormatException e = Assert.Throws<ZFitsFormatException>(() => Open(folder, bytes));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        if (message.StartsWith(keyword, StringComparison.Ordinal)) Assert.Equal(SmallFile.FindCard(bytes, keyword), e.ByteOffset);
    }

    [Theory]
    [InlineData("NAXIS2")]
    [InlineData("PBFHEAD")]
    [InlineData("TTYPE3")]
    [InlineData("ZFORM3")]
    [InlineData("TPBID3")]
    [InlineData("ZHEAPPTR")]
    public void Open_MissingCard_NamesKeyword(string keyword)
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        byte[] bytes = SmallFile.Bytes(folder);
        SmallFile.RemoveCard(bytes, keyword);
        ZFitsFormatException e = Assert.Throws<ZFitsFormatException>(() => Open(folder, bytes));
        Assert.Contains($"required keyword {keyword} is missing", e.Message, StringComparison.Ordinal);
        Assert.Equal("Events", e.Table);
    }

    [Fact]
    public void Open_NeitherMessageNorFieldPath_IsNotSupported()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        byte[] bytes = SmallFile.Bytes(folder);
        SmallFile.RemoveCard(bytes, "PBFHEAD");
        SmallFile.RemoveCard(bytes, "TPBID1");
        Assert.Contains("not a protobuf zfits table", Assert.Throws<ZFitsNotSupportedException>(() => Open(folder, bytes)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_AnyTruncation_IsRefused()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        byte[] bytes = SmallFile.Bytes(folder);
        for (int length = 0; length < bytes.Length; length += 720)
        {
            // After the primary header alone the file is whole, but has no table.
            ZFitsFormatException e = Assert.Throws<ZFitsFormatException>(() => Open(folder, bytes[..length]));
            Assert.StartsWith("bad.fits.fz: ", e.Message, StringComparison.Ordinal);
        }

        Assert.Contains("not padded", Assert.Throws<ZFitsFormatException>(() => Open(folder, bytes[..^1])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NonPrintableOrMissingEnd_IsRefused()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        byte[] bytes = SmallFile.Bytes(folder);
        int end = bytes.AsSpan(2880).IndexOf(Encoding.ASCII.GetBytes("END" + new string(' ', 77))) + 2880;
        byte[] noEnd = [.. bytes];
        noEnd[end] = (byte)' ';
        Assert.Contains("printable ASCII", Assert.Throws<ZFitsFormatException>(() => Open(folder, noEnd)).Message, StringComparison.Ordinal);
        bytes[2880 + 85] = 0;
        Assert.Equal(2880 + 85, Assert.Throws<ZFitsFormatException>(() => Open(folder, bytes)).ByteOffset);
    }

    [Fact]
    public void Open_UnfinishedWriter_IsNamed()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        byte[] bytes = SmallFile.Bytes(folder);
        SmallFile.SetCard(bytes, "NAXIS2", "0");
        SmallFile.SetCard(bytes, "ZNAXIS2", "0");
        SmallFile.SetCard(bytes, "PCOUNT", "0");
        Assert.Contains("the writer did not finish", Assert.Throws<ZFitsFormatException>(() => Open(folder, bytes)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadTile_HugeFormat_DoesNotAllocate()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        byte[] bytes = SmallFile.Bytes(folder);
        SmallFile.SetCard(bytes, "ZFORM3", "'2000000000I'");
        SmallFile.SetCard(bytes, "ZNAXIS1", (4000000000 + 4 + 4 + 24 + 1 + 8 + 27).ToString(CultureInfo.InvariantCulture));
        long before = GC.GetAllocatedBytesForCurrentThread();
        ZFitsFormatException e = Refused(folder, bytes, Samples);
        Assert.Contains("at most 2147483648 expected", e.Message, StringComparison.Ordinal);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 4_000_000);
        AssertReads(folder, bytes, "eventNumber");
    }

    [Theory]
    [InlineData(0, -1L, "both at least 0")]
    [InlineData(8, -1L, "both at least 0")]
    [InlineData(0, 1L << 62, "the block header announces")]
    [InlineData(8, 1L << 40, "offset 71 expected")]
    [InlineData(8, 72L, "offset 71 expected")]
    [InlineData(0, 0L, "the block header announces")]
    public void ReadTile_WrongCatalogEntry_NamesTheEntry(int field, long value, string message)
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        byte[] bytes = SmallFile.Bytes(folder);
        Layout layout = new(folder, bytes);
        int entry = layout.DataOffset + 16;
        long size = layout.Block(0, "telescopeID").Size;
        message = message.Replace("71", (16 + size).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        if (value == 72) value = 17 + size;
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(entry + field), value);
        ZFitsFormatException e = Refused(folder, bytes, "eventNumber");
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.Equal(("Events", "eventNumber", 0, 0L), (e.Table, e.Column, e.Tile, e.FirstRow));
    }

    [Fact]
    public void ReadTile_CatalogRowsSwappedOrLittleEndian_IsRefused()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        byte[] bytes = SmallFile.Bytes(folder);
        int data = new Layout(folder, bytes).DataOffset;
        byte[] swapped = [.. bytes];
        bytes.AsSpan(data, 112).CopyTo(swapped.AsSpan(data + 112));
        bytes.AsSpan(data + 112, 112).CopyTo(swapped.AsSpan(data));
        Refused(folder, swapped, "eventNumber");
        for (int i = 0; i < 28; i++) bytes.AsSpan(data + 8 * i, 8).Reverse();
        Refused(folder, bytes, "eventNumber");
    }

    [Theory]
    [InlineData(0, "54494C46", "tile marker is 54494C46")]
    [InlineData(4, "00000000", "announces 0 rows, expected 3")]
    [InlineData(4, "04000000", "announces 4 rows, expected 3")]
    [InlineData(4, "FFFFFFFF", "announces 4294967295 rows, expected 3")]
    [InlineData(8, "0000000000000080", "announces 9223372036854775808 bytes")]
    [InlineData(8, "0100000000000000", "the tile")]
    public void ReadTile_WrongTileHeader_NamesTileAndOffset(int at, string hex, string message)
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        byte[] bytes = SmallFile.Bytes(folder);
        int tile = new Layout(folder, bytes).TileOffset(0);
        Convert.FromHexString(hex).CopyTo(bytes, tile + at);
        ZFitsFormatException e = Refused(folder, bytes, "eventNumber");
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.Equal(0, e.Tile);
        if (at < 8) Assert.Equal(tile, e.ByteOffset);
    }

    [Fact]
    public void ReadTile_TileSizeOffByOne_IsRefused()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        byte[] bytes = SmallFile.Bytes(folder);
        int tile = new Layout(folder, bytes).TileOffset(0);
        bytes[tile + 8]++;
        Assert.Contains("its blocks have", Refused(folder, bytes, "eventNumber").Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0xff, "the block header announces")]
    [InlineData(8, 'X', "ordering byte is 0x58")]
    [InlineData(9, 0, "at least one expected")]
    [InlineData(9, 255, "the block announces 255 processes")]
    [InlineData(10, 0x07, "only the last process is a coder")]
    [InlineData(12, 0x03, "a coder expected")]
    public void ReadTile_WrongBlockHeader_NamesColumnAndOffset(int at, int value, string message)
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        byte[] bytes = SmallFile.Bytes(folder);
        int offset = (int)new Layout(folder, bytes).Block(1, "trigger_output_patch7").FileOffset;
        // A list of two processes, so that the first may be wrong as well.
        offset = at == 12 || at == 10 ? (int)new Layout(folder, bytes).Block(1, Samples).FileOffset : offset;
        string column = at is 12 or 10 ? Samples : "trigger_output_patch7";
        bytes[offset + at] = (byte)value;
        ZFitsFormatException e = Refused(folder, bytes, column, tile: 1);
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.Equal(("Events", column, 1, 3L, (long)offset), (e.Table, e.Column, e.Tile, e.FirstRow, e.ByteOffset));
        Assert.StartsWith(FormattableString.Invariant($"bad.fits.fz: table Events, column {column}, tile 1 (rows 3-4), offset {offset}: "), e.Message, StringComparison.Ordinal);
        AssertReads(folder, bytes, "eventNumber");
    }

    [Fact]
    public void ReadTile_CoderThatDoesNotFit_LeavesNoTile()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        byte[] bytes = SmallFile.Bytes(folder);
        bytes[(int)new Layout(folder, bytes).Block(0, Samples).FileOffset + 12] = 0x09;
        using ZFitsFile file = Open(folder, bytes);
        using ZFitsTileReader reader = file.Tables[0].CreateTileReader(Samples);
        ZFitsFormatException e = Assert.Throws<ZFitsFormatException>(() => reader.ReadTile(0));
        Assert.Contains($"column {Samples}, tile 0 (rows 0-2)", e.Message, StringComparison.Ordinal);
        Assert.Contains("lzo", e.Message, StringComparison.Ordinal);
        Assert.Equal(-1, reader.TileIndex);
        Assert.Throws<InvalidOperationException>(() => reader[0]);
    }

    [Fact]
    public void ReadTile_OrderingR_IsAccepted()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        byte[] bytes = SmallFile.Bytes(folder);
        bytes[(int)new Layout(folder, bytes).Block(0, Samples).FileOffset + 8] = (byte)'R';
        AssertReads(folder, bytes, Samples);
    }

    [Theory]
    [InlineData("size", 0, 99, "Huffman stream size is")]
    [InlineData("count", 11, 0x40, "symbols, at most 366 possible")]
    [InlineData("codes zero", 12, 0, "announces 0 codes")]
    [InlineData("codes huge", 19, 0x80, "codes, 1 to 65536 expected")]
    [InlineData("length zero", 22, 0, "has 0 bits, 1 to 56 expected")]
    [InlineData("length 200", 22, 200, "has 200 bits, 1 to 56 expected")]
    [InlineData("wide", 23, 0xff, "has bits beyond its length")]
    public void ReadTile_WrongHuffmanHeader_IsRefused(string name, int at, int value, string message)
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        byte[] bytes = SmallFile.Bytes(folder);
        int payload = (int)new Layout(folder, bytes).Block(0, Samples).FileOffset + 14;
        if (name == "codes zero") bytes.AsSpan(payload + 12, 8).Clear();
        bytes[payload + at] = (byte)value;
        ZFitsFormatException e = Refused(folder, bytes, Samples);
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.Equal(Samples, e.Column);
    }

    [Theory]
    [InlineData("0000000000000000 0000000000000000", "too short")]
    [InlineData("0400000000000000 0200000000000000 0100 01 00 0100 01 01 00", "ascending distinct symbols")]
    [InlineData("0400000000000000 0200000000000000 0100 01 00 0200 01 00 00", "not prefix free")]
    [InlineData("0400000000000000 0200000000000000 0100 02 00 0200 01 01 00", "do not cover all bit strings")]
    [InlineData("0400000000000000 0300000000000000 0100 01 00 0200 01 01 0300 02 03 00", "not prefix free")]
    [InlineData("0900000000000000 0200000000000000 0100 01 00 0200 01 01 00", "its bit stream has 8 bits")]
    [InlineData("0400000000000000 0300000000000000 0100 01 00 0200 02 01 0300 02 03 ff", null)]
    [InlineData("0500000000000000 0300000000000000 0100 01 00 0200 02 01 0300 02 03 ff", "ends after 4 of 5 symbols")]
    [InlineData("0400000000000000 0200000000000000 0100 01 00 0200 01 01 00 00", "12 bits left after 4 symbols")]
    [InlineData("0400000000000000 0200000000000000 0100 01 00 0200 01", "cannot hold them")]
    [InlineData("0400000000000000 0200000000000000 0100 09 00 00 0200 01", "code table ends after 1 of 2")]
    [InlineData("0400000000000000 0100000000000000 0700", null)]
    [InlineData("0400000000000000 0100000000000000 0700 00", "single symbol has 19 bytes")]
    [InlineData("0000000000010000 0100000000000000 0700", "at most 32 possible")]
    public void Huffman_Stream_IsChecked(string hex, string? message)
    {
        byte[] stream = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        byte[] payload = [.. BitConverter.GetBytes(stream.Length), .. stream];
        using CodecChain chain = new();
        if (message is null)
        {
            Assert.Equal(8, CodecTests.Decode(chain, payload, [ProcessIds.Huffman16], 64).Length);
            return;
        }

        CodecException e = Assert.Throws<CodecException>(() => CodecTests.Decode(chain, payload, [ProcessIds.Huffman16], 64));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ZLib_Defects_AreRefused()
    {
        using CodecChain chain = new();
        byte[] data = [.. Enumerable.Range(0, 5000).Select(i => (byte)(i * i >> 5))];
        byte[] good = CodecTests.Encode(chain, data, [ProcessIds.ZLib]);
        string Message(byte[] payload, int limit = 5000) => Assert.Throws<CodecException>(() => CodecTests.Decode(chain, payload, [ProcessIds.ZLib], limit)).Message;
        Assert.Contains("not with a zlib header", Message([0x79, .. good[1..]]), StringComparison.Ordinal);
        Assert.Contains("cut short", Message([]), StringComparison.Ordinal);
        Assert.Contains("zlib", Message(good[..^20]), StringComparison.Ordinal);
        Assert.Contains("Adler-32", Message([.. good[..^1], (byte)(good[^1] ^ 1)]), StringComparison.Ordinal);
        Assert.Contains("Adler-32", Message([.. good, 0, 0, 0]), StringComparison.Ordinal);
        Assert.Contains("more than 4996 bytes", Message(good, 4996), StringComparison.Ordinal);
        using MemoryStream bomb = new();
        using (ZLibStream zlib = new(bomb, CompressionLevel.Optimal, leaveOpen: true)) zlib.Write(new byte[64 << 20]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("more than 5000 bytes", Message(bomb.ToArray()), StringComparison.Ordinal);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 2_000_000);
    }

    [Fact]
    public void Zstd_Defects_AreRefused()
    {
        using CodecChain chain = new();
        byte[] data = [.. Enumerable.Range(0, 5000).Select(i => (byte)(i * i >> 5))];
        byte[] good = CodecTests.Encode(chain, data, [ProcessIds.Zstd]);
        Assert.Equal(data, CodecTests.Decode(chain, good, [ProcessIds.Zstd], 5000));
        string Message(byte[] payload) => Assert.Throws<CodecException>(() => CodecTests.Decode(chain, payload, [ProcessIds.Zstd], 5000)).Message;
        Assert.Contains("zstd", Message(good[..^9]), StringComparison.Ordinal);
        Assert.Contains("zstd", Message([]), StringComparison.Ordinal);
        Assert.Contains("zstd", Message([1, .. good[1..]]), StringComparison.Ordinal);
        Assert.Contains("the payload", Message([.. good, 1, 2]), StringComparison.Ordinal);
        Assert.Contains("at most 5000", Message(CodecTests.Encode(chain, new byte[64 << 20], [ProcessIds.Zstd])), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "FFFFFFFF", "row length is -1")]
    [InlineData(2, "E8030000", "bytes are left in the block")]
    [InlineData(2, "05000000", "a multiple of the element size 2")]
    [InlineData(4, "07", "boolean byte is 7, expected 0 or 1")]
    public void ReadTile_WrongRows_NamesRow(int column, string hex, string message)
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        string path = folder.File("raw.fits.fz");
        ZFitsColumnDefinition[] raw = [.. SmallFile.Columns.Select(c => c with { Recipe = ZFitsRecipe.Raw })];
        using (ZFitsWriter writer = ZFitsWriter.Create(path))
        {
            ZFitsTableWriter table = writer.BeginTable("Events", DigiCamColumns.EventMessage, raw, new ZFitsTableOptions { RowsPerTile = 3, ReservedTiles = 1 });
            for (int row = 0; row < 3; row++)
            {
                table.SetArray<short>(2, SmallFile.SamplesOf(row));
                table.CommitRow();
            }

            table.Finish();
            writer.Finish();
        }

        byte[] bytes = File.ReadAllBytes(path);
        ZFitsBlock block = new Layout(folder, bytes).Block(0, raw[column].Name);
        // The second row.
        int at = (int)(block.FileOffset + 12) + (raw[column].Kind == ZFitsColumnKind.Scalar ? 1 : 4 + 2 * SmallFile.Samples);
        Convert.FromHexString(hex).CopyTo(bytes, at);
        ZFitsFormatException e = Refused(folder, bytes, raw[column].Name);
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.Equal(1, e.Row);
        Assert.Equal(block.FileOffset, e.ByteOffset);
    }

    [Fact]
    public void VerifyChecksums_ChangedByte_IsReportedAndStillDecodes()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        byte[] bytes = SmallFile.Bytes(folder);
        bytes[^1] = 1;
        using ZFitsFile file = Open(folder, bytes);
        ChecksumReport report = file.Tables[0].VerifyChecksums(TestContext.Current.CancellationToken);
        Assert.True(report is { DataSumPresent: true, DataSumOk: false, CheckSumPresent: true, CheckSumOk: false, Ok: false });
        Assert.Equal(5, file.Tables[0].Rows().Count());
        Assert.True(file.Hdus[0].VerifyChecksums(TestContext.Current.CancellationToken).Ok);
    }

    /// <summary>Whatever byte is changed: values, an error or a wrong sum, but no other exception.</summary>
    [Fact]
    public void AnyByte_Changed_EndsInAnErrorOrIsNoticed()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        byte[] good = SmallFile.Bytes(folder);
        Random random = new(20180822);
        int heap = new Layout(folder, good).TileOffset(0);
        for (int i = 0; i < 700; i++)
        {
            byte[] bytes = [.. good];
            int at = i % 3 == 0 ? random.Next(bytes.Length) : random.Next(heap, heap + 900);
            bytes[at] ^= (byte)(1 << random.Next(8));
            try
            {
                using ZFitsFile file = Open(folder, bytes);
                bool sumsOk = file.Hdus.All(hdu => hdu.VerifyChecksums(TestContext.Current.CancellationToken).Ok);
                foreach (ZFitsTable table in file.Tables) Assert.True(table.Rows().Count() == 5 && (!sumsOk || IsSumCard(good, at)));
            }
            catch (Exception e) when (e is ZFitsFormatException or NotSupportedException)
            {
                Assert.Contains("bad.fits.fz", e.Message, StringComparison.Ordinal);
            }
        }
    }

    /// <summary>A changed keyword of a sum card makes the sum absent, not wrong.</summary>
    private static bool IsSumCard(byte[] good, int at)
    {
        string keyword = Encoding.ASCII.GetString(good, at / 80 * 80, 8).TrimEnd();
        return keyword is "CHECKSUM" or "DATASUM";
    }

    private static ZFitsFile Open(TemporaryFolder folder, byte[] bytes)
    {
        string path = folder.File("bad.fits.fz");
        File.WriteAllBytes(path, bytes);
        return ZFitsFile.Open(path);
    }

    private static ZFitsFormatException Refused(TemporaryFolder folder, byte[] bytes, string column, int tile = 0)
    {
        using ZFitsFile file = Open(folder, bytes);
        using ZFitsTileReader reader = file.Tables[0].CreateTileReader(column);
        ZFitsFormatException e = Assert.Throws<ZFitsFormatException>(() => reader.ReadTile(tile));
        Assert.StartsWith("bad.fits.fz: table Events", e.Message, StringComparison.Ordinal);
        return e;
    }

    private static void AssertReads(TemporaryFolder folder, byte[] bytes, string column)
    {
        using ZFitsFile file = Open(folder, bytes);
        Assert.Equal(5, file.Tables[0].Rows(column).Count());
    }

    /// <summary>Where things are in the undamaged file.</summary>
    private sealed class Layout
    {
        private readonly ZFitsTile[] _tiles;

        public Layout(TemporaryFolder folder, byte[] bytes)
        {
            using ZFitsFile file = Open(folder, bytes);
            DataOffset = (int)file.Tables[0].Hdu.DataOffset;
            _tiles = [.. Enumerable.Range(0, file.Tables[0].TileCount).Select(file.Tables[0].GetTile)];
        }

        public int DataOffset { get; }

        public int TileOffset(int tile) => (int)_tiles[tile].FileOffset;

        public ZFitsBlock Block(int tile, string column) => _tiles[tile].Blocks.Single(block => block.Column.Name == column);
    }
}
