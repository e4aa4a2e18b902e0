using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using DigiCam.Zfits.Export;

namespace DigiCam.Files;

/// <summary>Writes arrays of float64 as an .npz file: a zip of .npy files, format 1.0, C order. numpy.load opens it without pickle.</summary>
public sealed class NpzWriter
{
    // A fixed time keeps equal content equal to the byte; it is the earliest a zip can hold.
    private static readonly DateTimeOffset EntryTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly List<(string Name, int[] Shape, int RowAxes, Action<int, Span<double>> FillRow)> _arrays = [];

    /// <summary>Adds an array whose rows (all but the first axis) are produced one after the other while writing.</summary>
    /// <param name="name">Key of the array.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="fillRow">Fills the row of a given index; the buffer comes in with zeros.</param>
    public NpzWriter Add(string name, int[] shape, Action<int, Span<double>> fillRow) => Add(name, shape, 1, fillRow);

    /// <summary>Adds an array whose rows (all but the first axes) are produced one after the other while writing: memory holds one of them, however many there are.</summary>
    /// <param name="name">Key of the array.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="rowAxes">Number of first axes over which the rows are counted, in C order; at least 1.</param>
    /// <param name="fillRow">Fills the row of a given index; the buffer comes in with zeros.</param>
    public NpzWriter Add(string name, int[] shape, int rowAxes, Action<int, Span<double>> fillRow)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(fillRow);
        if (rowAxes < 1 || rowAxes > shape.Length) throw new ArgumentOutOfRangeException(nameof(rowAxes), rowAxes, FormattableString.Invariant($"an array of {shape.Length} axes"));
        _arrays.Add((name, shape, rowAxes, fillRow));
        return this;
    }

    /// <summary>Adds an array of one axis.</summary>
    /// <param name="name">Key of the array.</param>
    /// <param name="values">Its values.</param>
    public NpzWriter Add(string name, double[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return Add(name, [values.Length], (index, row) => row[0] = values[index]);
    }

    /// <summary>Writes the file; nothing is left behind if that fails.</summary>
    /// <param name="path">The target.</param>
    public void Write(string path) => AtomicFile.Write(path, stream =>
    {
        using ZipArchive archive = new(stream, ZipArchiveMode.Create, leaveOpen: true);
        foreach ((string name, int[] shape, int rowAxes, Action<int, Span<double>> fillRow) in _arrays)
        {
            ZipArchiveEntry entry = archive.CreateEntry(name + ".npy", CompressionLevel.Fastest);
            entry.LastWriteTime = EntryTime;
            using Stream content = entry.Open();
            content.Write(NpyHeader.Format("<f8", [.. shape.Select(length => (long)length)]));
            double[] row = new double[shape.Skip(rowAxes).Aggregate(1, (product, length) => checked(product * length))];
            int rows = shape.Take(rowAxes).Aggregate(1, (product, length) => checked(product * length));
            for (int i = 0; i < rows; i++)
            {
                Array.Clear(row);
                fillRow(i, row);
                if (!BitConverter.IsLittleEndian) Reverse(row);
                content.Write(MemoryMarshal.AsBytes(row.AsSpan()));
            }
        }
    });

    private static void Reverse(Span<double> values)
    {
        Span<long> words = MemoryMarshal.Cast<double, long>(values);
        BinaryPrimitives.ReverseEndianness(words, words);
    }
}
