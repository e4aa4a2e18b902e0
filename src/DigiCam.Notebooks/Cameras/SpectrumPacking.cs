using System.IO.Compression;
using System.Text;

namespace DigiCam.Notebooks.Cameras;

/// <summary>
/// Packs histograms, in a scan millions of bins, so that a notebook can hold them. Counts and expected entries are kept as their square root, where
/// the Poisson error is one half everywhere, in steps of an eighth or a thirty-second. An expected code is predicted from the ones before with three coefficients fitted to each histogram, a
/// count from its expected code or else from the count before; what is written is the difference, some four bits each in steps of an eighth. Small counts are exact that way; where larger
/// ones have to be so too, what their code leaves out follows. camera.js unpacks a pixel when it is selected.
/// </summary>
internal static class SpectrumPacking
{
    private const int DrawnSteps = 8;
    private const int ExactSteps = 32;
    private const int Taps = 3;
    private const int CoefficientBits = 4;

    // Nothing is to be seen of less where nothing was counted; where something was, a model that says exactly nothing is far off but finite.
    private const double InvisibleExpected = 1e-3;
    private const double LeastExpected = 1e-300;

    // Without matches: in noise they cost more than they save.
    private static readonly ZLibCompressionOptions Noise = new() { CompressionLevel = 9, CompressionStrategy = ZLibCompressionStrategy.HuffmanOnly };
    private static readonly ZLibCompressionOptions Words = new() { CompressionLevel = 9 };

    /// <summary>The bins of some histograms in their order.</summary>
    /// <param name="spectra">The histograms.</param>
    /// <param name="exact">Whether every count is kept to the last entry and expected ones within a thirty-second of their Poisson error, or all within an eighth.</param>
    public static PackedSpectra Pack(IEnumerable<DrawnSpectrum> spectra, bool exact)
    {
        int steps = exact ? ExactSteps : DrawnSteps;
        List<byte> expected = [];
        List<byte> counts = [];
        List<byte> rest = [];
        foreach (DrawnSpectrum spectrum in spectra)
        {
            int?[]? model = spectrum.Expected is { } fit ? [.. fit.Select((m, i) => double.IsFinite(m) ? Code(Math.Max(m, spectrum.Counts[i] == 0 ? InvisibleExpected : LeastExpected), steps) : (int?)null)] : null;
            if (model is not null) WriteModel(expected, model);
            int before = 0;
            for (int i = 0; i < spectrum.Counts.Length; i++)
            {
                int predicted = model?[i] is { } code ? Math.Max(0, code) : before;
                before = (int)Math.Round(steps * Math.Sqrt(spectrum.Counts[i]));
                Write(counts, ZigZag(before - predicted));
                if (exact && before > steps * steps / 2) Write(rest, ZigZag((int)(spectrum.Counts[i] - Decoded(before, steps))));
            }
        }

        return new PackedSpectra(steps, Deflate([.. expected], Noise), Deflate([.. counts], Noise), Deflate([.. rest], Noise));
    }

    /// <summary>Compresses the samples of some waveforms: differences, which are small where the pulse is long.</summary>
    public static byte[] Pack(IEnumerable<IReadOnlyList<short>> waveforms)
    {
        List<byte> bytes = [];
        foreach (IReadOnlyList<short> samples in waveforms)
        {
            int before = 0;
            foreach (short sample in samples)
            {
                Write(bytes, ZigZag(sample - before));
                before = sample;
            }
        }

        return Deflate([.. bytes], Noise);
    }

    /// <summary>Compresses numbers, most of them small and alike.</summary>
    public static byte[] Pack(IEnumerable<uint> numbers)
    {
        List<byte> bytes = [];
        foreach (uint number in numbers) Write(bytes, number);
        return Deflate([.. bytes], Words);
    }

    /// <summary>Compresses text to a raw deflate stream.</summary>
    public static byte[] Pack(string text) => Deflate(Encoding.UTF8.GetBytes(text), Words);

    // What a code says of a count, rounded as JavaScript does: halves upwards.
    private static long Decoded(int code, int steps) => (long)Math.Floor((code * (double)code / (steps * steps)) + 0.5);

    private static byte[] Deflate(ReadOnlySpan<byte> bytes, ZLibCompressionOptions options)
    {
        using MemoryStream stream = new();
        using (DeflateStream deflate = new(stream, options, leaveOpen: true)) deflate.Write(bytes);
        return stream.ToArray();
    }

    // The square root, and below one entry the logarithm that continues it: a residual in the tails depends on how small the model is.
    private static int Code(double expected, int steps) => (int)Math.Round(steps * (expected >= 1 ? Math.Sqrt(expected) : 1 + (Math.Log(expected) / 2)));

    private static void WriteModel(List<byte> bytes, int?[] codes)
    {
        int[] known = [.. codes.OfType<int>()];
        int[] coefficients = Coefficients(known);
        foreach (int coefficient in coefficients) Write(bytes, ZigZag(coefficient));
        int k = 0;
        foreach (int? code in codes)
        {
            // Zero stands for a bin of which the fit does not speak.
            if (code is null)
            {
                Write(bytes, 0);
                continue;
            }

            int predicted = 0;
            for (int tap = 0; tap < Taps; tap++) predicted += coefficients[tap] * Rise(known, k - 1 - tap);
            predicted = (k > 0 ? known[k - 1] : 0) + ((predicted + (1 << (CoefficientBits - 1))) >> CoefficientBits);
            Write(bytes, ZigZag(code.Value - predicted) + 1);
            k++;
        }
    }

    private static int Rise(int[] codes, int k) => k > 0 ? codes[k] - codes[k - 1] : 0;

    // Each rise as a sum of the three before, by least squares: peaks at equal distances are nearly an oscillation.
    private static int[] Coefficients(int[] codes)
    {
        double[,] normal = new double[Taps, Taps + 1];
        for (int k = 1; k < codes.Length; k++)
        {
            for (int i = 0; i < Taps; i++)
            {
                for (int j = 0; j < Taps; j++) normal[i, j] += (double)Rise(codes, k - 1 - i) * Rise(codes, k - 1 - j);
                normal[i, Taps] += (double)Rise(codes, k) * Rise(codes, k - 1 - i);
            }
        }

        // The one keeps it solvable where the codes are all alike.
        for (int i = 0; i < Taps; i++) normal[i, i]++;
        for (int i = 0; i < Taps; i++)
        {
            for (int row = 0; row < Taps; row++)
            {
                double factor = normal[row, i] / normal[i, i];
                for (int j = i; j <= Taps && row != i; j++) normal[row, j] -= factor * normal[i, j];
            }
        }

        return [.. Enumerable.Range(0, Taps).Select(i => (int)Math.Clamp(Math.Round((1 << CoefficientBits) * normal[i, Taps] / normal[i, i]), -63, 63))];
    }

    private static uint ZigZag(int value) => (uint)((value << 1) ^ (value >> 31));

    private static void Write(List<byte> bytes, uint value)
    {
        for (; value >= 0x80; value >>= 7) bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
    }
}
