namespace DigiCam.Runs;

/// <summary>How the pixels of a file become software pixel ids.</summary>
public enum PixelOrder
{
    /// <summary>By the pixel indices that every event carries: right for all files since October 2017.</summary>
    FromFile,

    /// <summary>By crate, board and channel: for files before October 2017, whose pixel indices mean nothing.</summary>
    Legacy2017,

    /// <summary>No reordering: "pixel" is the place in the file.</summary>
    AsStored,
}
