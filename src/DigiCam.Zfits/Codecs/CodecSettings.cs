namespace DigiCam.Zfits.Codecs;

/// <summary>What some processes want to know to encode; the decoders need none of it.</summary>
/// <param name="ZstdLevel">Level of the zstd coder.</param>
/// <param name="Quantum">Step of lossyint16 and lossyint32; 1 loses nothing.</param>
/// <param name="Deflate">How the zlib coder compresses.</param>
internal readonly record struct CodecSettings(int ZstdLevel, int Quantum, ZFitsDeflate Deflate = ZFitsDeflate.Fast);
