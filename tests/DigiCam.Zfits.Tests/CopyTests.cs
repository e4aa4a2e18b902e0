using DigiCam.Zfits;

namespace DigiCam.Zfits.Tests;

/// <summary>Tables that are written like other ones, from the bytes of their rows.</summary>
public sealed class CopyTests
{
    [Theory]
    [InlineData("example_10_evts.000")]
    [InlineData("SST1M_01_20180822_001")]
    public void Copy_OfARealFile_HasTheSameColumnsCardsAndValues(string name)
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        string path = folder.File("copy.fits.fz");
        using ZFitsFile source = ZFitsFile.Open(TestEnvironment.Shared("data", "real", name + ".fits.fz"));
        Copy(source, path, table => table.GetDefinitions());

        using ZFitsFile copy = ZFitsFile.Open(path);
        Assert.Equal(source.Tables.Select(table => table.Name), copy.Tables.Select(table => table.Name));
        foreach ((ZFitsTable expected, ZFitsTable found) in source.Tables.Zip(copy.Tables))
        {
            AssertSameRows(expected, found);
            Assert.Equal(expected.GetTile(0).Blocks.Select(block => string.Join(' ', block.ProcessNames)), found.GetTile(0).Blocks.Select(block => string.Join(' ', block.ProcessNames)));
            Assert.NotEmpty(expected.GetUserCards());
            Assert.Equal(expected.GetUserCards(), found.GetUserCards());
            foreach (string keyword in new[] { "DATE", "DATEEND" })
            {
                Assert.True(expected.Header.TryGetString(keyword, out string? date));
                Assert.True(found.Header.TryGetString(keyword, out string? copied));
                Assert.Equal(date, copied);
            }
        }
    }

    [Fact]
    public void Definitions_OfACamera_AreThoseOfItsServer()
    {
        using ZFitsFile source = ZFitsFile.Open(TestEnvironment.Shared("data", "real", "example_10_evts.000.fits.fz"));
        ZFitsTable table = source.GetTable("Events");
        Assert.Equal(table.GetDefinitions(), table.GetDefinitions(CameraRecipes.Digicam));
        Assert.All(table.GetDefinitions(ZFitsRecipe.Lzo), definition => Assert.Same(ZFitsRecipe.Lzo, definition.Recipe));
    }

    [Fact]
    public void Definitions_OfAnUnknownMessage_TakeTheRecipeOfTheColumnName()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        string path = folder.File("unknown.fits.fz");
        using (ZFitsWriter writer = ZFitsWriter.Create(path))
        {
            ZFitsTableWriter table = writer.BeginTable("T", "Unknown.Event", [SmallFile.Columns[1] with { Name = "event" }, SmallFile.Columns[2], SmallFile.Columns[6] with { IsTagged = false }]);
            table.SetScalar(0, 7u);
            table.CommitRow();
            table.Finish();
            writer.Finish();
        }

        using ZFitsFile file = ZFitsFile.Open(path);
        IReadOnlyList<ZFitsColumnDefinition> definitions = file.Tables[0].GetDefinitions(CameraRecipes.Digicam);
        Assert.Equal(["raw", "diffman16", "zlib"], definitions.Select(definition => definition.Recipe.Name));
        Assert.Equal([true, true, false], definitions.Select(definition => definition.IsTagged));
        Assert.Null(file.Tables[0].Columns[2].TypeTag);
    }

    [Fact]
    public void SetRaw_BytesThatAreNoElements_IsAnArgumentException()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        using ZFitsWriter writer = ZFitsWriter.Create(folder.File("x.fits.fz"));
        Assert.Throws<ArgumentException>(() => writer.BeginTable("T", "M", [SmallFile.Columns[1] with { IsTagged = false }]));
        ZFitsTableWriter table = writer.BeginTable("T", DigiCamColumns.EventMessage, SmallFile.Columns);
        Assert.Contains("column hiGain_waveforms_samples: 3 bytes", Assert.Throws<ArgumentException>(() => table.SetRaw(2, new byte[3])).Message, StringComparison.Ordinal);
        Assert.Contains("column eventNumber is of kind Scalar", Assert.Throws<ArgumentException>(() => table.SetRaw(1, new byte[8])).Message, StringComparison.Ordinal);
        Assert.Contains("column uctsDataPresence: a bool", Assert.Throws<ArgumentException>(() => table.SetRaw(4, [2])).Message, StringComparison.Ordinal);
    }

    internal static void Copy(ZFitsFile source, string path, Func<ZFitsTable, IReadOnlyList<ZFitsColumnDefinition>> definitions)
    {
        using ZFitsWriter writer = ZFitsWriter.Create(path);
        foreach (ZFitsTable table in source.Tables)
        {
            ZFitsTableWriter target = writer.BeginTable(table.Name, table.MessageName, definitions(table), table.GetWriterOptions());
            using ZFitsTileReader reader = table.CreateTileReader();
            for (int tile = 0; tile < table.TileCount; tile++)
            {
                reader.ReadTile(tile);
                for (int row = 0; row < reader.RowCount; row++)
                {
                    for (int c = 0; c < reader.Columns.Count; c++) target.SetRaw(c, reader[c].GetRowBytes(row));
                    target.CommitRow();
                }
            }

            target.Finish();
        }

        writer.Finish();
    }

    /// <summary>Compares columns and the bytes of all rows.</summary>
    internal static void AssertSameRows(ZFitsTable expected, ZFitsTable found)
    {
        Assert.Equal(expected.MessageName, found.MessageName);
        Assert.Equal(expected.RowCount, found.RowCount);
        Assert.Equal(expected.Columns.Select(column => column.ToString()), found.Columns.Select(column => column.ToString()));
        Assert.Equal(expected.Columns.Select(column => column.Kind), found.Columns.Select(column => column.Kind));
        foreach ((ZFitsRow left, ZFitsRow right) in expected.Rows().Zip(found.Rows()))
        {
            foreach (ZFitsColumn column in expected.Columns) Assert.True(left.GetBytes(column.Name).SequenceEqual(right.GetBytes(column.Name)), $"row {left.Row}, column {column.Name}");
        }
    }
}
