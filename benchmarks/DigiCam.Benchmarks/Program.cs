using System.Globalization;
using BenchmarkDotNet.Running;
using DigiCam.Benchmarks;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

// "figures", "zfits", "simulation", "dark", "scan", "fits", "light", "shot-noise", "shards": the figures of the CHANGELOG, as whole-task measurements in a minute or two. "light short" is that of "light" in
// less than 40 s of processor time, "light bias" its table of biases alone. Anything else goes to BenchmarkDotNet.
switch (args)
{
    case ["figures"]:
        return Figures.Print();
    case ["zfits"]:
        return ZFitsFigures.Print();
    case ["simulation"]:
        return SimulationFigures.Print();
    case ["dark"]:
        return DarkFigures.Print();
    case ["scan"]:
        return ScanFigures.Print();
    case ["fits"]:
        return FitFigures.Print();
    case ["light"]:
        return LightFigures.Print();
    case ["light", "short"]:
        return LightFigures.PrintShort();
    case ["light", "bias"]:
        return LightFigures.PrintBias();
    case ["shot-noise"]:
        return ShotNoiseFigures.Print();
    case ["shards"] or ["shards", "short"]:
        return ShardFigures.Print(args.Length > 1);
    case ["fill", string kind, string input, string shard, string target]:
        return ShardFigures.Fill(kind, input, shard, target);
    case ["stream", string path, string threads]:
        return ZFitsFigures.Stream(path, int.Parse(threads, CultureInfo.InvariantCulture));
}

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
