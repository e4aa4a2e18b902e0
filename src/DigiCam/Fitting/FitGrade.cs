namespace DigiCam.Fitting;

/// <summary>What a fit is good for; the worse the larger.</summary>
public enum FitGrade
{
    /// <summary>Values and errors can be used as they are.</summary>
    Good,

    /// <summary>There is a minimum with errors, but something speaks against using it as it is.</summary>
    Poor,

    /// <summary>There is no minimum with errors.</summary>
    Failed,
}
