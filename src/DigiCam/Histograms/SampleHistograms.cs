using DigiCam.Files;

namespace DigiCam.Histograms;

/// <summary>All samples of a run, or of a part of it, as <see cref="AdcHistograms"/> fills them.</summary>
/// <param name="samples">The histograms.</param>
public sealed class SampleHistograms(PixelHistograms samples) : RunHistograms
{
    /// <summary>Group of the histograms in HDF5 files.</summary>
    public const string Group = "/sample_histograms";

    /// <summary>The histograms (pixel) [LSB].</summary>
    public PixelHistograms Samples { get; } = samples ?? throw new ArgumentNullException(nameof(samples));

    internal override string FileGroup => Group;

    internal override long FilledEvents => Samples.EventCount;

    internal override IEnumerable<(string Name, object Value)> Settings => [];

    /// <inheritdoc/>
    public override void WriteTo(Hdf5Writer writer) => Samples.WriteTo(writer, Group, "all samples (pixel)");

    /// <summary>Reads what was written.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is not such a file, or is damaged: one sentence that names file and dataset.</exception>
    public static SampleHistograms Read(string path)
    {
        using Hdf5File file = Hdf5File.Open(path);
        return ReadFrom(file);
    }

    /// <inheritdoc/>
    public override string ToString() => Samples.ToString();

    internal static SampleHistograms ReadFrom(Hdf5File file) => new(PixelHistograms.ReadFrom(file, Group));

    internal override void AddFrom(Hdf5File file) => Samples.AddFrom(file, Group);
}
