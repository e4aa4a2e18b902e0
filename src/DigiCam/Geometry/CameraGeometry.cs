using System.Collections.Immutable;

namespace DigiCam.Geometry;

/// <summary>
/// The SST-1M camera: 1296 hexagonal pixels = 108 modules of 12 = 432 trigger patches of 3 = 3 sectors of 432.
/// Everything follows by formula from the hexagonal grid and the wiring of one sector; immutable and safe to share.
/// </summary>
public sealed class CameraGeometry
{
    /// <summary>Number of pixels.</summary>
    public const int PixelCount = 1296;

    /// <summary>Number of trigger patches.</summary>
    public const int PatchCount = 432;

    /// <summary>Number of modules.</summary>
    public const int ModuleCount = 108;

    /// <summary>Distance of neighbouring pixel centres, and flat-to-flat width of a pixel [mm].</summary>
    public const double PitchMm = 24.3;

    /// <summary>Duration of one sample [ns].</summary>
    public const double SampleNs = 4.0;

    private const int RowCount = 48;
    private const double NeighbourDistanceMm = 30.0;
    private const double Cluster7DistanceMm = 60.0;
    private const double Cluster19DistanceMm = 100.0;

    private static readonly double RowHeightMm = PitchMm * Math.Sqrt(3) / 2;

    // Pixel centres relative to the module's, by hardware id 1..12, in units of (half a pitch, one row height).
    private static readonly (double X, double Y)[] ModuleOffsets =
    [
        (2.5, 11 / 6.0), (1.5, 5 / 6.0), (2.5, -1 / 6.0), (1.5, -7 / 6.0), (0.5, 11 / 6.0), (-0.5, 5 / 6.0),
        (0.5, -1 / 6.0), (-0.5, -7 / 6.0), (-2.5, 5 / 6.0), (-1.5, -1 / 6.0), (-2.5, -7 / 6.0), (-1.5, -13 / 6.0),
    ];

    // Channel within the module's connector, by hardware id 1..12.
    private static readonly int[] ConnectorChannels = [1, 0, 3, 2, 7, 6, 5, 4, 11, 10, 9, 8];

    // Patch of the module as the firmware counts it, by hardware id 1..12.
    private static readonly int[] ModulePatches = [1, 1, 3, 3, 1, 0, 3, 2, 0, 0, 2, 2];

    private readonly ImmutableArray<ImmutableArray<int>> _neighbours;

    private CameraGeometry()
    {
        Cell[] cells = CreateGrid();
        int[] patchOf = new int[PixelCount];
        int[] placeOf = new int[PixelCount];
        int[][] patchPixels = CreatePatches(cells, patchOf, placeOf);

        Pixel[] pixels = new Pixel[PixelCount];
        foreach ((int id, int sector, int a, int b, int hardwareId) in CreateWiring(cells))
        {
            int node = Math.Max(a, b);
            int canNode = a >= b ? (a * a) + b + 1 : ((b + 1) * (b + 1)) - a;
            int slot = (b % 2 == 0 ? 2 : 0) + (a % 2);
            int channel = (12 * slot) + ConnectorChannels[hardwareId - 1] + 1;
            int patchInModule = ModulePatches[hardwareId - 1];
            pixels[id] = new Pixel(
                id, cells[id].X, cells[id].Y, cells[id].Row, cells[id].Column, patchOf[id], placeOf[id], sector,
                Module: (3 * node * node) + ((sector - 1) * ((2 * node) + 1)) + canNode - (node * node),
                ModuleFirmwareId: (10 * a) + b,
                canNode,
                FadcBoard: 1 + (a / 2) + (3 * (b / 2)),
                channel,
                FadcQuad: (channel - 1) / 4,
                slot,
                hardwareId,
                patchInModule,
                PatchTriggerOutput: (24 * a) + (12 * (patchInModule / 2)) + (2 * b) + (patchInModule % 2));
        }

        Pixels = [.. pixels];
        _neighbours = [.. pixels.Select(p => Near(pixels, p, q => (q.X, q.Y), NeighbourDistanceMm).Where(id => id != p.Id).ToImmutableArray())];
        Patches = CreatePatchRecords(pixels, patchPixels);
        LegacyOrder = CreateLegacyOrder(pixels);
    }

    /// <summary>The camera of the SST-1M telescopes.</summary>
    public static CameraGeometry DigiCam { get; } = new();

    /// <summary>All pixels by software id.</summary>
    public ImmutableArray<Pixel> Pixels { get; }

    /// <summary>All trigger patches by software id.</summary>
    public ImmutableArray<TriggerPatch> Patches { get; }

    /// <summary>Software pixel stored in each row of files before October 2017.</summary>
    public ImmutableArray<int> LegacyOrder { get; }

    /// <summary>Radius of the circle through a pixel's corners [mm]; corners point up and down.</summary>
    public static double HexagonRadiusMm { get; } = PitchMm / Math.Sqrt(3);

    /// <summary>Area of one pixel [mm2].</summary>
    public static double PixelAreaMm2 { get; } = PitchMm * PitchMm * Math.Sqrt(3) / 2;

    /// <summary>The pixels that share an edge with a pixel, ascending: six inside the camera, fewer at its rim.</summary>
    /// <param name="pixel">Software id.</param>
    public ImmutableArray<int> NeighboursOf(int pixel) => _neighbours[pixel];

    /// <inheritdoc/>
    public override string ToString() => "SST-1M DigiCam: 1296 pixels, 432 trigger patches, 108 modules, 3 sectors";

    private static Cell[] CreateGrid()
    {
        List<Cell> cells = new(PixelCount);
        for (int row = 0; row < RowCount; row++)
        {
            (int count, int first) = row switch
            {
                < 12 => ((3 * row) + 1, 1 - (3 * row)),
                < 36 => (36, row % 2 == 0 ? -35 : -36),
                _ => (35 - (3 * (row - 36)), (3 * (row - 36)) - 33),
            };
            double y = (PitchMm / (2 * Math.Sqrt(3))) + ((row - 24) * RowHeightMm);
            for (int i = 0; i < count; i++)
            {
                int column = first + (2 * i);
                cells.Add(new Cell(row, column, column * PitchMm / 2, y));
            }
        }

        return [.. cells];
    }

    private static int[][] CreatePatches(Cell[] cells, int[] patchOf, int[] placeOf)
    {
        Dictionary<(int Row, int Column), int> idAt = [];
        for (int id = 0; id < cells.Length; id++) idAt[(cells[id].Row, cells[id].Column)] = id;

        List<int[]> patches = new(PatchCount);
        foreach (Cell cell in cells)
        {
            // k may be negative: the remainder must not be.
            if (((((cell.Column + (3 * cell.Row)) % 6) + 6) % 6) != 1) continue;
            int[] members =
            [
                idAt[(cell.Row, cell.Column)], idAt[(cell.Row + 1, cell.Column - 1)], idAt[(cell.Row + 1, cell.Column + 1)],
            ];
            for (int place = 0; place < members.Length; place++)
            {
                patchOf[members[place]] = patches.Count;
                placeOf[members[place]] = place;
            }

            patches.Add(members);
        }

        return [.. patches];
    }

    // Sector 1 is laid out by formula; the other two are the same, turned by 120 and 240 degrees.
    private static IEnumerable<(int Id, int Sector, int A, int B, int HardwareId)> CreateWiring(Cell[] cells)
    {
        Dictionary<(int Row, int Column), int> idAt = [];
        for (int id = 0; id < cells.Length; id++) idAt[(cells[id].Row, cells[id].Column)] = id;

        for (int sector = 1; sector <= 3; sector++)
        {
            (double sin, double cos) = Math.SinCos((sector - 1) * 2 * Math.PI / 3);
            for (int a = 0; a < 6; a++)
            {
                for (int b = 0; b < 6; b++)
                {
                    for (int hardwareId = 1; hardwareId <= 12; hardwareId++)
                    {
                        (double offsetX, double offsetY) = ModuleOffsets[hardwareId - 1];
                        double x = (2.5 * PitchMm / 2) + (b * 3 * PitchMm) + (offsetX * PitchMm / 2);
                        double y = (-1.5 * RowHeightMm) - (a * 4 * RowHeightMm) + (b * 2 * RowHeightMm) + (offsetY * RowHeightMm);
                        double turnedX = (cos * x) - (sin * y);
                        double turnedY = (sin * x) + (cos * y);
                        int row = (int)Math.Round(((turnedY - (PitchMm / (2 * Math.Sqrt(3)))) / RowHeightMm) + 24);
                        int column = (int)Math.Round(turnedX / (PitchMm / 2));
                        yield return (idAt[(row, column)], sector, a, b, hardwareId);
                    }
                }
            }
        }
    }

    private static ImmutableArray<TriggerPatch> CreatePatchRecords(Pixel[] pixels, int[][] patchPixels)
    {
        (double X, double Y)[] centres = [.. patchPixels.Select(p => (p.Average(i => pixels[i].X), p.Average(i => pixels[i].Y)))];
        int[] ids = [.. Enumerable.Range(0, patchPixels.Length)];
        return
        [
            .. ids.Select(id =>
            {
                Pixel pixel = pixels[patchPixels[id][0]];
                int module = (6 * (pixel.ModuleFirmwareId / 10)) + (pixel.ModuleFirmwareId % 10);
                int crate = (pixel.Sector - 1) * 144;
                return new TriggerPatch(
                    id, centres[id].X, centres[id].Y, [.. patchPixels[id]],
                    Cluster(Near(ids, id, i => centres[i], Cluster7DistanceMm), id, 7),
                    Cluster(Near(ids, id, i => centres[i], Cluster19DistanceMm), id, 19),
                    crate + (4 * module) + pixel.PatchInModule,
                    crate + pixel.PatchTriggerOutput);
            }),
        ];
    }

    private static ImmutableArray<int> Cluster(IEnumerable<int> near, int self, int size)
    {
        List<int> members = [self, .. near.Where(id => id != self)];
        while (members.Count < size) members.Add(-1);
        return [.. members];
    }

    private static IEnumerable<int> Near<T>(T[] items, T item, Func<T, (double X, double Y)> position, double distanceMm)
    {
        (double x, double y) = position(item);
        for (int i = 0; i < items.Length; i++)
        {
            (double otherX, double otherY) = position(items[i]);
            double dx = otherX - x;
            double dy = otherY - y;
            if ((dx * dx) + (dy * dy) < distanceMm * distanceMm) yield return i;
        }
    }

    private static ImmutableArray<int> CreateLegacyOrder(Pixel[] pixels)
    {
        int[] order = new int[PixelCount];
        foreach (Pixel pixel in pixels) order[pixel.LegacyRow] = pixel.Id;
        return [.. order];
    }

    private readonly record struct Cell(int Row, int Column, double X, double Y);
}
