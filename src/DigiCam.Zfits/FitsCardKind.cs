namespace DigiCam.Zfits;

/// <summary>What kind of value a header card holds.</summary>
public enum FitsCardKind
{
    /// <summary>No value: COMMENT, HISTORY and other cards without a value indicator.</summary>
    Commentary,

    /// <summary>A quoted string.</summary>
    Text,

    /// <summary><c>T</c> or <c>F</c>.</summary>
    Logical,

    /// <summary>Digits with an optional sign.</summary>
    Integer,

    /// <summary>A number with a point or an exponent.</summary>
    Real,

    /// <summary>A value of another form, or an empty one.</summary>
    Other,
}
