using System.Buffers.Binary;

namespace DigiCam.Zfits.Codecs;

/// <summary>Encoder of raw LZO1X streams: takes the longest of a few earlier places with the same bytes, and the shortest instruction for it.
/// Keeps its tables between blocks; not thread-safe.</summary>
internal sealed class LzoEncoder
{
    /// <summary>Matches that can be coded in two bytes at these distances.</summary>
    private const int NearDistance = 2048;
    private const int AfterRunDistance = 3072;

    /// <summary>Last distance of the instructions 32 to 63, which take three bytes.</summary>
    private const int MiddleDistance = 16384;

    /// <summary>Last distance of all.</summary>
    private const int FarthestDistance = 49151;

    /// <summary>The longest first literals whose number fits the first byte.</summary>
    private const int LongestFirstRun = 238;

    private const int HashBits = 14;
    private const int HistorySize = 1 << 16;

    /// <summary>Earlier places that are tried; more make the stream a little smaller and the encoder slower.</summary>
    private const int Attempts = 8;

    /// <summary>After 2^5 literals without a match every second place is tried, then every third, and so on: incompressible data pass quickly.</summary>
    private const int SkipShift = 5;
    private const int LargestSkip = 15;

    private readonly int[] _heads = new int[1 << HashBits];

    /// <summary>For each place, modulo the size, the place before it with the same hash.</summary>
    private readonly int[] _previous = new int[HistorySize];

    public void Encode(ReadOnlySpan<byte> data, ByteBuffer output)
    {
        // Every match is shorter as an instruction than as bytes; the room is for the headers of literal runs.
        Writer writer = new(output.Resize(checked(data.Length + data.Length / 8 + 64)));
        Array.Fill(_heads, -1);
        int literalStart = 0;
        int at = 0;
        // Three bytes make the hash, but four are read for it.
        int last = data.Length - 4;
        while (at <= last)
        {
            (int length, int distance) = FindMatch(data, at, afterRun: at - literalStart >= 4);
            if (length == 0)
            {
                Insert(data, at);
                at += 1 + Math.Min((at - literalStart) >> SkipShift, LargestSkip);
                continue;
            }

            writer.Literals(data[literalStart..at]);
            writer.Match(length, distance);
            int end = at + length;
            for (int covered = Math.Min(end, last + 1); at < covered; at++) Insert(data, at);
            at = end;
            literalStart = end;
        }

        writer.Literals(data[literalStart..]);
        writer.End();
        output.Resize(writer.Length, keep: true);
    }

    private static int HashOf(ReadOnlySpan<byte> data, int at) => (int)((BinaryPrimitives.ReadUInt32LittleEndian(data[at..]) << 8) * 2654435769u >> (32 - HashBits));

    private void Insert(ReadOnlySpan<byte> data, int at)
    {
        ref int head = ref _heads[HashOf(data, at)];
        _previous[at & (HistorySize - 1)] = head;
        head = at;
    }

    private (int Length, int Distance) FindMatch(ReadOnlySpan<byte> data, int at, bool afterRun)
    {
        ReadOnlySpan<byte> rest = data[at..];
        int bestLength = 0;
        int bestDistance = 0;
        int candidate = _heads[HashOf(data, at)];
        // Places only grow along a chain read backwards; a place that is not older than the window may have been overwritten.
        for (int attempt = 0; attempt < Attempts && candidate >= 0 && at - candidate <= FarthestDistance; attempt++)
        {
            int distance = at - candidate;
            if (bestLength == 0 || (bestLength < rest.Length && data[candidate + bestLength] == rest[bestLength]))
            {
                int length = rest.CommonPrefixLength(data[candidate..]);
                if (length > bestLength && length >= ShortestMatch(distance, afterRun))
                {
                    bestLength = length;
                    bestDistance = distance;
                }
            }

            candidate = _previous[candidate & (HistorySize - 1)];
        }

        return (bestLength, bestDistance);
    }

    /// <summary>The shortest match that is worth its instruction.</summary>
    private static int ShortestMatch(int distance, bool afterRun) => distance <= NearDistance || (afterRun && distance <= AfterRunDistance) ? 3 : 4;

    /// <summary>Puts instructions together.</summary>
    private ref struct Writer(Span<byte> output)
    {
        private readonly Span<byte> _output = output;

        /// <summary>Place of the byte whose two low bits hold the number of literals after the last match; -1 at the start.</summary>
        private int _counter = -1;
        private bool _afterRun;

        public int Length { get; private set; }

        public void Literals(ReadOnlySpan<byte> literals)
        {
            _afterRun = literals.Length >= 4;
            int count = literals.Length;
            if (count == 0) return;
            if (_counter < 0 && count <= LongestFirstRun) Put(17 + count);
            else if (count < 4) _output[_counter] |= (byte)count;
            else if (count <= 18) Put(count - 3);
            else
            {
                Put(0);
                LongLength(count - 18);
            }

            literals.CopyTo(_output[Length..]);
            Length += count;
        }

        public void Match(int length, int distance)
        {
            if (length <= 8 && distance <= NearDistance)
            {
                int back = distance - 1;
                _counter = Length;
                Put(((length - 1) << 5) | ((back & 7) << 2));
                Put(back >> 3);
            }
            else if (length == 3 && _afterRun && distance is > NearDistance and <= AfterRunDistance)
            {
                int back = distance - NearDistance - 1;
                _counter = Length;
                Put((back & 3) << 2);
                Put(back >> 2);
            }
            else if (distance <= MiddleDistance)
            {
                Long(32, length, 33);
                PutDistance(distance - 1);
            }
            else
            {
                int back = distance - MiddleDistance;
                Long(16 | ((back & 0x4000) >> 11), length, 9);
                PutDistance(back & 0x3fff);
            }
        }

        public void End()
        {
            Put(17);
            Put(0);
            Put(0);
        }

        /// <summary>An instruction with a length of any size.</summary>
        private void Long(int instruction, int length, int longest)
        {
            if (length <= longest)
            {
                Put(instruction | (length - 2));
                return;
            }

            Put(instruction);
            LongLength(length - longest);
        }

        private void LongLength(int rest)
        {
            int zeros = (rest - 1) / 255;
            _output.Slice(Length, zeros).Clear();
            Length += zeros;
            Put(rest - 255 * zeros);
        }

        private void PutDistance(int back)
        {
            _counter = Length;
            Put((back & 0x3f) << 2);
            Put(back >> 6);
        }

        private void Put(int value) => _output[Length++] = (byte)value;
    }
}
