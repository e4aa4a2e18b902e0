namespace DigiCam.Kernel.Parameters;

/// <summary>Parameters that do not fit the notebook, or cannot be read; the message says which and why.</summary>
public sealed class ParameterException : Exception
{
    /// <summary>Creates the exception.</summary>
    public ParameterException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
