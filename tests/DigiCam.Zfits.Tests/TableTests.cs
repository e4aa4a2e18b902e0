using System.Buffers.Binary;
using System.Globalization;
using DigiCam.Zfits;
using DigiCam.Zfits.Messages;
using Google.Protobuf.Reflection;

namespace DigiCam.Zfits.Tests;

/// <summary>Message definitions behind columns, and tables of unusual form.</summary>
public sealed class TableTests
{
    [Theory]
    [InlineData("DataModel.CameraEvent", "ProtoDataModel.CameraEvent")]
    [InlineData("R1.CameraEvent", "ProtoR1.CameraEvent")]
    [InlineData("CTAR1.Event", "R1v1.Event")]
    [InlineData("R1v1.Event", "R1v1.Event")]
    public void Canonical_OldPackage_IsReplaced(string written, string expected) => Assert.Equal(expected, MessageRegistry.Canonical(written));

    [Theory]
    [InlineData("6.1.1", "hiGain_waveforms_samples", "samples")]
    [InlineData("3", "eventType", "physics_event_type")]
    [InlineData("34", "event_type", "event_type")]
    [InlineData("34", "eventType", null)]
    [InlineData("6", "hiGain", null)]
    [InlineData("6.1.1.4", "hiGain_waveforms_samples_data", null)]
    [InlineData("4.1", "eventNumber_x", null)]
    [InlineData("9999", "new_field", null)]
    public void FindField_Path_FollowsTheDefinition(string path, string column, string? field)
    {
        MessageDescriptor message = MessageRegistry.Find("DataModel.CameraEvent")!;
        Assert.Equal(field, MessageRegistry.FindField(message, path, column)?.Name);
    }

    [Fact]
    public void FindField_RepeatedMessage_TakesTheElementNumber()
    {
        MessageDescriptor message = MessageRegistry.Find("ProtoDataModel.ArrayTrigger")!;
        Assert.Equal("eventNumber", MessageRegistry.FindField(message, "3.0.4", "cameras_0_eventNumber")?.Name);
        Assert.Null(MessageRegistry.FindField(message, "3.4", "cameras_eventNumber"));
        Assert.Null(MessageRegistry.Find("Nobody.Knows"));
    }

    [Fact]
    public void Kind_UnknownMessage_FollowsFromTheData()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        byte[] bytes = SmallFile.Bytes(folder);
        SmallFile.SetCard(bytes, "PBFHEAD", "'Some.Event'");
        File.WriteAllBytes(folder.File("u.fits.fz"), bytes);
        using ZFitsFile file = ZFitsFile.Open(folder.File("u.fits.fz"));
        Assert.Equal(SmallFile.Columns.Select(c => c.Kind), file.Tables[0].Columns.Select(c => c.Kind));
        Assert.All(file.Tables[0].Columns, column => Assert.False(column.IsKnownField));
        Assert.Equal(1004u, file.Tables[0].ReadRow(4).GetValue("eventNumber"));
    }

    /// <summary>A table whose writer ran out of catalog space: the catalog lists every third tile, ZTILELEN counts three of them.</summary>
    [Fact]
    public void Rows_ShrunkCatalog_AreFoundByWalkingTheHeap()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        string path = folder.File("s.fits.fz");
        ZFitsColumnDefinition[] columns = [SmallFile.Columns[1], SmallFile.Columns[2]];
        using (ZFitsWriter writer = ZFitsWriter.Create(path))
        {
            ZFitsTableWriter table = writer.BeginTable("Events", DigiCamColumns.EventMessage, columns, new ZFitsTableOptions { RowsPerTile = 2, ReservedTiles = 5 });
            for (int row = 0; row < 9; row++)
            {
                table.SetScalar(0, (uint)row);
                table.SetArray<short>(1, SmallFile.SamplesOf(row % 5));
                table.CommitRow();
            }

            table.Finish();
            writer.Finish();
        }

        byte[] bytes = File.ReadAllBytes(path);
        int data;
        using (ZFitsFile file = ZFitsFile.Open(path)) data = (int)file.Tables[0].Hdu.DataOffset;
        bytes.AsSpan(data + 3 * 32, 32).CopyTo(bytes.AsSpan(data + 32));
        bytes.AsSpan(data + 2 * 32, 3 * 32).Clear();
        SmallFile.SetCard(bytes, "ZSHRINK", "3");
        SmallFile.SetCard(bytes, "ZTILELEN", "6");
        File.WriteAllBytes(path, bytes);

        using (ZFitsFile file = ZFitsFile.Open(path))
        {
            ZFitsTable table = file.Tables[0];
            Assert.Equal((5, 2, 3L), (table.TileCount, table.RowsPerTile, table.Shrink));
            Assert.Equal(Enumerable.Range(0, 9).Select(i => (uint)i), table.Rows().Select(row => row.GetScalar<uint>("eventNumber")));
            Assert.Equal(SmallFile.SamplesOf(2), table.ReadRow(7).GetArray<short>("hiGain_waveforms_samples"));
            Assert.Equal(6, table.GetTile(3).FirstRow);
        }

        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(data + 32), 77);
        File.WriteAllBytes(path, bytes);
        using (ZFitsFile file = ZFitsFile.Open(path))
        {
            Assert.Contains("catalog entry has size 77", Assert.Throws<ZFitsFormatException>(() => file.Tables[0].ReadRow(6)).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("TZERO4", "32768.")]
    [InlineData("TZERO6", "9223372036854775808.")]
    [InlineData("TZERO7", "-128.")]
    [InlineData("TZERO1", "0")]
    [InlineData("ZRATIO", "0.")]
    [InlineData("THEAP", "7")]
    public void Open_OtherSpellings_AreAccepted(string keyword, string value)
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        byte[] bytes = SmallFile.Bytes(folder);
        // TZERO1 does not exist in the file: take the place of an informative card.
        if (keyword == "TZERO1") SmallFile.RemoveCard(bytes, "TFORM1");
        if (keyword == "TZERO1") System.Text.Encoding.ASCII.GetBytes("TZERO1  = 0").CopyTo(bytes, SmallFile.FindCard(bytes, "TTYPE1") - 80);
        else SmallFile.SetCard(bytes, keyword, value);
        File.WriteAllBytes(folder.File("t.fits.fz"), bytes);
        using ZFitsFile file = ZFitsFile.Open(folder.File("t.fits.fz"));
        Assert.Equal(SmallFile.Columns.Select(c => c.ElementType), file.Tables[0].Columns.Select(c => c.ElementType));
        Assert.Equal(5, file.Tables[0].Rows().Count());
    }

    [Fact]
    public void Block_WithoutData_HasUnsetRows()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        string path = folder.File("n.fits.fz");
        // The last block of the last tile loses its payload; sizes in catalog, tile and header follow.
        byte[] bytes = SmallFile.Bytes(folder);
        ZFitsTile tile;
        int data;
        long heap;
        using (ZFitsFile file = ZFitsFile.Open(folder.File("good.fits.fz")))
        {
            tile = file.Tables[0].GetTile(1);
            data = (int)file.Tables[0].Hdu.DataOffset;
            heap = file.Tables[0].HeapOffset;
        }

        ZFitsBlock block = tile.Blocks[^1];
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan((int)block.FileOffset), 12);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan((int)tile.FileOffset + 8), tile.Size - block.PayloadSize);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(data + 112 + 6 * 16), 12);
        Assert.True(heap > 0);
        File.WriteAllBytes(path, bytes);
        using (ZFitsFile file = ZFitsFile.Open(path))
        {
            Assert.False(file.Tables[0].ReadRow(2).IsUnset(block.Column.Name));
            ZFitsRow row = file.Tables[0].ReadRow(3);
            Assert.True(row.IsUnset(block.Column.Name));
            Assert.Null(row.GetValue(block.Column.Name));
            Assert.Empty(row.GetArray<byte>(block.Column.Name));
            Assert.Equal(1003u, row.GetScalar<uint>("eventNumber"));
        }
    }

    [Fact]
    public void Header_Cards_AreTypedAndInvariant()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        SmallFile.Write(folder.File("h.fits.fz"));
        using ZFitsFile file = ZFitsFile.Open(folder.File("h.fits.fz"));
        FitsHeader header = file.Tables[0].Header;
        Assert.True(header.TryGetReal("ZRATIO", out double ratio) && ratio > 0.5);
        Assert.False(header.TryGetInteger("ZRATIO", out _));
        Assert.False(header.TryGetString("NAXIS1", out _));
        Assert.Equal("XTENSION", header[0].Keyword);
        Assert.Equal("binary table extension", header[0].Comment);
        Assert.Equal(header.Count, header.Count());
        Assert.Equal("7.5", FitsCard.Real("X", 7.5).Value);
        Assert.Equal("3.", FitsCard.Real("X", 3).Value);
        Assert.Throws<ArgumentException>(() => FitsCard.Text("toolongkeyword", ""));
        Assert.Throws<ArgumentException>(() => FitsCard.Text("X", "ü"));
        Assert.Equal("-5", FitsCard.Integer("X", -5).Value);
        Assert.Equal(7.ToString(CultureInfo.InvariantCulture), header.Single(card => card.Keyword == "TFIELDS").Value);
    }
}
