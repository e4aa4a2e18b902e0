namespace DigiCam.Zfits;

/// <summary>Where the event with a number is.</summary>
/// <param name="Id">The event number.</param>
/// <param name="File">Number of the file in the set, from 0.</param>
/// <param name="Row">Row of the table in that file, from 0.</param>
public readonly record struct ZFitsEventPlace(long Id, int File, int Row);
