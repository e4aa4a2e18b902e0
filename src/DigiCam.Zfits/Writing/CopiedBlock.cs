namespace DigiCam.Zfits.Writing;

/// <summary>What has to be known of a block that is copied as it is.</summary>
/// <param name="Size">Size with the block header [bytes].</param>
/// <param name="RawLength">Size before compression [bytes].</param>
/// <param name="MaxElements">Largest number of elements in any of its rows.</param>
internal readonly record struct CopiedBlock(long Size, long RawLength, long MaxElements);
