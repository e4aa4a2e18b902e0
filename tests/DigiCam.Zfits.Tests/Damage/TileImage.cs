using System.Buffers.Binary;

namespace DigiCam.Zfits.Tests.Damage;

/// <summary>One tile of a <see cref="TableImage"/>.</summary>
internal sealed class TileImage(int rows)
{
    /// <summary>Number of rows announced by the header.</summary>
    public int Rows { get; set; } = rows;

    public List<BlockImage> Blocks { get; } = [];

    public void WriteTo(MemoryStream heap)
    {
        Span<byte> header = stackalloc byte[16];
        "TILE"u8.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], Rows);
        BinaryPrimitives.WriteInt64LittleEndian(header[8..], Blocks.Sum(block => block.Size));
        heap.Write(header);
        foreach (BlockImage block in Blocks) block.WriteTo(heap);
    }
}

/// <summary>One block of a <see cref="TileImage"/>.</summary>
internal sealed class BlockImage(ushort[] processes, byte[] payload)
{
    public ushort[] Processes { get; set; } = processes;

    public byte[] Payload { get; set; } = payload;

    /// <summary>Size with the header [bytes].</summary>
    public int Size => 10 + 2 * Processes.Length + Payload.Length;

    public void WriteTo(MemoryStream heap)
    {
        byte[] header = new byte[10 + 2 * Processes.Length];
        BinaryPrimitives.WriteInt64LittleEndian(header, Size);
        header[8] = (byte)'C';
        header[9] = (byte)Processes.Length;
        for (int i = 0; i < Processes.Length; i++) BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(10 + 2 * i), Processes[i]);
        heap.Write(header);
        heap.Write(Payload);
    }
}
