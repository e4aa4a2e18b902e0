using System.Buffers.Binary;
using DigiCam.Zfits;
using DigiCam.Zfits.Codecs;

namespace DigiCam.Zfits.Tests;

/// <summary>Blocks of a file whose compressed data are damaged or made to harm: one clear error that names the place, and no memory.</summary>
public sealed class HostileBlockTests
{
    private const string Column = "hiGain_waveforms_samples";

    /// <summary>What a block of one row of 60 int16 can hold: length and values.</summary>
    private const int Limit = 124;

    /// <summary>Name, process list, payload in hexadecimal, message.</summary>
    public static TheoryData<string, string, string, string> Cases => new()
    {
        { "rice_negative", "0a", "feffffff 0000 00", "rice: output size -2, at least 0 expected" },
        { "rice_huge", "0a", "feffff7f 0000 00", "rice: the data decode to 2147483646 bytes, at most 124 possible" },
        { "rice_odd", "0a", "03000000 0000 00 00", "rice: 3 bytes are not a multiple of 2" },
        { "rice_trunc", "0a", "7c000000 0000 00 00 00", "rice: 62 words announced, 40 bits cannot hold them" },
        { "rice_trunc in a word", "0a", "04000000 0005 0f", "rice: the bit stream ends after 1 of 2 words" },
        { "lzo_trunc", "09", "15 41424344", "lzo: the stream of 5 bytes is cut short, it has no end marker" },
        { "lzo_trailing", "09", "15 41424344 110000 00", "lzo: 1 bytes follow the end marker" },
        { "lzo_lookbehind", "09", "15 41424344 50 00 110000", "lzo: match at byte 5 of the stream reaches 5 bytes back, only 4 are decoded" },
        { "split16_odd", "05 00", "01020304050607080910111213", "splithilo16: 13 bytes are not a multiple of 2" },
        { "split32_odd", "0e 00", "01020304050607080910", "splithilo32: 10 bytes are not a multiple of 4" },
        { "same_count", "11 00", "02000000 01000000 00000000", "samevalues32: 2 pairs announced, 3 words present, 5 expected" },
        { "same_bomb", "11 00", "01000000 ffffffff 00000000", "samevalues32: the data decode to 17179869180 bytes, at most 124 possible" },
        { "sparse_negative", "13 00", "9cffffff 01000000 feffffff", "sparsevalues32: run length -2, at least 0 expected" },
        { "sparse_bomb", "13 00", "9cffffff 01000000 ffffff7f", "sparsevalues32: the data decode to 8589934588 bytes, at most 124 possible" },
        { "lossyfloat_size", "12 00", "78000000 00000000", "lossyfloats: row of 120 bytes at byte 0 of the decoded block, 4 bytes left" },
        { "lossyfloat_size negative", "12 00", "fcffffff 00000000", "lossyfloats: row of -4 bytes at byte 0 of the decoded block, 4 bytes left" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void ReadTile_HostileBlock_NamesThePlace(string name, string processes, string payload, string message) => Refuse(name, CodecTests.Processes(processes), Convert.FromHexString(payload.Replace(" ", "", StringComparison.Ordinal)), message);

    [Fact]
    public void ReadTile_LzoBomb_StopsAtTheLimit()
    {
        using CodecChain chain = new();
        Refuse("lzo_bomb", [ProcessIds.Lzo], CodecTests.Encode(chain, new byte[64 << 20], [ProcessIds.Lzo]), "lzo: the data decode to more than 124 bytes, the most this block can hold");
    }

    [Fact]
    public void ReadTile_GoodBlock_IsRead()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        using CodecChain chain = new();
        byte[] row = [120, 0, 0, 0, .. CodecTests.Bytes([.. Enumerable.Range(0, 60).Select(i => (short)i)])];
        foreach (ushort[] processes in new ushort[][] { [ProcessIds.Lzo], [ProcessIds.Rice], [ProcessIds.SplitHiLo16, ProcessIds.Lzo] })
        {
            using ZFitsFile file = ZFitsFile.Open(FileWith(folder, processes, CodecTests.Encode(chain, row, processes)));
            Assert.Equal([.. Enumerable.Range(0, 60).Select(i => (short)i)], file.Tables[0].ReadRow(0, Column).GetArray<short>(Column));
        }
    }

    private static void Refuse(string name, ushort[] processes, byte[] payload, string message)
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        using ZFitsFile file = ZFitsFile.Open(FileWith(folder, processes, payload));
        using ZFitsTileReader reader = file.Tables[0].CreateTileReader(Column);
        long before = GC.GetAllocatedBytesForCurrentThread();
        ZFitsFormatException e = Assert.Throws<ZFitsFormatException>(() => reader.ReadTile(0));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1_000_000 + 8 * payload.Length, name);
        Assert.Equal(("Events", Column, 0, 0L), (e.Table, e.Column, e.Tile, e.FirstRow));
        long offset = file.Tables[0].GetTile(0).FileOffset + 16;
        Assert.Equal(offset, e.ByteOffset);
        Assert.StartsWith("hostile.fits.fz: table Events, column " + Column, e.Message, StringComparison.Ordinal);
        Assert.EndsWith(message, e.Message, StringComparison.Ordinal);
    }

    /// <summary>A file of one row and one column whose block is replaced.</summary>
    private static string FileWith(TemporaryFolder folder, ushort[] processes, byte[] payload)
    {
        string path = folder.File("hostile.fits.fz");
        int size = 10 + 2 * processes.Length + payload.Length;
        ZFitsColumnDefinition column = new(Column, "6.1.1", ZFitsElementType.Int16, ZFitsColumnKind.Array, ZFitsRecipe.Raw);
        // A second column as large as needed makes room in the file.
        ZFitsColumnDefinition room = new("trigger_output_patch7", "36", ZFitsElementType.UInt8, ZFitsColumnKind.Array, ZFitsRecipe.Raw);
        using (ZFitsWriter writer = ZFitsWriter.Create(path))
        {
            ZFitsTableWriter table = writer.BeginTable("Events", DigiCamColumns.EventMessage, [column, room], new ZFitsTableOptions { ReservedTiles = 1, RowsPerTile = 1 });
            table.SetArray<short>(0, new short[(Limit - 4) / 2]);
            table.SetArray<byte>(1, new byte[(size + 3) / 4 * 4]);
            table.CommitRow();
            table.Finish();
            writer.Finish();
        }

        byte[] bytes = File.ReadAllBytes(path);
        ZFitsBlock[] blocks;
        int data;
        using (ZFitsFile file = ZFitsFile.Open(path))
        {
            blocks = [.. file.Tables[0].GetTile(0).Blocks];
            data = (int)file.Tables[0].Hdu.DataOffset;
        }

        // The first block becomes the wanted one, the second takes what is left of the tile.
        int first = (int)blocks[0].FileOffset;
        int second = first + size;
        int end = (int)(blocks[1].FileOffset + blocks[1].Size);
        WriteBlock(bytes.AsSpan(first, size), processes, payload);
        WriteBlock(bytes.AsSpan(second, end - second), [ProcessIds.Raw], new byte[end - second - 12]);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(data), size);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(data + 16), end - second);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(data + 24), 16 + size);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private static void WriteBlock(Span<byte> block, ushort[] processes, byte[] payload)
    {
        BinaryPrimitives.WriteInt64LittleEndian(block, block.Length);
        block[8] = (byte)'C';
        block[9] = (byte)processes.Length;
        for (int i = 0; i < processes.Length; i++) BinaryPrimitives.WriteUInt16LittleEndian(block[(10 + 2 * i)..], processes[i]);
        payload.CopyTo(block[(10 + 2 * processes.Length)..]);
    }
}
