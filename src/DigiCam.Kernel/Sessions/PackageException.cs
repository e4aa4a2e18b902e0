namespace DigiCam.Kernel.Sessions;

/// <summary>Packages cannot be restored; the message says why, in the words of the restore.</summary>
internal sealed class PackageException(string message) : Exception(message);
