using System.Globalization;
using PureHDF;
using PureHDF.Selections;
using PureHDF.VOL.Native;

namespace DigiCam.Files;

/// <summary>
/// Reads results from an HDF5 file as <see cref="Hdf5Writer"/> writes it. What is asked for is compared with what is there: type, shape and unit;
/// every defect is one sentence that names file, dataset or attribute, and cause. A file of the kit is read only if not a byte of it has changed. Not safe for use by several threads.
/// </summary>
public sealed class Hdf5File : IDisposable
{
    // Values take at most this many times the bytes of the file, however they are packed: deflate can make 1032 of one.
    private const long LargestPacking = 1032;

    private readonly NativeFile _file;
    private readonly long _fileBytes;

    private Hdf5File(string path, NativeFile file)
    {
        Path = path;
        _file = file;
        _fileBytes = new FileInfo(path).Length;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">It is a folder or cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is not an HDF5 file, or its beginning is damaged.</exception>
    public static Hdf5File Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path)) throw new IOException($"{path}: is a directory, not an HDF5 file");
        if (!File.Exists(path)) throw new FileNotFoundException($"{path}: no such file", path);
        FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        try
        {
            return new Hdf5File(path, Hdf5Seal.Fits(stream) ? H5File.Open(stream) : throw new Hdf5Defect($"{path}: is damaged, or was changed by another program: its check sum is wrong"));
        }
        catch (Exception exception)
        {
            stream.Dispose();
            throw new InvalidDataException(exception is Hdf5Defect ? exception.Message : $"{path}: not an HDF5 file, or cut short or corrupt", exception);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    /// <summary>True when there is a group or dataset of this path.</summary>
    /// <param name="path">Path, for example /hv_off/noise.</param>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public bool Contains(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Guard(path, () => path.Trim('/').Length == 0 || Find(path) is not null);
    }

    /// <summary>Names of the datasets and groups of a group, in the order of the file.</summary>
    /// <param name="group">Path of the group; "/" for the file itself.</param>
    /// <exception cref="InvalidDataException">There is no such group, or it is damaged.</exception>
    public IReadOnlyList<string> NamesIn(string group) => Guard(group, () => (IReadOnlyList<string>)[.. Get<IH5Group>(group, "group").Children().Select(child => child.Name)]);

    /// <summary>Reads the numbers of a dataset.</summary>
    /// <typeparam name="T">The type they must have.</typeparam>
    /// <param name="path">Path of the dataset.</param>
    /// <param name="shape">The shape they must have; -1 for an axis of any length.</param>
    /// <param name="unit">The unit they must have; null where it does not matter.</param>
    /// <returns>The values in C order.</returns>
    /// <exception cref="InvalidDataException">There is no such dataset, it has another type, shape or unit, or it is damaged.</exception>
    public T[] Read<T>(string path, ReadOnlySpan<int> shape, string? unit = null) where T : unmanaged => Read<T>(path, shape, unit, out _);

    /// <summary>Reads the numbers of a dataset and its shape.</summary>
    /// <typeparam name="T">The type they must have.</typeparam>
    /// <param name="path">Path of the dataset.</param>
    /// <param name="shape">The shape they must have; -1 for an axis of any length.</param>
    /// <param name="unit">The unit they must have; null where it does not matter.</param>
    /// <param name="found">The shape they have.</param>
    /// <returns>The values in C order.</returns>
    /// <exception cref="InvalidDataException">There is no such dataset, it has another type, shape or unit, or it is damaged.</exception>
    public T[] Read<T>(string path, ReadOnlySpan<int> shape, string? unit, out int[] found) where T : unmanaged
    {
        int[] expected = shape.ToArray();
        (T[] values, found) = Guard(path, () =>
        {
            (IH5Dataset dataset, int[] dimensions) = Numbers<T>(path, expected, unit);
            T[] all = dimensions.Contains(0) ? [] : dataset.Read<T[]>();
            int count = dimensions.Aggregate(1, (product, length) => product * length);
            return all.Length == count ? (all, dimensions) : throw Defect(path, FormattableString.Invariant($"holds {all.Length} values for shape ({Join(dimensions)})"));
        });
        return values;
    }

    /// <summary>Reads the numbers of a large dataset of one axis some at a time, so that memory does not hold it as a whole.</summary>
    /// <typeparam name="T">The type they must have.</typeparam>
    /// <param name="path">Path of the dataset.</param>
    /// <param name="unit">The unit they must have.</param>
    /// <exception cref="InvalidDataException">There is no such dataset, it has another type, shape or unit, or it is damaged; values are only read when they are asked for.</exception>
    internal Hdf5Values<T> ReadInParts<T>(string path, string unit) where T : unmanaged
    {
        (IH5Dataset dataset, int[] dimensions) = Guard(path, () => Numbers<T>(path, [-1], unit));
        return new Hdf5Values<T>(dimensions[0], (start, target) => Guard(path, () =>
        {
            dataset.Read(target, new HyperslabSelection((ulong)start, (ulong)target.Length));
            return true;
        }));
    }

    /// <summary>Reads a list of texts.</summary>
    /// <param name="path">Path of the dataset.</param>
    /// <exception cref="InvalidDataException">There is no such dataset, it holds something else, or it is damaged.</exception>
    public string[] ReadTexts(string path) => Guard(path, () =>
    {
        IH5Dataset dataset = Get<IH5Dataset>(path, "dataset");
        CheckType(path, dataset, Hdf5Element.Text);
        return Dimensions(path, dataset, dataset.Type.Size, [-1])[0] == 0 ? [] : dataset.Read<string[]>().Select(text => text ?? "").ToArray();
    });

    /// <summary>True when a group or dataset has an attribute.</summary>
    /// <param name="path">Path of a group or dataset; "/" for the file itself.</param>
    /// <param name="name">Name of the attribute.</param>
    /// <exception cref="InvalidDataException">There is no such group or dataset, or it is damaged.</exception>
    public bool HasAttribute(string path, string name) => Guard(path, () => Get<IH5Object>(path, "group or dataset").AttributeExists(name));

    /// <summary>Reads the text of an attribute.</summary>
    /// <param name="path">Path of a group or dataset; "/" for the file itself.</param>
    /// <param name="name">Name of the attribute.</param>
    /// <exception cref="InvalidDataException">There is no such attribute, it holds something else, or it is damaged.</exception>
    public string GetText(string path, string name) => Guard(path, () => Text(path, Get<IH5Object>(path, "group or dataset"), name));

    /// <summary>Reads the texts of an attribute, for example the names of the bits of flags.</summary>
    /// <param name="path">Path of a group or dataset; "/" for the file itself.</param>
    /// <param name="name">Name of the attribute.</param>
    /// <exception cref="InvalidDataException">There is no such attribute, it holds something else, or it is damaged.</exception>
    public string[] GetTexts(string path, string name) => Guard(path, () =>
    {
        IH5Attribute attribute = Attribute(path, Get<IH5Object>(path, "group or dataset"), name, Hdf5Element.Text, 1);
        return attribute.Read<string[]>().Select(text => text ?? "").ToArray();
    });

    /// <summary>Reads the number of an attribute.</summary>
    /// <typeparam name="T">The type it must have.</typeparam>
    /// <param name="path">Path of a group or dataset; "/" for the file itself.</param>
    /// <param name="name">Name of the attribute.</param>
    /// <exception cref="InvalidDataException">There is no such attribute, it holds something else, or it is damaged.</exception>
    public T GetNumber<T>(string path, string name) where T : unmanaged =>
        Guard(path, () => Attribute(path, Get<IH5Object>(path, "group or dataset"), name, Hdf5Element.NameOf<T>(), 0).Read<T>());

    /// <summary>True for a group, false for a dataset.</summary>
    /// <exception cref="InvalidDataException">There is neither, or it is damaged.</exception>
    internal bool IsGroup(string path) => Guard(path, () => Get<IH5Object>(path, "group or dataset") is IH5Group);

    /// <summary>The type of the values of a dataset, as numpy calls it.</summary>
    /// <exception cref="InvalidDataException">There is no such dataset, or it is damaged.</exception>
    internal string TypeOf(string path) => Guard(path, () => Hdf5Element.NameOf(Get<IH5Dataset>(path, "dataset").Type));

    /// <summary>Length of each axis of a dataset.</summary>
    /// <exception cref="InvalidDataException">There is no such dataset, or it is damaged.</exception>
    internal long[] ShapeOf(string path) => Guard(path, () => Get<IH5Dataset>(path, "dataset").Space.Dimensions.Select(length => checked((long)length)).ToArray());

    /// <summary>Reads the truth values of a dataset of two axes that PyTables wrote.</summary>
    /// <exception cref="InvalidDataException">There is no such dataset, it has another type, or it is damaged.</exception>
    internal bool[] ReadBools(string path, out int[] found)
    {
        (bool[] values, found) = Guard(path, () =>
        {
            IH5Dataset dataset = Get<IH5Dataset>(path, "dataset");
            CheckType(path, dataset, Hdf5Element.Bool);
            int[] dimensions = Dimensions(path, dataset, 1, [-1, -1]);
            return (dimensions.Contains(0) ? [] : dataset.Read<byte[]>().Select(value => value != 0).ToArray(), dimensions);
        });
        return values;
    }

    /// <summary>Reads the truth value of an attribute that PyTables wrote; false when there is none.</summary>
    /// <exception cref="InvalidDataException">It is something else, or damaged.</exception>
    internal bool GetBool(string path, string name) => HasAttribute(path, name) && Guard(path, () => Attribute(path, Get<IH5Object>(path, "group or dataset"), name, Hdf5Element.Bool, 0).Read<byte>() != 0);

    private static string Join<T>(IEnumerable<T> shape) where T : IFormattable => string.Join(", ", shape.Select(n => n.ToString(null, CultureInfo.InvariantCulture)));

    private Hdf5Defect Defect(string place, string what) => new($"{Path}: {place} {what}");

    private T Guard<T>(string path, Func<T> read)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            return read();
        }
        catch (Hdf5Defect defect)
        {
            throw new InvalidDataException(defect.Message);
        }
        catch (Exception exception)
        {
            // In files without a seal the library meets damage as exceptions of any kind, an array of impossible size among them.
            throw new InvalidDataException($"{Path}: {path} is cut short or corrupt", exception);
        }
    }

    // Null where a group on the way, or the last name, is not there.
    private IH5Object? Find(string path)
    {
        IH5Object found = _file;
        foreach (string name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (found is not IH5Group group || !group.LinkExists(name)) return null;
            found = group.Get(name);
        }

        return found;
    }

    private T Get<T>(string path, string what) where T : class, IH5Object =>
        Find(path) is not { } found ? throw Defect(path, $"is not in the file{Neighbours(path)}")
        : found as T ?? throw Defect(path, $"is not a {what}");

    private string Neighbours(string path)
    {
        string parent = path[..Math.Max(path.LastIndexOf('/'), 0)];
        return Find(parent) is IH5Group group ? $"; {(parent.Length == 0 ? "it" : parent)} holds {string.Join(", ", group.Children().Select(child => child.Name))}" : "";
    }

    // A dataset whose type, shape and unit are as expected.
    private (IH5Dataset Dataset, int[] Dimensions) Numbers<T>(string path, int[] expected, string? unit) where T : unmanaged
    {
        IH5Dataset dataset = Get<IH5Dataset>(path, "dataset");
        CheckType(path, dataset, Hdf5Element.NameOf<T>());
        int[] dimensions = Dimensions(path, dataset, System.Runtime.CompilerServices.Unsafe.SizeOf<T>(), expected);
        if (unit is not null && Text(path, dataset, Hdf5Writer.UnitAttribute) is string other && other != unit) throw Defect(path, $"is in [{other}], expected [{unit}]");
        return (dataset, dimensions);
    }

    private void CheckType(string place, IH5Dataset dataset, string expected)
    {
        string found = Hdf5Element.NameOf(dataset.Type);
        if (found != expected) throw Defect(place, $"holds {found}, expected {expected}");
    }

    private int[] Dimensions(string path, IH5Dataset dataset, int elementBytes, int[] expected)
    {
        ulong[] dimensions = dataset.Space.Dimensions;
        if (dimensions.Length != expected.Length || dimensions.Where((length, i) => expected[i] >= 0 && length != (ulong)expected[i]).Any())
        {
            throw Defect(path, $"has shape ({Join(dimensions)}), expected ({Join(expected).Replace("-1", "any", StringComparison.Ordinal)})");
        }

        decimal bytes = elementBytes;
        foreach (ulong length in dimensions)
        {
            if ((bytes *= length) > Math.Min((decimal)_fileBytes * LargestPacking, Array.MaxLength)) throw Defect(path, $"has an impossible shape ({Join(dimensions)})");
        }

        return [.. dimensions.Select(length => (int)length)];
    }

    private string Text(string path, IH5Object owner, string name) => Attribute(path, owner, name, Hdf5Element.Text, 0).Read<string>() ?? "";

    private IH5Attribute Attribute(string path, IH5Object owner, string name, string expected, int rank)
    {
        if (!owner.AttributeExists(name)) throw Defect(path, $"has no attribute {name}");
        IH5Attribute attribute = owner.Attribute(name);
        string found = Hdf5Element.NameOf(attribute.Type);
        if (found != expected) throw Defect(path, $"has an attribute {name} that holds {found}, expected {expected}");
        if (attribute.Space.Dimensions.Length == rank) return attribute;
        throw Defect(path, rank == 0 ? $"has an attribute {name} that is a list, expected one value" : $"has an attribute {name} that is one value, expected a list");
    }

    // A sentence of our own, which is not to be taken for damage that the library met.
    private sealed class Hdf5Defect(string message) : Exception(message);
}
