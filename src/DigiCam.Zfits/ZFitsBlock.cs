namespace DigiCam.Zfits;

/// <summary>One compressed block: the rows of one column in one tile.</summary>
/// <param name="Column">The column.</param>
/// <param name="FileOffset">Offset of the block header from the start of the file [bytes].</param>
/// <param name="Size">Size with the block header [bytes].</param>
/// <param name="Processes">Process numbers in the order of encoding.</param>
public sealed record ZFitsBlock(ZFitsColumn Column, long FileOffset, long Size, IReadOnlyList<int> Processes)
{
    /// <summary>Size of the compressed data without the block header [bytes]; 0 when the rows are unset.</summary>
    public long PayloadSize => Size - 10 - 2 * Processes.Count;

    /// <summary>Names of the processes in the order of encoding.</summary>
    public IReadOnlyList<string> ProcessNames => [.. Processes.Select(Codecs.ProcessIds.NameOf)];
}
