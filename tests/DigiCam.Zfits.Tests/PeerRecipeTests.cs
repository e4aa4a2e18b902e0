using System.Security.Cryptography;
using DigiCam.Zfits;

namespace DigiCam.Zfits.Tests;

/// <summary>Files of every recipe, exchanged with the official reader and writer (protozfits 2.13); see the scripts in Peers.</summary>
public sealed class PeerRecipeTests
{
    private const int Rows = 9;
    private const int Pixels = 144;
    private const int Samples = 50;

    public static TheoryData<string> AnyData => [.. RecipeTests.Recipes.Select(row => row.Data.Item1).Where(name => !name.StartsWith("lossy", StringComparison.Ordinal) && !name.StartsWith("same", StringComparison.Ordinal) && !name.StartsWith("sparse", StringComparison.Ordinal))];

    private static IReadOnlyList<(ZFitsColumnDefinition Column, string Field)> CameraColumns { get; } =
    [
        (new("telescopeID", "1", ZFitsElementType.Int32, ZFitsColumnKind.Scalar, ZFitsRecipe.Raw), "telescopeID"),
        (new("eventNumber", "4", ZFitsElementType.UInt32, ZFitsColumnKind.Scalar, ZFitsRecipe.Raw), "eventNumber"),
        (new("hiGain_waveforms_samples", "6.1.1", ZFitsElementType.Int16, ZFitsColumnKind.Array, ZFitsRecipe.Raw), "hiGain.waveforms.samples"),
        (new("hiGain_waveforms_pixelsIndices", "6.1.2", ZFitsElementType.UInt16, ZFitsColumnKind.Array, ZFitsRecipe.Raw), "hiGain.waveforms.pixelsIndices"),
        (new("hiGain_integrals_gains", "6.2.1", ZFitsElementType.Int32, ZFitsColumnKind.Array, ZFitsRecipe.Raw), "hiGain.integrals.gains"),
        (new("local_time_nanosec", "30", ZFitsElementType.UInt64, ZFitsColumnKind.Scalar, ZFitsRecipe.Raw), "local_time_nanosec"),
        (new("trigger_input_traces", "35", ZFitsElementType.UInt8, ZFitsColumnKind.Array, ZFitsRecipe.Raw), "trigger_input_traces"),
        (new("trigger_output_patch7", "36", ZFitsElementType.UInt8, ZFitsColumnKind.Array, ZFitsRecipe.Raw), "trigger_output_patch7"),
    ];

    [Theory]
    [MemberData(nameof(AnyData))]
    public void Recipe_CameraData_IsReadTheSame(string name)
    {
        ZFitsRecipe recipe = ZFitsRecipe.Parse(name);
        (ZFitsColumnDefinition, string)[] columns = [.. CameraColumns.Select(c => (c.Column with { Recipe = recipe }, c.Field))];
        // Several tiles, the last one shorter.
        Compare(columns, 4, (table, row) =>
        {
            table.SetScalar(0, 22);
            table.SetScalar(1, 97750287u + (uint)(3 * row));
            table.SetArray<short>(2, Waveforms(row));
            table.SetArray<ushort>(3, [.. Enumerable.Range(0, Pixels).Select(i => (ushort)(i * 35 % Pixels))]);
            table.SetArray<int>(4, [.. Enumerable.Range(0, Pixels).Select(i => (i + row) % 9 == 0 ? 1000 * i + row : -100)]);
            table.SetScalar(5, 662575268UL + (ulong)row * 1_234_567);
            table.SetArray<byte>(6, [.. Enumerable.Range(0, 2880).Select(i => (byte)(i % 7 == row % 7 ? i / 7 : 3))]);
            table.SetArray<byte>(7, [.. Enumerable.Range(0, row % 4 * 9).Select(i => (byte)(i * row))]);
        });
    }

    /// <summary>Values that suit these recipes: the official reader fails where the runs of a block are larger than the rows of a tile.</summary>
    [Theory]
    [InlineData("samevalues32")]
    [InlineData("sparsevalues32")]
    public void Runs_SuppressedPixels_AreReadTheSame(string name) => Compare(
        [
            (CameraColumns[1].Column with { Recipe = ZFitsRecipe.ZRice }, "eventNumber"),
            (new("hiGain_integrals_gains", "6.2.1", ZFitsElementType.Int32, ZFitsColumnKind.Array, ZFitsRecipe.Parse(name)), "hiGain.integrals.gains"),
            (new("hiGain_integrals_maximumTimes", "6.2.2", ZFitsElementType.UInt32, ZFitsColumnKind.Array, ZFitsRecipe.Parse(name)), "hiGain.integrals.maximumTimes"),
        ],
        4,
        (table, row) =>
        {
            table.SetScalar(0, 97750287u + (uint)row);
            table.SetArray<int>(1, [.. Enumerable.Range(0, Pixels).Select(i => (i + row) % 9 == 0 ? 1000 * i + row : -100)]);
            table.SetArray<uint>(2, [.. Enumerable.Repeat(unchecked((uint)-100), row * 7 % 30), 17u, .. Enumerable.Repeat(unchecked((uint)-100), row)]);
        });

    [Theory]
    [InlineData("lossyint16")]
    [InlineData("lossyint16:4")]
    [InlineData("lossyint16:33")]
    public void LossyInt16_Waveforms_AreReadTheSame(string name) => Compare(
        [(new("hiGain_waveforms_samples", "6.1.1", ZFitsElementType.Int16, ZFitsColumnKind.Array, ZFitsRecipe.Parse(name)), "hiGain.waveforms.samples")],
        4,
        (table, row) => table.SetArray<short>(0, Waveforms(row)));

    [Theory]
    [InlineData("lossyint32")]
    [InlineData("lossyint32:100")]
    public void LossyInt32_Charges_AreReadTheSame(string name) => Compare(
        [(new("hiGain_integrals_gains", "6.2.1", ZFitsElementType.Int32, ZFitsColumnKind.Array, ZFitsRecipe.Parse(name)), "hiGain.integrals.gains")],
        4,
        (table, row) => table.SetArray<int>(0, [.. Waveforms(row).Select(x => 100 * (x - 240))]));

    /// <summary>One tile: the official reader can crash on several.</summary>
    [Theory]
    [InlineData("samelossyfloats")]
    [InlineData("sparselossyfloats")]
    public void LossyFloats_Charges_AreReadTheSame(string name) => Compare(
        [(new("hiGain_integrals_gains", "6.2.1", ZFitsElementType.Float32, ZFitsColumnKind.Array, ZFitsRecipe.Parse(name)), "hiGain.integrals.gains")],
        Rows,
        (table, row) => table.SetArray<float>(0, [.. Enumerable.Range(0, Pixels).Select(i => (i + row) % 5 == 0 ? 0.377f * i - row : -1f)]));

    /// <summary>The other way round: what the official writer makes with the recipes it knows, waveforms of the real file among it.</summary>
    [Theory]
    [InlineData("raw")]
    [InlineData("zlib")]
    [InlineData("zstd")]
    [InlineData("zstd9")]
    [InlineData("fact")]
    [InlineData("diffman16")]
    [InlineData("doublediffman16")]
    [InlineData("ricefact")]
    [InlineData("lzo")]
    [InlineData("zrice")]
    [InlineData("zrice32")]
    public void File_OfTheOfficialWriter_HasTheSameValues(string name)
    {
        string? python = Environment.GetEnvironmentVariable("DIGICAM_PEER_PYTHON");
        TestEnvironment.Require(python is { Length: > 0 }, "needs DIGICAM_PEER_PYTHON, a Python with protozfits");
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        string path = folder.File("official.fits.fz");
        HashSet<string> written = [.. WriterTests.RunScript(python!, "write_with_protozfits.py", [TestEnvironment.Shared("data", "real", "example_10_evts.000.fits.fz"), path, name, "4"])];
        using ZFitsFile file = ZFitsFile.Open(path);
        ZFitsTable table = file.GetTable("Events");
        Assert.Equal(10, table.RowCount);
        for (int tile = 0; tile < table.TileCount; tile++)
        {
            foreach (ZFitsBlock block in table.GetTile(tile).Blocks) Assert.Equal(ZFitsRecipe.Parse(name).Processes, block.Processes);
        }

        foreach (ZFitsRow row in table.Rows("waveform", "pixel_status", "first_cell_id"))
        {
            foreach (string column in new[] { "waveform", "pixel_status", "first_cell_id" })
            {
                Assert.Contains(FormattableString.Invariant($"{row.Row} {column} {Convert.ToHexStringLower(SHA256.HashData(row.GetBytes(column)))}"), written);
            }
        }
    }

    private static void Compare((ZFitsColumnDefinition Column, string Field)[] columns, int rowsPerTile, Action<ZFitsTableWriter, int> set)
    {
        string? python = Environment.GetEnvironmentVariable("DIGICAM_PEER_PYTHON");
        TestEnvironment.Require(python is { Length: > 0 }, "needs DIGICAM_PEER_PYTHON, a Python with protozfits");
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        string path = folder.File("peer.fits.fz");
        using (ZFitsWriter writer = ZFitsWriter.Create(path))
        {
            ZFitsTableWriter table = writer.BeginTable("Events", DigiCamColumns.EventMessage, [.. columns.Select(c => c.Column)], new ZFitsTableOptions { RowsPerTile = rowsPerTile, ReservedTiles = 10 });
            for (int row = 0; row < Rows; row++)
            {
                set(table, row);
                table.CommitRow();
            }

            table.Finish();
            writer.Finish();
        }

        HashSet<string> seen = [.. WriterTests.RunPeer(python!, path, "Events", [.. columns.Select(c => c.Field)])];
        Assert.Equal(columns.Length * Rows + 1, seen.Count);
        Assert.Contains(FormattableString.Invariant($"rows {Rows}"), seen);
        using ZFitsFile file = ZFitsFile.Open(path);
        foreach (ZFitsRow row in file.Tables[0].Rows())
        {
            foreach ((ZFitsColumnDefinition column, string field) in columns)
            {
                byte[] bytes = row.GetBytes(column.Name).ToArray();
                if (column.Kind == ZFitsColumnKind.Scalar) bytes = [.. bytes, .. new byte[8 - bytes.Length]];
                Assert.Contains(FormattableString.Invariant($"{row.Row} {field} {Convert.ToHexStringLower(SHA256.HashData(bytes))}"), seen);
            }
        }
    }

    /// <summary>A baseline with noise and, in some pixels, a pulse.</summary>
    private static short[] Waveforms(int row)
    {
        Random random = new(row);
        short[] samples = new short[Pixels * Samples];
        for (int i = 0; i < samples.Length; i++)
        {
            int pixel = i / Samples;
            double pulse = (pixel + row) % 11 == 0 ? 300 * Math.Exp(-Math.Pow((i % Samples - 20) / 4.0, 2)) : 0;
            samples[i] = (short)(240 + pixel % 13 + random.Next(-3, 4) + pulse);
        }

        return samples;
    }
}
