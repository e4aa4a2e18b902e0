namespace DigiCam.Zfits.Fits;

/// <summary>Sizes of the FITS container.</summary>
internal static class FitsBlocks
{
    public const int BlockSize = 2880;
    public const int CardSize = 80;

    /// <summary>The length rounded up to whole blocks; callers keep it below the file length, so that it cannot overflow.</summary>
    public static long RoundUp(long length) => checked((length + BlockSize - 1) / BlockSize * BlockSize);
}
