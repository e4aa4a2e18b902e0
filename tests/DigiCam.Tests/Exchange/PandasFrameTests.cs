using System.Text.Json;
using CsCheck;
using DigiCam.Exchange;

namespace DigiCam.Tests.Exchange;

[Trait("Culture", "any")]
public sealed class PandasFrameTests : IDisposable
{
    private const string Pandas = "numpy, pandas, tables, h5py";

    private static readonly Gen<PandasColumn> Column = Gen.OneOf(
        Gen.Select(Gen.Double.Array[3], Gen.Const(0)).Select(v => PandasColumn.Of("", v.Item1)),
        Gen.Long.Array[3].Select(v => PandasColumn.Of("", v)),
        Gen.Bool.Array[3].Select(v => PandasColumn.Of("", v)));

    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();

    private string Target => _folder.File("frame.h5");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void WriteRead_AnyFrame_ComesBackToTheLastBit()
    {
        string path = Target;
        Gen.Select(Column.Array[1, 12], Gen.Int[1, 12]).Sample(
            (columns, length) =>
            {
                PandasColumn[] named = [.. columns.Select((column, k) => Renamed(column, new string((char)('a' + k), length)))];
                PandasFrame frame = new(named, index: [3, 1, -7]);
                PandasFrameFile.Write(path, "df_param", frame);
                PandasFrame back = PandasFrameFile.Read(path, out string key);
                Assert.Equal("df_param", key);
                AssertSame(frame, back);
            },
            iter: 100, threads: 1);
    }

    [Fact]
    public void Write_Pandas_ReadsItWithoutAKey()
    {
        PandasFrame frame = Example();
        PandasFrameFile.Write(Target, "df_param", frame);
        JsonElement seen = PythonPeer.Run(Pandas, "frame", Target);
        Assert.Equal(["/df_param"], seen.GetProperty("keys").EnumerateArray().Select(key => key.GetString()));
        Assert.Equal((JsonValueKind.Null, JsonValueKind.Null), (seen.GetProperty("label_name").ValueKind, seen.GetProperty("index_name").ValueKind));
        AssertSeen(seen, frame);
    }

    [Fact]
    public void Write_Numbers_LabelColumns()
    {
        PandasFrame frame = new([PandasColumn.Of("a", [1.5, 2]), PandasColumn.Of("b", [3.5, double.NaN])], labels: [-50, 125.5]);
        PandasFrameFile.Write(Target, "df_hists", frame);
        JsonElement seen = PythonPeer.Run(Pandas, "frame", Target);
        Assert.Equal([-50, 125.5], seen.GetProperty("labels").EnumerateArray().Select(label => label.GetDouble()));
        AssertSeen(seen, frame);
        Assert.Equal([-50, 125.5], PandasFrameFile.Read(Target, out _).Labels);
    }

    [Fact]
    public void Write_HasAllThatPandasHasWrittenItself()
    {
        // Blocks may come in another order: with columns of one type there is only one.
        PandasFrame frame = new([PandasColumn.Of("x", [0.1, double.NaN, -0.0]), PandasColumn.Of("much_longer", [1e300, 5e-324, 2])]);
        PandasFrameFile.Write(Target, "df_param", frame);
        string theirs = _folder.File("theirs.h5");
        PythonPeer.Run(Pandas, "make", "like_ours", theirs, Target, "df_param");
        Assert.Equal(PythonPeer.Run(Pandas, "attributes", theirs).ToString(), PythonPeer.Run(Pandas, "attributes", Target).ToString());
    }

    [Fact]
    public void Write_PyTables_SeesTheTypes()
    {
        PandasFrameFile.Write(Target, "df", Example());
        JsonElement seen = PythonPeer.Run(Pandas, "tables", Target);
        Assert.Equal("int64", seen.GetProperty("/df/block0_values")[0].GetString());
        Assert.Equal("float64", seen.GetProperty("/df/block1_values")[0].GetString());
        Assert.Equal("bool", seen.GetProperty("/df/block2_values")[0].GetString());
    }

    [Theory]
    [InlineData("mixed")]
    [InlineData("zipped")]
    [InlineData("labels")]
    [InlineData("named")]
    [InlineData("averaged")]
    public void Read_WhatPandasWrote(string kind)
    {
        JsonElement seen = PythonPeer.Run(Pandas, "make", kind, Target);
        PandasFrame frame = PandasFrameFile.Read(Target, out _);
        AssertSeen(seen, frame);
        if (kind == "named") Assert.Equal([5L, 9L], frame.Index);
    }

    [Theory]
    [InlineData("objects", "/df/block1_values holds Python objects of who")]
    [InlineData("dates", "holds datetime64 of when")]
    [InlineData("text_index", "/df/axis1 labels the rows by texts")]
    [InlineData("table", "is in pandas' format 'table'")]
    [InlineData("empty", "is empty")]
    [InlineData("multi", "/df/axis0 has labels of the variety multi")]
    [InlineData("two", "holds the pandas objects /one, /two")]
    [InlineData("series", "is a pandas object of type series")]
    [InlineData("mixed_labels", "has labels of the kind object")]
    [InlineData("complex", "of z, expected numbers or truth values")]
    public void Read_WhatIsNoTableOfNumbers_IsRefused(string kind, string words)
    {
        PythonPeer.Run(Pandas, "make", kind, Target);
        string message = Assert.Throws<InvalidDataException>(() => PandasFrameFile.Read(Target, out _)).Message;
        Assert.StartsWith(Target, message, StringComparison.Ordinal);
        Assert.Contains(words, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OtherFiles_AreRefused()
    {
        Assert.Throws<FileNotFoundException>(() => PandasFrameFile.Read(Target, out _));
        File.WriteAllText(Target, "no HDF5");
        Assert.Contains("not an HDF5 file", Assert.Throws<InvalidDataException>(() => PandasFrameFile.Read(Target, out _)).Message, StringComparison.Ordinal);
        new DigiCam.Files.Hdf5Writer().Add<double>("/a/b", [1.0], "", "").Write(Target);
        Assert.Contains("holds no pandas frame", Assert.Throws<InvalidDataException>(() => PandasFrameFile.Read(Target, out _)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_DamagedFiles_AreRefusedOrReadButNeverCrash()
    {
        PandasFrameFile.Write(Target, "df", Example());
        byte[] sound = File.ReadAllBytes(Target);
        string path = _folder.File("damaged.h5");
        for (int length = 0; length < sound.Length; length += 97)
        {
            File.WriteAllBytes(path, sound[..length]);
            Assert.Throws<InvalidDataException>(() => PandasFrameFile.Read(path, out _));
        }

        for (int place = 0; place < sound.Length; place += 31)
        {
            byte[] damaged = [.. sound];
            damaged[place] ^= 0x55;
            File.WriteAllBytes(path, damaged);
            try
            {
                Assert.Equal(4, PandasFrameFile.Read(path, out _).RowCount);
            }
            catch (InvalidDataException exception)
            {
                Assert.StartsWith(path, exception.Message, StringComparison.Ordinal);
            }
        }
    }

    private static PandasFrame Example() => new(
    [
        PandasColumn.Of("pixel_id", [0L, 1, long.MinValue, long.MaxValue]), PandasColumn.Of("gain", [0.1, double.NaN, -0.0, 1e300]), PandasColumn.Of("fit_accuracy", [true, false, true, true]),
        PandasColumn.Of("a_longer_name_than_the_others", [double.Epsilon, double.PositiveInfinity, 2, 3]), PandasColumn.Of("calib_flag", [1L, 0, 1, 1]),
    ]);

    private static PandasColumn Renamed(PandasColumn column, string name) =>
        column.IsInteger ? PandasColumn.Of(name, column.Integers.ToArray()) : column.IsBool ? PandasColumn.Of(name, column.Bools.ToArray()) : PandasColumn.Of(name, column.ToDoubles());

    private static void AssertSame(PandasFrame expected, PandasFrame found)
    {
        Assert.Equal(expected.Index, found.Index);
        Assert.Equal(expected.Columns.Select(column => (column.Name, column.TypeName)), found.Columns.Select(column => (column.Name, column.TypeName)));
        foreach ((PandasColumn a, PandasColumn b) in expected.Columns.Zip(found.Columns))
        {
            if (a.IsInteger) Assert.Equal(a.Integers.ToArray(), b.Integers.ToArray());
            else Assert.Equal(a.ToDoubles().Select(BitConverter.DoubleToInt64Bits), b.ToDoubles().Select(BitConverter.DoubleToInt64Bits));
        }
    }

    private static void AssertSeen(JsonElement seen, PandasFrame frame)
    {
        Assert.Equal(seen.GetProperty("labels").EnumerateArray().Select(label => label.ValueKind == JsonValueKind.String ? label.GetString()! : label.GetDouble().ToString("R", System.Globalization.CultureInfo.InvariantCulture)), frame.Labels.IsDefault ? frame.Columns.Select(column => column.Name) : frame.Labels.Select(label => label.ToString("R", System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Equal(seen.GetProperty("index").EnumerateArray().Select(row => row.GetInt64()), frame.Index);
        foreach ((JsonElement theirs, PandasColumn ours) in seen.GetProperty("columns").EnumerateArray().Zip(frame.Columns))
        {
            JsonElement.ArrayEnumerator values = theirs.GetProperty("values").EnumerateArray();
            string type = theirs.GetProperty("type").GetString()!;
            if (type == "bool") Assert.Equal(values.Select(value => value.GetBoolean()), ours.Bools.ToArray());
            else if (type.StartsWith("float", StringComparison.Ordinal)) Assert.Equal(values.Select(value => value.GetString()), ours.ToDoubles().Select(Bits));
            else Assert.Equal(values.Select(value => value.GetInt64()), ours.Integers.ToArray());
        }
    }

    internal static string Bits(double value)
    {
        byte[] bytes = new byte[8];
        System.Buffers.Binary.BinaryPrimitives.WriteDoubleLittleEndian(bytes, value);
        return Convert.ToHexStringLower(bytes);
    }
}
