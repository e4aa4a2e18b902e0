using DigiCam.Files;
using DigiCam.Geometry;
using DigiCam.Histograms;

namespace DigiCam.LightScan;

/// <summary>
/// The files that the 2017 scripts have of the charges of a scan (.npz); everything is in that of <see cref="ChargeHistograms"/>. Axes are cut to the bins in use, and no more than a row is
/// held in memory, however large the file becomes.
/// </summary>
public static class ChargeFiles
{
    /// <summary>Name of the file of the levels unless the user gives one.</summary>
    public const string DefaultHistogramName = "mpe_scan.npz";

    /// <summary>What the name of the file of full spectra has before that of the levels.</summary>
    public const string FullPrefix = "full_";

    private const string LevelsKey = "mpes";
    private const string FullKey = "full_mpe";
    private const string CentersEnd = "_bin_centers";

    /// <summary>Writes mpes (level, pixel, bin), counts, and mpes_bin_centers (bin) [LSB]. Entries beyond the axis, which only a damaged camera makes, are not in the file.</summary>
    /// <param name="path">The target.</param>
    /// <param name="charges">The charges.</param>
    /// <param name="cancellationToken">Stops; nothing is left of the file then.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void WriteLevels(string path, ChargeHistograms charges, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(charges);
        LevelHistograms levels = charges.Charges;
        (int from, int to) = BinsInUse(levels);
        new NpzWriter()
            .Add(LevelsKey, [levels.LevelCount, levels.PixelCount, to - from + 1], 2, (place, row) =>
            {
                cancellationToken.ThrowIfCancellationRequested();
                Add(levels, place / levels.PixelCount, place % levels.PixelCount, from, row);
            })
            .Add(LevelsKey + CentersEnd, Centers(levels.Axis, from, to))
            .Write(path);
    }

    /// <summary>Writes full_mpe (pixel, bin), the counts of all levels together, and full_mpe_bin_centers (bin) [LSB].</summary>
    /// <param name="path">The target.</param>
    /// <param name="charges">The charges.</param>
    /// <param name="cancellationToken">Stops; nothing is left of the file then.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void WriteFull(string path, ChargeHistograms charges, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(charges);
        LevelHistograms levels = charges.Charges;
        (int from, int to) = BinsInUse(levels);
        new NpzWriter()
            .Add(FullKey, [levels.PixelCount, to - from + 1], (pixel, row) =>
            {
                cancellationToken.ThrowIfCancellationRequested();
                for (int level = 0; level < levels.LevelCount; level++) Add(levels, level, pixel, from, row);
            })
            .Add(FullKey + CentersEnd, Centers(levels.Axis, from, to))
            .Write(path);
    }

    /// <summary>Reads the counts of a file of levels, ours or one of the 2017 scripts: amplitudes. The number of events is not in the file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is not such a file; the message names file and key.</exception>
    public static LevelHistograms ReadLevels(string path)
    {
        using NpzFile file = NpzFile.Open(path);
        double[] centers = file.ReadVector(LevelsKey + CentersEnd);
        if (centers.Length is 0 or > 1 << 20 || !double.IsInteger(centers[0]) || Math.Abs(centers[0]) > 1 << 20 || centers.Where((c, i) => c != centers[0] + i).Any())
            throw new InvalidDataException($"{path}: {LevelsKey}{CentersEnd} are not consecutive whole charges");
        int pixels = CameraGeometry.PixelCount;
        List<(int First, uint[] Counts, bool IsValid)> rows = [];
        int[] shape = file.Read(LevelsKey, [-1, pixels, centers.Length], (_, level) =>
        {
            for (int pixel = 0; pixel < pixels; pixel++) rows.Add(InUse(level.Slice(pixel * centers.Length, centers.Length)));
        });
        if (shape[0] == 0) throw new InvalidDataException($"{path}: array {LevelsKey} has no levels");
        LevelHistograms histograms = new(new IntegerAxis((int)centers[0], centers.Length), shape[0], pixels);
        for (int i = 0; i < rows.Count; i++) histograms.AddCounts(i / pixels, i % pixels, rows[i].First, rows[i].Counts, rows[i].IsValid);
        return histograms;
    }

    private static (int First, uint[] Counts, bool IsValid) InUse(ReadOnlySpan<double> counts)
    {
        int first = counts.IndexOfAnyExcept(0.0);
        if (first < 0) return (0, [], true);
        uint[] used = new uint[counts.LastIndexOfAnyExcept(0.0) - first + 1];
        double sum = 0;
        for (int i = 0; i < used.Length; i++)
        {
            double count = counts[first + i];
            sum += count;
            if (!double.IsInteger(count) || count < 0 || !(sum <= uint.MaxValue)) return (0, [], false);
            used[i] = (uint)count;
        }

        return (first, used, true);
    }

    private static void Add(LevelHistograms levels, int level, int pixel, int from, Span<double> row)
    {
        ReadOnlySpan<uint> counts = levels.GetCounts(level, pixel, out int first);
        for (int i = 0; i < counts.Length; i++)
        {
            if (counts[i] != 0) row[first + i - from] += counts[i];
        }
    }

    private static (int From, int To) BinsInUse(LevelHistograms levels)
    {
        (int from, int to) = (int.MaxValue, -1);
        for (int place = 0; place < levels.LevelCount * levels.PixelCount; place++)
        {
            ReadOnlySpan<uint> counts = levels.GetCounts(place / levels.PixelCount, place % levels.PixelCount, out int first);
            int begin = counts.IndexOfAnyExcept(0u);
            if (begin < 0) continue;
            from = Math.Min(from, first + begin);
            to = Math.Max(to, first + counts.LastIndexOfAnyExcept(0u));
        }

        return to < 0 ? (0, 0) : (from, to);
    }

    private static double[] Centers(Axis axis, int from, int to) => [.. Enumerable.Range(from, to - from + 1).Select(bin => 0.5 * (axis.Edge(bin) + axis.Edge(bin + 1)))];
}
