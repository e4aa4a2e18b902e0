namespace DigiCam.Zfits;

/// <summary>A file is well-formed as far as can be told, but uses something this library does not read: an unknown compression process, one
/// that has no inverse, or the FACT flavour of zfits. The message names the place.</summary>
public sealed class ZFitsNotSupportedException : NotSupportedException
{
    /// <summary>Describes what is not supported at a known place.</summary>
    /// <param name="detail">What was found.</param>
    /// <param name="location">Where it was found.</param>
    /// <param name="inner">The cause, if another exception revealed it.</param>
    public ZFitsNotSupportedException(string detail, ZFitsLocation location, Exception? inner = null)
        : base($"{location}: {detail}", inner)
    {
        Detail = detail;
        Location = location;
    }

    /// <summary>What was found, without its place.</summary>
    public string Detail { get; }

    /// <summary>Where it was found.</summary>
    public ZFitsLocation Location { get; }
}
