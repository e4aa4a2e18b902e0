namespace DigiCam.Kernel.Parameters;

/// <summary>A value before it is known which type the notebook wants.</summary>
public sealed record ParameterValue
{
    private ParameterValue(string? text, IReadOnlyList<ParameterValue>? items, bool fromCommandLine)
    {
        Text = text;
        Items = items;
        FromCommandLine = fromCommandLine;
    }

    /// <summary>The null of a parameter file.</summary>
    public static ParameterValue Null { get; } = new(null, null, false);

    /// <summary>The text of a single value; null for lists and for null.</summary>
    public string? Text { get; }

    /// <summary>The items of a list; null for everything else.</summary>
    public IReadOnlyList<ParameterValue>? Items { get; }

    /// <summary>True for text from a command line, where lists are written <c>1,2,3</c> and null is a word.</summary>
    public bool FromCommandLine { get; }

    /// <summary>A single value from a parameter file.</summary>
    public static ParameterValue Scalar(string text) => new(text, null, false);

    /// <summary>A list from a parameter file.</summary>
    public static ParameterValue List(IReadOnlyList<ParameterValue> items) => new(null, items, false);

    /// <summary>A value as typed on a command line.</summary>
    public static ParameterValue Typed(string text) => new(text, null, true);

    /// <summary>The value as a person would write it.</summary>
    public override string ToString() => Items is null ? Text ?? "null" : $"[{string.Join(", ", Items)}]";
}
