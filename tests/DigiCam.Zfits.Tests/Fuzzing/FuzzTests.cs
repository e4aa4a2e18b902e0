using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace DigiCam.Zfits.Tests.Fuzzing;

/// <summary>Mutants of small valid files: whatever is changed, reading ends in an error that names the file, in wrong sums, or in values; in
/// time and without much memory. Always the same mutants, unless the environment asks for others.</summary>
/// <remarks>A longer run: set DIGICAM_FUZZ_MUTATIONS to the number of mutants, and DIGICAM_FUZZ_SEED to a number that makes other ones
/// (default 1). A mutant that fails is kept in a folder that the message names; its number and the seed make it again.</remarks>
[Trait("Culture", "any")]
public sealed class FuzzTests
{
    private const string MutationsVariable = "DIGICAM_FUZZ_MUTATIONS";
    private const string SeedVariable = "DIGICAM_FUZZ_SEED";
    private const int Slices = 20;
    private const long DefaultMutations = 20_000;
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(1);

    private static readonly Lazy<IReadOnlyList<FuzzSeed>> Seeds = new(FuzzSeeds.Create);

    public static TheoryData<int> SliceNumbers => [.. Enumerable.Range(0, Slices)];

    [Theory]
    [MemberData(nameof(SliceNumbers))]
    public void Read_Mutants_EndInValuesOrOneError(int slice)
    {
        long seed = Number(SeedVariable, 1);
        long count = Number(MutationsVariable, DefaultMutations) / Slices;
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        string path = folder.File("mutant.fits.fz");
        FuzzReader reader = new(path);
        HashSet<int> known = [];
        foreach (FuzzSeed good in Seeds.Value)
        {
            File.WriteAllBytes(path, good.Bytes);
            known.UnionWith(reader.Hash());
        }

        SortedDictionary<FuzzOutcome, long> outcomes = [];
        for (long i = slice * count; i < (slice + 1) * count; i++)
        {
            // Each mutant has a random sequence of its own, so that it can be made again without those before it.
            Mutator mutator = new(Seeds.Value, new Random(HashOf(seed, i)));
            FuzzSeed good = Seeds.Value[(int)(i % Seeds.Value.Count)];
            byte[] mutant = mutator.Mutate(good);
            File.WriteAllBytes(path, mutant);
            try
            {
                FuzzOutcome outcome = ReadInTime(reader, mutant, known);
                outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                string kept = Path.Combine(Directory.CreateTempSubdirectory("digicam-fuzz-").FullName, string.Create(CultureInfo.InvariantCulture, $"mutant-{seed}-{i}.fits.fz"));
                File.WriteAllBytes(kept, mutant);
                Assert.Fail($"mutant {i} of seed {seed} ({mutator.Description}), kept as {kept}: {e}");
            }
        }

        StringBuilder text = new();
        foreach ((FuzzOutcome outcome, long number) in outcomes) text.Append(CultureInfo.InvariantCulture, $"{outcome} {number}, ");
        TestContext.Current.TestOutputHelper?.WriteLine(text.ToString());
        Assert.Equal(count, outcomes.Values.Sum());
        // The mutator would be no use if all its files were refused at the door, or were read as if nothing had happened.
        if (count >= 500) Assert.Equal(Enum.GetValues<FuzzOutcome>(), outcomes.Keys);
    }

    /// <summary>Reads a mutant; a slow one gets two more chances, since other programs may be using the machine.</summary>
    private static FuzzOutcome ReadInTime(FuzzReader reader, byte[] mutant, HashSet<int> known)
    {
        TimeSpan fastest = TimeSpan.MaxValue;
        for (int attempt = 0; attempt < 3; attempt++)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            Stopwatch watch = Stopwatch.StartNew();
            FuzzOutcome outcome = reader.Read(mutant, known);
            if (watch.Elapsed < TimeLimit) return outcome;
            fastest = watch.Elapsed < fastest ? watch.Elapsed : fastest;
        }

        throw new TimeoutException(string.Create(CultureInfo.InvariantCulture, $"reading takes {fastest.TotalSeconds:0.0} s at best, at most {TimeLimit.TotalSeconds:0} s allowed"));
    }

    private static long Number(string variable, long otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture) : otherwise;

    /// <summary>A hash that is the same in every process.</summary>
    private static int HashOf(long seed, long number)
    {
        ulong x = unchecked((ulong)seed * 0x9e3779b97f4a7c15 + (ulong)number);
        x = unchecked((x ^ (x >> 30)) * 0xbf58476d1ce4e5b9);
        x = unchecked((x ^ (x >> 27)) * 0x94d049bb133111eb);
        return (int)(x >> 33);
    }
}
