namespace DigiCam.Zfits.Verification;

/// <summary>The content of one column.</summary>
/// <param name="Column">The column.</param>
/// <param name="Rows">Rows that could be decoded.</param>
/// <param name="Elements">Elements of these rows; characters of a text.</param>
/// <param name="Sha256">SHA-256 over the little-endian bytes of the elements of all rows in row order, without length prefixes and padding, as 64
/// lower-case digits; it does not depend on tiles and compression. Null when a row could not be decoded.</param>
public sealed record VerifiedColumn(ZFitsColumn Column, long Rows, long Elements, string? Sha256);
