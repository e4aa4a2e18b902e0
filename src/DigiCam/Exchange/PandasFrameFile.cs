using System.Collections.Immutable;
using System.Globalization;
using DigiCam.Files;
using static DigiCam.Exchange.PyTablesWriter;

namespace DigiCam.Exchange;

/// <summary>
/// Files of one pandas frame in the "fixed" format, as <c>df.to_hdf(file, key=...)</c> writes them and <c>pandas.read_hdf(file)</c> reads them without a key.
/// </summary>
/// <remarks>
/// A group with axis0 (labels of the columns), axis1 (numbers of the rows) and for each type of value a block: its labels and its values (row, column). Source: the files of
/// pandas 1.5 and their attributes.
/// </remarks>
internal static class PandasFrameFile
{
    private const string PandasType = "pandas_type";
    private const string Kind = "kind";

    // Groups within groups, beyond which a file is not searched.
    private const int DeepestGroup = 8;

    // What Python's pickle makes of None: the axes have no name.
    private const string PickledNone = "N.";

    /// <summary>Writes a frame.</summary>
    /// <param name="path">The target.</param>
    /// <param name="key">Name of the frame in it.</param>
    /// <param name="frame">The frame.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(string path, string key, PandasFrame frame)
    {
        PyTablesWriter file = new();
        PandasColumn[][] blocks = [.. frame.Columns.GroupBy(column => column.TypeName).Select(block => block.ToArray())];
        List<(string, ulong)> children =
        [
            ("axis0", Labels(frame.Columns)),
            ("axis1", file.AddIntegers(frame.Index.AsSpan(), [frame.RowCount], Array("integer"))),
        ];
        for (int k = 0; k < blocks.Length; k++)
        {
            children.Add((FormattableString.Invariant($"block{k}_items"), Labels(blocks[k])));
            children.Add((FormattableString.Invariant($"block{k}_values"), Values(blocks[k])));
        }

        ulong group = file.AddGroup(children,
        [
            Text("CLASS", "GROUP"), Text("TITLE", ""), Text("VERSION", "1.0"), Text(PandasType, "frame"), Text("pandas_version", "0.15.2"), Text("encoding", "UTF-8"), Text("errors", "strict"),
            Number("ndim", 2), Text("axis0_variety", "regular"), Text("axis1_variety", "regular"), Number("nblocks", blocks.Length),
            .. blocks.Select((_, k) => Text(FormattableString.Invariant($"block{k}_items_variety"), "regular")),
        ]);
        byte[] bytes = file.Finish(file.AddGroup([(key, group)], Text("CLASS", "GROUP"), Text("PYTABLES_FORMAT_VERSION", "2.1"), Text("TITLE", ""), Text("VERSION", "1.0")));
        AtomicFile.Write(path, stream => stream.Write(bytes));

        ulong Labels(IReadOnlyCollection<PandasColumn> columns) => frame.Labels.IsDefault
            ? file.AddTexts([.. columns.Select(column => column.Name)], Array("string"))
            : file.AddDoubles([.. columns.Select(column => frame.Labels[frame.Columns.IndexOf(column)])], [columns.Count], Array("float"));

        ulong Values(PandasColumn[] columns)
        {
            int[] shape = [frame.RowCount, columns.Length];
            return columns[0].IsInteger ? file.AddIntegers(ByRow(columns.Select(column => column.Integers.ToArray())), shape, Array())
                : columns[0].IsBool ? file.AddBools(ByRow(columns.Select(column => column.Bools.ToArray())), shape, Array())
                : file.AddDoubles(ByRow(columns.Select(column => column.ToDoubles())), shape, Array());
        }

        T[] ByRow<T>(IEnumerable<T[]> columns)
        {
            T[][] all = [.. columns];
            return [.. Enumerable.Range(0, frame.RowCount).SelectMany(row => all.Select(column => column[row]))];
        }
    }

    /// <summary>True for an HDF5 file that pandas wrote.</summary>
    /// <param name="file">The file.</param>
    public static bool IsOne(Hdf5File file) => Find(file, "", 0).Count > 0;

    /// <summary>Reads the only frame of a file. Numbers of other lengths become float64 and int64.</summary>
    /// <param name="path">The file.</param>
    /// <param name="key">Its name in the file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It holds no such frame, more than one, columns of something else than numbers, or is damaged.</exception>
    public static PandasFrame Read(string path, out string key)
    {
        using Hdf5File file = Hdf5File.Open(path);
        List<string> found = Find(file, "", 0);
        if (found.Count != 1) throw new InvalidDataException(found.Count == 0 ? $"{path}: holds no pandas frame" : $"{path}: holds the pandas objects {string.Join(", ", found)}, expected one alone");
        string group = found[0];
        key = group.Trim('/');
        string type = file.GetText(group, PandasType);
        if (type != "frame") throw Defect(file, group, type is "frame_table" or "series_table" or "appendable_frame" ? "is in pandas' format 'table', expected 'fixed'" : $"is a pandas object of type {type}, expected a frame");
        foreach (string axis in (string[])["axis0", "axis1"])
        {
            string variety = file.GetText(group, axis + "_variety");
            if (variety != "regular") throw Defect(file, $"{group}/{axis}", $"has labels of the variety {variety}, expected regular ones");
        }

        (string[] names, double[]? labels) = ReadLabels(file, $"{group}/axis0");
        long[] index = ReadIndex(file, $"{group}/axis1");
        if (names.Length == 0 || index.Length == 0) throw Defect(file, group, "has no columns or no rows");
        long blocks = file.GetNumber<long>(group, "nblocks");
        Dictionary<string, PandasColumn> columns = new(StringComparer.Ordinal);
        for (int k = 0; k < blocks && k < names.Length; k++)
        {
            foreach (PandasColumn column in ReadBlock(file, FormattableString.Invariant($"{group}/block{k}_"), index.Length))
            {
                if (!columns.TryAdd(column.Name, column)) throw Defect(file, group, $"has the column {column.Name} twice");
            }
        }

        if (names.FirstOrDefault(name => !columns.ContainsKey(name)) is { } missing) throw Defect(file, group, $"has no values of the column {missing}");
        if (names.Length != columns.Count) throw Defect(file, group, FormattableString.Invariant($"has {names.Length} labels and {columns.Count} columns"));
        return new PandasFrame(names.Select(name => columns[name]), labels is null ? default : [.. labels], [.. index]);
    }

    private static PyTablesAttribute[] Array(string? kind = null) =>
    [
        Text("CLASS", "ARRAY"), Text("FLAVOR", "numpy"), Text("TITLE", ""), Text("VERSION", "2.4"), Bool("transposed", true),
        .. kind is null ? (PyTablesAttribute[])[] : [Text(Kind, kind), Text("name", PickledNone, isUtf8: false)],
    ];

    private static List<string> Find(Hdf5File file, string group, int depth)
    {
        if (group.Length > 0 && file.HasAttribute(group, PandasType)) return [group];
        if (depth > DeepestGroup) return [];
        return [.. file.NamesIn(group.Length == 0 ? "/" : group).Select(name => $"{group}/{name}").Where(file.IsGroup).SelectMany(child => Find(file, child, depth + 1))];
    }

    private static (string[] Names, double[]? Labels) ReadLabels(Hdf5File file, string path)
    {
        string kind = file.GetText(path, Kind);
        if (kind == "string") return (file.ReadTexts(path), null);
        if (kind is not ("integer" or "float")) throw Defect(file, path, $"has labels of the kind {kind}: Python objects or dates; expected texts or numbers");
        double[] labels = ReadColumns(file, path, [""], 1)[0].ToDoubles();
        return ([.. labels.Select(label => label.ToString("R", CultureInfo.InvariantCulture))], labels);
    }

    private static long[] ReadIndex(Hdf5File file, string path)
    {
        string kind = file.GetText(path, Kind);
        if (kind is not ("integer" or "float")) throw Defect(file, path, kind == "string" ? "labels the rows by texts, expected numbers" : $"labels the rows by the kind {kind}, expected numbers");
        double[] numbers = ReadColumns(file, path, [""], 1)[0].ToDoubles();
        return numbers.All(number => double.IsInteger(number) && Math.Abs(number) < 1L << 53) ? [.. numbers.Select(number => (long)number)] : throw Defect(file, path, "labels the rows by numbers that are not whole");
    }

    private static PandasColumn[] ReadBlock(Hdf5File file, string block, int rows)
    {
        (string[] names, _) = ReadLabels(file, block + "items");
        PandasColumn[] columns = ReadColumns(file, block + "values", names, 2);
        if (columns.Length > 0 && columns[0].RowCount != rows) throw Defect(file, block + "values", FormattableString.Invariant($"has {columns[0].RowCount} rows, the frame {rows}"));
        return columns;
    }

    private static PandasColumn[] ReadColumns(Hdf5File file, string path, string[] names, int axes)
    {
        string of = axes == 1 ? "" : $" of {string.Join(", ", names)}";
        if (file.GetText(path, "CLASS") is var found && found is not ("ARRAY" or "CARRAY")) throw Defect(file, path, $"holds Python objects{of} ({found}), expected numbers");
        if (file.HasAttribute(path, "shape")) throw Defect(file, path, $"is empty{of}");
        if (file.HasAttribute(path, "value_type")) throw Defect(file, path, $"holds {file.GetText(path, "value_type")}{of}, expected numbers");
        bool isTransposed = axes == 1 || file.GetBool(path, "transposed");
        string type = file.TypeOf(path);
        int[] shape = [];
        return type switch
        {
            "float64" => Doubles(Read<double>()),
            "float32" => Doubles(Read<float>().Select(value => (double)value)),
            "int64" => Integers(Read<long>()),
            "int32" => Integers(Read<int>().Select(value => (long)value)),
            "int16" => Integers(Read<short>().Select(value => (long)value)),
            "int8" => Integers(Read<sbyte>().Select(value => (long)value)),
            "uint32" => Integers(Read<uint>().Select(value => (long)value)),
            "uint16" => Integers(Read<ushort>().Select(value => (long)value)),
            "uint8" => Integers(Read<byte>().Select(value => (long)value)),
            Hdf5Element.Bool when axes == 2 => Columns(file.ReadBools(path, out shape), PandasColumn.Of),
            _ => throw Defect(file, path, $"holds {type}{of}, expected numbers or truth values"),
        };

        T[] Read<T>() where T : unmanaged => file.Read<T>(path, axes == 1 ? [-1] : [-1, -1], null, out shape);

        PandasColumn[] Doubles(IEnumerable<double> values) => Columns([.. values], PandasColumn.Of);

        PandasColumn[] Integers(IEnumerable<long> values) => Columns([.. values], PandasColumn.Of);

        PandasColumn[] Columns<T>(T[] values, Func<string, IEnumerable<T>, PandasColumn> create)
        {
            (int rows, int count) = axes == 1 ? (shape[0], 1) : isTransposed ? (shape[0], shape[1]) : (shape[1], shape[0]);
            if (count != names.Length) throw Defect(file, path, FormattableString.Invariant($"has {count} columns for {names.Length} labels"));
            return [.. names.Select((name, k) => create(name, Enumerable.Range(0, rows).Select(row => values[isTransposed ? (row * count) + k : (k * rows) + row])))];
        }
    }

    private static InvalidDataException Defect(Hdf5File file, string place, string what) => new($"{file.Path}: {place} {what}");
}
