using System.Globalization;
using System.Text;
using System.Text.Json;
using DigiCam.Zfits.Export;

namespace DigiCam.Zfits.Tests;

public sealed class ExportTests : IDisposable
{
    private const string Csv =
        """
        flag,count,id,offset,charge,time,name,bytes,samples,pixels,charges,ids
        false,-2147483648,18446744073709551615,-9223372036854775808,0.1,1E+300,"plain","0;255","","65535","-0.5;NaN;3.4028235E+38","4294967295;0;0"
        true,1,18446744073709551614,-1,NaN,-Infinity,"say ""no"", or; two
        lines","1;255","-32768","65535","-0.5;NaN;3.4028235E+38","4294967295;1;0"
        false,2,18446744073709551613,-2,Infinity,1534972300.1234567,"é","2;255","-32768;-32767","65535","-0.5;NaN;3.4028235E+38","4294967295;2;0"

        """;

    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> RealFiles => ["example_10_evts.000", "SST1M_01_20180822_001"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("de-DE")]
    public void WriteCsv_EveryType_IsTheExpectedText(string culture)
    {
        using ZFitsFile file = Open();
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
            Assert.Equal(Csv.ReplaceLineEndings("\n"), ToCsv(file, new ZFitsReadOptions()));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void WriteCsv_RowsAndColumns_AreThoseAskedForInTheirOrder()
    {
        using ZFitsFile file = Open();
        Assert.Equal("id,flag\n18446744073709551615,false\n18446744073709551613,false\n", ToCsv(file, new ZFitsReadOptions { Columns = ["id", "flag"], Rows = ZFitsRowSet.Of(0, 2) }));
        Assert.Equal("count\n", ToCsv(file, new ZFitsReadOptions { Columns = ["count"], Rows = ZFitsRowSet.Of() }));
    }

    [Fact]
    public void WriteCsv_ColumnOrRowThatIsNotThere_WritesNothing()
    {
        using ZFitsFile file = Open();
        using MemoryStream stream = new();
        Assert.Contains("no column x", Assert.Throws<ZFitsFormatException>(() => ZFitsExport.WriteCsv(file.Tables[0], new ZFitsReadOptions { Columns = ["x"] }, stream, ct: Cancel)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => ZFitsExport.WriteCsv(file.Tables[0], new ZFitsReadOptions { Rows = ZFitsRowSet.Of(3) }, stream, ct: Cancel));
        Assert.Equal(0, stream.Length);
    }

    [Fact]
    public void Write_TextThatIsNotUtf8_IsHexadecimal()
    {
        WriteTexts([0xff, 0x00, 0x41], []);
        using ZFitsFile file = ZFitsFile.Open(_folder.File("text.fits.fz"));
        Assert.Equal("name\n\"0xff0041\"\n\"\"\n", ToCsv(file, new ZFitsReadOptions()));
        Assert.Equal("{\"name\":\"0xff0041\"}\n{\"name\":\"\"}\n", ToJson(file, new ZFitsReadOptions(), asLines: true));
    }

    [Fact]
    public void Write_UnsetRows_AreEmptyAndNull()
    {
        string path = _folder.File("unset.fits.fz");
        SmallFile.Write(path);
        FileDamage.RemoveLastPayload(path);
        using ZFitsFile file = ZFitsFile.Open(path);
        ZFitsReadOptions options = new() { Columns = ["eventNumber", "trigger_output_patch7"], Rows = ZFitsRowSet.From(3) };
        Assert.Equal("eventNumber,trigger_output_patch7\n1003,\n1004,\n", ToCsv(file, options));
        Assert.Equal("[\n{\"eventNumber\":1003,\"trigger_output_patch7\":null},\n{\"eventNumber\":1004,\"trigger_output_patch7\":null}\n]\n", ToJson(file, options, asLines: false));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void WriteJson_EveryType_HasTheValuesOfTheRows(bool asLines)
    {
        using ZFitsFile file = Open();
        string text = ToJson(file, new ZFitsReadOptions(), asLines);
        using JsonDocument json = JsonDocument.Parse(asLines ? $"[{string.Join(',', text.TrimEnd('\n').Split('\n'))}]" : text);
        Assert.Equal(AnyTypeFile.Rows, json.RootElement.GetArrayLength());
        foreach ((JsonElement found, ZFitsRow row) in json.RootElement.EnumerateArray().Zip(file.Tables[0].Rows())) AssertSameValues(row, found);
        Assert.Equal(ulong.MaxValue, json.RootElement[0].GetProperty("id").GetUInt64());
        Assert.Equal("NaN", json.RootElement[1].GetProperty("charge").GetString());
    }

    [Fact]
    public void WriteJson_NoRows_IsAnEmptyArray()
    {
        using ZFitsFile file = Open();
        using JsonDocument json = JsonDocument.Parse(ToJson(file, new ZFitsReadOptions { Rows = ZFitsRowSet.Of() }, asLines: false));
        Assert.Equal(0, json.RootElement.GetArrayLength());
    }

    [Theory]
    [MemberData(nameof(RealFiles))]
    public void WriteJson_RealFile_HasTheValuesOfTheRows(string name)
    {
        using ZFitsFile file = ZFitsFile.Open(TestEnvironment.Shared("data", "real", name + ".fits.fz"));
        foreach (ZFitsTable table in file.Tables)
        {
            using MemoryStream stream = new();
            Assert.Equal(table.RowCount, ZFitsExport.WriteJson(table, new ZFitsReadOptions { Threads = 2 }, asLines: false, stream, ct: Cancel));
            using JsonDocument json = JsonDocument.Parse(stream.ToArray());
            Assert.Equal(table.RowCount, json.RootElement.GetArrayLength());
            foreach ((JsonElement found, ZFitsRow row) in json.RootElement.EnumerateArray().Zip(table.Rows())) AssertSameValues(row, found);
        }
    }

    [Theory]
    [MemberData(nameof(RealFiles))]
    public void WriteNpy_RealFile_NumpyReadsTypeShapeAndBytesOfTheGoldens(string name)
    {
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllBytes(TestEnvironment.Shared("data", "goldens", name + ".json")));
        using ZFitsFile file = ZFitsFile.Open(TestEnvironment.Shared("data", "real", name + ".fits.fz"));
        List<string> paths = [];
        List<string> expected = [];
        foreach (JsonElement table in golden.RootElement.GetProperty("tables").EnumerateArray())
        {
            string extname = table.GetProperty("extname").GetString()!;
            foreach (JsonElement column in table.GetProperty("columns").EnumerateArray())
            {
                string columnName = column.GetProperty("name").GetString()!;
                paths.Add(_folder.File($"{extname}_{columnName}.npy"));
                using FileStream stream = File.Create(paths[^1]);
                ZFitsExport.WriteNpy(file.GetTable(extname), columnName, new ZFitsReadOptions(), stream, ct: Cancel);
                long rows = table.GetProperty("rows").GetInt64();
                JsonElement lengths = column.GetProperty("row_lengths");
                string shape = lengths.GetArrayLength() == 0 ? FormattableString.Invariant($"{rows}") : FormattableString.Invariant($"{rows}x{lengths[0].GetInt64()}");
                expected.Add($"{NumpyName(column.GetProperty("dtype").GetString()!)} {shape} {column.GetProperty("all_rows_sha256").GetString()}");
            }
        }

        Assert.Equal(expected, Numpy([.. paths]));
    }

    [Fact]
    public void WriteNpy_SelectedRowsAndTexts_AreWhatNumpyReads()
    {
        using ZFitsFile file = Open();
        string[] names = ["flag", "time", "name", "charges"];
        foreach (string name in names)
        {
            using FileStream stream = File.Create(_folder.File(name + ".npy"));
            Assert.Equal(2, ZFitsExport.WriteNpy(file.Tables[0], name, new ZFitsReadOptions { Columns = ["count"], Rows = ZFitsRowSet.Of(1, 2) }, stream, ct: Cancel));
        }

        int width = AnyTypeFile.Names.Max(Encoding.UTF8.GetByteCount);
        byte[] texts = [.. AnyTypeFile.Names.Skip(1).SelectMany(text => Encoding.UTF8.GetBytes(text).Concat(new byte[width]).Take(width))];
        byte[] charges = [.. Enumerable.Repeat<float[]>([-0.5f, float.NaN, 3.4028235e38f], 2).SelectMany(row => row).SelectMany(BitConverter.GetBytes)];
        Assert.Equal(
            [
                $"|b1 2 {Sha256([1, 0])}",
                $"<f8 2 {Sha256([.. BitConverter.GetBytes(double.NegativeInfinity), .. BitConverter.GetBytes(1534972300.1234567)])}",
                FormattableString.Invariant($"|S{width} 2 {Sha256(texts)}"),
                $"<f4 2x3 {Sha256(charges)}",
            ],
            Numpy([.. names.Select(name => _folder.File(name + ".npy"))]));
    }

    [Fact]
    public void WriteNpy_RowsOfDifferentLengths_NamesRowAndLengths()
    {
        using ZFitsFile file = Open();
        using MemoryStream stream = new();
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => ZFitsExport.WriteNpy(file.Tables[0], "samples", new ZFitsReadOptions(), stream, ct: Cancel));
        Assert.Contains("any.fits.fz: table Events, column samples, row 1: 1 elements, but 0 in row 0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WriteNpy_NoRows_IsAnEmptyArray()
    {
        using ZFitsFile file = Open();
        string[] paths = [_folder.File("a.npy"), _folder.File("b.npy")];
        foreach ((string path, string column) in paths.Zip(["count", "pixels"]))
        {
            using FileStream stream = File.Create(path);
            ZFitsExport.WriteNpy(file.Tables[0], column, new ZFitsReadOptions { Rows = ZFitsRowSet.Of() }, stream, ct: Cancel);
        }

        Assert.Equal([$"<i4 0 {Sha256([])}", $"<u2 0x0 {Sha256([])}"], Numpy(paths));
    }

    [Fact]
    public void Write_Cancelled_StopsAtATile()
    {
        using ZFitsFile file = Open();
        using MemoryStream stream = new();
        using CancellationTokenSource source = new();
        CancelAtFirstReport cancel = new(source);
        Assert.Throws<OperationCanceledException>(() => ZFitsExport.WriteCsv(file.Tables[0], new ZFitsReadOptions(), stream, cancel, source.Token));
        Assert.Equal([2], cancel.Reports);
    }

    private static string ToCsv(ZFitsFile file, ZFitsReadOptions options)
    {
        using MemoryStream stream = new();
        long rows = ZFitsExport.WriteCsv(file.Tables[0], options, stream, ct: Cancel);
        Assert.Equal((options.Rows ?? ZFitsRowSet.All).CountWithin(file.Tables[0].RowCount), rows);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static string ToJson(ZFitsFile file, ZFitsReadOptions options, bool asLines)
    {
        using MemoryStream stream = new();
        ZFitsExport.WriteJson(file.Tables[0], options, asLines, stream, ct: Cancel);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void AssertSameValues(ZFitsRow row, JsonElement found)
    {
        Assert.Equal(row.Columns.Select(column => column.Name), found.EnumerateObject().Select(property => property.Name));
        foreach (ZFitsColumn column in row.Columns)
        {
            object value = row.GetValue(column.Name)!;
            JsonElement json = found.GetProperty(column.Name);
            if (value is Array array) Assert.Equal(array.Cast<object>().Select(Show), json.EnumerateArray().Select(element => element.ToString()));
            else Assert.Equal(Show(value), json.ToString());
        }
    }

    // A JSON boolean shows itself as .NET does.
    private static string Show(object value) => value is bool flag ? flag.ToString() : FormattableString.Invariant($"{value}");

    private static string NumpyName(string type) => type switch
    {
        "bool" => "|b1",
        "int8" => "|i1",
        "uint8" => "|u1",
        "float32" => "<f4",
        "float64" => "<f8",
        _ => FormattableString.Invariant($"<{(type[0] == 'u' ? 'u' : 'i')}{int.Parse(type.AsSpan(type.IndexOf('t') + 1), CultureInfo.InvariantCulture) / 8}"),
    };

    private static string Sha256(byte[] bytes) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes));

    private static string[] Numpy(string[] paths)
    {
        string? python = Environment.GetEnvironmentVariable("DIGICAM_PEER_PYTHON");
        TestEnvironment.Require(python is { Length: > 0 }, "needs DIGICAM_PEER_PYTHON, a Python with numpy");
        return WriterTests.RunScript(python!, "read_npy.py", paths);
    }

    private ZFitsFile Open()
    {
        string path = _folder.File("any.fits.fz");
        AnyTypeFile.Write(path);
        return ZFitsFile.Open(path);
    }

    private void WriteTexts(params byte[][] texts)
    {
        using ZFitsWriter writer = ZFitsWriter.Create(_folder.File("text.fits.fz"));
        ZFitsTableWriter table = writer.BeginTable("Events", "Test.Message", [AnyTypeFile.Columns[6]]);
        foreach (byte[] text in texts)
        {
            table.SetText(0, text);
            table.CommitRow();
        }

        table.Finish();
        writer.Finish();
    }

    private sealed class CancelAtFirstReport(CancellationTokenSource source) : IProgress<long>
    {
        public List<long> Reports { get; } = [];

        public void Report(long value)
        {
            Reports.Add(value);
            source.Cancel();
        }
    }
}
