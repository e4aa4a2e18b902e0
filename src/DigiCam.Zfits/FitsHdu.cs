namespace DigiCam.Zfits;

/// <summary>One header and data unit of a file. Immutable.</summary>
public sealed class FitsHdu
{
    internal FitsHdu(ZFitsFile file, int index, FitsHeader header, long headerOffset, long dataOffset, long dataLength)
    {
        File = file;
        Index = index;
        Header = header;
        HeaderOffset = headerOffset;
        DataOffset = dataOffset;
        DataLength = dataLength;
        Name = header.TryGetString("EXTNAME", out string? name) ? name! : "";
    }

    /// <summary>The file this unit belongs to.</summary>
    public ZFitsFile File { get; }

    /// <summary>Number in the file; the primary HDU is 0.</summary>
    public int Index { get; }

    /// <summary>EXTNAME, empty when there is none.</summary>
    public string Name { get; }

    /// <summary>The header.</summary>
    public FitsHeader Header { get; }

    /// <summary>Offset of the header from the start of the file [bytes].</summary>
    public long HeaderOffset { get; }

    /// <summary>Offset of the data from the start of the file [bytes].</summary>
    public long DataOffset { get; }

    /// <summary>Length of the data without the padding to 2880 [bytes].</summary>
    public long DataLength { get; }

    /// <summary>Length of the data with the padding to 2880 [bytes].</summary>
    public long PaddedDataLength => Fits.FitsBlocks.RoundUp(DataLength);

    /// <summary>Reads the whole unit and compares its sums with DATASUM and CHECKSUM.</summary>
    /// <param name="ct">Stops the reading.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public ChecksumReport VerifyChecksums(CancellationToken ct = default) => Fits.FitsChecksum.Verify(this, ct);

    /// <summary>Number, name and size in one line.</summary>
    public override string ToString() => FormattableString.Invariant($"HDU {Index}{(Name.Length > 0 ? $" {Name}" : "")}: {Header.Count} cards, {DataLength} bytes of data");

    internal ZFitsLocation At(long? offset) => new() { Path = File.Path, HduIndex = Index, Table = Name.Length > 0 ? Name : null, ByteOffset = offset };
}
