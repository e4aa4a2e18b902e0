using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using DigiCam.Zfits;
using DigiCam.Zfits.Codecs;

namespace DigiCam.Zfits.Tests;

/// <summary>What the writer writes, the reader (and the official reader) reads.</summary>
public sealed class WriterTests
{
    [Fact]
    public void Table_EveryTypeAndKind_RoundTrips()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        string path = folder.File("types.fits.fz");
        const int Rows = 23;
        List<ZFitsColumnDefinition> columns = [];
        ZFitsRecipe[] recipes = [ZFitsRecipe.Raw, ZFitsRecipe.ZLib, ZFitsRecipe.Zstd, ZFitsRecipe.ZRice32, ZFitsRecipe.RiceFact, ZFitsRecipe.DiffMan16, ZFitsRecipe.SameValues32, ZFitsRecipe.Fact, ZFitsRecipe.FactRice, ZFitsRecipe.RiceMan16, ZFitsRecipe.ZstdLevelOf(7)];
        foreach (ZFitsElementType type in Enum.GetValues<ZFitsElementType>())
        {
            ZFitsRecipe recipe = recipes[(int)type % recipes.Length];
            if (type is not (ZFitsElementType.Int8 or ZFitsElementType.UInt8 or ZFitsElementType.Int16 or ZFitsElementType.UInt16))
            {
                columns.Add(new($"scalar_{type}", $"{columns.Count + 1}", type, ZFitsColumnKind.Scalar, recipe));
            }

            columns.Add(new($"array_{type}", $"{columns.Count + 1}", type, type == ZFitsElementType.Int8 ? ZFitsColumnKind.Text : ZFitsColumnKind.Array, recipe));
        }

        using (ZFitsWriter writer = ZFitsWriter.Create(path))
        {
            ZFitsTableWriter table = writer.BeginTable("Types", "Unknown.Message", columns, new ZFitsTableOptions { RowsPerTile = 5, ReservedTiles = 5 });
            for (int row = 0; row < Rows; row++)
            {
                for (int c = 0; c < columns.Count; c++) SetValue(table, c, columns[c], row);
                table.CommitRow();
            }

            table.Finish();
            writer.Finish();
        }

        using ZFitsFile file = ZFitsFile.Open(path);
        ZFitsTable read = file.GetTable("Types");
        Assert.Equal(Rows, read.RowCount);
        Assert.Equal(5, read.TileCount);
        Assert.True(read.VerifyChecksums(TestContext.Current.CancellationToken) is { DataSumOk: true, CheckSumOk: true });
        foreach (ZFitsRow row in read.Rows())
        {
            for (int c = 0; c < columns.Count; c++)
            {
                Assert.Equal(columns[c].Kind, read.Columns[c].Kind);
                Assert.Equal(columns[c].ElementType, read.Columns[c].ElementType);
                Assert.Equal(ValueOf(columns[c], (int)row.Row), row.GetBytes(columns[c].Name).ToArray());
            }

            Assert.Equal(row.Row % 2 == 1, row.GetScalar<bool>("scalar_Bool"));
            Assert.Equal(row.Row % 4 == 0 ? "" : "camera é " + row.Row.ToString(CultureInfo.InvariantCulture), row.GetText("array_Int8"));
        }
    }

    [Fact]
    public void Access_RandomIterationAndTiles_Agree()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        string path = folder.File("a.fits.fz");
        SmallFile.Write(path);
        using ZFitsFile file = ZFitsFile.Open(path);
        ZFitsTable table = file.Tables[0];
        ZFitsRow[] all = [.. table.Rows()];
        Assert.Equal([0L, 1, 2, 3, 4], all.Select(row => row.Row));
        foreach (int row in new[] { 4, 0, 3, 2, 1, 1 })
        {
            ZFitsRow single = table.ReadRow(row);
            foreach (ZFitsColumn column in table.Columns) Assert.Equal(all[row].GetBytes(column.Name).ToArray(), single.GetBytes(column.Name).ToArray());
            Assert.Equal(SmallFile.SamplesOf(row), single.GetArray<short>("hiGain_waveforms_samples"));
            Assert.Equal(1000u + (uint)row, table.ReadRow(row, "eventNumber").GetScalar<uint>("eventNumber"));
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => table.ReadRow(5));
        Assert.Throws<ArgumentException>(() => all[0].GetScalar<int>("no_such"));
        Assert.Throws<InvalidOperationException>(() => all[0].GetScalar<int>("eventNumber"));
        Assert.Contains("columns present: telescopeID, eventNumber", Assert.Throws<ZFitsFormatException>(() => table.ReadRow(0, "nothing")).Message, StringComparison.Ordinal);
        Assert.Contains("tables present: Events", Assert.Throws<ZFitsFormatException>(() => file.GetTable("Runs")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TileReader_Projection_ReadsOnlyTheBlocksAskedFor()
    {
        string path = TestEnvironment.Shared("data", "real", "example_10_evts.000.fits.fz");
        using ZFitsFile file = ZFitsFile.Open(path);
        ZFitsTable table = file.GetTable("Events");
        ZFitsTile tile = table.GetTile(0);
        long block = tile.Blocks[table.GetColumn("eventNumber").Index].Size;
        using ZFitsTileReader reader = table.CreateTileReader("eventNumber");
        long before = file.BytesRead;
        reader.ReadTile(0);
        // One catalog row, the tile header and the block.
        Assert.Equal(16 * table.Columns.Count + 16 + block, file.BytesRead - before);
        Assert.Equal(97750287u, reader["eventNumber"].GetScalar<uint>(0));
        Assert.Throws<ArgumentException>(() => reader["local_time_sec"]);
    }

    [Fact]
    public void TileReader_SecondTile_AllocatesNothingForHuffmanColumns()
    {
        using ZFitsFile file = ZFitsFile.Open(TestEnvironment.Shared("data", "real", "example_10_evts.000.fits.fz"));
        using ZFitsTileReader reader = file.GetTable("Events").CreateTileReader("hiGain_waveforms_samples", "eventNumber");
        Assert.Equal(0, Allocation.Least(() => reader.ReadTile(0)));
    }

    [Fact]
    public async Task TileReaders_InParallel_ReadTheSame()
    {
        using ZFitsFile file = ZFitsFile.Open(TestEnvironment.Shared("data", "real", "example_10_evts.000.fits.fz"));
        ZFitsTable table = file.GetTable("Events");
        Task<string>[] tasks = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            for (int i = 0; i < 3; i++) foreach (ZFitsRow row in table.Rows()) foreach (ZFitsColumn column in table.Columns) hash.AppendData(row.GetBytes(column.Name));
            for (int i = 0; i < 10; i++) hash.AppendData(table.ReadRow(i, "hiGain_waveforms_baselines").GetBytes("hiGain_waveforms_baselines"));
            return Convert.ToHexString(hash.GetHashAndReset());
        }))];
        Assert.Single((await Task.WhenAll(tasks)).Distinct());
    }

    [Fact]
    public void Blocks_OfRealFiles_AreEncodedToTheSameBytes()
    {
        int compared = 0;
        using CodecChain chain = new();
        foreach (string name in new[] { "example_10_evts.000", "SST1M_01_20180822_001" })
        {
            using ZFitsFile file = ZFitsFile.Open(TestEnvironment.Shared("data", "real", name + ".fits.fz"));
            foreach (ZFitsTable table in file.Tables)
            {
                foreach (ZFitsBlock block in table.GetTile(0).Blocks)
                {
                    using ZFitsTileReader reader = table.CreateTileReader(block.Column.Name);
                    reader.ReadTile(0);
                    ushort[] processes = [.. block.Processes.Select(id => (ushort)id)];
                    byte[] payload = new byte[block.PayloadSize];
                    file.ReadExactly(block.FileOffset + block.Size - block.PayloadSize, payload);
                    byte[] decoded = reader[0].DecodedBytes.ToArray();
                    Assert.Equal(payload, CodecTests.Encode(chain, decoded, processes, deflate: ZFitsDeflate.Reference));
                    compared++;
                }
            }
        }

        Assert.Equal(36, compared);
    }

    [Fact]
    public void Files_WrittenTwice_AreEqual()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        SmallFile.Write(folder.File("a.fits.fz"));
        SmallFile.Write(folder.File("b.fits.fz"));
        Assert.Equal(File.ReadAllBytes(folder.File("a.fits.fz")), File.ReadAllBytes(folder.File("b.fits.fz")));
    }

    [Fact]
    public void Tables_Several_KeepOrderCardsAndSums()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        string path = folder.File("two.fits.fz");
        using (ZFitsWriter writer = ZFitsWriter.Create(path))
        {
            ZFitsTableWriter config = writer.BeginTable("DigicamConfig", DigiCamColumns.ConfigMessage, DigiCamColumns.Config, new ZFitsTableOptions
            {
                ReservedTiles = 1,
                Date = new DateTime(2018, 8, 22, 21, 11, 40, DateTimeKind.Utc),
                Cards = [FitsCard.Text("TARGET", "dark 'run'", "a quote"), FitsCard.Real("EXPOSURE", 1.5), FitsCard.Integer("NTRIGINT", 30), FitsCard.Logical("DARK", true)],
            });
            Assert.Throws<InvalidOperationException>(() => writer.BeginTable("X", "Y", DigiCamColumns.Config));
            config.SetArray<byte>(0, [255, 1, 1]);
            config.CommitRow();
            config.Finish();
            writer.BeginTable("Empty", DigiCamColumns.ConfigMessage, DigiCamColumns.Config).Finish();
            ZFitsTableWriter events = writer.BeginTable("Events", DigiCamColumns.EventMessage, DigiCamColumns.Events, new ZFitsTableOptions { ReservedTiles = 2, RowsPerTile = 1 });
            events.SetArray<short>(2, [1, 2, 3]);
            events.CommitRow();
            events.CommitRow();
            Assert.Throws<InvalidOperationException>(events.CommitRow);
            events.Finish();
            writer.Finish();
        }

        using ZFitsFile file = ZFitsFile.Open(path);
        Assert.Equal(["DigicamConfig", "Events"], file.Tables.Select(t => t.Name));
        foreach (FitsHdu hdu in file.Hdus)
        {
            ChecksumReport report = hdu.VerifyChecksums(TestContext.Current.CancellationToken);
            Assert.True(report is { DataSumOk: true, CheckSumOk: true });
            Assert.Equal(report.StoredCheckSum, report.ComputedCheckSum);
        }

        FitsHeader header = file.Tables[0].Header;
        Assert.True(header.TryGetString("TARGET", out string? target));
        Assert.Equal("dark 'run'", target);
        Assert.True(header.TryGetReal("EXPOSURE", out double exposure));
        Assert.Equal(1.5, exposure);
        Assert.True(header.TryGetInteger("NTRIGINT", out long triggers));
        Assert.Equal(30, triggers);
        Assert.True(header.TryGetLogical("DARK", out bool dark) && dark);
        Assert.True(header.TryGetString("DATE", out string? date));
        Assert.Equal("2018-08-22T21:11:40", date);
        Assert.Equal([255, 1, 1], file.Tables[0].ReadRow(0).GetArray<byte>("protocol_vers"));
        Assert.Empty(file.Tables[0].ReadRow(0).GetArray<uint>("sn"));
        Assert.Equal(0u, file.Tables[1].ReadRow(1).GetScalar<uint>("eventNumber"));
        Assert.Equal([1, 2, 3], file.Tables[1].ReadRow(0).GetArray<short>("hiGain_waveforms_samples"));
        Assert.All(file.Tables.SelectMany(t => t.Columns), column => Assert.True(column.IsKnownField));
    }

    [Fact]
    public void Dispose_WithoutFinish_LeavesNothing()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        using (ZFitsWriter writer = ZFitsWriter.Create(folder.File("x.fits.fz")))
        {
            writer.BeginTable("Events", DigiCamColumns.EventMessage, DigiCamColumns.Events).CommitRow();
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.FullName));
    }

    [Fact]
    public void BeginTable_CallerMistakes_AreArgumentExceptions()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        using ZFitsWriter writer = ZFitsWriter.Create(folder.File("x.fits.fz"));
        ZFitsColumnDefinition good = DigiCamColumns.Events[0];
        Assert.Throws<ArgumentException>(() => writer.BeginTable("T", "M", []));
        Assert.Throws<ArgumentException>(() => writer.BeginTable("T", "M", [good, good]));
        Assert.Throws<ArgumentException>(() => writer.BeginTable("T", "M", [good with { FieldPath = "6.x" }]));
        Assert.Throws<ArgumentException>(() => writer.BeginTable("T", "M", [good with { ElementType = ZFitsElementType.Int16 }]));
        Assert.Throws<ArgumentException>(() => writer.BeginTable("T", "M", [good], new ZFitsTableOptions { RowsPerTile = 0 }));
        Assert.Throws<ArgumentException>(() => writer.BeginTable("T", "M", [good], new ZFitsTableOptions { Cards = [FitsCard.Integer("NAXIS2", 7)] }));
        ZFitsTableWriter table = writer.BeginTable("T", "M", [good]);
        Assert.Throws<InvalidOperationException>(() => table.SetScalar(0, 1u));
        Assert.Throws<InvalidOperationException>(() => table.SetArray<int>(0, [1]));
        Assert.Throws<InvalidOperationException>(() => writer.Finish());
    }

    [Fact]
    public void File_WrittenUnderDecimalCommaCulture_IsTheSame()
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        SmallFile.Write(folder.File("a.fits.fz"));
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            // Decimal comma, and in Swedish a minus sign that is not a hyphen.
            foreach (string culture in new[] { "de-DE", "sv-SE" })
            {
                CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
                SmallFile.Write(folder.File("b.fits.fz"));
                Assert.Equal(File.ReadAllBytes(folder.File("a.fits.fz")), File.ReadAllBytes(folder.File("b.fits.fz")));
                using ZFitsFile file = ZFitsFile.Open(TestEnvironment.Shared("data", "real", "example_10_evts.000.fits.fz"));
                Assert.Equal(-128m, file.Tables[0].GetColumn("trigger_output_patch7").TypeTag);
                Assert.Equal(10, file.Tables[0].RowCount);
            }
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    /// <summary>The official reader (protozfits 2.13) must find the same values; see Peers/read_with_protozfits.py.</summary>
    [Fact]
    public void File_ReadByOfficialReader_HasTheSameValues()
    {
        string? python = Environment.GetEnvironmentVariable("DIGICAM_PEER_PYTHON");
        TestEnvironment.Require(python is { Length: > 0 }, "needs DIGICAM_PEER_PYTHON, a Python with protozfits");
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        string path = folder.File("peer.fits.fz");
        using ZFitsFile real = ZFitsFile.Open(TestEnvironment.Shared("data", "real", "SST1M_01_20180822_001.fits.fz"));
        Copy(real, path);

        using ZFitsFile file = ZFitsFile.Open(path);
        foreach (ZFitsTable table in file.Tables)
        {
            Dictionary<string, string> fields = table.Columns.ToDictionary(c => c.Name.StartsWith("hiGain_waveforms_", StringComparison.Ordinal) ? c.Name.Replace('_', '.') : c.Name, c => c.Name);
            HashSet<string> seen = [.. RunPeer(python!, path, table.Name, [.. fields.Keys])];
            Assert.Contains(FormattableString.Invariant($"rows {table.RowCount}"), seen);
            foreach (ZFitsRow row in table.Rows())
            {
                foreach ((string field, string column) in fields)
                {
                    byte[] bytes = row.GetBytes(column).ToArray();
                    if (table.GetColumn(column).Kind == ZFitsColumnKind.Scalar) bytes = [.. bytes, .. new byte[8 - bytes.Length]];
                    Assert.Contains(FormattableString.Invariant($"{row.Row} {field} {Convert.ToHexStringLower(SHA256.HashData(bytes))}"), seen);
                }
            }
        }
    }

    /// <summary>Several tiles of varied events, made from the one of the real file.</summary>
    private static void Copy(ZFitsFile real, string path)
    {
        using ZFitsWriter writer = ZFitsWriter.Create(path);
        ZFitsTableWriter config = writer.BeginTable("DigicamConfig", DigiCamColumns.ConfigMessage, DigiCamColumns.Config);
        ZFitsRow row = real.GetTable("DigicamConfig").ReadRow(0);
        for (int c = 0; c < DigiCamColumns.Config.Count; c++)
        {
            if (DigiCamColumns.Config[c].ElementType == ZFitsElementType.UInt32) config.SetArray<uint>(c, row.GetArray<uint>(DigiCamColumns.Config[c].Name));
            else config.SetArray<byte>(c, row.GetArray<byte>(DigiCamColumns.Config[c].Name));
        }

        config.CommitRow();
        config.Finish();

        ZFitsTableWriter events = writer.BeginTable("Events", DigiCamColumns.EventMessage, DigiCamColumns.Events, new ZFitsTableOptions { RowsPerTile = 4, ReservedTiles = 10 });
        row = real.GetTable("Events").ReadRow(0);
        for (int i = 0; i < 11; i++)
        {
            events.SetScalar(0, 22);
            events.SetScalar(1, 60636u + (uint)i);
            events.SetArray<short>(2, [.. row.GetArray<short>("hiGain_waveforms_samples").Select((x, k) => (short)(x + (k * i % 7)))]);
            events.SetArray<ushort>(3, row.GetArray<ushort>("hiGain_waveforms_pixelsIndices"));
            events.SetArray<short>(4, row.GetArray<short>("hiGain_waveforms_baselines"));
            events.SetScalar(5, 662575268UL + (ulong)(i * 1000));
            events.SetScalar(6, 1534972300UL);
            events.SetArray<ushort>(7, row.GetArray<ushort>("pixels_flags"));
            events.SetScalar(8, i % 2 == 0 ? 8u : 1u);
            events.SetArray<byte>(9, row.GetArray<byte>("trigger_input_traces"));
            events.SetArray<byte>(10, row.GetArray<byte>("trigger_output_patch7"));
            events.SetArray<byte>(11, row.GetArray<byte>("trigger_output_patch19"));
            events.SetArray<byte>(12, row.GetArray<byte>("trigger_output_muon"));
            events.CommitRow();
        }

        events.Finish();
        writer.Finish();
    }

    internal static string[] RunPeer(string python, string path, string table, string[] fields) => RunScript(python, "read_with_protozfits.py", [path, table, .. fields]);

    /// <summary>Lines a script of the folder Peers prints.</summary>
    internal static string[] RunScript(string python, string name, string[] arguments)
    {
        string script = Path.Combine(TestEnvironment.RepositoryRoot, "tests", "DigiCam.Zfits.Tests", "Peers", name);
        ProcessStartInfo start = new(python, [script, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors.GetAwaiter().GetResult());
        return output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
    }

    private static byte[] ValueOf(ZFitsColumnDefinition column, int row)
    {
        int size = column.ElementType.ElementSize();
        if (column.Kind == ZFitsColumnKind.Text) return row % 4 == 0 ? [] : System.Text.Encoding.UTF8.GetBytes(FormattableString.Invariant($"camera é {row}"));
        int count = column.Kind == ZFitsColumnKind.Scalar ? 1 : row % 4 * 3;
        byte[] bytes = new byte[count * size];
        new Random(row * 31 + (int)column.ElementType).NextBytes(bytes);
        if (column.ElementType == ZFitsElementType.Bool) for (int i = 0; i < bytes.Length; i++) bytes[i] = (byte)((row + i) % 2);
        return bytes;
    }

    private static void SetValue(ZFitsTableWriter table, int c, ZFitsColumnDefinition column, int row)
    {
        byte[] bytes = ValueOf(column, row);
        if (column.Kind == ZFitsColumnKind.Text)
        {
            table.SetText(c, System.Text.Encoding.UTF8.GetString(bytes));
            return;
        }

        switch (column.ElementType)
        {
            case ZFitsElementType.Bool: Put<bool>(); break;
            case ZFitsElementType.UInt8: Put<byte>(); break;
            case ZFitsElementType.Int16: Put<short>(); break;
            case ZFitsElementType.UInt16: Put<ushort>(); break;
            case ZFitsElementType.Int32: Put<int>(); break;
            case ZFitsElementType.UInt32: Put<uint>(); break;
            case ZFitsElementType.Int64: Put<long>(); break;
            case ZFitsElementType.UInt64: Put<ulong>(); break;
            case ZFitsElementType.Float32: Put<float>(); break;
            case ZFitsElementType.Float64: Put<double>(); break;
        }

        void Put<T>() where T : unmanaged
        {
            ReadOnlySpan<T> values = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, T>(bytes);
            if (column.Kind == ZFitsColumnKind.Scalar) table.SetScalar(c, values[0]);
            else table.SetArray(c, values);
        }
    }
}
