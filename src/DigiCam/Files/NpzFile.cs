using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;

namespace DigiCam.Files;

/// <summary>Reads arrays of float64 from an .npz file as numpy.savez and numpy.savez_compressed write it.</summary>
public sealed partial class NpzFile : IDisposable
{
    private static readonly uint[] CrcTable = [.. Enumerable.Range(0, 256).Select(i => CrcOfByte((uint)i))];

    private readonly ZipArchive _archive;

    // Of the array that is being read.
    private uint _crc;
    private int _headerLength;

    private NpzFile(string path, ZipArchive archive)
    {
        Path = path;
        _archive = archive;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is not a zip file.</exception>
    public static NpzFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path)) throw new IOException($"{path}: is a directory, not an .npz file");
        if (!File.Exists(path)) throw new FileNotFoundException($"{path}: no such file", path);
        FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        try
        {
            return new NpzFile(path, new ZipArchive(stream, ZipArchiveMode.Read));
        }
        catch (InvalidDataException exception)
        {
            stream.Dispose();
            throw new InvalidDataException($"{path}: not an .npz file ({exception.Message})", exception);
        }
    }

    /// <summary>Reads an array row by row (a row is all but the first axis).</summary>
    /// <param name="name">Key of the array.</param>
    /// <param name="shape">Its shape; -1 for an axis that may have any length.</param>
    /// <param name="useRow">Receives each row with its index.</param>
    /// <returns>The shape in the file.</returns>
    /// <exception cref="InvalidDataException">There is no such array, or it has another type or shape, or is damaged; rows may have been handed out before.</exception>
    public int[] Read(string name, int[] shape, Action<int, ReadOnlySpan<double>> useRow)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(useRow);
        ZipArchiveEntry entry = _archive.GetEntry(name + ".npy")
            ?? throw Defect(name, $"is not in the file; it holds {string.Join(", ", _archive.Entries.Select(e => System.IO.Path.GetFileNameWithoutExtension(e.Name)))}");
        try
        {
            using Stream content = Open(entry, name);
            _crc = uint.MaxValue;
            NpzArray header = ReadHeader(content, name);
            if (header.Type != "<f8") throw Defect(name, $"holds {header.Type}, expected float64 ('<f8')");
            if (header.IsFortran) throw Defect(name, "is in Fortran order, expected C order");
            int[] found = header.Shape;
            if (found.Length != shape.Length || found.Where((n, i) => shape[i] >= 0 && shape[i] != n).Any())
            {
                throw Defect(name, $"has shape ({Join(found)}), expected ({Join(shape).Replace("-1", "any", StringComparison.Ordinal)})");
            }

            long size = 8;
            foreach (int length in found) size = checked(size * length);
            if (entry.Length - _headerLength != size) throw Defect(name, FormattableString.Invariant($"has {entry.Length - _headerLength} bytes for shape ({Join(found)}), expected {size}"));
            int columns = found.Skip(1).Aggregate(1, (product, length) => product * length);
            byte[] bytes = new byte[8 * columns];
            double[] row = new double[columns];
            for (int i = 0; i < found[0]; i++)
            {
                Fill(content, bytes, name);
                for (int k = 0; k < columns; k++) row[k] = BinaryPrimitives.ReadDoubleLittleEndian(bytes.AsSpan(8 * k));
                useRow(i, row);
            }

            // The framework unpacks without comparing the sum of the content.
            if (~_crc != entry.Crc32) throw Defect(name, "is corrupt: its check sum is wrong");
            return found;
        }
        catch (OverflowException exception)
        {
            throw new InvalidDataException($"{Path}: array {name} has an impossible shape", exception);
        }
    }

    /// <summary>Reads an array of one axis.</summary>
    /// <param name="name">Key of the array.</param>
    public double[] ReadVector(string name)
    {
        List<double> values = [];
        Read(name, [-1], (_, row) => values.Add(row[0]));
        return [.. values];
    }

    /// <inheritdoc/>
    public void Dispose() => _archive.Dispose();

    /// <summary>True when there is an array of this name.</summary>
    /// <param name="name">Key of the array.</param>
    public bool Contains(string name) => _archive.GetEntry(name + ".npy") is not null;

    /// <summary>Names of the arrays in the order of the file.</summary>
    internal IReadOnlyList<string> Names => [.. _archive.Entries.Where(entry => entry.FullName.EndsWith(".npy", StringComparison.Ordinal)).Select(entry => entry.FullName[..^4])];

    /// <summary>Type, order and shape of an array.</summary>
    /// <param name="name">Key of the array.</param>
    /// <exception cref="InvalidDataException">There is no such array, or it is damaged.</exception>
    internal NpzArray HeaderOf(string name)
    {
        ZipArchiveEntry entry = _archive.GetEntry(name + ".npy") ?? throw Defect(name, "is not in the file");
        using Stream content = Open(entry, name);
        return ReadHeader(content, name);
    }

    /// <summary>All numbers of an array in C order: float64 of floats, int64 of whole numbers, bool of truth values; none loses a bit.</summary>
    /// <param name="name">Key of an array of numbers of one or two axes.</param>
    /// <exception cref="InvalidDataException">There is no such array, it holds something else, or it is damaged.</exception>
    internal Array ReadNumbers(string name)
    {
        ZipArchiveEntry entry = _archive.GetEntry(name + ".npy") ?? throw Defect(name, "is not in the file");
        using Stream content = Open(entry, name);
        _crc = uint.MaxValue;
        NpzArray header = ReadHeader(content, name);
        if (!header.IsNumeric || header.Shape.Length is not (1 or 2)) throw Defect(name, $"is {header}, expected numbers of one or two axes");
        int width = header.Type[2] - '0';
        Int128 size = header.Shape.Aggregate((Int128)width, (product, length) => product * length);
        if (entry.Length - _headerLength != size || size > Array.MaxLength) throw Defect(name, FormattableString.Invariant($"has {entry.Length - _headerLength} bytes for shape ({Join(header.Shape)}), expected {size}"));
        byte[] bytes = new byte[(int)size];
        Fill(content, bytes, name);
        if (~_crc != entry.Crc32) throw Defect(name, "is corrupt: its check sum is wrong");
        int count = bytes.Length / width;
        return header.Type switch
        {
            "<f8" => All(place => BinaryPrimitives.ReadDoubleLittleEndian(bytes.AsSpan(place))),
            "<f4" => All(place => (double)BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(place))),
            "<i8" => All(place => BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(place))),
            "<i4" => All(place => (long)BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(place))),
            "<u4" => All(place => (long)BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(place))),
            "|u1" => All(place => (long)bytes[place]),
            _ => All(place => bytes[place] != 0),
        };

        T[] All<T>(Func<int, T> value)
        {
            T[] values = new T[count];
            int columns = header.Shape[^1];
            for (int i = 0; i < count; i++)
            {
                int from = header.IsFortran && header.Shape.Length == 2 ? (i % columns * header.Shape[0]) + (i / columns) : i;
                values[i] = value(width * from);
            }

            return values;
        }
    }

    private Stream Open(ZipArchiveEntry entry, string name)
    {
        try
        {
            return entry.Open();
        }
        catch (Exception exception) when (exception is InvalidDataException or NotSupportedException)
        {
            throw Defect(name, $"cannot be unpacked ({exception.Message})", exception);
        }
    }

    private void Fill(Stream content, Span<byte> buffer, string name)
    {
        try
        {
            content.ReadExactly(buffer);
        }
        catch (Exception exception) when (exception is EndOfStreamException or InvalidDataException)
        {
            throw Defect(name, "is cut short or corrupt", exception);
        }

        foreach (byte b in buffer) _crc = CrcTable[(byte)(_crc ^ b)] ^ (_crc >> 8);
    }

    private static uint CrcOfByte(uint value)
    {
        for (int bit = 0; bit < 8; bit++) value = (value >> 1) ^ ((value & 1) * 0xEDB88320);
        return value;
    }

    private NpzArray ReadHeader(Stream content, string name)
    {
        byte[] start = new byte[10];
        Fill(content, start, name);
        if (start[0] != 0x93 || !start.AsSpan(1, 5).SequenceEqual("NUMPY"u8)) throw Defect(name, "does not start like a .npy file");
        int length = BinaryPrimitives.ReadUInt16LittleEndian(start.AsSpan(8));
        if (start[6] > 1)
        {
            byte[] high = new byte[2];
            Fill(content, high, name);
            length |= BinaryPrimitives.ReadUInt16LittleEndian(high) << 16;
            if (length is < 0 or > 1 << 20) throw Defect(name, "has an impossible header");
        }

        byte[] header = new byte[length];
        Fill(content, header, name);
        _headerLength = (start[6] > 1 ? 12 : 10) + length;
        string text = Encoding.ASCII.GetString(header);
        Match match = HeaderPattern().Match(text);
        if (!match.Success) throw Defect(name, $"has a header that cannot be read: {text.Trim()}");
        int[] shape = [.. match.Groups["shape"].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(n => int.TryParse(n, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int v) ? v : throw Defect(name, $"has an impossible axis of {n}"))];
        return new NpzArray(match.Groups["descr"].Value, match.Groups["order"].Value == "True", shape);
    }

    private InvalidDataException Defect(string name, string what, Exception? cause = null) => new($"{Path}: array {name} {what}", cause);

    private static string Join(int[] shape) => string.Join(", ", shape.Select(n => n.ToString(System.Globalization.CultureInfo.InvariantCulture)));

    [GeneratedRegex(@"'descr':\s*(?:'(?<descr>[^']+)'|(?<descr>\[[^\]]*\])).*'fortran_order':\s*(?<order>True|False).*'shape':\s*\((?<shape>[^)]*)\)")]
    private static partial Regex HeaderPattern();
}

/// <summary>What the header of an array says.</summary>
/// <param name="Type">Type of the numbers as numpy writes it: &lt;f8.</param>
/// <param name="IsFortran">True when the first axis runs fastest.</param>
/// <param name="Shape">Length of each axis.</param>
internal sealed record NpzArray(string Type, bool IsFortran, int[] Shape)
{
    /// <summary>True for the types of numbers that <see cref="NpzFile.ReadNumbers"/> reads.</summary>
    public bool IsNumeric => Type is "<f8" or "<f4" or "<i8" or "<i4" or "<u4" or "|u1" or "|b1";

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"{Type} ({string.Join(", ", Shape)})");
}
