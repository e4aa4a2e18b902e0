using DigiCam.Zfits.Codecs;

namespace DigiCam.Zfits.Copying;

/// <summary>Lossy recipes take the bytes of a column for arrays of one type; on others they would spoil values silently.</summary>
internal static class RecipeFit
{
    /// <exception cref="ArgumentException">The recipe of a column is not for its elements.</exception>
    public static void Check(ZFitsColumnDefinition definition)
    {
        IReadOnlyList<int> processes = definition.Recipe.Processes;
        bool fits = true;
        bool arrays = definition.Kind == ZFitsColumnKind.Array;
        if (processes.Contains(ProcessIds.LossyFloats)) fits = arrays && definition.ElementType == ZFitsElementType.Float32;
        if (definition.Recipe.Quantum > 1 && processes.Contains(ProcessIds.LossyInt16)) fits = arrays && definition.ElementType is ZFitsElementType.Int16 or ZFitsElementType.UInt16;
        if (definition.Recipe.Quantum > 1 && processes.Contains(ProcessIds.LossyInt32)) fits = arrays && definition.ElementType is ZFitsElementType.Int32 or ZFitsElementType.UInt32;
        if (!fits) throw new ArgumentException($"recipe {definition.Recipe.Name} loses digits and is not for column {definition.Name} ({definition.ElementType}, {definition.Kind})");
    }
}
