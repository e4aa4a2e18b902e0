using System.Buffers.Binary;
using System.Runtime.InteropServices;
using DigiCam.Zfits.Codecs;

namespace DigiCam.Zfits.Writing;

/// <summary>The rows of one column in a tile: filled row by row, then compressed into a block. Keeps its buffers from tile to tile.</summary>
internal sealed class ColumnRows(ZFitsColumnDefinition definition, ZFitsDeflate deflate)
{
    private readonly int _elementSize = definition.ElementType.ElementSize();
    private readonly CodecSettings _settings = definition.Recipe.Settings with { Deflate = deflate };
    private readonly ByteBuffer _rows = new();
    private readonly ByteBuffer _block = new();
    private int _committed;
    private int _pendingElements;
    private bool _isSet;

    private static ReadOnlySpan<byte> Zero => [0, 0, 0, 0, 0, 0, 0, 0];

    public ZFitsColumnDefinition Definition => definition;

    /// <summary>Largest number of elements in any row of the tile.</summary>
    public long MaxElements { get; private set; }

    /// <summary>Bytes before compression, padding included; known when the tile is sealed.</summary>
    public int RawLength { get; private set; }

    /// <summary>The compressed block with its header.</summary>
    public ReadOnlySpan<byte> Block => _block.Span;

    /// <summary>Sets the elements of the current row; setting it again replaces them.</summary>
    public void Set(ReadOnlySpan<byte> elements)
    {
        int prefix = definition.Kind == ZFitsColumnKind.Scalar ? 0 : 4;
        long length = (long)_committed + prefix + elements.Length;
        if (length > ByteBuffer.MaximumLength - 4) throw new InvalidOperationException($"column {definition.Name}: the rows of a tile exceed 2 GiB, write fewer rows per tile");
        Span<byte> row = _rows.Resize((int)length, keep: true)[_committed..];
        _pendingElements = elements.Length / _elementSize;
        if (prefix > 0) BinaryPrimitives.WriteInt32LittleEndian(row, definition.Kind == ZFitsColumnKind.Repeated ? _pendingElements : elements.Length);
        elements.CopyTo(row[prefix..]);
        _isSet = true;
    }

    public void SetRaw(ReadOnlySpan<byte> elements)
    {
        if (elements.Length % _elementSize != 0) throw new ArgumentException($"column {definition.Name}: {elements.Length} bytes are no whole number of elements of {_elementSize} bytes", nameof(elements));
        if (definition.ElementType == ZFitsElementType.Bool && elements.ContainsAnyExcept((byte)0, (byte)1)) throw new ArgumentException($"column {definition.Name}: a bool is stored as 0 or 1", nameof(elements));
        if (definition.Kind != ZFitsColumnKind.Scalar || elements.Length == _elementSize) Set(elements);
        else if (elements.Length == 0) SetDefault();
        else throw new ArgumentException($"column {definition.Name} is of kind Scalar: one element of {_elementSize} bytes expected, not {elements.Length} bytes", nameof(elements));
    }

    public void Check<T>(bool scalar) where T : unmanaged
    {
        if ((definition.Kind == ZFitsColumnKind.Scalar) != scalar) throw new InvalidOperationException($"column {definition.Name} is of kind {definition.Kind}");
        ZFitsElementTypes.Check<T>(definition.ElementType, definition.Name);
    }

    /// <summary>Forgets what was set in the current row.</summary>
    public void Discard() => _isSet = false;

    /// <summary>Ends the row; a column that was not set gets zero or an empty row.</summary>
    public void Commit()
    {
        if (!_isSet) SetDefault();
        _committed = _rows.Length;
        _isSet = false;
        MaxElements = Math.Max(MaxElements, _pendingElements);
    }

    /// <summary>Ends the tile: no more rows.</summary>
    public void Seal()
    {
        RawLength = (_committed + 3) / 4 * 4;
        _rows.Resize(RawLength, keep: true)[_committed..].Clear();
    }

    /// <summary>Compresses the rows into a block.</summary>
    /// <exception cref="CodecException">The rows do not suit the recipe.</exception>
    public void Encode(CodecChain chain)
    {
        ReadOnlySpan<ushort> processes = definition.Recipe.ProcessList;
        int headerSize = 10 + 2 * processes.Length;
        chain.Encode(_rows, _block, headerSize, processes, _settings);
        Span<byte> header = _block.Span;
        BinaryPrimitives.WriteInt64LittleEndian(header, _block.Length);
        header[8] = (byte)'C';
        header[9] = (byte)processes.Length;
        MemoryMarshal.AsBytes(processes).CopyTo(header[10..]);
    }

    /// <summary>Starts over with an empty tile.</summary>
    public void Clear()
    {
        _rows.Resize(0);
        _committed = 0;
        _isSet = false;
        MaxElements = 0;
    }

    private void SetDefault() => Set(definition.Kind == ZFitsColumnKind.Scalar ? Zero[.._elementSize] : []);
}
