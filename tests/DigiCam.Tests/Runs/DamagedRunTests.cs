using DigiCam.Geometry;
using DigiCam.Runs;
using DigiCam.Zfits;

namespace DigiCam.Tests.Runs;

/// <summary>Files that are whole as zfits, but not as events of this camera.</summary>
public sealed class DamagedRunTests : IDisposable
{
    private static readonly ushort[] Indices = [.. Enumerable.Range(0, CameraGeometry.PixelCount).Select(i => (ushort)i)];

    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("hiGain_waveforms_samples", ZFitsElementType.Int32)]
    [InlineData("hiGain_waveforms_samples", ZFitsElementType.UInt16)]
    [InlineData("hiGain_waveforms_pixelsIndices", ZFitsElementType.Int16)]
    [InlineData("eventNumber", ZFitsElementType.UInt64)]
    [InlineData("local_time_sec", ZFitsElementType.Float64)]
    [InlineData("pixels_flags", ZFitsElementType.Int16)]
    [InlineData("trigger_output_muon", ZFitsElementType.Int16)]
    public void Column_OfAnotherType_IsNamedWithBothTypes(string name, ZFitsElementType type)
    {
        ZFitsElementType expected = DigiCamColumns.Events.Single(c => c.Name == name).ElementType;
        string path = Write("a", 1, columns: [.. DigiCamColumns.Events.Select(c => c.Name == name ? c with { ElementType = type } : c)], except: name);
        string message = Assert.Throws<InvalidDataException>(() =>
        {
            using Run run = Run.Open(path);
            run.GetEvent(0);
        }).Message;
        Assert.StartsWith($"{path}: column {name} ", message, StringComparison.Ordinal);
        Assert.Contains($"{type} elements", message, StringComparison.Ordinal);
        Assert.Contains($"{expected} elements", message, StringComparison.Ordinal);
    }

    [Fact]
    public void PixelIndices_Damaged_AreRefusedWhereverTheyStand()
    {
        ushort[] twice = [.. Indices];
        twice[5] = 4;
        ushort[] beyond = [.. Indices];
        beyond[5] = CameraGeometry.PixelCount;
        foreach ((ushort[] damaged, string what) in ((ushort[], string)[])[([], "0 pixel indices"), (Indices[1..], "1295 pixel indices"), (twice, "pixel index 4 occurs twice"), (beyond, "pixel index 1296 at place 5")])
        {
            foreach (int row in (int[])[0, 2])
            {
                string path = Write("a", 3, indices: i => i == row ? damaged : Indices);
                using Run run = Run.Open(path);
                string message = Assert.Throws<InvalidDataException>(() => run.Process(EventContent.Waveforms, () => 0, (_, _) => { }, cancellationToken: TestContext.Current.CancellationToken)).Message;
                Assert.StartsWith($"{path}: event row {row} (event {row + 1}): {what}", message, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData("hiGain_waveforms_samples", 0, 1295, "event row 0 has 1295 samples, not a multiple of the 1296 pixels of this camera")]
    [InlineData("hiGain_waveforms_samples", 0, 0, "event row 0 has 0 samples")]
    [InlineData("hiGain_waveforms_samples", 2, 2592, "event row 2 (event 3): 2592 samples, the first event has 1296 pixels x 1 samples")]
    [InlineData("hiGain_waveforms_baselines", 1, 1297, "event row 1 (event 2): 1297 baselines for 1296 pixels")]
    [InlineData("pixels_flags", 1, 432, "event row 1 (event 2): 432 pixels_flags for 1296 pixels")]
    [InlineData("trigger_input_traces", 1, 577, "event row 1 (event 2): 577 trigger input values, not a multiple of 576")]
    [InlineData("trigger_output_patch7", 1, 55, "event row 1 (event 2): 55 trigger output bytes, not a multiple of 54")]
    public void Length_ThatDoesNotFitThePixels_IsRefusedWithRowAndCounts(string column, int row, int length, string expected)
    {
        string path = Write("a", 3, length: (column, row, length));
        string message = Assert.Throws<InvalidDataException>(() =>
        {
            using Run run = Run.Open(path);
            run.Process(EventContent.All, () => 0, (_, _) => { }, cancellationToken: TestContext.Current.CancellationToken);
        }).Message;
        Assert.StartsWith($"{path}: {expected}", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Process_FilesWithDifferentColumns_KeepNothingOfTheOther()
    {
        string full = Write("a", 3, firstNumber: 1);
        string bare = Write("b", 3, firstNumber: 4, columns: [.. DigiCamColumns.Events.Take(4)]);
        using Run run = Run.Open([full, bare]);
        Dictionary<long, int[]> lengths = [];
        run.Process(
            EventContent.All,
            () => 0,
            (_, e) => lengths[e.EventNumber] = [e.FirmwareBaselines.Length, e.PixelStatus.Length, e.TriggerInput.Length, e.TriggerPatch7.Length, e.TriggerPatch19.Length, e.TriggerMuon.Length],
            threads: 1,
            cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal([1296, 1296, 432, 432, 432, 432], lengths[1]);
        Assert.Equal([0, 0, 0, 0, 0, 0], lengths[4]);
    }

    [Fact]
    public void TriggerOutput_OneBit_IsFoundAtItsPatch()
    {
        // Patch p: bit (s-1)*144 + patch_trig_out of the sample, from the least significant one of each byte.
        byte[] bits = new byte[54];
        bits[18 + 3] = 1 << 6;
        string path = Write("a", 1, triggerOutput: bits);
        using Run run = Run.Open(path);
        int patch = Assert.Single(Enumerable.Range(0, CameraGeometry.PatchCount), p => run.GetEvent(0).TriggerPatch7[p] == 1);
        Pixel pixel = CameraGeometry.DigiCam.Pixels[CameraGeometry.DigiCam.Patches[patch].Pixels[0]];
        Assert.Equal((2, (8 * 3) + 6), (pixel.Sector, pixel.PatchTriggerOutput));
    }

    [Fact]
    public void Times_BeyondTheClock_AreSaidToBeImpossible()
    {
        using Run run = Run.Open(Write("a", 3, seconds: ulong.MaxValue / 2));
        Assert.Contains("3 event times are impossible (later than 2262)", run.Summary.Problems);
    }

    [Fact]
    public void File_WithoutRows_IsNamedAndLeftOut()
    {
        string empty = WriteWithoutRows("empty");
        string full = Write("full", 2);
        Assert.Equal($"{empty}: no events", Assert.Throws<InvalidDataException>(() => Run.Open([empty])).Message);
        using Run run = Run.Open([empty, full]);
        Assert.Equal(2, run.Count());
        Assert.Contains($"{empty} holds no events", run.Summary.Problems);
    }

    private string Write(
        string name, int rows, uint firstNumber = 1, IReadOnlyList<ZFitsColumnDefinition>? columns = null, string? except = null,
        Func<int, ushort[]>? indices = null, byte[]? triggerOutput = null, ulong seconds = 1_535_000_000, (string Column, int Row, int Length)? length = null)
    {
        string path = _folder.File(name + ".fits.fz");
        using ZFitsWriter writer = ZFitsWriter.Create(path);
        ZFitsTableWriter table = writer.BeginTable("Events", DigiCamColumns.EventMessage, columns ?? DigiCamColumns.Events, new ZFitsTableOptions { ReservedTiles = 1 });
        for (int row = 0; row < rows; row++)
        {
            Set("telescopeID", c => table.SetScalar(c, 22));
            Set("eventNumber", c => table.SetScalar(c, firstNumber + (uint)row));
            Set("hiGain_waveforms_samples", c => table.SetArray<short>(c, new short[LengthOf("hiGain_waveforms_samples", row, CameraGeometry.PixelCount)]));
            Set("hiGain_waveforms_pixelsIndices", c => table.SetArray<ushort>(c, indices is null ? Indices : indices(row)));
            Set("hiGain_waveforms_baselines", c => table.SetArray<short>(c, new short[LengthOf("hiGain_waveforms_baselines", row, CameraGeometry.PixelCount)]));
            Set("local_time_sec", c => table.SetScalar(c, seconds));
            Set("pixels_flags", c => table.SetArray<ushort>(c, new ushort[LengthOf("pixels_flags", row, CameraGeometry.PixelCount)]));
            Set("trigger_input_traces", c => table.SetArray<byte>(c, new byte[LengthOf("trigger_input_traces", row, 576)]));
            foreach (string output in (string[])["trigger_output_patch7", "trigger_output_patch19", "trigger_output_muon"]) Set(output, c => table.SetArray<byte>(c, triggerOutput ?? new byte[LengthOf(output, row, 54)]));
            table.CommitRow();
        }

        table.Finish();
        writer.Finish();
        return path;

        int LengthOf(string column, int row, int usual) => length is (string odd, int at, int other) && odd == column && at == row ? other : usual;

        void Set(string column, Action<int> set)
        {
            if (column != except && (columns ?? DigiCamColumns.Events).Any(c => c.Name == column)) set(table.IndexOf(column));
        }
    }

    // The writer leaves such a table out, other writers do not: the counts become 0, and the heap is cut off.
    private string WriteWithoutRows(string name)
    {
        string path = Write(name, 1);
        int data;
        long heap;
        using (ZFitsFile file = ZFitsFile.Open(path))
        {
            data = (int)file.Tables[0].Hdu.DataOffset;
            heap = file.Tables[0].HeapOffset;
        }

        byte[] bytes = File.ReadAllBytes(path);
        string header = System.Text.Encoding.ASCII.GetString(bytes, 0, data);
        foreach ((string keyword, long value) in ((string, long)[])[("NAXIS2  ", 0), ("ZNAXIS2 ", 0), ("PCOUNT  ", heap)])
        {
            int at = header.IndexOf(keyword + "= ", StringComparison.Ordinal);
            header = header[..(at + 10)] + value.ToString(System.Globalization.CultureInfo.InvariantCulture).PadLeft(20) + header[(at + 30)..];
        }

        File.WriteAllBytes(path, [.. System.Text.Encoding.ASCII.GetBytes(header), .. new byte[(heap + 2879) / 2880 * 2880]]);
        return path;
    }
}
