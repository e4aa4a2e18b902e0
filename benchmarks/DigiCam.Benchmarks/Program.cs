using System.Globalization;
using BenchmarkDotNet.Running;
using DigiCam.Benchmarks;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

// "figures": each figure of the CHANGELOG once, in a minute, as whole-task measurements. Anything else goes to BenchmarkDotNet.
if (args is ["figures", ..]) return Figures.Print();
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
