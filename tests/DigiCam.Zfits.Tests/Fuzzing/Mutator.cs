using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using DigiCam.Zfits.Fits;
using DigiCam.Zfits.Tests.Damage;

namespace DigiCam.Zfits.Tests.Fuzzing;

/// <summary>Changes a valid file, at random but repeatably. Some changes hit single bytes, others know the format, so that the damage gets
/// past the first checks: they keep sizes, catalog and sums right.</summary>
internal sealed class Mutator(IReadOnlyList<FuzzSeed> seeds, Random random)
{
    private const int FitsBlock = 2880;
    private const int CardSize = 80;

    private static readonly ulong[] Values =
    [
        0, 1, 2, 3, 4, 7, 8, 9, 11, 12, 15, 16, 17, 64, 127, 128, 255, 256, 999, 1000, 1024, 32767, 32768, 65535, 65536, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000,
        1UL << 40, 1UL << 62, long.MaxValue, 1UL << 63, ulong.MaxValue - 15, ulong.MaxValue,
    ];

    private static readonly string[] CardValues =
    [
        "0", "1", "-1", "2", "3", "4", "7", "16", "112", "999", "1000", "2147483647", "2147483648", "4294967296", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "1E3", "1.", ".", "T", "F", "''", "'x'",
        "'1'", "'1J'", "'1K'", "'3A'", "'1L'", "'0I'", "'1000000I'", "'9223372036854775807D'", "'6.1.1'", "'6..1'", "'0'", "'2147483647.1'", "'BINTABLE'", "'CTA'", "'FACT'", "'R1.CameraConfiguration'", "'DataModel.CameraEvent'", "'unterminated", "32768", "",
    ];

    private readonly StringBuilder _log = new();

    /// <summary>What was done, for messages.</summary>
    public string Description => _log.ToString();

    /// <summary>True when DATASUM and CHECKSUM were made right after the changes.</summary>
    public bool IsSealed { get; private set; }

    /// <summary>Makes the next mutant of a file.</summary>
    public byte[] Mutate(FuzzSeed seed)
    {
        _log.Clear().Append(seed.Name).Append(':');
        IsSealed = false;
        byte[] bytes = seed.Bytes;
        bool structured = seed.IsSingleTable && random.Next(2) == 0;
        if (structured) bytes = MutateStructure(bytes);
        int count = structured ? Math.Max(0, random.Next(3) - 1) : 1 + random.Next(2) * random.Next(4);
        if (count > 0) bytes = bytes == seed.Bytes ? [.. bytes] : bytes;
        for (int i = 0; i < count; i++) bytes = MutateBytes(seed, bytes);
        IsSealed = structured && count == 0;
        if (count > 0 && random.Next(2) == 0) IsSealed = Seal(bytes);
        return bytes;
    }

    private byte[] MutateBytes(FuzzSeed seed, byte[] bytes)
    {
        if (bytes.Length == 0) return bytes;
        switch (random.Next(14))
        {
            case 0 or 12 or 13:
                for (int i = random.Next(3) == 0 ? random.Next(1, 9) : 1; i > 0; i--) bytes[Position(seed, bytes)] ^= (byte)(1 << random.Next(8));
                return Log("bits", bytes);
            case 1:
                bytes[Position(seed, bytes)] = (byte)(random.Next(3) switch { 0 => 0, 1 => 0xff, _ => random.Next(256) });
                return Log("byte", bytes);
            case 2 or 3 or 4:
                PutField(bytes, random.Next(4) == 0 ? Position(seed, bytes) : seed.Fields[random.Next(seed.Fields.Length)]);
                return bytes;
            case 5:
                int length = random.Next(bytes.Length);
                return Log("truncate", bytes[..(random.Next(2) == 0 ? length : length / FitsBlock * FitsBlock)]);
            case 6:
                (int from, int size) = Range(bytes);
                return Log("insert copy", [.. bytes[..from], .. bytes[from..(from + size)], .. bytes[from..]]);
            case 7:
                (int source, int copied) = Range(bytes);
                bytes.AsSpan(source, copied).ToArray().CopyTo(bytes, random.Next(bytes.Length - copied + 1));
                return Log("overwrite by copy", bytes);
            case 8:
                (int first, int swapped) = Range(bytes);
                int second = random.Next(bytes.Length - swapped + 1);
                byte[] kept = bytes[first..(first + swapped)];
                bytes.AsSpan(second, swapped).ToArray().CopyTo(bytes, first);
                kept.CopyTo(bytes, second);
                return Log("swap", bytes);
            case 9:
                MutateCard(seed, bytes);
                return bytes;
            case 10:
                MutateProcesses(seed, bytes);
                return bytes;
            default:
                byte[] donor = seeds[random.Next(seeds.Count)].Bytes;
                (int start, int taken) = Range(donor);
                int target = random.Next(2) == 0 ? start : random.Next(bytes.Length);
                if (target >= bytes.Length) return bytes;
                donor.AsSpan(start, Math.Min(taken, bytes.Length - target)).CopyTo(bytes.AsSpan(target));
                return Log("splice", bytes);
        }
    }

    /// <summary>Changes what lies behind sizes and catalog, which then follow.</summary>
    private byte[] MutateStructure(byte[] bytes)
    {
        TableImage image = new(bytes);
        for (int i = random.Next(1, 3); i > 0; i--)
        {
            TileImage tile = image.Tiles[random.Next(image.Tiles.Count)];
            int column = random.Next(tile.Blocks.Count);
            BlockImage block = tile.Blocks[column];
            switch (random.Next(11))
            {
                case 0:
                    block.Processes = RandomProcesses();
                    Log("processes", bytes);
                    break;
                case 1:
                    block.Processes = [.. block.Processes[..^1].Where(_ => random.Next(4) > 0), .. RandomProcesses()];
                    Log("more processes", bytes);
                    break;
                case 2:
                    block.Payload = block.Payload[..random.Next(block.Payload.Length + 1)];
                    Log("payload cut", bytes);
                    break;
                case 3:
                    block.Payload = [.. block.Payload, .. new byte[random.Next(1, 9)]];
                    Log("payload longer", bytes);
                    break;
                case 4:
                    TileImage other = image.Tiles[random.Next(image.Tiles.Count)];
                    block.Payload = other.Blocks[random.Next(other.Blocks.Count)].Payload;
                    Log("payload of another block", bytes);
                    break;
                case 5:
                    block.Processes = [random.Next(3) == 0 ? (ushort)0x0e : (ushort)0x05, .. block.Processes];
                    Log("transform added", bytes);
                    break;
                case 6:
                    tile.Blocks[column] = new BlockImage([0], RandomRows());
                    Log("random rows", bytes);
                    break;
                case 7:
                    image.Tiles.Reverse();
                    Log("tiles reversed", bytes);
                    break;
                case 8:
                    tile.Rows += random.Next(-2, 3);
                    Log("tile rows", bytes);
                    break;
                default:
                    // The first bytes of a payload are the most telling ones.
                    for (int n = random.Next(1, 4); n > 0 && block.Payload.Length > 0; n--)
                    {
                        byte[] changed = [.. block.Payload];
                        PutField(changed, random.Next(random.Next(2) == 0 ? Math.Min(24, changed.Length) : changed.Length));
                        block.Payload = changed;
                    }

                    break;
            }
        }

        return image.Build().Bytes;
    }

    private ushort[] RandomProcesses()
    {
        ushort[] processes = new ushort[random.Next(1, 4)];
        for (int i = 0; i < processes.Length; i++) processes[i] = (ushort)random.Next(0x19);
        // Mostly a coder at the end, so that something is decoded.
        if (random.Next(8) > 0) processes[^1] = random.Next(7) switch { 0 => 0x00, 1 => 0x02, 2 => 0x07, 3 => 0x09, 4 => 0x0a, 5 => 0x0c, _ => 0x17 };
        return processes;
    }

    private byte[] RandomRows()
    {
        byte[] rows = new byte[4 * random.Next(1, 40)];
        random.NextBytes(rows);
        for (int at = 0; at + 4 <= rows.Length; at += 4) if (random.Next(2) == 0) BinaryPrimitives.WriteInt32LittleEndian(rows.AsSpan(at), random.Next(-1, 40));
        return rows;
    }

    private void PutField(byte[] bytes, int at)
    {
        int width = 1 << random.Next(1, 4);
        if (at + width > bytes.Length) return;
        Span<byte> field = bytes.AsSpan(at, width);
        bool bigEndian = random.Next(2) == 0;
        if (bigEndian) field.Reverse();
        Span<byte> wide = stackalloc byte[8];
        wide.Clear();
        field.CopyTo(wide);
        ulong old = BinaryPrimitives.ReadUInt64LittleEndian(wide);
        ulong value = random.Next(4) switch
        {
            0 => old + (ulong)random.NextInt64(-16, 17),
            1 => old << random.Next(1, 9),
            2 => old * 2 + 1,
            _ => Values[random.Next(Values.Length)],
        };
        BinaryPrimitives.WriteUInt64LittleEndian(wide, value);
        wide[..width].CopyTo(field);
        if (bigEndian) field.Reverse();
        _log.Append(CultureInfo.InvariantCulture, $" {(bigEndian ? "BE" : "LE")}{8 * width}@{at}=0x{value:x}");
    }

    private void MutateCard(FuzzSeed seed, byte[] bytes)
    {
        (int start, int end) = seed.Headers[random.Next(seed.Headers.Length)];
        end = Math.Min(end, bytes.Length);
        if (end - start < CardSize) return;
        int card = start + random.Next((end - start) / CardSize) * CardSize;
        switch (random.Next(5))
        {
            case 0:
                bytes.AsSpan(card, CardSize).Fill((byte)' ');
                break;
            case 1:
                bytes.AsSpan(start + random.Next((end - start) / CardSize) * CardSize, CardSize).CopyTo(bytes.AsSpan(card));
                break;
            case 2:
                bytes[card + random.Next(CardSize)] = (byte)random.Next(32, 127);
                break;
            default:
                Encoding.ASCII.GetBytes(CardValues[random.Next(CardValues.Length)].PadRight(CardSize - 10)).CopyTo(bytes, card + 10);
                break;
        }

        _log.Append(CultureInfo.InvariantCulture, $" card@{card}");
    }

    private void MutateProcesses(FuzzSeed seed, byte[] bytes)
    {
        int block = seed.Blocks[random.Next(seed.Blocks.Length)];
        if (block + 18 > bytes.Length) return;
        if (random.Next(3) == 0) bytes[block + 9] = (byte)random.Next(6);
        else bytes[block + 10 + 2 * random.Next(4)] = (byte)random.Next(0x1a);
        _log.Append(CultureInfo.InvariantCulture, $" process list@{block}");
    }

    /// <summary>Any place, but mostly one where there is more than zeros and text.</summary>
    private int Position(FuzzSeed seed, byte[] bytes)
    {
        int start = Math.Min(seed.Blocks[0], bytes.Length - 1);
        int end = Math.Min(seed.Blocks[^1] + 40, bytes.Length);
        return random.Next(4) == 0 || end <= start ? random.Next(bytes.Length) : random.Next(start, end);
    }

    /// <summary>A range, mostly short, often of whole words.</summary>
    private (int Start, int Length) Range(byte[] bytes)
    {
        int length = Math.Min(bytes.Length, random.Next(1, 1 << random.Next(1, 13)));
        int start = random.Next(bytes.Length - length + 1);
        return random.Next(2) == 0 ? (start & ~15, length) : (start, length);
    }

    private byte[] Log(string what, byte[] bytes)
    {
        _log.Append(' ').Append(what);
        return bytes;
    }

    /// <summary>Makes the sums of a single table right.</summary>
    private static bool Seal(byte[] bytes)
    {
        if (bytes.Length < 3 * FitsBlock || bytes.Length % FitsBlock != 0) return false;
        int dataSum = -1;
        int checkSum = -1;
        for (int at = FitsBlock; at + CardSize <= bytes.Length; at += CardSize)
        {
            ReadOnlySpan<byte> card = bytes.AsSpan(at, CardSize);
            if (card.StartsWith("DATASUM = '"u8)) dataSum = at;
            if (card.StartsWith("CHECKSUM= '"u8)) checkSum = at;
            if (!card.StartsWith("END "u8)) continue;
            int data = (at / FitsBlock + 1) * FitsBlock;
            if (dataSum < 0 || checkSum < 0 || data > bytes.Length) return false;
            Put(dataSum, FitsChecksum.SumOf(bytes.AsSpan(data)).ToString(CultureInfo.InvariantCulture));
            Put(checkSum, "0000000000000000");
            Put(checkSum, FitsChecksum.Encode(FitsChecksum.SumOf(bytes.AsSpan(FitsBlock))));
            return true;
        }

        return false;

        void Put(int card, string value) => Encoding.ASCII.GetBytes($"'{value}'".PadRight(20)).CopyTo(bytes, card + 10);
    }
}
