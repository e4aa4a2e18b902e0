using DigiCam.Files;

namespace DigiCam.Histograms;

/// <summary>
/// What one pass over a run, or over a part of it, fills: counts and the settings they were filled with. It is kept in a group of an HDF5 file, and what parts of a run filled can be added up from
/// their files without any of them being in memory as a whole.
/// </summary>
public abstract class RunHistograms
{
    internal RunHistograms()
    {
    }

    /// <summary>Group in HDF5 files, which also tells what was filled.</summary>
    internal abstract string FileGroup { get; }

    /// <summary>Number of events that were filled.</summary>
    internal abstract long FilledEvents { get; }

    /// <summary>What the counts depend on besides the events and how they are read; only counts of equal settings may be added.</summary>
    internal abstract IEnumerable<(string Name, object Value)> Settings { get; }

    /// <summary>Writes an HDF5 file.</summary>
    /// <param name="path">The target; an existing file is replaced.</param>
    /// <param name="provenance">Where the histograms come from, as JSON; null for none.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Write(string path, string? provenance = null)
    {
        Hdf5Writer writer = new();
        WriteTo(writer);
        if (provenance is not null) writer.AddTexts(FileGroup + "/provenance", [provenance], "where the histograms come from, as JSON");
        writer.Write(path);
    }

    /// <summary>Adds everything to an HDF5 file, as a group of its own.</summary>
    /// <param name="writer">The file.</param>
    /// <exception cref="ArgumentException">The group is there already.</exception>
    public abstract void WriteTo(Hdf5Writer writer);

    /// <summary>Adds the counts in a file, filled with the same settings from other events.</summary>
    /// <exception cref="InvalidDataException">There are none, or they are damaged.</exception>
    /// <exception cref="OverflowException">A histogram would hold more than 4294967295 entries; these here are not valid any more.</exception>
    internal abstract void AddFrom(Hdf5File file);

    /// <summary>Counts read from a file, added to those there are.</summary>
    private protected static long[] Sum(IReadOnlyList<long> counts, long[] further) => [.. counts.Zip(further, (a, b) => a + b)];
}
