using CsCheck;
using DigiCam.Files;
using DigiCam.Histograms;
using DigiCam.Partials;
using DigiCam.Results;
using DigiCam.Runs;

namespace DigiCam.Tests.Partials;

/// <summary>The sum of partial results is what one pass over the whole run fills, however the run was divided and in whatever order the parts are put together; nothing else is taken.</summary>
[Trait("Culture", "any")]
public sealed class PartialSetTests(PartialRun runs) : IClassFixture<PartialRun>
{
    private const int MostPieces = 6;

    // How a part is divided further: into so many pieces, one after the other.
    private static readonly Gen<(int Place, int Pieces)[]> Cuts = Gen.Select(Gen.Int[0, MostPieces], Gen.Int[2, 3]).Array[0, 4];

    public static TheoryData<string> Passes => [.. PartialRun.Passes];

    [Theory]
    [MemberData(nameof(Passes))]
    public void Sum_AnyDivisionOrderAndGrouping_IsThatOfOnePass(string pass)
    {
        (byte[] expected, Provenance provenance) = runs.Whole(pass);
        int round = 0;
        Gen.Select(Cuts, Gen.Int, Gen.Int[1, 4]).Sample(
            (cuts, seed, groups) =>
            {
                List<RunShard> shards = [RunShard.OfTiles(1, 1)];
                foreach ((int place, int pieces) in cuts)
                {
                    RunShard shard = shards[place % shards.Count];
                    shards.Remove(shard);
                    for (int i = 1; i <= pieces; i++) shards.Add(RunShard.OfTiles(((shard.Index - 1) * pieces) + i, shard.Count * pieces));
                }

                string[] parts = [.. shards.Select(shard => runs.Part(pass, shard))];
                new Random(seed).Shuffle(parts);

                // In one go, or in groups first.
                string[] stems = parts;
                if (groups > 1)
                {
                    int id = Interlocked.Increment(ref round);
                    stems = [.. parts.Select((part, i) => (part, i)).GroupBy(each => each.i % groups, each => each.part).Select(group =>
                    {
                        string path = runs.File(FormattableString.Invariant($"{pass}-group-{id}-{group.Key}.h5"));
                        PartialSet.Open([.. group]).WritePartial(path);
                        return path;
                    })];
                }

                PartialSet set = PartialSet.Open(stems);
                set.RequireComplete();
                Assert.Equal(expected, runs.Bytes(set, pass));
                Same(provenance, set.MakeProvenance());
            },
            iter: 8, threads: 1);
    }

    [Theory]
    [MemberData(nameof(Passes))]
    public void Sum_PartsByFiles_IsThatOfOnePass(string pass)
    {
        string[] files = runs.FilesOf(pass);
        string[] parts = [runs.Part(pass, RunShard.OfFiles(files[2])), runs.Part(pass, RunShard.OfFiles(Path.GetFileName(files[1]), Path.GetFileName(files[0])[..^".fits.fz".Length]))];
        PartialSet set = PartialSet.Open(parts);
        set.RequireComplete();
        (byte[] expected, Provenance provenance) = runs.Whole(pass);
        Assert.Equal(expected, runs.Bytes(set, pass));
        Same(provenance, set.MakeProvenance());
        Assert.Equal([pass], set.Problems);
    }

    [Theory]
    [MemberData(nameof(Passes))]
    public void Sum_MoreOrFewerPartsThanTilesAndALimit_IsThatOfOnePass(string pass)
    {
        RunOptions limit = new() { MaximumEvents = 9 };
        string[] parts = [.. Enumerable.Range(1, 23).Select(i => runs.Part(pass, RunShard.OfTiles(i, 23), limit))];
        PartialSet set = PartialSet.Open(parts);
        set.RequireComplete();
        Assert.Equal(runs.Whole(pass, limit).Bytes, runs.Bytes(set, pass));
        Assert.Equal("9", set.MakeProvenance().Parameters["maximum_events"]);

        // Empty parts need not be there.
        PartialSet few = PartialSet.Open([.. set.Parts.Where(part => part.Is.Tiles.Length > 0).Select(part => part.Path)]);
        few.RequireComplete();
        Assert.InRange(few.Parts.Length, 2, 22);
    }

    [Fact]
    public void Open_Holes_AreNamed()
    {
        string[] names = [.. runs.DarkFiles.Select(Path.GetFileName).OfType<string>()];
        string[] quarters = [.. Enumerable.Range(1, 4).Select(i => runs.Part("samples", RunShard.OfTiles(i, 4)))];
        string message = Assert.Throws<InvalidDataException>(() => PartialSet.Open(quarters[0], quarters[3]).RequireComplete()).Message;
        Assert.Equal($"the 2 partial results from {quarters[0]} to {quarters[3]} are not the whole input: missing tiles 2-3 of {names[0]}, tiles 0-2 of {names[1]} (shards 2/4, 3/4)", message);
        message = Assert.Throws<InvalidDataException>(() => PartialSet.Open(runs.Part("samples", RunShard.OfFiles(names[0], names[2]))).RequireComplete()).Message;
        Assert.EndsWith($": is not the whole input: missing tiles 0-2 of {names[1]}", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_TilesInTwoParts_NamesBoth()
    {
        string first = runs.Part("samples", RunShard.OfTiles(1, 2));
        string second = runs.Part("samples", RunShard.OfTiles(2, 4));
        Assert.Equal($"{second}: has tiles 2-3 of {Path.GetFileName(runs.DarkFiles[0])}, which {first} has as well", Assert.Throws<InvalidDataException>(() => PartialSet.Open(first, second)).Message);
        Assert.Equal($"{first}: is named twice", Assert.Throws<InvalidDataException>(() => PartialSet.Open(first, first)).Message);
    }

    [Fact]
    public void Open_Foreign_IsRefusedWithNames()
    {
        string first = runs.Part("samples", RunShard.OfTiles(1, 2));
        Refused(runs.Part("dark", RunShard.OfTiles(2, 2)), $"is a part of dark (Histograms), {first} one of samples (Histograms)");
        Refused(runs.Part("samples", RunShard.OfTiles(2, 2), new RunOptions { MaximumEvents = 9 }), $"differs from {first} in events (9, not 19)");

        // Each other thing that a part says of itself.
        PartialResult second = PartialResult.Read(runs.Part("samples", RunShard.OfTiles(2, 2)));
        PartialResult.Content content = second.Is;
        PartialInput file = content.Files[1];
        Changed(content with { Provenance = content.Provenance with { KitVersion = "0.0.1" } }, $"was made by version 0.0.1 of the kit, {first} by {Provenance.CurrentKitVersion}");
        Changed(content with { Files = content.Files.SetItem(1, file with { Fingerprint = "0" }) }, $"was made of another {file.Name} than {first}");
        Changed(content with { Files = content.Files.SetItem(1, file with { Name = "other.fits.fz" }) }, $"is of another run than {first}: of other.fits.fz, which {first} does not have");
        Changed(content with { Files = [content.Files[2], content.Files[0], content.Files[1]] }, $"is of another run than {first}: of the same files in another order");
        Changed(content with { Settings = content.Settings.SetItem("module_swaps", "none") }, $"differs from {first} in module_swaps");
        Changed(content with { Provenance = content.Provenance with { Inputs = content.Provenance.Inputs.Add(new InputFile("hv_off.h5", "0", null)) } }, $"was filled with another hv_off.h5 than {first}");
        Changed(content with { Stage = PartialStage.Charges }, $"is a part of samples (Charges), {first} one of samples (Histograms)");

        string plain = runs.File("plain.h5");
        new Hdf5Writer().AddAttribute("/", "a", "b").Write(plain);
        Refused(plain, "is no partial result, which --shard makes");
        Assert.Throws<FileNotFoundException>(() => PartialSet.Open(first, runs.File("nothing.h5")));

        void Changed(PartialResult.Content changed, string message)
        {
            string path = runs.File("changed.h5");
            PartialResult.Write(path, SampleHistograms.Read(second.Path), changed);
            Refused(path, message);
        }

        void Refused(string path, string message) => Assert.Equal($"{path}: {message}", Assert.Throws<InvalidDataException>(() => PartialSet.Open(first, path)).Message);
    }

    [Fact]
    public void Open_ChargesAtOtherPositions_AreRefused()
    {
        PartialResult second = PartialResult.Read(runs.Part("charges", RunShard.OfTiles(2, 2)));
        string path = runs.File("moved.h5");
        PartialResult.Write(path, DigiCam.LightScan.ChargeHistograms.Read(second.Path), second.Is with { Settings = second.Is.Settings.SetItem("positions", "0") });
        string first = runs.Part("charges", RunShard.OfTiles(1, 2));
        Assert.StartsWith($"{path}: differs from {first} in positions", Assert.Throws<InvalidDataException>(() => PartialSet.Open(first, path)).Message, StringComparison.Ordinal);
        Assert.Contains("scan_plan", second.Is.Settings.Keys);
        Assert.Contains("pedestals", second.Is.Settings.Keys);
    }

    [Fact]
    public void Sum_ReplacedMeanwhile_IsRefused()
    {
        string first = runs.Part("samples", RunShard.OfTiles(1, 2));
        string second = runs.File("replaced.h5");
        File.Copy(runs.Part("samples", RunShard.OfTiles(2, 2)), second, overwrite: true);
        PartialSet set = PartialSet.Open(first, second);
        File.Copy(runs.Part("samples", RunShard.OfTiles(1, 4)), second, overwrite: true);
        Assert.StartsWith($"{second}: was replaced", Assert.Throws<InvalidDataException>(() => set.Sum<SampleHistograms>()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sum_MoreEntriesThanCanBeCounted_IsRefusedWithTheFile()
    {
        PartialResult first = PartialResult.Read(runs.Part("samples", RunShard.OfTiles(1, 2)));
        PartialResult second = PartialResult.Read(runs.Part("samples", RunShard.OfTiles(2, 2)));
        PixelHistograms full = new(IntegerAxis.Adc, 1296);
        double[] counts = new double[4096];
        counts[200] = uint.MaxValue;
        full.SetCounts(7, counts);
        string path = runs.File("full.h5");
        PartialResult.Write(path, new SampleHistograms(full), second.Is);
        PartialSet set = PartialSet.Open(first.Path, path);
        string message = Assert.Throws<OverflowException>(() => set.Sum<SampleHistograms>()).Message;
        Assert.StartsWith($"{path}: /sample_histograms: pixel 7 would hold ", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sum_Cancelled_Stops()
    {
        PartialSet set = PartialSet.Open(runs.Part("samples", RunShard.OfTiles(1, 2)), runs.Part("samples", RunShard.OfTiles(2, 2)));
        Assert.Throws<OperationCanceledException>(() => set.WritePartial(runs.File("never.h5"), cancellationToken: new CancellationToken(canceled: true)));
        Assert.False(File.Exists(runs.File("never.h5")));
    }

    [Fact]
    public void Read_DamagedDescription_IsOneSentence()
    {
        string path = runs.File("bad.h5");
        foreach (string text in (string[])["", "{}", "null", "{\"Format\":1}"])
        {
            new Hdf5Writer().AddTexts("/partial/description", [text], "").Write(path);
            Assert.StartsWith($"{path}: /partial/description ", Assert.Throws<InvalidDataException>(() => PartialResult.Read(path)).Message, StringComparison.Ordinal);
        }

        PartialResult part = PartialResult.Read(runs.Part("samples", RunShard.OfTiles(2, 2)));
        PartialResult.Write(path, SampleHistograms.Read(part.Path), part.Is with { Tiles = [new TileRange(1, 0, 99)] });
        Assert.Equal($"{path}: /partial/description is not consistent", Assert.Throws<InvalidDataException>(() => PartialResult.Read(path)).Message);
        PartialResult.Write(path, SampleHistograms.Read(part.Path), part.Is with { Format = 2 });
        Assert.Equal($"{path}: is a partial result of form 2, this version of the kit reads form 1", Assert.Throws<InvalidDataException>(() => PartialResult.Read(path)).Message);
    }

    private static void Same(Provenance expected, Provenance found)
    {
        Assert.Equal(expected.Inputs, found.Inputs);
        Assert.Equal(expected.Parameters, found.Parameters);
        Assert.Equal((expected.Task, expected.KitVersion), (found.Task, found.KitVersion));
        Assert.All(found.Inputs, input => Assert.Equal((64, "ok"), (input.Sha256.Length, input.Checksums)));
    }
}
