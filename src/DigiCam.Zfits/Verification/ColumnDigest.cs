using System.Security.Cryptography;

namespace DigiCam.Zfits.Verification;

/// <summary>Hash of the rows of one column.</summary>
internal sealed class ColumnDigest(ZFitsColumn column) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _rows;
    private long _elements;

    public void Add(ColumnBlock block)
    {
        for (int row = 0; row < block.RowCount; row++)
        {
            ReadOnlySpan<byte> bytes = block.GetRowBytes(row);
            _hash.AppendData(bytes);
            _elements += bytes.Length / column.ElementSize;
        }

        _rows += block.RowCount;
    }

    public VerifiedColumn Finish(long expectedRows) =>
        new(column, _rows, _elements, _rows == expectedRows ? Convert.ToHexStringLower(_hash.GetHashAndReset()) : null);

    public void Dispose() => _hash.Dispose();
}
