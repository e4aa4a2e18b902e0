using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using DigiCam.Geometry;

namespace DigiCam.Trigger;

/// <summary>
/// The digital trigger of the camera, computed from the samples of an event. The sum of a patch is that of its three pixels,
/// adc - floor(baseline), cut to 0..255; cluster sums add the patches of <see cref="TriggerPatch.Cluster7"/> and
/// <see cref="TriggerPatch.Cluster19"/>, and a bit is set where such a sum is larger than a threshold.
/// </summary>
/// <remarks>An instance holds the sums of one event in its own buffers and serves one thread; nothing is allocated per event. A rate scan needs
/// the sums once for all its thresholds: an event counts at every threshold below <see cref="LargestCluster7"/>.</remarks>
public sealed class DigitalTrigger
{
    /// <summary>The largest sum of a patch [LSB].</summary>
    public const int LargestPatchSum = 255;

    /// <summary>Sixteenths: the scale of firmware baselines since 2018.</summary>
    public const int FirmwareBaselineScale = 16;

    private const int PatchCount = CameraGeometry.PatchCount;
    private const int PixelsPerPatch = 3;
    private const int Lanes = 16;

    // Sums of a patch lie Stride apart, a whole number of vectors; what is beyond the samples stays zero.
    private readonly int _stride;
    private readonly int[] _patchRows;
    private readonly short[] _patchSums;
    private readonly short[] _cluster7;
    private readonly short[] _cluster19;

    // Offsets of the sums that are added: all members of a cluster of 7, and those that make it one of 19.
    private readonly int[][] _members7;
    private readonly int[][] _outerMembers19;

    // Places in the stored layout, with the patches in the order of these places.
    private readonly (int Place, int Offset)[] _traces;
    private readonly int[] _bits;

    /// <summary>A trigger for events in software pixel order.</summary>
    /// <param name="sampleCount">Samples per pixel, 4 ns each.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no samples.</exception>
    public DigitalTrigger(int sampleCount)
        : this(sampleCount, [.. Enumerable.Range(0, CameraGeometry.PixelCount)])
    {
    }

    /// <summary>A trigger for events as they lie in a file.</summary>
    /// <param name="sampleCount">Samples per pixel, 4 ns each.</param>
    /// <param name="pixelOfRow">Software id of the pixel in each row (row).</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no samples.</exception>
    /// <exception cref="ArgumentException">The rows do not hold every pixel once.</exception>
    public DigitalTrigger(int sampleCount, ReadOnlySpan<int> pixelOfRow)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(sampleCount);
        SampleCount = sampleCount;
        _stride = (sampleCount + Lanes - 1) / Lanes * Lanes;
        _patchSums = new short[PatchCount * _stride];
        _cluster7 = new short[PatchCount * _stride];
        _cluster19 = new short[PatchCount * _stride];

        int[] rowOf = new int[CameraGeometry.PixelCount];
        Array.Fill(rowOf, -1);
        if (pixelOfRow.Length != rowOf.Length) throw new ArgumentException(FormattableString.Invariant($"{pixelOfRow.Length} rows, the camera has {rowOf.Length} pixels"), nameof(pixelOfRow));
        for (int row = 0; row < pixelOfRow.Length; row++)
        {
            int pixel = pixelOfRow[row];
            if ((uint)pixel >= (uint)rowOf.Length || rowOf[pixel] >= 0) throw new ArgumentException(FormattableString.Invariant($"row {row}: pixel {pixel} is there twice or not one of this camera"), nameof(pixelOfRow));
            rowOf[pixel] = row;
        }

        CameraGeometry camera = CameraGeometry.DigiCam;
        _patchRows = [.. camera.Patches.SelectMany(p => p.Pixels).Select(pixel => rowOf[pixel])];
        _members7 = Members(p => p.Cluster7);
        _outerMembers19 = Members(p => p.Cluster19.Except(p.Cluster7));
        _traces = [.. camera.Patches.OrderBy(p => p.StoredTraceIndex).Select(p => (p.StoredTraceIndex, p.Id * _stride))];
        _bits = [.. camera.Patches.Select(p => p.OutputBitIndex)];
    }

    /// <summary>Samples per pixel, 4 ns each.</summary>
    public int SampleCount { get; }

    /// <summary>The largest sum of 7 patches in the event, over all patches and samples [LSB].</summary>
    public int LargestCluster7 => Largest(_cluster7);

    /// <summary>The largest sum of 19 patches in the event, over all patches and samples [LSB].</summary>
    public int LargestCluster19 => Largest(_cluster19);

    /// <summary>Computes all sums of an event.</summary>
    /// <param name="samples">ADC codes (row, sample), flat [LSB].</param>
    /// <param name="baselines">Baselines of the firmware (row).</param>
    /// <param name="baselineScale">What a baseline of 1 LSB is stored as: <see cref="FirmwareBaselineScale"/> or, in the files of 2017, 1.</param>
    /// <exception cref="ArgumentException">The lengths are not those of an event.</exception>
    public void Process(ReadOnlySpan<short> samples, ReadOnlySpan<short> baselines, int baselineScale = FirmwareBaselineScale)
    {
        if (samples.Length != CameraGeometry.PixelCount * SampleCount) throw new ArgumentException(FormattableString.Invariant($"{samples.Length} samples, an event has {CameraGeometry.PixelCount} x {SampleCount}"), nameof(samples));
        if (baselines.Length != CameraGeometry.PixelCount) throw new ArgumentException(FormattableString.Invariant($"{baselines.Length} baselines, an event has {CameraGeometry.PixelCount}"), nameof(baselines));
        if (baselineScale is not (1 or FirmwareBaselineScale)) throw new ArgumentException(FormattableString.Invariant($"baselines are stored as 1 or {FirmwareBaselineScale} a LSB, not {baselineScale}"), nameof(baselineScale));
        int shift = BitOperations.Log2((uint)baselineScale);
        for (int patch = 0; patch < PatchCount; patch++)
        {
            int first = _patchRows[PixelsPerPatch * patch];
            int second = _patchRows[(PixelsPerPatch * patch) + 1];
            int third = _patchRows[(PixelsPerPatch * patch) + 2];

            // The shift rounds down for negative baselines, too.
            int floor = (baselines[first] >> shift) + (baselines[second] >> shift) + (baselines[third] >> shift);
            AddPixels(Waveform(samples, first), Waveform(samples, second), Waveform(samples, third), floor, _patchSums.AsSpan(patch * _stride, SampleCount));
        }

        for (int patch = 0; patch < PatchCount; patch++)
        {
            for (int i = patch * _stride; i < (patch + 1) * _stride; i += Lanes)
            {
                int within = i - (patch * _stride);
                Vector256<short> sum = AddMembers(_members7[patch], within, Vector256<short>.Zero);
                sum.CopyTo(_cluster7, i);
                AddMembers(_outerMembers19[patch], within, sum).CopyTo(_cluster19, i);
            }
        }
    }

    /// <summary>Sums of one patch (sample), 0..255 [LSB].</summary>
    /// <param name="patch">Software id of the patch.</param>
    public ReadOnlySpan<short> GetPatchSums(int patch) => _patchSums.AsSpan(Offset(patch), SampleCount);

    /// <summary>Sums of the 7 patches around one (sample), 0..1785 [LSB].</summary>
    /// <param name="patch">Software id of the patch.</param>
    public ReadOnlySpan<short> GetCluster7Sums(int patch) => _cluster7.AsSpan(Offset(patch), SampleCount);

    /// <summary>Sums of the 19 patches around one (sample), 0..4845 [LSB].</summary>
    /// <param name="patch">Software id of the patch.</param>
    public ReadOnlySpan<short> GetCluster19Sums(int patch) => _cluster19.AsSpan(Offset(patch), SampleCount);

    /// <summary>Patch sums as files hold them in trigger_input_traces: (sample, 3 crates x 192), spare places 0.</summary>
    /// <param name="stored">Filled.</param>
    /// <exception cref="ArgumentException">The length is not that of an event.</exception>
    public void StoreTraces(Span<byte> stored)
    {
        CheckStored(stored, TriggerPatch.StoredTracesPerSample);
        stored.Clear();
        foreach ((int place, int offset) in _traces)
        {
            ReadOnlySpan<short> sums = _patchSums.AsSpan(offset, SampleCount);
            int target = place;
            foreach (short sum in sums)
            {
                stored[target] = (byte)sum;
                target += TriggerPatch.StoredTracesPerSample;
            }
        }
    }

    /// <summary>Decisions on 7 patches as files hold them in trigger_output_patch7: (sample, 3 crates x 18 bytes), bits from the least significant one.</summary>
    /// <param name="threshold">A bit is set where the sum is larger [LSB].</param>
    /// <param name="stored">Filled.</param>
    /// <exception cref="ArgumentException">The length is not that of an event.</exception>
    public void StoreCluster7(int threshold, Span<byte> stored) => StoreBits(_cluster7, threshold, stored);

    /// <summary>Decisions on 19 patches as files hold them in trigger_output_patch19: (sample, 3 crates x 18 bytes), bits from the least significant one.</summary>
    /// <inheritdoc cref="StoreCluster7"/>
    public void StoreCluster19(int threshold, Span<byte> stored) => StoreBits(_cluster19, threshold, stored);

    private static int Largest(short[] sums)
    {
        Vector256<short> largest = Vector256<short>.Zero;
        foreach (Vector256<short> v in MemoryMarshal.Cast<short, Vector256<short>>(sums)) largest = Vector256.Max(largest, v);
        int result = 0;
        for (int lane = 0; lane < Lanes; lane++) result = Math.Max(result, largest[lane]);
        return result;
    }

    private static void AddPixels(ReadOnlySpan<short> first, ReadOnlySpan<short> second, ReadOnlySpan<short> third, int floor, Span<short> target)
    {
        if (target.Length < Lanes)
        {
            for (int i = 0; i < target.Length; i++) target[i] = (short)Math.Clamp(first[i] + second[i] + third[i] - floor, 0, LargestPatchSum);
            return;
        }

        // The last vector reaches back over samples that are done already. Sums saturate, so that codes no ADC gives cannot wrap round.
        Vector256<short> subtract = Vector256.Create((short)Math.Clamp(floor, short.MinValue, short.MaxValue));
        for (int i = 0; ; i = Math.Min(i + Lanes, target.Length - Lanes))
        {
            Vector256<short> sum = Vector256.AddSaturate(Vector256.AddSaturate(Vector256.Create(first[i..]), Vector256.Create(second[i..])), Vector256.Create(third[i..]));
            sum = Vector256.Min(Vector256.Max(Vector256.SubtractSaturate(sum, subtract), Vector256<short>.Zero), Vector256.Create((short)LargestPatchSum));
            sum.CopyTo(target[i..]);
            if (i == target.Length - Lanes) return;
        }
    }

    private ReadOnlySpan<short> Waveform(ReadOnlySpan<short> samples, int row) => samples.Slice(row * SampleCount, SampleCount);

    private Vector256<short> AddMembers(int[] offsets, int within, Vector256<short> sum)
    {
        ref short first = ref MemoryMarshal.GetArrayDataReference(_patchSums);
        foreach (int offset in offsets) sum += Vector256.LoadUnsafe(ref first, (nuint)(offset + within));
        return sum;
    }

    private void StoreBits(short[] sums, int threshold, Span<byte> stored)
    {
        CheckStored(stored, TriggerPatch.StoredOutputBytesPerSample);
        stored.Clear();
        Vector256<short> limit = Vector256.Create((short)Math.Clamp(threshold, short.MinValue, short.MaxValue));
        for (int patch = 0; patch < PatchCount; patch++)
        {
            byte bit = (byte)(1 << (_bits[patch] % 8));
            int place = _bits[patch] / 8;
            for (int i = 0; i < _stride; i += Lanes)
            {
                uint above = Vector256.GreaterThan(Vector256.Create(sums, (patch * _stride) + i), limit).ExtractMostSignificantBits();
                for (; above != 0; above &= above - 1)
                {
                    int sample = i + BitOperations.TrailingZeroCount(above);
                    if (sample >= SampleCount) break;
                    stored[(sample * TriggerPatch.StoredOutputBytesPerSample) + place] |= bit;
                }
            }
        }
    }

    // Clusters at the rim of the camera lack members, which count nothing.
    private int[][] Members(Func<TriggerPatch, IEnumerable<int>> membersOf) =>
        [.. CameraGeometry.DigiCam.Patches.Select(patch => (int[])[.. membersOf(patch).Where(member => member >= 0).Select(member => member * _stride)])];

    private int Offset(int patch)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)patch, (uint)PatchCount, nameof(patch));
        return patch * _stride;
    }

    private void CheckStored(ReadOnlySpan<byte> stored, int perSample)
    {
        if (stored.Length != SampleCount * perSample) throw new ArgumentException(FormattableString.Invariant($"{stored.Length} bytes for {SampleCount} samples of {perSample}"), nameof(stored));
    }
}
