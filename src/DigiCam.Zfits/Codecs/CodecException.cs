namespace DigiCam.Zfits.Codecs;

/// <summary>A defect inside compressed data. The block decoder turns it into a <see cref="ZFitsFormatException"/> that also names the place.</summary>
internal sealed class CodecException(string detail, Exception? inner = null) : Exception(detail, inner);
