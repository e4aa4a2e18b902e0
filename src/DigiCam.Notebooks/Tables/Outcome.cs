namespace DigiCam.Notebooks.Tables;

/// <summary>How a check went; the worse the larger.</summary>
public enum Outcome
{
    /// <summary>Inside the limits.</summary>
    Pass,

    /// <summary>Worth a look.</summary>
    Warn,

    /// <summary>Outside the limits.</summary>
    Fail,
}
