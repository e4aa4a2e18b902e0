using System.Globalization;
using System.Text.Json;
using CsCheck;
using DigiCam.Exchange;
using DigiCam.Files;

namespace DigiCam.Tests.Exchange;

public sealed class PixelTableTests : IDisposable
{
    private const int Pixels = 1296;

    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();

    private string Target => _folder.File("table.csv");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Csv_AnyNumbers_ComeBackToTheLastBit()
    {
        string path = Target;
        Gen<double> number = Gen.OneOf(Gen.Double, Gen.Const(double.NaN), Gen.Const(double.PositiveInfinity), Gen.Const(double.NegativeInfinity), Gen.Const(-0.0), Gen.Long[1, (1L << 52) - 1].Select(BitConverter.Int64BitsToDouble), Gen.Int[-9, 9].Select(n => (double)n));
        Gen.Select(number.Array[Pixels], number.Array[Pixels], Gen.Long.Array[Pixels], Gen.Bool.Array[Pixels]).Sample(
            (gains, others, counts, good) =>
            {
                // One that is not whole, so that the column without a unit is one of floats.
                others[3] = 0.5;
                others[4] = double.NaN;
                PixelTable table = new("any", null, [
                    new("gain", "LSB/pe", PandasColumn.Of("gain", gains)), new("gain_error", "LSB/pe", PandasColumn.Of("gain_error", gains)), new("noise", "LSB^2", PandasColumn.Of("noise", others)),
                    new("rate", "1/ns", PandasColumn.Of("rate", gains)), new("chi2", "", PandasColumn.Of("chi2", others)), new("entries", "", PandasColumn.Of("entries", counts)),
                    new("good", "", PandasColumn.Of("good", good)), new("x", "", PandasColumn.Of("x", others)), new("x", "pe", PandasColumn.Of("x", others))]);
                table.WriteCsv(path);
                PixelTable back = PixelTableReader.Read(path);
                Assert.Equal(["gain", "gain_error", "noise", "rate", "chi2", "entries", "good", "x", "x_pe"], back.Columns.Select(column => column.Name));
                Assert.Equal(["LSB/pe", "LSB/pe", "LSB^2", "1/ns", "", "", "", "", ""], back.Columns.Select(column => column.Unit));
                Assert.Equal(counts, back.Columns[5].Values.Integers.ToArray());
                Assert.Equal(good, back.Columns[6].Values.Bools.ToArray());
                foreach ((PixelTableColumn expected, PixelTableColumn found) in table.Columns.Zip(back.Columns))
                {
                    Assert.Equal(expected.Values.TypeName, found.Values.TypeName);
                    Assert.Equal(expected.Values.ToDoubles().Select(Bits), found.Values.ToDoubles().Select(Bits));
                }
            },
            iter: 10, threads: 1);

        // A NaN has many forms, a text one.
        static long Bits(double value) => BitConverter.DoubleToInt64Bits(double.IsNaN(value) ? double.NaN : value);
    }

    [Fact]
    public void Csv_StatusAndFlags_AreCodesWithNames()
    {
        File.WriteAllLines(Target, ["pixel,status,flags", .. Enumerable.Range(0, Pixels).Select(pixel => pixel == 1 ? "1,Converged,FIT_FAILED STUCK" : FormattableString.Invariant($"{pixel},Converged,OK"))]);
        PixelTable table = PixelTableReader.Read(Target);
        Assert.Equal("FIT_FAILED STUCK", table.Columns[1].Texts[1]);
        Assert.Equal((long)(DigiCam.Flags.PixelFlags.FitFailed | DigiCam.Flags.PixelFlags.Stuck), table.Columns[1].Values.Integers[1]);
        Assert.Equal((long)DigiCam.Fitting.FitStatus.Converged, table.Columns[0].Values.Integers[0]);
    }

    [Fact]
    public void Csv_WhatPandasWrote_IsReadByPixel()
    {
        JsonElement made = PythonPeer.Run("numpy, pandas", "make_csv", Target);
        foreach (string path in (string[])[Target, Target + ".index.csv"]) AssertEqual(made, PixelTableReader.Read(path));
        Assert.Equal(["", "", "", "", ""], PixelTableReader.Read(Target).Columns.Select(column => column.Unit));
    }

    [Fact]
    public void Csv_WithByteOrderMarkAndOtherLineEnds_IsRead()
    {
        File.WriteAllText(Target, string.Concat(Enumerable.Range(0, Pixels).Reverse().Select(pixel => FormattableString.Invariant($"{pixel}.5,{pixel}.0\r\n")).Prepend("gain,\"pixel_id\"\r\n")), new System.Text.UTF8Encoding(true));
        Assert.Equal(Enumerable.Range(0, Pixels).Select(pixel => pixel + 0.5), PixelTableReader.Read(Target).Columns.Single().Values.ToDoubles());
    }

    [Theory]
    [InlineData("", "", ": is empty, not a table of pixels")]
    [InlineData("0,1.5", "0,1", ": line 1: is no header: '0' is no name of a column")]
    [InlineData("pixel;gain", "0;1", ": line 1: columns are separated by semicolons, commas are needed")]
    [InlineData("name,gain", "0,1", ": line 1: has no column 'pixel' or 'pixel_id'")]
    [InlineData("pixel", "0", ": line 1: names no column beside the pixel")]
    [InlineData("pixel,gain,gain", "0,1,2", ": line 1: column gain is there twice")]
    [InlineData("pixel,gain,", "0,1,2", ": line 1: a column has no name")]
    [InlineData("pixel,a/b", "0,1", ": line 1: column 'a/b' has a slash in its name")]
    [InlineData("pixel,gain", "0", ": line 2: has 1 columns, the header 2")]
    [InlineData("pixel,gain", "0,1,5", ": line 2: has 3 columns, the header 2; numbers have a decimal point, not a comma")]
    [InlineData("pixel,gain", "0,\"1,5\"", ": line 2: column gain holds '1,5', which is no number: numbers have a decimal point, not a comma")]
    [InlineData("pixel,gain", "0,\"1", ": line 2: a quotation mark is not closed")]
    [InlineData("pixel,gain", "0,good", ": line 2: column gain holds 'good', which is no number")]
    [InlineData("pixel,gain", "5,1", ": line 7: pixel 5 is there twice, first in line 2")]
    [InlineData("pixel,gain", "1296,1", ": line 2: '1296' is not a pixel between 0 and 1295")]
    [InlineData("pixel,gain", "0.5,1", ": line 2: '0.5' is not a pixel between 0 and 1295")]
    [InlineData("pixel,gain", ",1", ": line 2: '' is not a pixel between 0 and 1295")]
    [InlineData("pixel,gain", null, ": pixel 0 is missing; a line for each of the 1296 pixels is needed")]
    [InlineData("pixel,status", "0,Good", ": line 2: 'Good' is no status; there are ")]
    [InlineData("pixel,flags", "0,STUCK BLUE", ": line 2: 'BLUE' is no flag; there are ")]
    public void Csv_OtherTexts_AreRefusedWithTheLine(string header, string? first, string expected)
    {
        string good = header.EndsWith("status", StringComparison.Ordinal) ? "Converged" : header.EndsWith("flags", StringComparison.Ordinal) ? "OK" : "1";
        string rest = string.Concat(Enumerable.Repeat("," + good, header.Count(c => c == ',')));
        if (header.Length == 0) File.WriteAllText(Target, "");
        else File.WriteAllLines(Target, [header, .. first is null ? (string[])[] : [first], .. Enumerable.Range(1, Pixels - 1).Select(pixel => pixel.ToString(CultureInfo.InvariantCulture) + rest)]);
        Assert.StartsWith(Target + expected, Assert.Throws<InvalidDataException>(() => PixelTableReader.Read(Target)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Csv_NotText_IsRefused()
    {
        File.WriteAllBytes(Target, [0x70, 0xe9, 0x2c, 0xff]);
        Assert.Equal($"{Target}: is not text in UTF-8", Assert.Throws<InvalidDataException>(() => PixelTableReader.Read(Target)).Message);
    }

    [Fact]
    public void Npz_WhatNumpyWrote_IsReadExactly_AndOtherArraysAreLeftAside()
    {
        string path = _folder.File("any.npz");
        JsonElement made = PythonPeer.Run("numpy", "make_npz", path);
        AssertEqual(made, PixelTable.OfNpz(path));
        string message = Assert.Throws<InvalidDataException>(() => PixelTable.OfNpz(path + ".none.npz")).Message;
        Assert.StartsWith($"{path}.none.npz: no array has a number for each of the 1296 pixels; it holds levels <i8 (3), text <U1 (1296), big >f8 (1296), one <f8 (), z <c16 (1296), records [", message, StringComparison.Ordinal);

        // The kit's own files are float64.
        using NpzFile file = NpzFile.Open(path);
        Assert.Equal($"{path}: array i4 holds <i4, expected float64 ('<f8')", Assert.Throws<InvalidDataException>(() => file.ReadVector("i4")).Message);
    }

    [Fact]
    public void Npz_PixelsInAnotherOrder_AreRefused()
    {
        string path = _folder.File("order.npz");
        new NpzWriter().Add("pixel_ids", [.. Enumerable.Range(0, Pixels).Reverse().Select(pixel => (double)pixel)]).Write(path);
        Assert.Equal($"{path}: array pixel_ids: the pixels are not in ascending order", Assert.Throws<InvalidDataException>(() => PixelTable.OfNpz(path)).Message);
    }

    private static void AssertEqual(JsonElement made, PixelTable table)
    {
        Assert.Equal(made.EnumerateObject().Select(column => column.Name), table.Columns.Select(column => column.Name));
        foreach (PixelTableColumn column in table.Columns)
        {
            JsonElement theirs = made.GetProperty(column.Name);
            JsonElement[] values = [.. theirs.GetProperty("values").EnumerateArray()];
            string type = theirs.GetProperty("type").GetString()!;
            Assert.Equal(type == "bool" ? "bool" : type.StartsWith("float", StringComparison.Ordinal) ? "float64" : "int64", column.Values.TypeName);
            if (column.Values.IsBool) Assert.Equal(values.Select(value => value.GetBoolean()), column.Values.Bools.ToArray());
            else if (column.Values.IsInteger) Assert.Equal(values.Select(value => value.GetInt64()), column.Values.Integers.ToArray());
            else Assert.Equal(values.Select(value => Sign(value.GetString()!)), column.Values.ToDoubles().Select(value => Sign(PandasFrameTests.Bits(value))));
        }

        // A NaN of Python has another sign.
        static string Sign(string bits) => bits == "000000000000f87f" ? "000000000000f8ff" : bits;
    }
}
