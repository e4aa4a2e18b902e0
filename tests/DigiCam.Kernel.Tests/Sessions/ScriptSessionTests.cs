using System.Globalization;
using System.IO.Compression;
using System.IO.Pipes;
using System.Text;
using DigiCam.Kernel.Documents;
using DigiCam.Kernel.Sessions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace DigiCam.Kernel.Tests.Sessions;

public sealed class ScriptSessionTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();
    private readonly ScriptSession _session;
    private int _count;

    public ScriptSessionTests() => _session = new ScriptSession(new ScriptSessionOptions { BaseDirectory = _folder.FullName });

    public void Dispose()
    {
        _session.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Execute_ChainsDeclarations()
    {
        await RunAsync("var a = 1; int F(int x) => x + a; record R(int V);");
        Assert.Equal("3", await ResultAsync("F(2)"));
        await RunAsync("var a = \"redeclared\";");
        Assert.Equal("redeclared", await ResultAsync("a"));
        Assert.Equal("R { V = 4 }", await ResultAsync("new R(4)"));
        Assert.Equal("6", await ResultAsync("await Task.Run(() => 6)"));
        Assert.Equal("3", await ResultAsync("new List<int> { 1, 2 }.Sum()"));
        Assert.Equal("<null>", await ResultAsync("(string)null"));
        Assert.Equal("1.5", await ResultAsync("#!csharp\n1.5"));
        Assert.Empty(await RunAsync("F(2);"));
        Assert.Empty(await RunAsync("void G() { }\nG()"));
    }

    [Fact]
    public async Task Execute_Usings_AreThoseOfDotNetInteractive()
    {
        Assert.Equal(
            ["System", "System.Collections", "System.Collections.Generic", "System.Linq", "System.Text", "System.Threading.Tasks"],
            ScriptSessionOptions.DefaultUsings);
        ErrorOutput error = Assert.IsType<ErrorOutput>(Assert.Single(await RunAsync("File.Exists(\"a\")")));
        Assert.Contains("CS0103", error.Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Execute_Streams_KeepTheirOrderWithDisplays()
    {
        IReadOnlyList<CellOutput> outputs = await RunAsync(
            "Console.WriteLine(\"a\"); Console.Error.WriteLine(\"e\"); display(1); Console.Write('b'); Console.Write(1.5); display(\"*m*\", \"text/markdown\"); HTML(\"<b>\")");
        Assert.Equal(
            ["stdout a", "stderr e", "display text/plain", "stdout b1.5", "display text/markdown", "result text/html, text/plain"],
            outputs.Select(output => output switch
            {
                StreamOutput stream => $"{stream.Name} {stream.Text.TrimEnd()}",
                DisplayDataOutput display => $"display {display.Data}",
                ExecuteResultOutput result => $"result {result.Data}",
                _ => "?",
            }));
    }

    [Fact]
    public async Task Execute_PartOfALine_IsSentWhileTheCellRuns()
    {
        Recorder recorder = new();
        Task<ExecutionResult> run = _session.ExecuteAsync(new CodeSubmission("Console.Write(\"dot\"); await Task.Delay(1500);", "cell 1"), recorder, TestContext.Current.CancellationToken);
        while (recorder.Outputs.Count == 0 && !run.IsCompleted) await Task.Delay(10, TestContext.Current.CancellationToken);
        Assert.False(run.IsCompleted);
        await run;
    }

    [Fact]
    public async Task Execute_OtherThreads_WriteToTheCell()
    {
        IReadOnlyList<CellOutput> outputs = await RunAsync("await Task.Run(() => Console.WriteLine(\"task\")); var t = new System.Threading.Thread(() => Console.WriteLine(\"thread\")); t.Start(); t.Join();");
        Assert.Equal("task\nthread\n", string.Concat(outputs.OfType<StreamOutput>().Select(stream => stream.Text)));
    }

    [Fact]
    public async Task Display_CanBeUpdated()
    {
        Recorder recorder = new();
        await _session.ExecuteAsync(new CodeSubmission("var d = display(1); d.Update(2); \"x\".Display();", "cell 1"), recorder, TestContext.Current.CancellationToken);
        Assert.Equal(2, recorder.Outputs.Count);
        Assert.Equal(((DisplayDataOutput)recorder.Outputs[0]).DisplayId, Assert.Single(recorder.Updates).Id);
        Assert.Equal("2", recorder.Updates[0].Data["text/plain"]);
    }

    [Fact]
    public async Task Execute_CompileError_HasLineColumnAndSource()
    {
        (ExecutionResult result, Recorder recorder) = await ExecuteAsync("var ok = 1;\n\n  var x = undefined + 1;\nint y = \"s\";", "cell 7");
        Assert.False(result.Succeeded);
        Assert.Equal(3, result.Line);
        ErrorOutput error = Assert.IsType<ErrorOutput>(Assert.Single(recorder.Outputs));
        Assert.Equal("Error", error.Name);
        Assert.StartsWith("cell 7, line 3, column 11: error CS0103", error.Value, StringComparison.Ordinal);
        Assert.Equal("      var x = undefined + 1;", error.Traceback[1]);
        Assert.Equal("              ^", error.Traceback[2]);
        Assert.Contains(error.Traceback, line => line.StartsWith("cell 7, line 4, column 9: error CS0029", StringComparison.Ordinal));
        Assert.Contains("CS0103", Assert.IsType<ErrorOutput>((await RunAsync("ok"))[^1]).Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Execute_RuntimeError_TracebackNamesCellLines()
    {
        await ExecuteAsync("int Divide(int a, int b)\n{\n    return a / b;\n}\nasync Task<int> Later(int b)\n{\n    await Task.Delay(1);\n    return Divide(1, b);\n}", "cell 3");
        (ExecutionResult result, Recorder recorder) = await ExecuteAsync("var kept = 5;\n\nawait Later(0)", "cell 4");
        ErrorOutput error = Assert.IsType<ErrorOutput>(Assert.Single(recorder.Outputs));
        Assert.Equal("System.DivideByZeroException: Attempted to divide by zero.", error.Value);
        Assert.Equal(
            [
                "System.DivideByZeroException: Attempted to divide by zero.",
                "   Divide, cell 3, line 3: return a / b;",
                "   Later, cell 3, line 8: return Divide(1, b);",
                "   cell 4, line 3: await Later(0)",
            ],
            error.Traceback);
        Assert.Equal(3, result.Line);
        Assert.Equal("5", await ResultAsync("kept"));
    }

    [Fact]
    public async Task Execute_InnerExceptions_AreToldWithTheirPlaces()
    {
        (_, Recorder recorder) = await ExecuteAsync("try\n{\n    int.Parse(\"x\");\n}\ncatch (Exception e)\n{\n    throw new InvalidOperationException(\"outer\", e);\n}", "cell 1");
        ErrorOutput error = Assert.IsType<ErrorOutput>(Assert.Single(recorder.Outputs));
        Assert.Contains("   cell 1, line 7: throw new InvalidOperationException(\"outer\", e);", error.Traceback);
        Assert.Contains(error.Traceback, line => line.StartsWith("caused by System.FormatException", StringComparison.Ordinal));
        Assert.Contains("   cell 1, line 3: int.Parse(\"x\");", error.Traceback);
        Assert.DoesNotContain(error.Traceback, line => line.Contains("Microsoft.CodeAnalysis", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("\n#r \"nuget: Some Package\"", "cell 1, line 2: #r \"nuget: Some Package\": expected a package and its version")]
    [InlineData("#r \"lib/Missing.dll\"", "Missing.dll; build it first: dotnet publish <project of Missing> -c Release -o ")]
    [InlineData("#load \"absent.csx\"", "there is no file")]
    [InlineData("#!fsharp\nlet a = 1", "the magic command '#!fsharp' is not supported")]
    [InlineData("%%time\n1", "the magic command '%%time' is not supported")]
    public async Task Execute_WhatTheEngineCannot_IsSaidClearly(string code, string expected)
    {
        (_, Recorder recorder) = await ExecuteAsync(code, "cell 1");
        Assert.Contains(expected, Assert.IsType<ErrorOutput>(Assert.Single(recorder.Outputs)).Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Execute_ReferenceToNoFile_TakesTheOneBesideTheEngine()
    {
        string code = $"typeof({typeof(ScriptSessionTests).FullName}).Name";
        Assert.IsType<ErrorOutput>(Assert.Single(await RunAsync(code)));
        Assert.Empty(await RunAsync($"#r \"../nowhere/{typeof(ScriptSessionTests).Assembly.GetName().Name}.dll\""));
        Assert.Equal(nameof(ScriptSessionTests), await ResultAsync(code));
    }

    [Fact]
    public async Task Execute_Reference_FindsDependenciesInTheFolderOfTheDll()
    {
        string lib = Directory.CreateDirectory(_folder.File("lib")).FullName;
        string deep = Path.Combine(lib, "Deep.dll"), below = Path.Combine(lib, "Below.dll"), top = Path.Combine(lib, "Top.dll");
        Compile(deep, "namespace Deep { public static class D { public static string Name => \"deep\"; } }");
        Compile(below, "namespace Below { public class Base { public string Name => Deep.D.Name; } }", deep);
        Compile(top, "namespace Top { public class Thing : Below.Base { public static Below.Base Make() => new Thing(); public void Fail() => throw new System.InvalidOperationException(\"inside\"); } }", below);
        Assert.Empty(await RunAsync("#r \"lib/Top.dll\"\nusing Top;\nvar thing = new Thing();"));
        Assert.Equal("deep", await ResultAsync("thing.Name"));
        Assert.Equal("deep", await ResultAsync("Thing.Make().Name"));
        Assert.Empty(await RunAsync("#r \"lib/Below.dll\"\nBelow.Base again = thing;"));
        ErrorOutput error = Assert.IsType<ErrorOutput>((await RunAsync("thing.Fail();"))[^1]);
        Assert.StartsWith("   Top.Thing.Fail()", error.Traceback[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("new Broken()")]
    [InlineData("display(new Broken());")]
    public async Task Execute_ValueThatCannotBeShown_SaysSoAndFailsTheCell(string code)
    {
        Assert.Empty(await RunAsync("class Broken { public string ToHtml() => throw new InvalidOperationException(\"no picture\"); }"));
        (ExecutionResult result, Recorder recorder) = await ExecuteAsync(code, "cell 9");
        Assert.False(result.Succeeded);
        Assert.Contains("cannot be shown", (recorder.Outputs[0] as ExecuteResultOutput)?.Data["text/plain"] ?? ((DisplayDataOutput)recorder.Outputs[0]).Data["text/plain"], StringComparison.Ordinal);
        Assert.Contains("no picture", Assert.IsType<ErrorOutput>(recorder.Outputs[^1]).Value, StringComparison.Ordinal);
        Assert.Equal("3", await ResultAsync("1 + 2"));
    }

    [Fact]
    public async Task Execute_LibraryThatNeedsWhatTheEngineNeeds_LeavesTheFunctionsUnique()
    {
        // The kit brings its own file of YamlDotNet; functions were imported by the first cell, before it.
        string lib = Directory.CreateDirectory(_folder.File("lib")).FullName;
        string yaml = Path.Combine(lib, "YamlDotNet.dll"), top = Path.Combine(lib, "Top.dll");
        File.Copy(typeof(YamlDotNet.Serialization.Deserializer).Assembly.Location, yaml);
        Compile(top, "namespace Top { public static class Plan { public static string Read(string text) => new YamlDotNet.Serialization.Deserializer().Deserialize<string>(text); } }", yaml);
        Assert.Empty(await RunAsync("var before = 1;"));
        Assert.Empty(await RunAsync("#r \"lib/Top.dll\""));
        Assert.Equal("text", await ResultAsync("Top.Plan.Read(\"text\")"));
        Assert.IsType<DisplayDataOutput>(Assert.Single(await RunAsync("display(before);")));
        Assert.Empty(await RunAsync("#r \"lib/YamlDotNet.dll\"\nvar reader = new YamlDotNet.Serialization.Deserializer();"));
        Assert.IsType<DisplayDataOutput>(Assert.Single(await RunAsync("display(reader.Deserialize<int>(\"7\"));")));
    }

    [Fact]
    public async Task Execute_LibrariesForDifferentVersionsOfADependency_GetTheSameOne()
    {
        // As F# libraries do: each was built against its own version of the core library, one newer file lies beside them.
        string lib = Directory.CreateDirectory(_folder.File("lib")).FullName;
        string old = Path.Combine(Directory.CreateDirectory(_folder.File("old")).FullName, "Core.dll"), core = Path.Combine(lib, "Core.dll");
        string left = Path.Combine(lib, "Left.dll"), right = Path.Combine(lib, "Right.dll");
        const string Source = "[assembly: System.Reflection.AssemblyVersion(\"{0}\")] namespace Core {{ public class Item {{ public static int Made; public Item() => Made++; }} }}";
        Compile(old, string.Format(CultureInfo.InvariantCulture, Source, "1.0.0.0"));
        Compile(core, string.Format(CultureInfo.InvariantCulture, Source, "2.0.0.0"));
        Compile(left, "namespace Left { public static class L { public static Core.Item Make() => new Core.Item(); } }", old);
        Compile(right, "namespace Right { public static class R { public static int Count(object item) => item is Core.Item ? Core.Item.Made : -1; } }", core);
        Assert.Empty(await RunAsync("#r \"lib/Left.dll\"\n#r \"lib/Right.dll\""));
        Assert.Equal("1", await ResultAsync("Right.R.Count(Left.L.Make())"));
    }

    [Fact]
    public async Task Execute_Cancelled_EndsTheCellAndKeepsTheSession()
    {
        await RunAsync("var kept = 1;");
        using CancellationTokenSource source = new();
        AppContext.SetData("digicam-test-loop", new Action(() => source.CancelAfter(100)));
        ExecutionResult result = await _session.ExecuteAsync(new CodeSubmission("((Action)AppContext.GetData(\"digicam-test-loop\"))(); kept = 2;\nwhile (true) kept = 3;", "loop"), new Recorder(), source.Token);
        Assert.Equal("Interrupted", result.Error?.Name);
        Assert.Equal(2, result.Line);
        Assert.Equal("3", await ResultAsync("kept"));
    }

    [Fact]
    public async Task Execute_CancelledInCodeThatCannotBeStopped_RefusesSubmissionsUntilItHasEnded()
    {
        // Reading a pipe to which nothing is written is native code.
        using AnonymousPipeServerStream pipe = new(PipeDirection.In);
        using AnonymousPipeClientStream writer = new(PipeDirection.Out, pipe.ClientSafePipeHandle);
        AppContext.SetData("digicam-test-pipe", pipe);
        using CancellationTokenSource source = new();
        AppContext.SetData("digicam-test-read", new Action(() => source.CancelAfter(100)));
        ExecutionResult result = await _session.ExecuteAsync(
            new CodeSubmission("((Action)AppContext.GetData(\"digicam-test-read\"))(); ((System.IO.Stream)AppContext.GetData(\"digicam-test-pipe\")).ReadByte()", "cell 1"), new Recorder(), source.Token);
        Assert.Contains("cannot be stopped", result.Error?.Value, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync("1"));
        writer.WriteByte(1);
        await Task.Delay(500, TestContext.Current.CancellationToken);
        Assert.Equal("1", await ResultAsync("1"));
    }

    [Fact]
    public async Task Execute_Sections_AreShownAndRunInOrder()
    {
        IReadOnlyList<CellOutput> outputs = await RunAsync("#!markdown\n# A \"title\nof *two* lines\n#!csharp\nvar a = 1;\na\n#!html\n<b>x</b>\n#!c#\n#!time\na + 1");
        Assert.Equal(["display text/markdown", "result 1", "display text/html", "result 2", "display text/plain"], outputs.Select(output => output switch
        {
            DisplayDataOutput display => $"display {display.Data}",
            ExecuteResultOutput result => $"result {result.Data["text/plain"]}",
            _ => output.ToString(),
        }));
        Assert.Equal("# A \"title\nof *two* lines", ((DisplayDataOutput)outputs[0]).Data["text/markdown"]);
        Assert.Matches(@"^Wall time: \d+\.\d ms$", ((DisplayDataOutput)outputs[4]).Data["text/plain"]);
        (_, Recorder failed) = await ExecuteAsync("#!html\n<i>\n#!csharp\n\nundefined", "sections");
        Assert.StartsWith("sections, line 5, column 1", Assert.IsType<ErrorOutput>(failed.Outputs[^1]).Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Execute_MagicInText_IsText()
    {
        Assert.Equal("\n#!time\n#r \"nuget: X\"", await ResultAsync("\"\"\"\"\n\n#!time\n#r \"nuget: X\"\n\"\"\"\""));
        Assert.Equal("2", await ResultAsync("/*\n#!fsharp\n*/\n2"));
    }

    [Fact]
    public async Task Execute_Package_IsRestoredFromTheFeedOfTheNotebook()
    {
        string lib = Directory.CreateDirectory(_folder.File("lib")).FullName;
        Compile(Path.Combine(lib, "DigiCam.TestPackage.dll"), "namespace Packed { public static class P { public static string Hello => \"packed\"; } }");
        string feed = Directory.CreateDirectory(_folder.File("feed")).FullName;
        string version = $"1.2.{Random.Shared.Next()}";
        using (ZipArchive package = ZipFile.Open(Path.Combine(feed, $"DigiCam.TestPackage.{version}.nupkg"), ZipArchiveMode.Create))
        {
            package.CreateEntryFromFile(Path.Combine(lib, "DigiCam.TestPackage.dll"), "lib/net8.0/DigiCam.TestPackage.dll");
            using StreamWriter manifest = new(package.CreateEntry("DigiCam.TestPackage.nuspec").Open());
            manifest.Write($"<package><metadata><id>DigiCam.TestPackage</id><version>{version}</version><authors>a</authors><description>d</description></metadata></package>");
        }

        // Nothing but this folder: the test asks no other feed.
        File.WriteAllText(_folder.File("NuGet.config"), $"<configuration><config><add key=\"globalPackagesFolder\" value=\"cache\" /></config><packageSources><clear /></packageSources></configuration>");
        (_, Recorder missing) = await ExecuteAsync($"#r \"nuget: DigiCam.TestPackage, {version}\"", "cell 1");
        Assert.Contains("cell 1, line 1: ", Assert.IsType<ErrorOutput>(Assert.Single(missing.Outputs)).Value, StringComparison.Ordinal);
        Assert.Contains("DigiCam.TestPackage", Assert.IsType<ErrorOutput>(missing.Outputs[0]).Value, StringComparison.Ordinal);
        Assert.DoesNotContain("csproj", Assert.IsType<ErrorOutput>(missing.Outputs[0]).Value, StringComparison.Ordinal);
        IReadOnlyList<CellOutput> outputs = await RunAsync($"#i \"nuget: feed\"\n#r \"nuget: DigiCam.TestPackage, {version}\"\nPacked.P.Hello");
        Assert.Equal($"Packages: DigiCam.TestPackage {version}", Assert.IsType<DisplayDataOutput>(outputs[0]).Data["text/plain"]);
        Assert.Equal("packed", Assert.IsType<ExecuteResultOutput>(outputs[1]).Data["text/plain"]);
    }

    [Fact]
    public async Task Sessions_AtTheSameTime_KeepTheirConsolesApart()
    {
        using ScriptSession other = new(new ScriptSessionOptions());
        Recorder first = new(), second = new();
        const string Code = "for (int i = 0; i < 50; i++) { Console.WriteLine(NAME); await Task.Yield(); }";
        await Task.WhenAll(
            _session.ExecuteAsync(new CodeSubmission(Code.Replace("NAME", "\"one\"", StringComparison.Ordinal), "a"), first, TestContext.Current.CancellationToken),
            other.ExecuteAsync(new CodeSubmission(Code.Replace("NAME", "\"two\"", StringComparison.Ordinal), "b"), second, TestContext.Current.CancellationToken));
        Assert.All(first.Outputs, output => Assert.Equal("one\n", ((StreamOutput)output).Text));
        Assert.Equal(50, second.Outputs.Count);
    }

    [Fact]
    public void Display_OutsideOfACell_Throws() => Assert.Throws<InvalidOperationException>(() => NotebookFunctions.display(1));

    private async Task<(ExecutionResult Result, Recorder Recorder)> ExecuteAsync(string code, string label)
    {
        Recorder recorder = new();
        return (await _session.ExecuteAsync(new CodeSubmission(code, label), recorder, TestContext.Current.CancellationToken), recorder);
    }

    private async Task<IReadOnlyList<CellOutput>> RunAsync(string code) =>
        (await ExecuteAsync(code, string.Create(CultureInfo.InvariantCulture, $"step {++_count}"))).Recorder.Outputs;

    private async Task<string> ResultAsync(string code)
    {
        IReadOnlyList<CellOutput> outputs = await RunAsync(code);
        Assert.True(outputs is [ExecuteResultOutput], string.Join("\n", outputs));
        return ((ExecuteResultOutput)outputs[0]).Data["text/plain"];
    }

    private static void Compile(string path, string source, params string[] references)
    {
        string runtime = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        CSharpCompilation compilation = CSharpCompilation.Create(
            Path.GetFileNameWithoutExtension(path),
            [CSharpSyntaxTree.ParseText(source, encoding: Encoding.UTF8)],
            [MetadataReference.CreateFromFile(Path.Combine(runtime, "System.Runtime.dll")), MetadataReference.CreateFromFile(typeof(object).Assembly.Location), .. references.Select(reference => MetadataReference.CreateFromFile(reference))],
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        Microsoft.CodeAnalysis.Emit.EmitResult result = compilation.Emit(path);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics));
    }

    private sealed class Recorder : IOutputSink
    {
        public List<CellOutput> Outputs { get; } = [];

        public List<(string Id, MimeBundle Data)> Updates { get; } = [];

        public void Write(CellOutput output) => Outputs.Add(output);

        public void UpdateDisplay(string displayId, MimeBundle data) => Updates.Add((displayId, data));

        public void ClearOutput(bool wait) => Outputs.Clear();
    }
}
