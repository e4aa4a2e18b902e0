using DigiCam.Kernel.Documents;

namespace DigiCam.Kernel.Sessions;

/// <summary>Receives the outputs of a running cell, in order. The session calls it from one thread at a time.</summary>
public interface IOutputSink
{
    /// <summary>A new output; consecutive pieces of the same stream come one by one.</summary>
    void Write(CellOutput output);

    /// <summary>New content for the outputs that were shown with this display identifier, in whatever cell they are.</summary>
    void UpdateDisplay(string displayId, MimeBundle data);

    /// <summary>Removes the outputs of the running cell.</summary>
    /// <param name="wait">Only when the next output comes, so that nothing flickers.</param>
    void ClearOutput(bool wait);
}
