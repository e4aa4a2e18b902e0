using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace DigiCam.Files;

/// <summary>SHA-256 of values in memory.</summary>
internal static class Digest
{
    /// <summary>SHA-256 of the bytes of some values, lower-case hexadecimal; the same on every machine, as the kit runs on little-endian ones only.</summary>
    public static string Of<T>(ReadOnlySpan<T> values) where T : unmanaged => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(values)));
}
