namespace DigiCam.Zfits.Codecs;

/// <summary>A growing byte array that is kept between tiles.</summary>
internal sealed class ByteBuffer
{
    /// <summary>Bytes behind the contents that may be overwritten, so that decoders can store whole vectors.</summary>
    public const int Slack = 32;

    /// <summary>The most bytes a buffer can hold.</summary>
    public static int MaximumLength => System.Array.MaxLength - Slack;

    public byte[] Array { get; private set; } = [];

    public int Length { get; private set; }

    public Span<byte> Span => Array.AsSpan(0, Length);

    /// <summary>Sets the length; contents are kept only when asked for.</summary>
    public Span<byte> Resize(int length, bool keep = false)
    {
        if (Array.Length < (long)length + Slack)
        {
            long wanted = Math.Max((long)length + Slack, keep ? Math.Min(2L * Array.Length, System.Array.MaxLength) : 0);
            if (wanted > System.Array.MaxLength) CodecErrors.Fail($"a block of {length} bytes is larger than this reader can hold");
            byte[] grown = GC.AllocateUninitializedArray<byte>((int)wanted);
            if (keep) Span.CopyTo(grown);
            Array = grown;
        }

        Length = length;
        return Span;
    }
}
