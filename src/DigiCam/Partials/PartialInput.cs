namespace DigiCam.Partials;

/// <summary>A file of the run that a partial result is a part of.</summary>
/// <param name="Name">Name without folder.</param>
/// <param name="Length">Length [bytes].</param>
/// <param name="Rows">Number of events.</param>
/// <param name="Tiles">Number of tiles.</param>
/// <param name="Fingerprint">Tells it from other files of the same name (<see cref="Runs.RunFile.Fingerprint"/>).</param>
internal sealed record PartialInput(string Name, long Length, int Rows, int Tiles, string Fingerprint);
