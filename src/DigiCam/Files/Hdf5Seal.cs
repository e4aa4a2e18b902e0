using System.Security.Cryptography;
using System.Text;

namespace DigiCam.Files;

/// <summary>
/// The first 512 bytes of the kit's HDF5 files, which HDF5 leaves to the user (its "user block"): a line of text with the SHA-256 of all that follows.
/// </summary>
/// <remarks>
/// HDF5 has checksums of its own, but not for everything, and not every reader compares them: a damaged structure can send a reader astray, or give other
/// numbers without a word. With the seal a damaged file is refused before it is interpreted. Files of other programs have none and are read without.
/// </remarks>
internal static class Hdf5Seal
{
    /// <summary>Length of the block.</summary>
    public const int Length = 512;

    private const string Start = "DigiCamNotebooks results, an HDF5 file; SHA-256 of all behind these 512 bytes: ";

    /// <summary>Computes and writes the seal of a file whose other content is complete.</summary>
    public static void Write(Stream stream)
    {
        stream.Position = 0;
        stream.Write(Compute(stream));
    }

    /// <summary>True when a file has no seal, or one that fits its content; the position is the start again.</summary>
    public static bool Fits(Stream stream)
    {
        byte[] found = new byte[Length];
        stream.Position = 0;
        bool hasSeal = stream.ReadAtLeast(found, Length, throwOnEndOfStream: false) == Length && found.AsSpan().StartsWith(Encoding.ASCII.GetBytes(Start));
        bool fits = !hasSeal || found.AsSpan().SequenceEqual(Compute(stream));
        stream.Position = 0;
        return fits;
    }

    private static byte[] Compute(Stream stream)
    {
        stream.Position = Length;
        string text = Start + Convert.ToHexStringLower(SHA256.HashData(stream)) + "\n";
        stream.Position = 0;
        byte[] block = new byte[Length];
        Encoding.ASCII.GetBytes(text, block);
        return block;
    }
}
