using DigiCam.Geometry;

namespace DigiCam.Tests.Geometry;

/// <summary>Figures from the published camera description.</summary>
public sealed class CameraGeometryTests
{
    private static readonly CameraGeometry Camera = CameraGeometry.DigiCam;

    [Theory]
    [InlineData(0, 12.15, -498.05, 76, 1, 3, 45, 12, 0, 0)]
    [InlineData(1, -24.3, -477.01, 108, 3, 7, 2, 1, 1, 0)]
    [InlineData(2, 0, -477.01, 76, 1, 3, 46, 11, 0, 1)]
    [InlineData(700, 97.2, 28.06, 6, 1, 1, 7, 6, 229, 2)]
    [InlineData(1295, 24.3, 491.04, 92, 2, 9, 15, 4, 431, 2)]
    public void Pixel_CheckRow_Agrees(int id, double x, double y, int module, int crate, int board, int channel, int hardwareId, int patch, int place)
    {
        Pixel pixel = Camera.Pixels[id];
        Assert.Equal(x, pixel.X, 0.0051);
        Assert.Equal(y, pixel.Y, 0.0051);
        Assert.Equal(
            (id, module, crate, board, channel, hardwareId, patch, place),
            (pixel.Id, pixel.Module, pixel.Sector, pixel.FadcBoard, pixel.FadcChannel, pixel.HardwareId, pixel.Patch, pixel.PixelInPatch));
    }

    [Fact]
    public void Pixels_Extents_Agree()
    {
        Assert.Equal(-437.40, Camera.Pixels.Min(p => p.X), 0.0051);
        Assert.Equal(425.25, Camera.Pixels.Max(p => p.X), 0.0051);
        Assert.Equal(-498.05, Camera.Pixels.Min(p => p.Y), 0.0051);
        Assert.Equal(491.04, Camera.Pixels.Max(p => p.Y), 0.0051);
        Assert.Equal(511.38, CameraGeometry.PixelAreaMm2, 0.005);
        Assert.Equal(14.03, CameraGeometry.HexagonRadiusMm, 0.005);
    }

    [Fact]
    public void Pixels_SoftwareId_RunsByRowThenX()
    {
        for (int id = 1; id < CameraGeometry.PixelCount; id++)
        {
            Pixel before = Camera.Pixels[id - 1];
            Pixel pixel = Camera.Pixels[id];
            Assert.True(pixel.Row > before.Row || (pixel.Row == before.Row && pixel.X > before.X));
        }
    }

    [Fact]
    public void Neighbours_Counts_Agree()
    {
        int[] counts = new int[7];
        foreach (Pixel pixel in Camera.Pixels)
        {
            counts[Camera.NeighboursOf(pixel.Id).Length]++;
            Assert.All(Camera.NeighboursOf(pixel.Id), n => Assert.Contains(pixel.Id, Camera.NeighboursOf(n)));
        }

        Assert.Equal([0, 0, 3, 69, 0, 69, 1155], counts);
        Assert.Equal(3744 * 2, Camera.Pixels.Sum(p => Camera.NeighboursOf(p.Id).Length));
    }

    [Fact]
    public void Patches_Clusters_HaveTheirSizes()
    {
        Assert.Equal(432, Camera.Patches.Length);
        Assert.Equal(
            [(4, 6), (5, 63), (7, 363)],
            Camera.Patches.GroupBy(p => p.Cluster7.Count(m => m >= 0)).OrderBy(g => g.Key).Select(g => (g.Key, g.Count())));
        Assert.Equal(300, Camera.Patches.Count(p => p.Cluster19.All(m => m >= 0)));
        Assert.All(Camera.Patches, p =>
        {
            Assert.Equal((p.Id, 7, 19), (p.Cluster7[0], p.Cluster7.Length, p.Cluster19.Length));
            Assert.Equal(p.Id, p.Cluster19[0]);
            int[] members = [.. p.Cluster19.Skip(1).Where(m => m >= 0)];
            Assert.Equal(members.Order(), members);
        });
    }

    [Fact]
    public void Patches_FirmwarePatch_IsTheSoftwarePatch()
    {
        foreach (TriggerPatch patch in Camera.Patches)
        {
            Pixel[] pixels = [.. patch.Pixels.Select(id => Camera.Pixels[id])];
            Assert.Single(pixels.Select(p => (p.Sector, p.ModuleFirmwareId, p.PatchInModule)).Distinct());
            Assert.Equal([0, 1, 2], pixels.Select(p => p.PixelInPatch));
        }

        Assert.Equal(Enumerable.Range(0, 432), Camera.Patches.Select(p => p.InputTraceIndex).Order());
        Assert.Equal(Enumerable.Range(0, 432), Camera.Patches.Select(p => p.OutputBitIndex).Order());
    }

    [Fact]
    public void Modules_EachHasTwelvePixels()
    {
        Assert.Equal(Enumerable.Range(1, 108), Camera.Pixels.Select(p => p.Module).Distinct().Order());
        Assert.All(Camera.Pixels.GroupBy(p => p.Module), g => Assert.Equal(Enumerable.Range(1, 12), g.Select(p => p.HardwareId).Order()));
        Assert.All(Camera.Pixels.GroupBy(p => (p.Sector, p.FadcBoard)), g => Assert.Equal(Enumerable.Range(1, 48), g.Select(p => p.FadcChannel).Order()));
        Assert.All(Camera.Pixels.GroupBy(p => p.Sector), g => Assert.Equal(Enumerable.Range(1, 36), g.Select(p => p.CanNode).Distinct().Order()));
        Assert.All(Camera.Pixels, p => Assert.InRange(p.FadcQuad, 0, 11));
    }

    [Fact]
    public void LegacyOrder_FirstAndLast_Agree()
    {
        Assert.Equal([425, 461, 353, 389, 352, 388, 424, 460, 315, 351, 387, 423, 281], Camera.LegacyOrder.Take(13));
        Assert.Equal([656, 762, 763, 727, 728], Camera.LegacyOrder.TakeLast(5));
        Assert.Equal(Enumerable.Range(0, 1296), Camera.LegacyOrder.Order());
    }
}
