using System.Text;
using PureHDF;
using PureHDF.Filters;
using PureHDF.Selections;
using PureHDF.VOL.Native;

namespace DigiCam.Files;

/// <summary>
/// Writes results as an HDF5 file that h5py and every other HDF5 program opens: a group for each task, a dataset for each quantity with its
/// unit and meaning as attributes. Equal content gives equal bytes. Numbers carry Fletcher checksums for other readers; <see cref="Hdf5File"/> notices every
/// changed byte.
/// </summary>
/// <remarks>Nothing is compressed: measured values hardly shrink, and the bytes of zlib differ between machines.</remarks>
public sealed class Hdf5Writer
{
    /// <summary>Attribute with the unit of a dataset; empty for pure numbers.</summary>
    public const string UnitAttribute = "unit";

    /// <summary>Attribute that says what a dataset holds.</summary>
    public const string DescriptionAttribute = "description";

    /// <summary>Attribute with the names of codes (by code) or of bits (by bit, lowest first).</summary>
    public const string NamesAttribute = "names";

    /// <summary>Stretch of a dataset that has a checksum of its own, about [bytes].</summary>
    internal const int ChunkBytes = 1 << 20;

    private readonly H5File _file = [];

    // Writes what is made while the file is written.
    private readonly List<Action<H5NativeWriter>> _produced = [];

    /// <summary>Adds an attribute to a group.</summary>
    /// <param name="group">The group, "/" for the file itself; made if it is not there.</param>
    /// <param name="name">Name of the attribute.</param>
    /// <param name="value">A text.</param>
    /// <exception cref="ArgumentException">The group has such an attribute, or the path is not one.</exception>
    public Hdf5Writer AddAttribute(string group, string name, string value) => SetAttribute(group, name, value);

    /// <inheritdoc cref="AddAttribute(string, string, string)"/>
    public Hdf5Writer AddAttribute(string group, string name, double value) => SetAttribute(group, name, value);

    /// <inheritdoc cref="AddAttribute(string, string, string)"/>
    public Hdf5Writer AddAttribute(string group, string name, long value) => SetAttribute(group, name, value);

    /// <inheritdoc cref="AddAttribute(string, string, string)"/>
    public Hdf5Writer AddAttribute(string group, string name, ulong value) => SetAttribute(group, name, value);

    /// <summary>Adds a list of texts as attribute of a group.</summary>
    /// <param name="group">The group, "/" for the file itself; made if it is not there.</param>
    /// <param name="name">Name of the attribute.</param>
    /// <param name="values">The texts; at least one.</param>
    /// <exception cref="ArgumentException">The group has such an attribute, the path is not one, or there is no text.</exception>
    public Hdf5Writer AddAttribute(string group, string name, IReadOnlyCollection<string> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Count == 0) throw new ArgumentException($"attribute {name} has no values", nameof(values));
        return SetAttribute(group, name, values.ToArray());
    }

    /// <summary>Adds a quantity.</summary>
    /// <typeparam name="T">float64, float32 or an integer type; NaN = not measured.</typeparam>
    /// <param name="path">Its path, for example /hv_off/noise; groups are made as needed.</param>
    /// <param name="values">The values in C order; they are copied.</param>
    /// <param name="shape">Length of each axis, for example (level, pixel).</param>
    /// <param name="unit">Unit; empty for pure numbers.</param>
    /// <param name="description">What it is.</param>
    /// <exception cref="ArgumentException">The path is taken or not a path, or the shape does not fit the number of values.</exception>
    /// <exception cref="NotSupportedException">Results do not use such a type.</exception>
    public Hdf5Writer Add<T>(string path, ReadOnlySpan<T> values, ReadOnlySpan<int> shape, string unit, string description) where T : unmanaged
    {
        Add(path, CreateDataset(path, values.ToArray(), shape), unit, description);
        return this;
    }

    /// <summary>Adds a large quantity that is made while the file is written, so that memory does not hold it as a whole. What it is made from must stay as it is until then.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="count">Number of values.</param>
    /// <param name="produce">Hands over all values, some at a time.</param>
    /// <param name="unit">Unit; empty for pure numbers.</param>
    /// <param name="description">What it is.</param>
    internal Hdf5Writer AddProduced<T>(string path, int count, Action<ValueSink<T>> produce, string unit, string description) where T : unmanaged
    {
        if (count == 0) return Add<T>(path, [], unit, description);
        _ = Hdf5Element.NameOf<T>();
        int chunk = Math.Min(ChunkBytes / System.Runtime.CompilerServices.Unsafe.SizeOf<T>(), count);
        H5Dataset<T[]> dataset = new([(ulong)count], [(uint)chunk], new H5DatasetCreation(Filters: [Fletcher32Filter.Id]));
        Add(path, dataset, unit, description);
        _produced.Add(writer =>
        {
            T[] buffer = new T[chunk];
            (int filled, int written) = (0, 0);
            produce(values =>
            {
                while (!values.IsEmpty)
                {
                    int length = Math.Min(values.Length, chunk - filled);
                    values[..length].CopyTo(buffer.AsSpan(filled));
                    filled += length;
                    values = values[length..];
                    if (filled == chunk) Flush();
                }
            });
            if (filled > 0) Flush();
            if (written != count) throw new InvalidOperationException(FormattableString.Invariant($"dataset {path}: {written} values were made of {count}"));

            void Flush()
            {
                writer.Write(dataset, filled == chunk ? buffer : buffer[..filled], fileSelection: new HyperslabSelection((ulong)written, (ulong)filled));
                written += filled;
                filled = 0;
            }
        });
        return this;
    }

    /// <summary>Adds a quantity of one axis.</summary>
    /// <typeparam name="T">float64, float32 or an integer type; NaN = not measured.</typeparam>
    /// <param name="path">Its path, for example /hv_off/noise; groups are made as needed.</param>
    /// <param name="values">The values; they are copied.</param>
    /// <param name="unit">Unit; empty for pure numbers.</param>
    /// <param name="description">What it is.</param>
    /// <exception cref="ArgumentException">The path is taken or not a path.</exception>
    /// <exception cref="NotSupportedException">Results do not use such a type.</exception>
    public Hdf5Writer Add<T>(string path, ReadOnlySpan<T> values, string unit, string description) where T : unmanaged => Add(path, values, [values.Length], unit, description);

    /// <summary>Adds codes (one of several states) or bit sets (any of several flags) with their names in an attribute.</summary>
    /// <typeparam name="T">An integer type.</typeparam>
    /// <param name="path">Its path; groups are made as needed.</param>
    /// <param name="values">The codes or bit sets; they are copied.</param>
    /// <param name="names">Name of each code from 0, or of each bit from the lowest; at least one.</param>
    /// <param name="description">What it is, and whether names are those of codes or of bits.</param>
    /// <exception cref="ArgumentException">The path is taken or not a path, or there is no name.</exception>
    /// <exception cref="NotSupportedException">Results do not use such a type.</exception>
    public Hdf5Writer AddNamed<T>(string path, ReadOnlySpan<T> values, IReadOnlyCollection<string> names, string description) where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(names);
        if (names.Count == 0) throw new ArgumentException($"dataset {path} has no names", nameof(names));
        H5Dataset dataset = CreateDataset(path, values.ToArray(), [values.Length]);
        dataset.Attributes[NamesAttribute] = new H5Attribute(names.ToArray());
        Add(path, dataset, "", description);
        return this;
    }

    /// <summary>Adds a list of texts.</summary>
    /// <param name="path">Its path; groups are made as needed.</param>
    /// <param name="values">The texts.</param>
    /// <param name="description">What they are.</param>
    /// <exception cref="ArgumentException">The path is taken or not a path.</exception>
    public Hdf5Writer AddTexts(string path, IReadOnlyCollection<string> values, string description)
    {
        ArgumentNullException.ThrowIfNull(values);
        Add(path, new H5Dataset(values.ToArray()), "", description);
        return this;
    }

    /// <summary>Writes the file; nothing is left behind if that fails.</summary>
    /// <param name="path">The target; an existing file is replaced.</param>
    /// <exception cref="IOException">It cannot be written; the message names it.</exception>
    public void Write(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        AtomicFile.Write(path, stream =>
        {
            using (H5NativeWriter writer = _file.BeginWrite(stream, new H5WriteOptions(UserBlockSize: Hdf5Seal.Length)))
            {
                foreach (Action<H5NativeWriter> produce in _produced) produce(writer);
            }

            Hdf5Seal.Write(stream);
        });
    }

    private static H5Dataset CreateDataset<T>(string path, T[] values, ReadOnlySpan<int> shape) where T : unmanaged
    {
        _ = Hdf5Element.NameOf<T>();
        long count = 1;
        foreach (int length in shape) count = checked(count * (length >= 0 ? length : throw new ArgumentException(FormattableString.Invariant($"dataset {path}: an axis has length {length}"), nameof(shape))));
        if (shape.Length == 0 || count != values.Length) throw new ArgumentException(FormattableString.Invariant($"dataset {path}: {values.Length} values for shape ({Join(shape)})"), nameof(shape));
        ulong[] dimensions = new ulong[shape.Length];
        for (int i = 0; i < shape.Length; i++) dimensions[i] = (ulong)shape[i];
        if (count == 0) return new H5Dataset(Array.Empty<T>(), fileDims: dimensions);

        // Chunks are whole rows of the first axis; only chunks can carry checksums.
        uint[] chunk = [.. dimensions.Select(length => (uint)length)];
        long rowBytes = System.Runtime.CompilerServices.Unsafe.SizeOf<T>() * (count / shape[0]);
        chunk[0] = (uint)Math.Clamp(ChunkBytes / rowBytes, 1, shape[0]);
        return new H5Dataset(values, chunks: chunk, fileDims: dimensions, datasetCreation: new H5DatasetCreation(Filters: [Fletcher32Filter.Id]));
    }

    private static string Join(ReadOnlySpan<int> shape)
    {
        StringBuilder text = new();
        foreach (int length in shape) text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{(text.Length > 0 ? ", " : "")}{length}");
        return text.ToString();
    }

    private void Add(string path, H5Dataset dataset, string unit, string description)
    {
        ArgumentNullException.ThrowIfNull(unit);
        ArgumentNullException.ThrowIfNull(description);
        dataset.Attributes[UnitAttribute] = new H5Attribute(unit);
        dataset.Attributes[DescriptionAttribute] = new H5Attribute(description);
        ArgumentException.ThrowIfNullOrEmpty(path);
        int slash = path.LastIndexOf('/');
        string name = path[(slash + 1)..];
        H5Group group = Group(slash < 0 ? "/" : path[..slash]);
        if (name.Length == 0) throw new ArgumentException($"{path}: is a group, not a dataset", nameof(path));
        if (!group.TryAdd(name, dataset)) throw new ArgumentException($"{path}: is there already", nameof(path));
    }

    private Hdf5Writer SetAttribute(string group, string name, object value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(value);
        if (!Group(group).Attributes.TryAdd(name, new H5Attribute(value))) throw new ArgumentException($"{group}: attribute {name} is there already", nameof(name));
        return this;
    }

    private H5Group Group(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        H5Group group = _file;
        foreach (string name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!group.TryGetValue(name, out object? child)) group[name] = child = new H5Group();
            group = child as H5Group ?? throw new ArgumentException($"{path}: {name} is a dataset, not a group", nameof(path));
        }

        return group;
    }
}

/// <summary>Takes some values of a dataset.</summary>
/// <typeparam name="T">Their type.</typeparam>
/// <param name="values">The next ones.</param>
internal delegate void ValueSink<T>(ReadOnlySpan<T> values) where T : unmanaged;
