namespace DigiCam.Kernel.Documents;

/// <summary>A file that is not a notebook, or a defect inside one; the message names the file and the place.</summary>
public sealed class NotebookFormatException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="file">Path or name of the notebook.</param>
    /// <param name="place">Where the defect is, for example <c>line 3</c> or <c>cells[2].source</c>.</param>
    /// <param name="cause">What is wrong there.</param>
    /// <param name="innerException">The underlying error, if any.</param>
    public NotebookFormatException(string file, string place, string cause, Exception? innerException = null)
        : base($"{file}: {(place.Length == 0 ? "" : place + ": ")}{cause}", innerException)
    {
        File = file;
        Place = place;
    }

    /// <summary>Path or name of the notebook.</summary>
    public string File { get; }

    /// <summary>Where the defect is; empty when the file as a whole is meant.</summary>
    public string Place { get; }
}
