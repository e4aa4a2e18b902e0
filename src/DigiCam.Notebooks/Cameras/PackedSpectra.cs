namespace DigiCam.Notebooks.Cameras;

/// <summary>Histograms as <see cref="SpectrumPacking"/> writes them, each part a raw deflate stream of its own: they are distributed differently.</summary>
/// <param name="Steps">Codes are square roots in steps of one in so many.</param>
/// <param name="Expected">Codes of the expected entries.</param>
/// <param name="Counts">Codes of the counts.</param>
/// <param name="Rest">What the codes of large counts leave out; empty where they are not kept exactly.</param>
internal sealed record PackedSpectra(int Steps, byte[] Expected, byte[] Counts, byte[] Rest);
