namespace DigiCam.Zfits.Tests.Fuzzing;

/// <summary>How the reading of a mutant ended.</summary>
internal enum FuzzOutcome
{
    /// <summary>The file was refused when it was opened.</summary>
    Refused,

    /// <summary>A tile or the messages were refused.</summary>
    PartlyRefused,

    /// <summary>The values are those of an undamaged file.</summary>
    Same,

    /// <summary>Other values, and sums that are reported as wrong or missing.</summary>
    NoticedBySums,

    /// <summary>Other values, and sums that are right: they were made right, or the change is one that sums cannot see.</summary>
    Undetectable,
}
