using System.Text.Json;
using DigiCam.Files;

namespace DigiCam.Tests.Files;

public sealed class Hdf5Tests : IDisposable
{
    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();

    private string Target => _folder.File("a.h5");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void WriteRead_EveryType_ComesBackToTheLastBit()
    {
        double[] doubles = [1.5, double.NaN, -0.0, double.Epsilon, 1e300, 0.1];
        new Hdf5Writer()
            .Add<double>("/task/f8", doubles, [2, 3], "LSB", "floats")
            .Add<float>("/task/f4", [1.25f, float.NaN], "ns", "short floats")
            .Add<byte>("/task/u1", [0, 255, 7], "", "bytes")
            .Add<ushort>("/task/u2", [ushort.MaxValue], "", "")
            .Add<uint>("/task/u4", [uint.MaxValue], "", "")
            .Add<ulong>("/task/u8", [ulong.MaxValue], "", "")
            .Add<short>("/task/i2", [short.MinValue], "", "")
            .Add<int>("/task/i4", [int.MinValue, 3], "", "")
            .Add<long>("/task/i8", [long.MinValue], "", "")
            .Write(Target);

        using Hdf5File file = Hdf5File.Open(Target);
        Assert.Equal(doubles.Select(BitConverter.DoubleToInt64Bits), file.Read<double>("/task/f8", [-1, 3], "LSB", out int[] shape).Select(BitConverter.DoubleToInt64Bits));
        Assert.Equal([2, 3], shape);
        Assert.Equal([1.25f, float.NaN], file.Read<float>("task/f4", [2], "ns"));
        Assert.Equal([0, 255, 7], file.Read<byte>("/task/u1", [-1]));
        Assert.Equal([ushort.MaxValue], file.Read<ushort>("/task/u2", [1]));
        Assert.Equal([uint.MaxValue], file.Read<uint>("/task/u4", [1]));
        Assert.Equal([ulong.MaxValue], file.Read<ulong>("/task/u8", [1]));
        Assert.Equal([short.MinValue], file.Read<short>("/task/i2", [1]));
        Assert.Equal([int.MinValue, 3], file.Read<int>("/task/i4", [2]));
        Assert.Equal([long.MinValue], file.Read<long>("/task/i8", [1]));
        Assert.Equal(("LSB", "floats"), (file.GetText("/task/f8", Hdf5Writer.UnitAttribute), file.GetText("/task/f8", Hdf5Writer.DescriptionAttribute)));
        Assert.Equal(["f4", "f8", "i2", "i4", "i8", "u1", "u2", "u4", "u8"], file.NamesIn("/task").Order(StringComparer.Ordinal));
        Assert.True(file.Contains("/task") && file.Contains("/task/f8") && file.Contains("/"));
        Assert.False(file.Contains("/task/f9") || file.Contains("/f8") || file.Contains("/task/f8/more"));
    }

    [Fact]
    public void WriteRead_TextsNamesAndAttributes_ComeBack()
    {
        new Hdf5Writer()
            .AddAttribute("/", "title", "Größe in µs")
            .AddAttribute("/", "empty", "")
            .AddAttribute("/a/b", "real", 0.1)
            .AddAttribute("/a/b", "whole", -5L)
            .AddAttribute("/a/b", "seed", ulong.MaxValue)
            .AddAttribute("/a/b", "list", ["x", "", "zé"])
            .AddTexts("/a/files", ["one.fits.fz", "", "drei ü"], "names")
            .AddNamed<uint>("/a/flags", [0, 5], ["dead", "hot", "noisy"], "bits")
            .Write(Target);

        using Hdf5File file = Hdf5File.Open(Target);
        Assert.Equal("Größe in µs", file.GetText("/", "title"));
        Assert.Equal("", file.GetText("/", "empty"));
        Assert.Equal(0.1, file.GetNumber<double>("/a/b", "real"));
        Assert.Equal(-5L, file.GetNumber<long>("/a/b", "whole"));
        Assert.Equal(ulong.MaxValue, file.GetNumber<ulong>("/a/b", "seed"));
        Assert.Equal(["x", "", "zé"], file.GetTexts("/a/b", "list"));
        Assert.Equal(["one.fits.fz", "", "drei ü"], file.ReadTexts("/a/files"));
        Assert.Equal([0, 5], file.Read<uint>("/a/flags", [2]));
        Assert.Equal(["dead", "hot", "noisy"], file.GetTexts("/a/flags", Hdf5Writer.NamesAttribute));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(300_001)]
    public void WriteRead_AnyLength_ComesBack(int rows)
    {
        // 300 001 rows of three are more than one chunk, the last of which is not full; three bytes make the checksum's odd one.
        double[] values = [.. Enumerable.Range(0, 3 * rows).Select(i => i / 7.0)];
        byte[] bytes = [.. Enumerable.Range(0, rows).Select(i => (byte)i)];
        new Hdf5Writer().Add<double>("/v", values, [rows, 3], "", "").Add<byte>("/b", bytes, "", "").AddTexts("/t", [.. Enumerable.Repeat("x", Math.Min(rows, 5000))], "").Write(Target);
        using Hdf5File file = Hdf5File.Open(Target);
        Assert.Equal(values, file.Read<double>("/v", [rows, 3]));
        Assert.Equal(bytes, file.Read<byte>("/b", [rows]));
        Assert.Equal(Math.Min(rows, 5000), file.ReadTexts("/t").Length);
    }

    [Fact]
    public void Write_OpenedByH5py_HoldsTheSame()
    {
        double[] values = [.. Enumerable.Range(0, 600_000).Select(i => i % 1000 == 7 ? double.NaN : Math.Sqrt(i))];
        new Hdf5Writer()
            .AddAttribute("/", "campaign", "Größe")
            .AddAttribute("/", "seed", ulong.MaxValue)
            .AddAttribute("/scan", "charge_scale", "amplitude")
            .AddAttribute("/scan", "step", 0.1)
            .Add<double>("/scan/gain", values, [3, 200_000], "LSB/pe", "gain (level, pixel)")
            .Add<byte>("/scan/lit", [1, 0, 1], "", "lit")
            .Add<long>("/scan/drawn", [long.MaxValue, -1], "", "drawn")
            .Add<double>("/scan/nothing", [], "", "none")
            .AddNamed<uint>("/scan/flags", [3, 0x80000000], ["dead", "hot"], "bits")
            .AddTexts("/scan/files", ["a.fits.fz", "ü"], "files")
            .Write(Target);

        Dictionary<string, JsonElement> seen = H5py.List(Target);
        Assert.Equal(["/", "/scan", "/scan/drawn", "/scan/files", "/scan/flags", "/scan/gain", "/scan/lit", "/scan/nothing"], seen.Keys.Order(StringComparer.Ordinal));
        Assert.StartsWith("DigiCamNotebooks results, an HDF5 file; SHA-256 of all behind these 512 bytes: ", File.ReadLines(Target).First(), StringComparison.Ordinal);
        Assert.Equal("Größe", Attribute("/", "campaign").GetString());
        Assert.Equal(ulong.MaxValue, Attribute("/", "seed").GetUInt64());
        Assert.Equal("amplitude", Attribute("/scan", "charge_scale").GetString());
        Assert.Equal(0.1, H5py.Double(Attribute("/scan", "step")));
        Assert.Equal(("LSB/pe", "gain (level, pixel)"), (Attribute("/scan/gain", "unit").GetString(), Attribute("/scan/gain", "description").GetString()));
        Assert.Equal(["dead", "hot"], Attribute("/scan/flags", "names").EnumerateArray().Select(n => n.GetString()));
        Assert.Equal(("float64", "uint8", "int64", "uint32", "float64"), (Type("/scan/gain"), Type("/scan/lit"), Type("/scan/drawn"), Type("/scan/flags"), Type("/scan/nothing")));
        Assert.Equal([3, 200_000], Get("/scan/gain", "shape").EnumerateArray().Select(n => n.GetInt32()));
        Assert.Equal([0], Get("/scan/nothing", "shape").EnumerateArray().Select(n => n.GetInt32()));
        Assert.True(Get("/scan/gain", "checksum").GetBoolean() && Get("/scan/lit", "checksum").GetBoolean());
        Assert.Equal(values.Select(BitConverter.DoubleToInt64Bits), H5py.Doubles(Get("/scan/gain", "values")).Select(BitConverter.DoubleToInt64Bits));
        Assert.Equal([1, 0, 1], Get("/scan/lit", "values").EnumerateArray().Select(n => n.GetInt32()));
        Assert.Equal([long.MaxValue, -1], Get("/scan/drawn", "values").EnumerateArray().Select(n => n.GetInt64()));
        Assert.Equal([3, 0x80000000], Get("/scan/flags", "values").EnumerateArray().Select(n => n.GetUInt32()));
        Assert.Equal(["a.fits.fz", "ü"], Get("/scan/files", "values").EnumerateArray().Select(n => n.GetString()));

        JsonElement Get(string path, string what) => seen[path].GetProperty(what);
        JsonElement Attribute(string path, string name) => Get(path, "attributes").GetProperty(name);
        string Type(string path) => Get(path, "dtype").GetString()!;
    }

    [Fact]
    public void Write_Twice_GivesEqualBytes()
    {
        foreach (string name in (string[])["a.h5", "b.h5"]) Sample().Write(_folder.File(name));
        Assert.Equal(File.ReadAllBytes(_folder.File("a.h5")), File.ReadAllBytes(_folder.File("b.h5")));
    }

    [Fact]
    public void Write_ToAFolder_IsRefusedAndLeavesNothing()
    {
        Directory.CreateDirectory(Target);
        Assert.Equal($"{Target}: is a directory", Assert.Throws<IOException>(() => Sample().Write(Target)).Message);
        Assert.Empty(Directory.GetFiles(_folder.FullName, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void Add_PathsAndShapesThatCannotBe_AreRefused()
    {
        Hdf5Writer writer = new Hdf5Writer().Add<int>("/a/b", [1], "", "").AddAttribute("/a", "x", "");
        Assert.StartsWith("/a/b: is there already", Refused(() => writer.Add<int>("/a/b", [1], "", "")), StringComparison.Ordinal);
        Assert.StartsWith("/a/b: b is a dataset, not a group", Refused(() => writer.Add<int>("/a/b/c", [1], "", "")), StringComparison.Ordinal);
        Assert.StartsWith("/a/: is a group, not a dataset", Refused(() => writer.Add<int>("/a/", [1], "", "")), StringComparison.Ordinal);
        Assert.StartsWith("/a: attribute x is there already", Refused(() => writer.AddAttribute("/a", "x", "")), StringComparison.Ordinal);
        Assert.StartsWith("dataset /c: 3 values for shape (2, 2)", Refused(() => writer.Add<int>("/c", [1, 2, 3], [2, 2], "", "")), StringComparison.Ordinal);
        Assert.StartsWith("dataset /c: an axis has length -1", Refused(() => writer.Add<int>("/c", [1], [-1], "", "")), StringComparison.Ordinal);
        Assert.StartsWith("dataset /c has no names", Refused(() => writer.AddNamed<int>("/c", [1], [], "")), StringComparison.Ordinal);
        Assert.Throws<NotSupportedException>(() => writer.Add<char>("/c", ['x'], "", ""));

        static string Refused(Action add) => Assert.ThrowsAny<ArgumentException>(add).Message;
    }

    [Fact]
    public void Read_SomethingElseThanIsThere_NamesFileDatasetAndCause()
    {
        Sample().Write(Target);
        using Hdf5File file = Hdf5File.Open(Target);
        Assert.Equal($"{Target}: /task/sigma is not in the file; /task holds gain, flags, files", Refused(() => file.Read<double>("/task/sigma", [-1])));
        Assert.Equal($"{Target}: /tusk/gain is not in the file", Refused(() => file.Read<double>("/tusk/gain", [-1])));
        Assert.Equal($"{Target}: task2 is not in the file; it holds task", Refused(() => file.NamesIn("task2")));
        Assert.Equal($"{Target}: /task is not a dataset", Refused(() => file.Read<double>("/task", [-1])));
        Assert.Equal($"{Target}: /task/gain is not a group", Refused(() => file.NamesIn("/task/gain")));
        Assert.Equal($"{Target}: /task/gain holds float64, expected float32", Refused(() => file.Read<float>("/task/gain", [2, 2])));
        Assert.Equal($"{Target}: /task/gain holds float64, expected int64", Refused(() => file.Read<long>("/task/gain", [2, 2])));
        Assert.Equal($"{Target}: /task/flags holds uint32, expected int32", Refused(() => file.Read<int>("/task/flags", [2])));
        Assert.Equal($"{Target}: /task/files holds strings, expected float64", Refused(() => file.Read<double>("/task/files", [1])));
        Assert.Equal($"{Target}: /task/gain holds float64, expected strings", Refused(() => file.ReadTexts("/task/gain")));
        Assert.Equal($"{Target}: /task/gain has shape (2, 2), expected (any, 3)", Refused(() => file.Read<double>("/task/gain", [-1, 3])));
        Assert.Equal($"{Target}: /task/gain has shape (2, 2), expected (any)", Refused(() => file.Read<double>("/task/gain", [-1])));
        Assert.Equal($"{Target}: /task/gain is in [LSB], expected [LSB/pe]", Refused(() => file.Read<double>("/task/gain", [2, 2], "LSB/pe")));
        Assert.Equal($"{Target}: /task has no attribute scale", Refused(() => file.GetText("/task", "scale")));
        Assert.Equal($"{Target}: /task has an attribute step that holds float64, expected strings", Refused(() => file.GetText("/task", "step")));
        Assert.Equal($"{Target}: /task/flags has an attribute names that is a list, expected one value", Refused(() => file.GetText("/task/flags", "names")));
        Assert.Equal($"{Target}: /task/flags has an attribute unit that is one value, expected a list", Refused(() => file.GetTexts("/task/flags", "unit")));

        static string Refused(Action read) => Assert.Throws<InvalidDataException>(read).Message;
    }

    [Fact]
    public void Open_NoHdf5File_NamesTheFile()
    {
        File.WriteAllText(_folder.File("text.h5"), "text");
        File.WriteAllText(_folder.File("empty.h5"), "");
        Assert.Equal($"{_folder.File("text.h5")}: not an HDF5 file, or cut short or corrupt", Assert.Throws<InvalidDataException>(() => Hdf5File.Open(_folder.File("text.h5"))).Message);
        Assert.Equal($"{_folder.File("empty.h5")}: not an HDF5 file, or cut short or corrupt", Assert.Throws<InvalidDataException>(() => Hdf5File.Open(_folder.File("empty.h5"))).Message);
        Assert.Equal($"{Target}: no such file", Assert.Throws<FileNotFoundException>(() => Hdf5File.Open(Target)).Message);
        Assert.Equal($"{_folder.FullName}: is a directory, not an HDF5 file", Assert.Throws<IOException>(() => Hdf5File.Open(_folder.FullName)).Message);
        File.Delete(_folder.File("text.h5"));
    }

    [Fact]
    public void Open_AnyByteChanged_IsRefused()
    {
        Sample().Write(Target);
        byte[] bytes = File.ReadAllBytes(Target);
        string damaged = _folder.File("damaged.h5");
        string sentence = $"{damaged}: is damaged, or was changed by another program: its check sum is wrong";
        for (int place = Hdf5Seal.Length; place < bytes.Length; place += 7)
        {
            byte[] copy = [.. bytes];
            copy[place] ^= 0x10;
            File.WriteAllBytes(damaged, copy);
            Assert.Equal(sentence, Assert.Throws<InvalidDataException>(() => Hdf5File.Open(damaged)).Message);
        }

        for (int length = Hdf5Seal.Length; length < bytes.Length; length += 13)
        {
            File.WriteAllBytes(damaged, bytes.AsSpan(0, length));
            Assert.Equal(sentence, Assert.Throws<InvalidDataException>(() => Hdf5File.Open(damaged)).Message);
        }
    }

    [Fact]
    public void Read_FileWithoutSeal_ComesBack()
    {
        Sample().Write(Target);
        File.WriteAllBytes(_folder.File("plain.h5"), WithoutSeal(File.ReadAllBytes(Target)));
        Assert.True(ReadsAll(_folder.File("plain.h5")));
    }

    [Fact]
    public void Read_ChangedValueWithoutSeal_IsNoticedByItsChecksum()
    {
        new Hdf5Writer().Add<double>("/v", [1, 2, 3], "", "").Write(Target);
        byte[] bytes = WithoutSeal(File.ReadAllBytes(Target));
        byte[] two = BitConverter.GetBytes(2.0);
        int place = Enumerable.Range(0, bytes.Length - 8).Single(i => bytes.AsSpan(i, 8).SequenceEqual(two));
        bytes[place] ^= 1;
        File.WriteAllBytes(Target, bytes);
        using Hdf5File file = Hdf5File.Open(Target);
        Assert.Equal($"{Target}: /v is cut short or corrupt", Assert.Throws<InvalidDataException>(() => file.Read<double>("/v", [3])).Message);
    }

    [Fact]
    public void Read_DamagedWithoutSeal_IsReadOrRefusedInOneSentence()
    {
        Sample().Write(Target);
        byte[] bytes = WithoutSeal(File.ReadAllBytes(Target));
        string damaged = _folder.File("damaged.h5");
        Random random = new(5);
        int refused = 0;
        for (int i = 0; i < 3000; i++)
        {
            byte[] copy = i % 3 == 0 ? bytes[..random.Next(bytes.Length)] : [.. bytes];
            for (int n = random.Next(1, 4); n > 0 && copy.Length > 0; n--) copy[random.Next(copy.Length)] = (byte)random.Next(256);
            File.WriteAllBytes(damaged, copy);
            if (!ReadsAll(damaged)) refused++;
        }

        Assert.InRange(refused, 1000, 2999);
    }

    // Another line of text: the file of a program that knows nothing of seals.
    private static byte[] WithoutSeal(byte[] bytes) => [.. new byte[Hdf5Seal.Length], .. bytes[Hdf5Seal.Length..]];

    private static Hdf5Writer Sample() => new Hdf5Writer()
        .AddAttribute("/task", "step", 0.1)
        .Add<double>("/task/gain", [1, 2, 3, 4], [2, 2], "LSB", "gain")
        .AddNamed<uint>("/task/flags", [1, 2], ["dead", "hot"], "bits")
        .AddTexts("/task/files", ["one.fits.fz"], "files");

    /// <summary>Reads all of a sample; false where the file is refused with a sentence that begins with its name.</summary>
    private static bool ReadsAll(string path)
    {
        try
        {
            using Hdf5File file = Hdf5File.Open(path);
            file.GetNumber<double>("/task", "step");
            Assert.Equal([1, 2, 3, 4], file.Read<double>("/task/gain", [2, 2]));
            Assert.Equal([1, 2], file.Read<uint>("/task/flags", [2]));
            file.GetTexts("/task/flags", "names");
            file.ReadTexts("/task/files");
            return true;
        }
        catch (InvalidDataException exception)
        {
            Assert.StartsWith(path + ": ", exception.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', exception.Message);
            return false;
        }
    }
}
