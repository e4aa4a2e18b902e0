using DigiCam.Charges;
using DigiCam.Files;

namespace DigiCam.Histograms;

/// <summary>
/// Sets of histograms in HDF5 files. Of each histogram only the bins from its first to its last entry are kept, one histogram after the other:
/// <c>np.split(counts, np.cumsum(bin_count.ravel())[:-1])</c> takes them apart again.
/// </summary>
internal static class HistogramRows
{
    private const string AxisAttribute = "axis";
    private const string ScaleAttribute = "charge_scale";
    private const string Entries = "entries";

    /// <summary>Adds a set of histograms.</summary>
    /// <param name="writer">The file.</param>
    /// <param name="group">Group of the set.</param>
    /// <param name="axis">The axis of all.</param>
    /// <param name="scale">Their charge scale.</param>
    /// <param name="shape">Number of histograms along each axis of the set: (pixel), or (level, pixel).</param>
    /// <param name="row">Gives a histogram of the set in C order.</param>
    /// <param name="description">What they are.</param>
    public static void Add(Hdf5Writer writer, string group, Axis axis, ChargeScale scale, int[] shape, RowSource row, string description)
    {
        int rows = shape.Aggregate(1, (product, length) => product * length);
        int[] first = new int[rows];
        int[] length = new int[rows];
        uint[] flow = new uint[2 * rows];
        byte[] invalid = new byte[rows];
        long total = 0;
        for (int i = 0; i < rows; i++)
        {
            ReadOnlySpan<uint> counts = row(i, out int start, out flow[2 * i], out flow[(2 * i) + 1], out bool isValid);
            int from = counts.IndexOfAnyExcept(0u);
            first[i] = from < 0 ? 0 : start + from;
            length[i] = from < 0 ? 0 : counts.LastIndexOfAnyExcept(0u) - from + 1;
            invalid[i] = (byte)(isValid ? 0 : 1);
            total += length[i];
        }

        writer.AddAttribute(group, Hdf5Writer.DescriptionAttribute, description)
            .AddAttribute(group, AxisAttribute, axis switch { IntegerAxis => "integer", RegularAxis => "regular", _ => "variable" })
            .AddAttribute(group, ScaleAttribute, scale.ToString())
            .Add<double>(group + "/edges", axis.Edges(), axis.Unit, "edges of the bins; a bin holds its lower edge, not its upper one")
            .AddProduced<uint>(group + "/counts", checked((int)total), Counts, Entries, "entries of the bins in use, one histogram after the other: bin_count of them each, from bin first_bin on")
            .Add<int>(group + "/first_bin", first, shape, "", "first bin in use, counted from 0")
            .Add<int>(group + "/bin_count", length, shape, "", "number of bins from the first to the last in use; 0 for an empty histogram")
            .Add<uint>(group + "/flow", flow, [.. shape, 2], Entries, "entries below and above the axis")
            .Add<byte>(group + "/invalid", invalid, shape, "", "1 for a histogram whose counts were no valid numbers where it came from");

        void Counts(ValueSink<uint> sink)
        {
            for (int i = 0; i < rows; i++)
            {
                if (length[i] > 0) sink(row(i, out int start, out _, out _, out _).Slice(first[i] - start, length[i]));
            }
        }
    }

    /// <summary>Reads axis and scale of a set of histograms.</summary>
    /// <param name="file">The file.</param>
    /// <param name="group">Group of the set.</param>
    /// <exception cref="InvalidDataException">There is no such set, or it is not consistent.</exception>
    public static (Axis Axis, ChargeScale Scale) ReadAxis(Hdf5File file, string group)
    {
        string edgesPath = group + "/edges";
        double[] edges = file.Read<double>(edgesPath, [-1]);
        string unit = file.GetText(edgesPath, Hdf5Writer.UnitAttribute);
        string kind = file.GetText(group, AxisAttribute);
        Axis axis;
        try
        {
            axis = kind switch
            {
                "integer" => new IntegerAxis((int)Math.Clamp(Math.Ceiling(edges[0]), int.MinValue, int.MaxValue), edges.Length - 1, unit),
                "regular" => new RegularAxis(edges[0], edges[^1], edges.Length - 1, unit),
                "variable" => new VariableAxis(edges, unit),
                _ => throw Defect(file, group, $"has an axis '{kind}'; integer, regular and variable are known"),
            };
        }
        catch (Exception exception) when (exception is ArgumentException or IndexOutOfRangeException)
        {
            throw Defect(file, edgesPath, $"holds {edges.Length} edges that are no {kind} axis");
        }

        if (!axis.Edges().AsSpan().SequenceEqual(edges)) throw Defect(file, edgesPath, $"holds {edges.Length} edges that are no {kind} axis");
        string scaleText = file.GetText(group, ScaleAttribute);
        return ChargeScale.TryParse(scaleText, out ChargeScale scale) ? (axis, scale) : throw Defect(file, group, $"has a charge scale '{scaleText}', not 'amplitude' or for example 'sum of 7 samples'");
    }

    /// <summary>Number of histograms along each axis of a set.</summary>
    /// <param name="file">The file.</param>
    /// <param name="group">Group of the set.</param>
    /// <param name="axes">Number of axes.</param>
    /// <exception cref="InvalidDataException">There is no such set, it has another number of axes, or it is empty.</exception>
    public static int[] ReadShape(Hdf5File file, string group, int axes)
    {
        _ = file.Read<int>(group + "/first_bin", [.. Enumerable.Repeat(-1, axes)], "", out int[] shape);
        return shape.Contains(0) ? throw Defect(file, group + "/first_bin", "holds no histogram") : shape;
    }

    /// <summary>Adds the histograms of a set to others.</summary>
    /// <param name="file">The file.</param>
    /// <param name="group">Group of the set.</param>
    /// <param name="axis">The axis that it must have.</param>
    /// <param name="scale">The charge scale that it must have.</param>
    /// <param name="shape">The number of histograms that it must have along each axis of the set.</param>
    /// <param name="add">Takes each histogram in C order.</param>
    /// <exception cref="InvalidDataException">The set is another one, or not consistent.</exception>
    /// <exception cref="OverflowException">A histogram would hold too many entries.</exception>
    public static void Add(Hdf5File file, string group, Axis axis, ChargeScale scale, int[] shape, RowTarget add)
    {
        (Axis found, ChargeScale foundScale) = ReadAxis(file, group);
        if (found != axis || foundScale != scale) throw Defect(file, group, $"is on {found} ({foundScale}), what it is to be added to on {axis} ({scale})");
        try
        {
            Read(file, group, axis, shape, add);
        }
        catch (OverflowException exception)
        {
            throw new OverflowException($"{file.Path}: {group}: {exception.Message}", exception);
        }
    }

    private static void Read(Hdf5File file, string group, Axis axis, int[] shape, RowTarget use)
    {
        int[] first = file.Read<int>(group + "/first_bin", shape, "");
        int[] length = file.Read<int>(group + "/bin_count", shape, "");
        uint[] flow = file.Read<uint>(group + "/flow", [.. shape, 2], Entries);
        byte[] invalid = file.Read<byte>(group + "/invalid", shape, "");
        Hdf5Values<uint> counts = file.ReadInParts<uint>(group + "/counts", Entries);
        for (int i = 0; i < first.Length; i++)
        {
            if (first[i] < 0 || length[i] < 0 || (long)first[i] + length[i] > axis.Count) throw Defect(file, group, $"histogram {i} has bins {first[i]}..{(long)first[i] + length[i] - 1}, the axis has {axis.Count}");
            if (length[i] > counts.Left) throw Defect(file, group + "/counts", $"ends with {counts.Count} values before histogram {i} of {first.Length} is complete");
            ReadOnlySpan<uint> row = counts.Next(length[i]);
            long entries = (long)flow[2 * i] + flow[(2 * i) + 1];
            foreach (uint count in row) entries += count;
            if (entries > uint.MaxValue) throw Defect(file, group + "/counts", $"histogram {i} has {entries} entries, at most {uint.MaxValue} can be counted");
            use(i, first[i], row, flow[2 * i], flow[(2 * i) + 1], invalid[i] == 0);
        }

        if (counts.Left > 0) throw Defect(file, group + "/counts", $"holds {counts.Count} values, the histograms have {counts.Count - counts.Left}");
    }

    private static InvalidDataException Defect(Hdf5File file, string place, FormattableString what) => new($"{file.Path}: {place} {FormattableString.Invariant(what)}");

    private static InvalidDataException Defect(Hdf5File file, string place, string what) => new($"{file.Path}: {place} {what}");
}

/// <summary>Gives one histogram of a set.</summary>
/// <param name="row">Place in C order.</param>
/// <param name="firstBin">Bin of the first count.</param>
/// <param name="underflow">Entries below the axis.</param>
/// <param name="overflow">Entries above the axis.</param>
/// <param name="isValid">False when its counts were no valid numbers.</param>
/// <returns>Entries (bin from the first on).</returns>
internal delegate ReadOnlySpan<uint> RowSource(int row, out int firstBin, out uint underflow, out uint overflow, out bool isValid);

/// <summary>Takes one histogram of a set.</summary>
/// <param name="row">Place in C order.</param>
/// <param name="firstBin">Bin of the first count.</param>
/// <param name="counts">Entries (bin from the first on).</param>
/// <param name="underflow">Entries below the axis.</param>
/// <param name="overflow">Entries above the axis.</param>
/// <param name="isValid">False when its counts were no valid numbers.</param>
internal delegate void RowTarget(int row, int firstBin, ReadOnlySpan<uint> counts, uint underflow, uint overflow, bool isValid);
