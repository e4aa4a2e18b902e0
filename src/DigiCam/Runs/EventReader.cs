using System.Runtime.InteropServices;
using DigiCam.Geometry;
using DigiCam.Zfits;

namespace DigiCam.Runs;

/// <summary>Fills events from the rows of one file, decoding each tile once as long as rows come tile by tile. Serves one thread.</summary>
internal sealed class EventReader : IDisposable
{
    private const int PixelCount = CameraGeometry.PixelCount;

    private readonly RunFile _file;
    private readonly RunOptions _options;
    private readonly ZFitsTileReader _reader;
    // Places of the columns among those read; -1 for a column that is not read.
    private readonly int _samples;
    private readonly int _indices;
    private readonly int _baselines;
    private readonly int _status;
    private readonly int _triggerInput;
    private readonly int _patch7;
    private readonly int _patch19;
    private readonly int _muon;
    private readonly EventContent _content;
    private readonly int[]? _swap;

    // Software id of each stored pixel, for the indices last seen; they are the same in practically every event.
    private readonly int[] _order = new int[PixelCount];
    private ushort[] _seenIndices = [];

    public EventReader(RunFile file, RunOptions options, EventContent content)
    {
        _file = file;
        _options = options;
        _content = content;
        List<string> columns = [];
        AddIfPresent(EventContent.Waveforms, RunFile.SamplesColumn, ZFitsElementType.Int16);
        if (NeedsOrder(content) && options.PixelOrder == PixelOrder.FromFile)
        {
            if (!file.HasColumn(RunFile.IndicesColumn, ZFitsElementType.UInt16))
            {
                throw new InvalidDataException($"{file.Path}: no column {RunFile.IndicesColumn}; choose the pixel order Legacy2017 or AsStored");
            }

            columns.Add(RunFile.IndicesColumn);
        }

        AddIfPresent(EventContent.Baselines, RunFile.BaselinesColumn, ZFitsElementType.Int16);
        AddIfPresent(EventContent.PixelStatus, "pixels_flags", ZFitsElementType.UInt16);
        AddIfPresent(EventContent.TriggerInput, "trigger_input_traces", ZFitsElementType.UInt8);
        AddIfPresent(EventContent.TriggerOutput, "trigger_output_patch7", ZFitsElementType.UInt8);
        AddIfPresent(EventContent.TriggerOutput, "trigger_output_patch19", ZFitsElementType.UInt8);
        AddIfPresent(EventContent.TriggerOutput, "trigger_output_muon", ZFitsElementType.UInt8);
        _reader = file.Events.CreateTileReader([.. columns]);
        _samples = columns.IndexOf(RunFile.SamplesColumn);
        _indices = columns.IndexOf(RunFile.IndicesColumn);
        _baselines = columns.IndexOf(RunFile.BaselinesColumn);
        _status = columns.IndexOf("pixels_flags");
        _triggerInput = columns.IndexOf("trigger_input_traces");
        _patch7 = columns.IndexOf("trigger_output_patch7");
        _patch19 = columns.IndexOf("trigger_output_patch19");
        _muon = columns.IndexOf("trigger_output_muon");
        _swap = CreateSwap();
        SetFixedOrder();

        void AddIfPresent(EventContent part, string name, ZFitsElementType type)
        {
            if ((content & part) != 0 && file.HasColumn(name, type)) columns.Add(name);
        }
    }

    public void Read(int row, long index, CameraEvent target)
    {
        target.Index = index;
        target.EventNumber = _file.EventNumbers[row];
        target.TelescopeId = _file.TelescopeId;
        target.UnixTimeNs = _file.TimesNs[row];
        target.Type = (EventTypes)_file.Types[row];
        if (_content == EventContent.None) return;

        int tile = row / _file.Events.RowsPerTile;
        if (_reader.TileIndex != tile) _reader.ReadTile(tile);
        int i = row - (int)_reader.FirstRow;
        if (_indices >= 0) SetOrder(_reader[_indices].GetRow<ushort>(i), row);
        if (_samples >= 0) ReadSamples(_reader[_samples].GetRow<short>(i), row, target);

        // What this file lacks must not stay from an event of another file.
        target.FirmwareBaselines = _baselines < 0 ? [] : Reorder(_reader[_baselines].GetRow<short>(i), target.FirmwareBaselines, row, "baselines");
        target.PixelStatus = _status < 0 ? [] : Reorder(_reader[_status].GetRow<ushort>(i), target.PixelStatus, row, "pixels_flags");
        target.TriggerInput = _triggerInput < 0 ? [] : ReadTriggerInput(_reader[_triggerInput].GetRow<byte>(i), target.TriggerInput, row);
        target.TriggerPatch7 = _patch7 < 0 ? [] : ReadTriggerOutput(_reader[_patch7].GetRow<byte>(i), target.TriggerPatch7, row);
        target.TriggerPatch19 = _patch19 < 0 ? [] : ReadTriggerOutput(_reader[_patch19].GetRow<byte>(i), target.TriggerPatch19, row);
        target.TriggerMuon = _muon < 0 ? [] : ReadTriggerOutput(_reader[_muon].GetRow<byte>(i), target.TriggerMuon, row);
    }

    public void Dispose() => _reader.Dispose();

    private static bool NeedsOrder(EventContent content) =>
        (content & (EventContent.Waveforms | EventContent.Baselines | EventContent.PixelStatus)) != 0;

    private void ReadSamples(ReadOnlySpan<short> stored, int row, CameraEvent target)
    {
        int sampleCount = _file.SampleCount;
        if (stored.Length != PixelCount * sampleCount)
        {
            throw Defect(row, $"{stored.Length} samples, the first event has {PixelCount} pixels x {sampleCount} samples");
        }

        if (target.SampleArray.Length != stored.Length) target.SampleArray = new short[stored.Length];
        target.SampleCount = sampleCount;
        Span<short> samples = target.SampleArray;
        for (int i = 0; i < _order.Length; i++)
        {
            stored.Slice(i * sampleCount, sampleCount).CopyTo(samples.Slice(_order[i] * sampleCount, sampleCount));
        }
    }

    private T[] Reorder<T>(ReadOnlySpan<T> stored, T[] target, int row, string name)
        where T : unmanaged
    {
        // A table may leave the field out of single events.
        if (stored.IsEmpty) return [];
        if (stored.Length != PixelCount) throw Defect(row, $"{stored.Length} {name} for {PixelCount} pixels");
        if (target.Length != PixelCount) target = new T[PixelCount];
        for (int i = 0; i < _order.Length; i++) target[_order[i]] = stored[i];
        return target;
    }

    // [sample][crate][192], of which the first 144 of a crate are patches.
    private byte[] ReadTriggerInput(ReadOnlySpan<byte> stored, byte[] target, int row)
    {
        const int PerSample = TriggerPatch.StoredTracesPerSample;
        if (stored.Length % PerSample != 0) throw Defect(row, $"{stored.Length} trigger input values, not a multiple of {PerSample}");
        int samples = stored.Length / PerSample;
        if (target.Length != samples * CameraGeometry.PatchCount) target = new byte[samples * CameraGeometry.PatchCount];
        foreach (TriggerPatch patch in CameraGeometry.DigiCam.Patches)
        {
            int place = patch.StoredTraceIndex;
            for (int s = 0; s < samples; s++) target[(s * CameraGeometry.PatchCount) + patch.Id] = stored[(s * PerSample) + place];
        }

        return target;
    }

    // [sample][crate][18 bytes], bits from the least significant one.
    private byte[] ReadTriggerOutput(ReadOnlySpan<byte> stored, byte[] target, int row)
    {
        const int PerSample = TriggerPatch.StoredOutputBytesPerSample;
        if (stored.Length % PerSample != 0) throw Defect(row, $"{stored.Length} trigger output bytes, not a multiple of {PerSample}");
        int samples = stored.Length / PerSample;
        if (target.Length != samples * CameraGeometry.PatchCount) target = new byte[samples * CameraGeometry.PatchCount];
        foreach (TriggerPatch patch in CameraGeometry.DigiCam.Patches)
        {
            for (int s = 0; s < samples; s++)
            {
                int bits = stored[(s * PerSample) + (patch.OutputBitIndex / 8)];
                target[(s * CameraGeometry.PatchCount) + patch.Id] = (byte)((bits >> (patch.OutputBitIndex % 8)) & 1);
            }
        }

        return target;
    }

    private void SetFixedOrder()
    {
        for (int i = 0; i < PixelCount; i++)
        {
            int pixel = _options.PixelOrder == PixelOrder.Legacy2017 ? CameraGeometry.DigiCam.LegacyOrder[i] : i;
            _order[i] = _swap is null ? pixel : _swap[pixel];
        }
    }

    private void SetOrder(ReadOnlySpan<ushort> indices, int row)
    {
        if (indices.Length != PixelCount) throw Defect(row, $"{indices.Length} pixel indices, the camera has {PixelCount} pixels");
        if (indices.SequenceEqual(_seenIndices)) return;
        Span<bool> taken = stackalloc bool[PixelCount];
        for (int i = 0; i < PixelCount; i++)
        {
            int pixel = indices[i];
            if (pixel >= PixelCount) throw Defect(row, $"pixel index {pixel} at place {i} is beyond the {PixelCount} pixels of the camera");
            if (taken[pixel]) throw Defect(row, $"pixel index {pixel} occurs twice (second time at place {i}); files before October 2017 need the pixel order Legacy2017");
            taken[pixel] = true;
        }

        for (int i = 0; i < PixelCount; i++) _order[i] = _swap is null ? indices[i] : _swap[indices[i]];
        _seenIndices = indices.ToArray();
    }

    // Maps a pixel to the one it really is, or null when no swap holds.
    private int[]? CreateSwap()
    {
        if (_options.PixelOrder == PixelOrder.AsStored || _file.EventCount == 0) return null;
        DateTime time = DateTime.UnixEpoch.AddTicks(_file.TimesNs[0] / 100);
        int[]? map = null;
        foreach (ModuleSwap swap in _options.ModuleSwaps.Where(s => s.Holds(_file.TelescopeId, time)))
        {
            map ??= [.. Enumerable.Range(0, PixelCount)];
            if (swap.FirstModule is < 1 or > CameraGeometry.ModuleCount || swap.SecondModule is < 1 or > CameraGeometry.ModuleCount)
            {
                throw new ArgumentException(FormattableString.Invariant($"module swap {swap.FirstModule} <-> {swap.SecondModule}: modules are 1..{CameraGeometry.ModuleCount}"));
            }

            Dictionary<int, int> first = CameraGeometry.DigiCam.Pixels.Where(p => p.Module == swap.FirstModule).ToDictionary(p => p.HardwareId, p => p.Id);
            foreach (Pixel pixel in CameraGeometry.DigiCam.Pixels.Where(p => p.Module == swap.SecondModule))
            {
                map[pixel.Id] = first[pixel.HardwareId];
                map[first[pixel.HardwareId]] = pixel.Id;
            }
        }

        return map;
    }

    private InvalidDataException Defect(int row, FormattableString what) =>
        new(FormattableString.Invariant($"{_file.Path}: event row {row} (event {_file.EventNumbers[row]}): {FormattableString.Invariant(what)}"));
}
