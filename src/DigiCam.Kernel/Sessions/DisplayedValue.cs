namespace DigiCam.Kernel.Sessions;

/// <summary>A value that <c>display</c> has shown and that can be shown anew in the same place.</summary>
public sealed class DisplayedValue
{
    private readonly ScriptSession _session;
    private readonly string? _mimeType;

    internal DisplayedValue(ScriptSession session, string displayId, string? mimeType)
    {
        _session = session;
        DisplayId = displayId;
        _mimeType = mimeType;
    }

    /// <summary>Identifies the place.</summary>
    public string DisplayId { get; }

    /// <summary>Replaces what is shown.</summary>
    public void Update(object? value) => _session.UpdateDisplay(DisplayId, value, _mimeType);
}
