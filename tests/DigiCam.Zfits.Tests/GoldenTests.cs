using System.Security.Cryptography;
using System.Text.Json;
using DigiCam.Zfits;

namespace DigiCam.Zfits.Tests;

/// <summary>
/// The two real files against the values that the official reader and an independent decoder found in them
/// (shared/data/goldens; every key is compared, exactly where it is an integer or a hash).
/// </summary>
public sealed class GoldenTests
{
    public static TheoryData<string> Files => ["example_10_evts.000", "SST1M_01_20180822_001"];

    [Theory]
    [MemberData(nameof(Files))]
    public void File_MatchesSizeAndHash(string name)
    {
        using Golden golden = new(name);
        Assert.Equal(golden.Root.GetProperty("size").GetInt64(), golden.File.Length);
        Assert.Equal(golden.Root.GetProperty("sha256").GetString(), Hex(SHA256.HashData(File.ReadAllBytes(golden.File.Path))));
        Assert.Equal(golden.Root.GetProperty("file").GetString(), Path.GetFileName(golden.File.Path));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Tables_MatchGeometry(string name)
    {
        using Golden golden = new(name);
        JsonElement[] tables = [.. golden.Root.GetProperty("tables").EnumerateArray()];
        Assert.Equal(tables.Length, golden.File.Tables.Count);
        for (int i = 0; i < tables.Length; i++)
        {
            JsonElement expected = tables[i];
            ZFitsTable table = golden.File.Tables[i];
            Assert.Equal(expected.GetProperty("extname").GetString(), table.Name);
            Assert.Equal(expected.GetProperty("pbfhead").GetString(), table.MessageName);
            Assert.Equal(expected.GetProperty("rows").GetInt64(), table.RowCount);
            Assert.Equal(expected.GetProperty("tile_length").GetInt32(), table.RowsPerTile);
            Assert.Equal(expected.GetProperty("n_tiles").GetInt32(), table.TileCount);
            Assert.Equal(expected.GetProperty("catalog_capacity").GetInt64(), table.CatalogCapacity);
            Assert.Equal(expected.GetProperty("heap_offset_in_data").GetInt64(), table.HeapOffset);

            JsonElement[] tiles = [.. expected.GetProperty("tiles").EnumerateArray()];
            ZFitsTile? tile = null;
            for (int t = 0; t < tiles.Length; t++)
            {
                tile = table.GetTile(t);
                Assert.Equal(tiles[t].GetProperty("first_row").GetInt64(), tile.FirstRow);
                Assert.Equal(tiles[t].GetProperty("rows").GetInt32(), tile.Rows);
                Assert.Equal(tiles[t].GetProperty("heap_offset").GetInt64(), tile.HeapOffset);
                Assert.Equal(tiles[t].GetProperty("size").GetInt64(), tile.Size);
            }

            Assert.Equal(expected.GetProperty("heap_bytes").GetInt64(), tile!.HeapOffset + 16 + tile.Size);
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Checksums_Match(string name)
    {
        using Golden golden = new(name);
        foreach ((JsonElement expected, ZFitsTable table) in golden.Tables())
        {
            ChecksumReport report = table.VerifyChecksums(TestContext.Current.CancellationToken);
            Assert.Equal(expected.GetProperty("datasum").GetUInt32(), report.ComputedDataSum);
            Assert.Equal(expected.GetProperty("datasum").GetUInt32(), report.StoredDataSum);
            Assert.Equal(expected.GetProperty("datasum_ok").GetBoolean(), report.DataSumOk);
            Assert.Equal(expected.GetProperty("checksum_ok").GetBoolean(), report.CheckSumOk);
            Assert.Equal(report.StoredCheckSum, report.ComputedCheckSum);
        }

        ChecksumReport primary = golden.File.Hdus[0].VerifyChecksums(TestContext.Current.CancellationToken);
        Assert.True(primary.DataSumPresent && primary.DataSumOk && primary.CheckSumPresent && primary.CheckSumOk);
        Assert.Equal(primary.StoredCheckSum, primary.ComputedCheckSum);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Columns_MatchDescriptionAndBlocks(string name)
    {
        using Golden golden = new(name);
        foreach ((JsonElement table, JsonElement expected, ZFitsColumn column, ZFitsTable actual) in golden.Columns())
        {
            Assert.Equal(table.GetProperty("columns").GetArrayLength(), actual.Columns.Count);
            Assert.Equal(expected.GetProperty("tpbid").GetString(), column.FieldPath);
            Assert.Equal(expected.GetProperty("path").GetString()!.Replace('.', '_'), column.Name);
            Assert.True(column.IsKnownField);
            Assert.Equal(expected.GetProperty("zform").GetString(), column.Format);
            Assert.Equal(expected.GetProperty("tzero").ValueKind == JsonValueKind.Null ? null : expected.GetProperty("tzero").GetDecimal(), column.TypeTag);
            Assert.Equal(expected.GetProperty("kind").GetString(), KindName(column.Kind));
            Assert.Equal(expected.GetProperty("dtype").GetString(), TypeName(column));
            Assert.Equal(expected.GetProperty("element_size").GetInt32(), column.ElementSize);

            using ZFitsTileReader reader = actual.CreateTileReader(column.Name);
            for (int t = 0; t < actual.TileCount; t++)
            {
                ZFitsBlock block = actual.GetTile(t).Blocks[column.Index];
                Assert.Equal(expected.GetProperty("process_ids")[t].EnumerateArray().Select(e => e.GetInt32()), block.Processes);
                Assert.Equal(expected.GetProperty("processes")[t].EnumerateArray().Select(e => e.GetString()), block.ProcessNames);
                Assert.Equal(expected.GetProperty("block_bytes")[t].GetInt64(), block.Size);
                reader.ReadTile(t);
                Assert.Equal(expected.GetProperty("raw_bytes")[t].GetInt32(), reader[0].DecodedLength);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Rows_MatchHashesAndValues(string name)
    {
        using Golden golden = new(name);
        foreach ((_, JsonElement expected, ZFitsColumn column, ZFitsTable table) in golden.Columns())
        {
            using ZFitsTileReader reader = table.CreateTileReader(column.Name);
            using IncrementalHash all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            List<int> lengths = [];
            List<string> values = [];
            long row = 0;
            for (int t = 0; t < table.TileCount; t++)
            {
                reader.ReadTile(t);
                for (int i = 0; i < reader.RowCount; i++, row++)
                {
                    ReadOnlySpan<byte> bytes = reader[0].GetRowBytes(i);
                    all.AppendData(bytes);
                    Assert.Equal(expected.GetProperty("row_sha256")[(int)row].GetString(), Hex(SHA256.HashData(bytes)));
                    if (column.Kind != ZFitsColumnKind.Scalar) lengths.Add(bytes.Length / column.ElementSize);
                    if (column.Kind is ZFitsColumnKind.Scalar or ZFitsColumnKind.Text) values.Add(Show(table.ReadRow(row, column.Name).GetValue(column.Name)));
                }
            }

            Assert.Equal(expected.GetProperty("all_rows_sha256").GetString(), Hex(all.GetHashAndReset()));
            Assert.Equal(expected.GetProperty("row_lengths").EnumerateArray().Select(e => e.GetInt32()), lengths);
            string shape = lengths.Count == 0 ? "scalar" : lengths.Distinct().Count() == 1 ? FormattableString.Invariant($"[{lengths[0]}]") : "variable";
            Assert.Equal(expected.GetProperty("shape").GetString(), shape);
            if (expected.TryGetProperty("values", out JsonElement scalars)) Assert.Equal(scalars.EnumerateArray().Select(e => e.ToString()), values);
            if (expected.TryGetProperty("row0_first10", out JsonElement first))
            {
                Array array = (Array)table.ReadRow(0, column.Name).GetValue(column.Name)!;
                Assert.Equal(first.EnumerateArray().Select(e => e.ToString()), array.Cast<object>().Take(10).Select(Show));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void EventNumbers_Match(string name)
    {
        using Golden golden = new(name);
        foreach ((JsonElement expected, ZFitsTable table) in golden.Tables())
        {
            if (!expected.TryGetProperty("event_ids", out JsonElement ids)) continue;
            Assert.Equal(ids.EnumerateArray().Select(e => e.GetUInt32()), table.Rows("eventNumber").Select(row => row.GetScalar<uint>("eventNumber")));
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Waveforms_MatchStatistics(string name)
    {
        using Golden golden = new(name);
        foreach ((JsonElement table, ZFitsTable actual) in golden.Tables())
        {
            if (!table.TryGetProperty("waveform", out JsonElement waveforms)) continue;
            foreach (JsonElement waveform in waveforms.EnumerateArray())
            {
                string column = waveform.GetProperty("column").GetString()!;
                int pixels = waveform.GetProperty("n_pixels").GetInt32();
                int samples = waveform.GetProperty("n_samples").GetInt32();
                Assert.Equal("[pixel, sample] C order", waveform.GetProperty("layout").GetString());
                JsonElement[] rows = [.. waveform.GetProperty("per_row").EnumerateArray()];
                Assert.Equal(actual.RowCount, rows.Length);
                foreach (ZFitsRow row in actual.Rows(column, "hiGain_waveforms_pixelsIndices"))
                {
                    CheckWaveform(rows[row.Row], row.GetArray<short>(column), row.GetArray<ushort>("hiGain_waveforms_pixelsIndices"), pixels, samples);
                }
            }
        }
    }

    private static void CheckWaveform(JsonElement expected, short[] x, ushort[] pixelIds, int pixels, int samples)
    {
        Assert.Equal(pixels * samples, x.Length);
        Assert.Equal(expected.GetProperty("n").GetInt32(), x.Length);
        long sum = x.Sum(v => (long)v);
        long squares = x.Sum(v => (long)v * v);
        Assert.Equal(expected.GetProperty("sum").GetInt64(), sum);
        Assert.Equal(expected.GetProperty("sum_of_squares").GetInt64(), squares);
        Assert.Equal(expected.GetProperty("min").GetInt32(), x.Min());
        Assert.Equal(expected.GetProperty("max").GetInt32(), x.Max());
        double mean = (double)sum / x.Length;
        Assert.Equal(expected.GetProperty("mean").GetDouble(), mean, 1e-9);
        Assert.Equal(expected.GetProperty("std").GetDouble(), Math.Sqrt((double)squares / x.Length - mean * mean), 1e-7);
        Assert.Equal(Integers(expected, "first10"), x.Take(10).Select(v => (int)v));
        Assert.Equal(Integers(expected, "last3"), x.TakeLast(3).Select(v => (int)v));

        Assert.Equal(expected.GetProperty("first_stored_pixel").GetInt32(), pixelIds[0]);
        int pixel0 = Array.IndexOf(pixelIds, (ushort)0);
        Assert.Equal(Integers(expected, "pixel0_first10"), x.Skip(pixel0 * samples).Take(10).Select(v => (int)v));

        double[] medians = [.. Enumerable.Range(0, pixels).Select(p => Median(x.Skip(p * samples).Take(samples).Select(v => (double)v)))];
        Assert.Equal(expected.GetProperty("median_of_pixel_medians").GetDouble(), Median(medians));
        Assert.Equal(expected.GetProperty("min_pixel_median").GetDouble(), medians.Min());
        Assert.Equal(expected.GetProperty("max_pixel_median").GetDouble(), medians.Max());
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static IEnumerable<int> Integers(JsonElement parent, string key) => parent.GetProperty(key).EnumerateArray().Select(e => e.GetInt32());

    private static string Show(object? value) => value is bool flag ? (flag ? "true" : "false") : FormattableString.Invariant($"{value}");

    private static string KindName(ZFitsColumnKind kind) => kind switch
    {
        ZFitsColumnKind.Scalar => "scalar",
        ZFitsColumnKind.Text => "string",
        ZFitsColumnKind.Array => "anyarray",
        _ => "repeated",
    };

    private static string TypeName(ZFitsColumn column) => column.Kind == ZFitsColumnKind.Text ? "string" : column.ElementType.ToString().ToLowerInvariant();

    private static string Hex(byte[] hash) => Convert.ToHexStringLower(hash);

    /// <summary>A real file and what is expected of it.</summary>
    private sealed class Golden : IDisposable
    {
        private readonly JsonDocument _document;

        public Golden(string name)
        {
            _document = JsonDocument.Parse(System.IO.File.ReadAllBytes(TestEnvironment.Shared("data", "goldens", name + ".json")));
            File = ZFitsFile.Open(TestEnvironment.Shared("data", "real", name + ".fits.fz"));
        }

        public JsonElement Root => _document.RootElement;

        public ZFitsFile File { get; }

        public IEnumerable<(JsonElement Expected, ZFitsTable Table)> Tables() =>
            Root.GetProperty("tables").EnumerateArray().Select((e, i) => (e, File.Tables[i]));

        public IEnumerable<(JsonElement Table, JsonElement Expected, ZFitsColumn Column, ZFitsTable Actual)> Columns() =>
            Tables().SelectMany(t => t.Expected.GetProperty("columns").EnumerateArray().Select(c => (t.Expected, c, t.Table.GetColumn(c.GetProperty("name").GetString()!), t.Table)));

        public void Dispose()
        {
            File.Dispose();
            _document.Dispose();
        }
    }
}
