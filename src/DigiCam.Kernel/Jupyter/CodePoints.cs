namespace DigiCam.Kernel.Jupyter;

/// <summary>The protocol counts characters, of which those beyond 16 bits are one, but two in a string.</summary>
internal static class CodePoints
{
    /// <summary>The index of a place in a string; its end for null and places beyond it.</summary>
    public static int ToIndex(string text, int? codePoints)
    {
        if (codePoints is null) return text.Length;
        int index = 0;
        for (int i = 0; i < codePoints && index < text.Length; i++) index += char.IsSurrogatePair(text, index) ? 2 : 1;
        return index;
    }

    /// <summary>The place of an index.</summary>
    public static int FromIndex(string text, int index)
    {
        int place = 0;
        for (int i = 0; i < index; place++) i += char.IsSurrogatePair(text, i) ? 2 : 1;
        return place;
    }
}
