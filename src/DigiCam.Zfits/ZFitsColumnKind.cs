namespace DigiCam.Zfits;

/// <summary>How the rows of a column are laid out.</summary>
public enum ZFitsColumnKind
{
    /// <summary>Exactly one element in every row.</summary>
    Scalar,

    /// <summary>A string or bytes.</summary>
    Text,

    /// <summary>An array whose length may differ from row to row (an AnyArray of the message).</summary>
    Array,

    /// <summary>A repeated scalar field; like an array, but stored with the number of elements instead of bytes.</summary>
    Repeated,
}
