namespace DigiCam.DarkSpe;

/// <summary>What follows the first dark count of a pulse.</summary>
public enum PileUpCase
{
    /// <summary>After one avalanche a dark count of one.</summary>
    One,

    /// <summary>After one avalanche a dark count of two, which stands for all larger ones.</summary>
    Several,

    /// <summary>After one avalanche two dark counts, which stand for more.</summary>
    Counts,

    /// <summary>After two avalanches any dark counts, as one of one avalanche.</summary>
    AfterTwo,

    /// <summary>After three avalanches any dark counts, as one of one avalanche.</summary>
    AfterThree,
}
