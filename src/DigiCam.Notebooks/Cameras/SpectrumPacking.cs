using System.IO.Compression;

namespace DigiCam.Notebooks.Cameras;

/// <summary>
/// Packs the histograms of a scan, tens of millions of bins, so that a notebook can hold them. A count is kept as its square root, where the Poisson
/// error is one half everywhere, in steps of an eighth; what is written is the difference to the fit, or to the bin before, and deflate spends some four bits on it.
/// camera.js unpacks a pixel when it is selected.
/// </summary>
internal static class SpectrumPacking
{
    private const int CountSteps = 8;
    private const int ExpectedSteps = 16;

    // Nothing is to be seen of less where nothing was counted; where something was, a model that says exactly nothing is far off but finite.
    private const double InvisibleExpected = 1e-3;
    private const double LeastExpected = 1e-300;

    /// <summary>The bins of some histograms in their order, expected entries and counts apart: they are distributed differently.</summary>
    public static (byte[] Expected, byte[] Counts) Pack(IEnumerable<DrawnSpectrum> spectra)
    {
        List<byte> expected = [];
        List<byte> counts = [];
        foreach (DrawnSpectrum spectrum in spectra)
        {
            int before = 0;
            int model = 0;
            int modelBefore = 0;
            for (int i = 0; i < spectrum.Counts.Length; i++)
            {
                long n = spectrum.Counts[i];
                int predicted = before;
                if (spectrum.Expected is { } fit)
                {
                    // Zero stands for a bin of which the fit does not speak.
                    if (double.IsFinite(fit[i]))
                    {
                        int code = ExpectedCode(Math.Max(fit[i], n == 0 ? InvisibleExpected : LeastExpected));
                        Write(expected, ZigZag(code - ((2 * model) - modelBefore)) + 1);
                        (modelBefore, model) = (model, code);
                        predicted = Math.Max(0, code * CountSteps / ExpectedSteps);
                    }
                    else
                    {
                        Write(expected, 0);
                    }
                }

                before = (int)Math.Round(CountSteps * Math.Sqrt(n));
                Write(counts, ZigZag(before - predicted));
            }
        }

        return (Deflate([.. expected]), Deflate([.. counts]));
    }

    /// <summary>Compresses bytes to a raw deflate stream.</summary>
    public static byte[] Deflate(ReadOnlySpan<byte> bytes)
    {
        using MemoryStream stream = new();
        using (DeflateStream deflate = new(stream, CompressionLevel.SmallestSize, leaveOpen: true)) deflate.Write(bytes);
        return stream.ToArray();
    }

    // The square root, and below one entry the logarithm that continues it: a residual in the tails depends on how small the model is.
    private static int ExpectedCode(double expected) => (int)Math.Round(ExpectedSteps * (expected >= 1 ? Math.Sqrt(expected) : 1 + (Math.Log(expected) / 2)));

    private static uint ZigZag(int value) => (uint)((value << 1) ^ (value >> 31));

    private static void Write(List<byte> bytes, uint value)
    {
        for (; value >= 0x80; value >>= 7) bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
    }
}
