using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using DigiCam.Charges;
using DigiCam.Files;
using DigiCam.Fitting;
using DigiCam.Flags;
using DigiCam.Geometry;
using DigiCam.HvOff;
using DigiCam.Results;

namespace DigiCam.Exchange;

/// <summary>A column of a <see cref="PixelTable"/>.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Unit">Unit; empty for pure numbers and where the file does not say.</param>
/// <param name="Values">The values.</param>
/// <param name="Texts">Texts in place of the values, which then are their codes; default for none.</param>
internal sealed record PixelTableColumn(string Name, string Unit, PandasColumn Values, ImmutableArray<string> Texts = default);

/// <summary>What a file of any format says of the pixels of a camera: one row for each, by software id.</summary>
/// <param name="Name">Name in files, for example "dark-rate".</param>
/// <param name="Scale">What a charge in LSB means; null where the file does not say.</param>
/// <param name="Columns">The columns.</param>
internal sealed record PixelTable(string Name, ChargeScale? Scale, ImmutableArray<PixelTableColumn> Columns)
{
    // Names of the parameters in the fits of the 2017 scripts, by their number.
    private static readonly Dictionary<int, string[]> Parameters2017 = new()
    {
        [3] = ["norm", "mean", "sigma"],
        [9] = ["sigma_e", "sigma_i", "gain", "a_1", "a_2", "a_3", "offset", "a_4", "a_5"],
        [26] = ["baseline", "gain", "sigma_e", "sigma_1", .. Enumerable.Range(0, 22).Select(n => FormattableString.Invariant($"a_{n}"))],
    };

    /// <summary>The tables of a result of the kit (.h5), one for each of its tasks.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static ImmutableArray<PixelTable> OfResult(string path)
    {
        using Hdf5File file = Hdf5File.Open(path);
        return
        [
            .. file.NamesIn("/").Where(name => file.IsGroup("/" + name) && file.Contains($"/{name}/flags") && file.HasAttribute("/" + name, ResultFiles.LimitsAttribute)).Select(name =>
            {
                string group = "/" + name;
                int pixels = checked((int)file.ShapeOf(group + "/flags")[0]);
                List<PixelTableColumn> columns = [];
                foreach (string quantity in file.NamesIn(group).Where(child => !file.IsGroup($"{group}/{child}")))
                {
                    string place = $"{group}/{quantity}";
                    if (file.ShapeOf(place) is not [var length] || length != pixels || file.TypeOf(place) != "float64") continue;
                    columns.Add(new PixelTableColumn(quantity, file.GetText(place, Hdf5Writer.UnitAttribute), PandasColumn.Of(quantity, file.Read<double>(place, [pixels]))));
                }

                if (file.Contains(group + "/fit"))
                {
                    columns.Add(new PixelTableColumn("chi2", "", PandasColumn.Of("chi2", file.Read<double>(group + "/fit/minimum", [pixels]))));
                    columns.Add(new PixelTableColumn("ndf", "", PandasColumn.Of("ndf", file.Read<int>(group + "/fit/degrees_of_freedom", [pixels]).Select(n => (long)n))));
                    byte[] status = file.Read<byte>(group + "/fit/status", [pixels]);
                    if (status.Any(code => code >= ResultFiles.StatusNames.Length)) throw new InvalidDataException($"{path}: {group}/fit/status holds a code without a name");
                    columns.Add(new PixelTableColumn("status", "", PandasColumn.Of("status", status.Select(code => (long)code)), [.. status.Select(code => ResultFiles.StatusNames[code])]));
                }

                ImmutableArray<PixelFlags> flags = ResultFiles.ReadFlags(file, group, pixels).Flags;
                columns.Add(new PixelTableColumn("flags", "", PandasColumn.Of("flags", flags.Select(flag => (long)flag)), [.. flags.Select(PixelFlagNames.Describe)]));
                ChargeScale? scale = file.HasAttribute(group, "charge_scale") && ChargeScale.TryParse(file.GetText(group, "charge_scale"), out ChargeScale known) ? known : null;
                return new PixelTable(name, scale, [.. columns]);
            }),
        ];
    }

    /// <summary>The table of a pandas frame with a row for each pixel.</summary>
    /// <exception cref="InvalidDataException">It is no such frame; the message names the file.</exception>
    public static PixelTable OfFrame(string path)
    {
        PandasFrame frame = PandasFrameFile.Read(path, out string key);
        Require(path, key, frame.RowCount);

        // The observatory's own columns are on its own scale.
        ChargeScale? scale = key is ObservatoryCalibration.Key or ObservatoryCalibration.HistogramKey ? ChargeScale.SumOf(5) : null;
        return new PixelTable(key, scale, [.. frame.Columns.Where(column => column.Name != "pixel_id").Select(column => new PixelTableColumn(column.Name, UnitOf(column.Name), column))]);
    }

    /// <summary>The table of a calibration of digicampipe.</summary>
    public static PixelTable OfDigicampipe(string path)
    {
        DigicampipeCalibration calibration = DigicampipeCalibration.Read(path);
        HashSet<int> bad = [.. calibration.BadPixels];
        return new PixelTable("digicampipe", DigicampipeCalibration.Scale,
        [
            .. calibration.Lists.Select(list => new PixelTableColumn(list.Key, list.Unit, PandasColumn.Of(list.Key, list.Values))),
            new PixelTableColumn("is_bad", "", PandasColumn.Of("is_bad", Enumerable.Range(0, CameraGeometry.PixelCount).Select(bad.Contains))),
        ]);
    }

    /// <summary>The table of a binary table of FITS with a row for each pixel.</summary>
    public static PixelTable OfFits(string path)
    {
        ImmutableArray<FitsColumn> columns = FitsTable.Read(path);
        Require(path, "the table", columns[0].Values.Length);
        return new PixelTable("fits", null, [.. columns.Select(column => new PixelTableColumn(column.Name, column.Unit, PandasColumn.Of(column.Name, column.Values)))]);
    }

    /// <summary>
    /// The table of the arrays of an .npz file that have a number, several (level, pixel), or a fit of the 2017 scripts for each pixel. Arrays of other shapes
    /// or types are left aside.
    /// </summary>
    /// <exception cref="InvalidDataException">It has none, or is damaged; the message names the file.</exception>
    public static PixelTable OfNpz(string path)
    {
        using NpzFile file = NpzFile.Open(path);
        List<PixelTableColumn> columns = [];
        foreach (string name in file.Names)
        {
            NpzArray header = file.HeaderOf(name);
            int[] shape = header.Shape;
            if (!header.IsNumeric) continue;
            if (shape is [CameraGeometry.PixelCount])
            {
                PandasColumn column = NumbersOf(name, file.ReadNumbers(name), 0);
                if (name is "pixel_id" or "pixel_ids" && column.ToDoubles().Where((id, pixel) => id != pixel).Any()) throw new InvalidDataException($"{path}: array {name}: the pixels are not in ascending order");
                columns.Add(new PixelTableColumn(name, "", column));
            }
            else if (shape is [var levels and not CameraGeometry.PixelCount, CameraGeometry.PixelCount])
            {
                Array numbers = file.ReadNumbers(name);
                for (int level = 0; level < levels; level++)
                {
                    string key = FormattableString.Invariant($"{name}_{level}");
                    columns.Add(new PixelTableColumn(key, "", NumbersOf(key, numbers, level * CameraGeometry.PixelCount)));
                }
            }
            else if (shape is [CameraGeometry.PixelCount, var count, 2] && header is { Type: "<f8", IsFortran: false } && Parameters2017.TryGetValue(count, out string[]? parameters))
            {
                double[][] rows = new double[CameraGeometry.PixelCount][];
                file.Read(name, shape, (pixel, row) => rows[pixel] = row.ToArray());
                for (int k = 0; k < count; k++)
                {
                    (int value, string key) = (2 * k, parameters[k]);
                    columns.Add(new PixelTableColumn(key, "", PandasColumn.Of(key, rows.Select(row => row[value]))));
                    columns.Add(new PixelTableColumn(key + "_error", "", PandasColumn.Of(key + "_error", rows.Select(row => row[value + 1]))));
                }
            }
        }

        if (columns.Count == 0) throw new InvalidDataException(FormattableString.Invariant($"{path}: no array has a number for each of the {CameraGeometry.PixelCount} pixels; it holds {string.Join(", ", file.Names.Select(name => $"{name} {file.HeaderOf(name)}"))}"));
        if (columns.CountBy(column => column.Name).FirstOrDefault(count => count.Value > 1).Key is { } twice) throw new InvalidDataException($"{path}: two arrays give a column {twice}");
        return new PixelTable("npz", null, [.. columns]);
    }

    /// <summary>Writes a table for spreadsheets: comma separated, a line for each pixel below one of names with units, numbers with every digit.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void WriteCsv(string path)
    {
        StringBuilder text = new("pixel");
        foreach (PixelTableColumn column in Columns) text.Append(',').Append(column.Name).Append(ResultTable.UnitSuffix(column.Unit));
        text.Append('\n');
        for (int pixel = 0; pixel < Columns[0].Values.RowCount; pixel++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{pixel}");
            foreach (PixelTableColumn column in Columns) text.Append(',').Append(column.Texts.IsDefault ? column.Values.TextOf(pixel) : column.Texts[pixel]);
            text.Append('\n');
        }

        AtomicFile.WriteText(path, text.ToString());
    }

    /// <summary>Writes HDF5 of the kit: a group named as the table, a dataset for each column.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void WriteHdf5(string path, string source, Provenance provenance)
    {
        Hdf5Writer writer = new();
        ResultFiles.AddProvenance(writer, provenance);
        string group = "/" + Name;
        writer.AddAttribute(group, "title", source);
        if (Scale is { } scale) writer.AddAttribute(group, "charge_scale", scale.ToString());
        foreach (PixelTableColumn column in Columns)
        {
            string place = $"{group}/{column.Name}";
            string description = $"{column.Name} of {source} (pixel)";
            if (column is { Name: "status", Texts.IsDefault: false }) writer.AddNamed<byte>(place, [.. column.Values.ToDoubles().Select(code => (byte)code)], ResultFiles.StatusNames, description + ", a code named from 0");
            else if (column is { Name: "flags", Texts.IsDefault: false }) writer.AddNamed<uint>(place, [.. column.Values.ToDoubles().Select(code => (uint)code)], ResultFiles.FlagNames, description + ", a set of named bits");
            else if (column.Values.IsInteger) writer.Add(place, column.Values.Integers, column.Unit, description);
            else if (column.Values.IsBool) writer.Add<byte>(place, [.. column.Values.ToDoubles().Select(value => (byte)value)], column.Unit, description);
            else writer.Add<double>(place, column.Values.ToDoubles(), column.Unit, description);
        }

        writer.Write(path);
    }

    // One number for each pixel, from one on.
    private static PandasColumn NumbersOf(string name, Array numbers, int from) => numbers switch
    {
        double[] values => PandasColumn.Of(name, values.Skip(from).Take(CameraGeometry.PixelCount)),
        long[] values => PandasColumn.Of(name, values.Skip(from).Take(CameraGeometry.PixelCount)),
        _ => PandasColumn.Of(name, ((bool[])numbers).Skip(from).Take(CameraGeometry.PixelCount)),
    };

    private static void Require(string path, string what, int rows)
    {
        if (rows != CameraGeometry.PixelCount) throw new InvalidDataException(FormattableString.Invariant($"{path}: {what} has {rows} rows, the camera {CameraGeometry.PixelCount} pixels"));
    }

    // Of the observatory's columns.
    internal static string UnitOf(string column) => column.Replace("_err", "", StringComparison.Ordinal) switch
    {
        "gain" or "dc_to_pe" => "LSB/pe",
        "sigma_pe" or "sigma_el" or "x_el" or "x0" => "LSB",
        "dcr_MHz" => "MHz",
        _ => "",
    };
}
