using System.Buffers.Binary;
using System.Runtime.InteropServices;
using DigiCam.Zfits.Codecs;

namespace DigiCam.Zfits.Writing;

/// <summary>Collects the rows of one column for the next tile.</summary>
internal sealed class ColumnWriter(ZFitsColumnDefinition definition)
{
    private ByteBuffer _data = new();
    private int _committed;
    private bool _isSet;
    private long _pendingElements;

    public ZFitsColumnDefinition Definition => definition;

    /// <summary>Largest number of elements in any row so far; at least 1.</summary>
    public long MaxElements { get; private set; } = 1;

    /// <summary>Largest block before compression so far.</summary>
    public long MaxBlock { get; private set; }

    public void Set(ReadOnlySpan<byte> elements)
    {
        // Setting a column twice replaces the value.
        int prefix = definition.Kind == ZFitsColumnKind.Scalar ? 0 : 4;
        Span<byte> row = _data.Resize(checked(_committed + prefix + elements.Length), keep: true)[_committed..];
        int count = elements.Length / definition.ElementType.ElementSize();
        if (prefix > 0) BinaryPrimitives.WriteInt32LittleEndian(row, definition.Kind == ZFitsColumnKind.Repeated ? count : elements.Length);
        elements.CopyTo(row[prefix..]);
        _isSet = true;
        _pendingElements = count;
    }

    public void SetRaw(ReadOnlySpan<byte> elements)
    {
        int size = definition.ElementType.ElementSize();
        if (elements.Length % size != 0) throw new ArgumentException($"column {definition.Name}: {elements.Length} bytes are no whole number of elements of {size} bytes", nameof(elements));
        if (definition.ElementType == ZFitsElementType.Bool && elements.ContainsAnyExcept((byte)0, (byte)1)) throw new ArgumentException($"column {definition.Name}: a bool is stored as 0 or 1", nameof(elements));
        if (definition.Kind != ZFitsColumnKind.Scalar || elements.Length == size) Set(elements);
        else if (elements.Length == 0) SetDefault();
        else throw new ArgumentException($"column {definition.Name} is of kind Scalar: one element of {size} bytes expected, not {elements.Length} bytes", nameof(elements));
    }

    public void Check<T>(bool scalar) where T : unmanaged
    {
        if ((definition.Kind == ZFitsColumnKind.Scalar) != scalar) throw new InvalidOperationException($"column {definition.Name} is of kind {definition.Kind}");
        ZFitsElementTypes.Check<T>(definition.ElementType, definition.Name);
    }

    /// <summary>Ends the row; a column that was not set gets zero or an empty row.</summary>
    public void Commit()
    {
        if (!_isSet) SetDefault();
        _committed = _data.Length;
        _isSet = false;
        MaxElements = Math.Max(MaxElements, _pendingElements);
    }

    private void SetDefault()
    {
        ReadOnlySpan<byte> zero = stackalloc byte[8];
        Set(definition.Kind == ZFitsColumnKind.Scalar ? zero[..definition.ElementType.ElementSize()] : []);
    }

    /// <summary>Encodes the rows of a tile into a block with its header and starts over.</summary>
    /// <param name="chain">The codecs.</param>
    /// <param name="rawBytes">Grows by the bytes before compression.</param>
    /// <returns>The block; valid until the next use of the column.</returns>
    public (byte[] Header, ReadOnlyMemory<byte> Payload) Encode(CodecChain chain, ref long rawBytes)
    {
        int padded = checked(_committed + 3) / 4 * 4;
        _data.Resize(padded, keep: true)[_committed..].Clear();
        rawBytes += padded;
        MaxBlock = Math.Max(MaxBlock, padded);
        ReadOnlySpan<ushort> processes = definition.Recipe.ProcessList;
        chain.Encode(ref _data, processes, definition.Recipe.Settings);

        byte[] header = new byte[10 + 2 * processes.Length];
        BinaryPrimitives.WriteInt64LittleEndian(header, (long)header.Length + _data.Length);
        header[8] = (byte)'C';
        header[9] = (byte)processes.Length;
        MemoryMarshal.AsBytes(processes).CopyTo(header.AsSpan(10));
        ReadOnlyMemory<byte> payload = _data.Array.AsMemory(0, _data.Length);
        _data.Resize(0);
        _committed = 0;
        return (header, payload);
    }
}
