using System.Text.RegularExpressions;

namespace DigiCam.Tests.Simulation;

/// <summary>
/// The last bit of exponentials, logarithms and the like differs from one C library to the next, and a fused multiplication rounds once where two
/// operations round twice: the simulation, whose files are the same everywhere, may use none of them.
/// </summary>
public sealed partial class PortableSourcesTests
{
    private static readonly string[] ExactFunctions = ["Abs", "BigMul", "Ceiling", "Clamp", "DivRem", "Floor", "Max", "Min", "Round", "Sign", "Sqrt", "Truncate"];

    [Fact]
    public void Sources_OfTheSimulation_CallNoFunctionOfThePlatform()
    {
        string folder = Path.Combine(TestEnvironment.RepositoryRoot, "src", "DigiCam", "Simulation");
        string[] files = Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories);
        Assert.Contains(files, file => Path.GetFileName(file) == "EventSimulator.cs");
        Assert.Empty(files.SelectMany(file => Forbidden(File.ReadAllText(file)).Select(call => $"{Path.GetFileName(file)}: {call}")));
    }

    [Theory]
    [InlineData("x = Math.Exp(y);", "Math.Exp")]
    [InlineData("x = MathF.Log(y);", "MathF.Log")]
    [InlineData("x = Math\n    .Pow(y, 2);", "Math.Pow")]
    [InlineData("x = double.Sin(y);", "double.Sin")]
    [InlineData("(float s, float c) = float.SinCos(y);", "float.SinCos")]
    [InlineData("x = Math.FusedMultiplyAdd(a, b, c);", "Math.FusedMultiplyAdd")]
    [InlineData("v = Fma.MultiplyAdd(a, b, c);", "Fma")]
    [InlineData("v = Vector256.FusedMultiplyAdd(a, b, c);", "FusedMultiplyAdd")]
    [InlineData("x = Vector256.Sum(v);", "Vector256.Sum")]
    [InlineData("TensorPrimitives.Exp(a, b);", "TensorPrimitives")]
    [InlineData("using static System.Math;", "using static System.Math")]
    public void Forbidden_CallOfThePlatform_IsFound(string source, string call) => Assert.Contains(call, Forbidden(source));

    [Theory]
    [InlineData("x = Math.Sqrt(y) + PortableMath.Exp(z) + double.Max(a, b);")]
    [InlineData("// Math.Exp differs from one platform to the next")]
    public void Forbidden_ExactCalls_AreNotFound(string source) => Assert.Empty(Forbidden(source));

    private static IEnumerable<string> Forbidden(string source)
    {
        string code = Comment().Replace(source, "");
        IEnumerable<string> functions = FunctionCall().Matches(code)
            .Where(call => !ExactFunctions.Contains(call.Groups["function"].Value) && !(call.Groups["type"].Value is "double" or "float" && !Transcendental().IsMatch(call.Groups["function"].Value)))
            .Select(call => $"{call.Groups["type"].Value}.{call.Groups["function"].Value}");
        return [.. functions, .. Fused().Matches(code).Select(match => match.Value)];
    }

    [GeneratedRegex(@"//[^\n]*")]
    private static partial Regex Comment();

    [GeneratedRegex(@"(?<!\w)(?<type>Math|MathF|double|float)\s*\.\s*(?<function>[A-Z]\w*)\s*\(")]
    private static partial Regex FunctionCall();

    [GeneratedRegex("^(A?(Sin|Cos|Tan)(h|Pi)?|SinCos|SinCosPi|Atan2|Atan2Pi|Exp.*|Log.*|Pow|Cbrt|RootN|Hypot|FusedMultiplyAdd|MultiplyAddEstimate|Reciprocal.*)$")]
    private static partial Regex Transcendental();

    [GeneratedRegex(@"\bTensorPrimitives\b|\bFma\b|\bFusedMultiplyAdd\b|\bMultiplyAddEstimate\b|\bVector(64|128|256|512)?\.(Sum|Dot)\b|using static System\.Math\b")]
    private static partial Regex Fused();
}
