using System.Collections.Immutable;
using DigiCam.Geometry;
using DigiCam.Runs;
using DigiCam.Simulation.Plans;
using DigiCam.Zfits;

namespace DigiCam.Simulation;

/// <summary>
/// A run with the high voltage off, written as a genuine camera file: baseline and electronic noise only, rounded to ADC codes.
/// The same settings give the same file on any number of threads.
/// </summary>
public sealed record HvOffSimulation
{
    private const int CrateCount = 3;
    private const int LastCode = 4095;
    private const int FirmwareAverage = 1024;
    private const int FirmwareScale = 16;
    private const int EventsPerBatch = 64;
    private const int EventsPerTile = 100;

    // Streams of the random numbers: the camera's own, and one for each event behind it.
    private const ulong CameraStream = 0;
    private const ulong FirstEventStream = 1;

    /// <summary>Seed of all random numbers.</summary>
    public ulong Seed { get; init; } = 20180822;

    /// <summary>Number of events.</summary>
    public int EventCount { get; init; } = 2000;

    /// <summary>Samples per pixel, 4 ns each.</summary>
    public int SampleCount { get; init; } = 50;

    /// <summary>Telescope id.</summary>
    public int TelescopeId { get; init; } = 22;

    /// <summary>Number of the first event.</summary>
    public uint FirstEventNumber { get; init; } = 1;

    /// <summary>Time of the first event (UTC).</summary>
    public DateTime Start { get; init; } = new(2018, 8, 22, 20, 0, 0, DateTimeKind.Utc);

    /// <summary>Rate of the periodic trigger [Hz].</summary>
    public double RateHz { get; init; } = 100;

    /// <summary>Mean and spread of the baselines over the camera [LSB].</summary>
    public (double Mean, double Spread) BaselineLsb { get; init; } = (285.3, 6);

    /// <summary>Mean and spread of the electronic noise over the camera [LSB].</summary>
    public (double Mean, double Spread) NoiseLsb { get; init; } = (1.0, 0.06);

    /// <summary>Faulty pixels by software id.</summary>
    public ImmutableSortedDictionary<int, PixelFault> Faults { get; init; } = ImmutableSortedDictionary<int, PixelFault>.Empty;

    /// <summary>Writes the run and, beside it, the truth as a table: name_truth.csv.</summary>
    /// <param name="path">The camera file, *.fits.fz.</param>
    /// <param name="progress">Told about the progress.</param>
    /// <param name="cancellationToken">Stops after the current batch; no file is left.</param>
    /// <returns>What was simulated.</returns>
    public HvOffTruth Write(string path, IProgress<RunProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(EventCount);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(SampleCount);
        System.Diagnostics.Stopwatch watch = System.Diagnostics.Stopwatch.StartNew();
        (double[] baseline, double[] noise) = DrawCamera();
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        using ZFitsWriter writer = ZFitsWriter.Create(path, new ZFitsWriterOptions { Threads = 0, Cancellation = cancellationToken });
        WriteConfiguration(writer);

        ZFitsTableWriter events = writer.BeginTable("Events", DigiCamColumns.EventMessage, DigiCamColumns.Events, new ZFitsTableOptions { RowsPerTile = EventsPerTile, ReservedTiles = (EventCount + EventsPerTile - 1) / EventsPerTile, Date = Start, DateEnd = Start.AddSeconds(EventCount / RateHz) });
        int[] columns = [.. DigiCamColumns.Events.Select(c => events.IndexOf(c.Name))];
        SimulatedEvent[] batch = [.. Enumerable.Range(0, EventsPerBatch).Select(_ => new SimulatedEvent(SampleCount))];
        ushort[] indices = [.. CameraGeometry.DigiCam.LegacyOrder.Select(pixel => (ushort)pixel)];
        ushort[] status = new ushort[CameraGeometry.PixelCount];
        Array.Fill(status, (ushort)1);
        byte[] noTrigger = new byte[SampleCount * TriggerPatch.StoredOutputBytesPerSample];
        for (int first = 0; first < EventCount; first += EventsPerBatch)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int count = Math.Min(EventsPerBatch, EventCount - first);
            Parallel.For(0, count, i => Draw(batch[i], first + i, baseline, noise));
            for (int i = 0; i < count; i++)
            {
                long timeNs = (long)Math.Round((Start - DateTime.UnixEpoch).TotalSeconds * 1e9) + (long)Math.Round((first + i) * 1e9 / RateHz);
                events.SetScalar(columns[0], TelescopeId);
                events.SetScalar(columns[1], FirstEventNumber + (uint)(first + i));
                events.SetArray<short>(columns[2], batch[i].Samples);
                events.SetArray<ushort>(columns[3], indices);
                events.SetArray<short>(columns[4], batch[i].Baselines);
                events.SetScalar(columns[5], (ulong)(timeNs % 1_000_000_000));
                events.SetScalar(columns[6], (ulong)(timeNs / 1_000_000_000));
                events.SetArray<ushort>(columns[7], status);
                events.SetScalar(columns[8], (uint)EventTypes.Pulser);
                events.SetArray<byte>(columns[9], batch[i].TriggerInput);
                events.SetArray<byte>(columns[10], noTrigger);
                events.SetArray<byte>(columns[11], noTrigger);
                events.SetArray<byte>(columns[12], noTrigger);
                events.CommitRow();
            }

            progress?.Report(new RunProgress(first + count, EventCount, watch.Elapsed));
        }

        events.Finish();
        HvOffTruth truth = new([.. baseline], [.. noise], [.. Enumerable.Range(0, baseline.Length).Select(pixel => Faults.TryGetValue(pixel, out PixelFault fault) ? fault.ToString() : "")]);
        truth.Write(HvOffTruth.PathFor(path));
        writer.Finish();
        return truth;
    }

    private (double[] Baseline, double[] Noise) DrawCamera()
    {
        RandomStream random = new(Seed, CameraStream);
        double[] baseline = new double[CameraGeometry.PixelCount];
        double[] noise = new double[CameraGeometry.PixelCount];
        for (int pixel = 0; pixel < baseline.Length; pixel++)
        {
            baseline[pixel] = BaselineLsb.Mean + (BaselineLsb.Spread * random.Normal());
            noise[pixel] = NoiseLsb.Mean + (NoiseLsb.Spread * random.Normal());
            if (!Faults.TryGetValue(pixel, out PixelFault fault)) continue;
            switch (fault)
            {
                case PixelFault.Stuck:
                    (baseline[pixel], noise[pixel]) = (Math.Floor(baseline[pixel]), 0);
                    break;
                case PixelFault.Noisy:
                    noise[pixel] *= 4;
                    break;
                case PixelFault.Saturated:
                    baseline[pixel] = LastCode - 0.5;
                    break;
                case PixelFault.Shifted:
                    baseline[pixel] += 20 * BaselineLsb.Spread;
                    break;
                default:
                    throw new InvalidOperationException($"fault {fault} is not simulated");
            }
        }

        return (baseline, noise);
    }

    private void Draw(SimulatedEvent target, int index, double[] baseline, double[] noise)
    {
        RandomStream random = new(Seed, FirstEventStream + (ulong)index);
        Array.Clear(target.TriggerInput);
        Array.Clear(target.PatchSums);
        for (int row = 0; row < CameraGeometry.PixelCount; row++)
        {
            int pixelId = CameraGeometry.DigiCam.LegacyOrder[row];
            double b = baseline[pixelId];
            double s = noise[pixelId];
            Span<short> waveform = target.Samples.AsSpan(row * SampleCount, SampleCount);
            for (int i = 0; i < waveform.Length; i++)
            {
                waveform[i] = (short)Math.Clamp(Math.Floor(b + (s * random.Normal()) + 0.5), 0, LastCode);
            }

            // The firmware averages samples before the event and keeps sixteenths.
            double firmware = Math.Clamp(b, 0, LastCode) + (s / Math.Sqrt(FirmwareAverage) * random.Normal());
            target.Baselines[row] = (short)Math.Clamp(Math.Round(FirmwareScale * firmware), 0, short.MaxValue);

            int patch = CameraGeometry.DigiCam.Pixels[pixelId].Patch;
            int floor = target.Baselines[row] / FirmwareScale;
            for (int i = 0; i < waveform.Length; i++) target.PatchSums[(patch * SampleCount) + i] += waveform[i] - floor;
        }

        foreach (TriggerPatch patch in CameraGeometry.DigiCam.Patches)
        {
            for (int i = 0; i < SampleCount; i++)
            {
                target.TriggerInput[(i * TriggerPatch.StoredTracesPerSample) + patch.StoredTraceIndex] = (byte)Math.Clamp(target.PatchSums[(patch.Id * SampleCount) + i], 0, 255);
            }
        }
    }

    // 39 slots: in each of three crates an empty one and nine FADC boards, then an empty one and eight trigger entries.
    private void WriteConfiguration(ZFitsWriter writer)
    {
        const int BoardsPerCrate = 9;
        const int TriggerEntries = 8;
        (byte Protocol, uint SerialNumber, byte Card) empty = (255, 0, 0);
        List<(byte Protocol, uint SerialNumber, byte Card)> slots = [];
        for (int crate = 0; crate < CrateCount; crate++)
        {
            slots.Add(empty);
            for (int board = 1; board <= BoardsPerCrate; board++) slots.Add((1, (uint)(1000 + (100 * crate) + board), 2));
        }

        slots.Add(empty);
        for (int entry = 1; entry <= TriggerEntries; entry++) slots.Add((1, (uint)(2000 + entry), 0));
        byte[] revision = [.. slots.Select(s => (byte)(s.Protocol == 1 ? 1 : 0))];
        byte[] card = [.. slots.Select(s => s.Card)];
        byte[] zero = new byte[slots.Count];

        ZFitsTableWriter table = writer.BeginTable("DigicamConfig", DigiCamColumns.ConfigMessage, DigiCamColumns.Config, new ZFitsTableOptions { ReservedTiles = 1, Date = Start, DateEnd = Start });
        table.SetArray<byte>(table.IndexOf("protocol_vers"), [.. slots.Select(s => s.Protocol)]);
        table.SetArray<uint>(table.IndexOf("sn"), [.. slots.Select(s => s.SerialNumber)]);
        foreach (string name in (string[])["hv", "gateware_code", "firmware_code"]) table.SetArray<byte>(table.IndexOf(name), zero);
        foreach (string name in (string[])["gateware_rev", "gateware_vers", "firmware_rev", "firmware_vers"]) table.SetArray<byte>(table.IndexOf(name), revision);
        foreach (string name in (string[])["gateware_card_type", "firmware_card_type"]) table.SetArray<byte>(table.IndexOf(name), card);
        table.CommitRow();
        table.Finish();
    }

    private sealed class SimulatedEvent(int sampleCount)
    {
        public short[] Samples { get; } = new short[CameraGeometry.PixelCount * sampleCount];

        public short[] Baselines { get; } = new short[CameraGeometry.PixelCount];

        public int[] PatchSums { get; } = new int[CameraGeometry.PatchCount * sampleCount];

        public byte[] TriggerInput { get; } = new byte[TriggerPatch.StoredTracesPerSample * sampleCount];
    }
}
