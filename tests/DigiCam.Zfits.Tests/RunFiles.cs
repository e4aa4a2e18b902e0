using DigiCam.Zfits;

namespace DigiCam.Zfits.Tests;

/// <summary>Files of a run with given event numbers.</summary>
internal static class RunFiles
{
    public static IReadOnlyList<ZFitsColumnDefinition> Columns { get; } =
    [
        new("telescopeID", "1", ZFitsElementType.Int32, ZFitsColumnKind.Scalar, ZFitsRecipe.ZRice),
        new("eventNumber", "4", ZFitsElementType.UInt32, ZFitsColumnKind.Scalar, ZFitsRecipe.RiceFact),
        new("hiGain_waveforms_samples", "6.1.1", ZFitsElementType.Int16, ZFitsColumnKind.Array, ZFitsRecipe.DiffMan16),
    ];

    public static void Write(string path, IEnumerable<uint> eventNumbers, int rowsPerTile, IReadOnlyList<ZFitsColumnDefinition>? columns = null, string message = DigiCamColumns.EventMessage)
    {
        columns ??= Columns;
        using ZFitsWriter writer = ZFitsWriter.Create(path);
        ZFitsTableWriter table = writer.BeginTable("Events", message, columns, new ZFitsTableOptions { RowsPerTile = rowsPerTile });
        foreach (uint number in eventNumbers)
        {
            for (int c = 0; c < columns.Count; c++)
            {
                if (columns[c].Kind == ZFitsColumnKind.Array) table.SetArray<short>(c, SamplesOf(number));
                else if (columns[c].ElementType == ZFitsElementType.UInt32) table.SetScalar(c, number);
                else if (columns[c].ElementType == ZFitsElementType.UInt64) table.SetScalar(c, (ulong)number);
                else table.SetScalar(c, 22);
            }

            table.CommitRow();
        }

        table.Finish();
        writer.Finish();
    }

    /// <summary>Samples that depend on the event.</summary>
    public static short[] SamplesOf(uint eventNumber) => [.. Enumerable.Range(0, 200).Select(i => (short)(200 + (eventNumber % 97) + i * 7 % 5))];
}
