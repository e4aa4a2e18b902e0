using DigiCam.Kernel.Documents;
using DigiCam.Kernel.Parameters;
using DigiCam.Kernel.Tests.Support;

namespace DigiCam.Kernel.Tests.Parameters;

public sealed class ParameterCellTests
{
    [Theory]
    [InlineData("var x = \"a\";", "b", "string x = \"b\";")]
    [InlineData("var x = \"a\";", "null", "string x = \"null\";")]
    [InlineData("var x = \"a\";", "q\"\\\n{0}", "string x = \"q\\\"\\\\\\n{0}\";")]
    [InlineData("var x = true;", "False", "bool x = false;")]
    [InlineData("var x = 1;", "-7", "int x = -7;")]
    [InlineData("byte x = 1;", "255", "byte x = 255;")]
    [InlineData("short x = 1;", "-32768", "short x = -32768;")]
    [InlineData("var x = 1u;", "4294967295", "uint x = 4294967295u;")]
    [InlineData("var x = 1L;", "-9223372036854775808", "long x = -9223372036854775808L;")]
    [InlineData("var x = 1ul;", "18446744073709551615", "ulong x = 18446744073709551615ul;")]
    [InlineData("var x = 1.0;", "1e3", "double x = 1000d;")]
    [InlineData("var x = 1.0;", "NaN", "double x = double.NaN;")]
    [InlineData("var x = 1.0;", "-0.1", "double x = -0.1d;")]
    [InlineData("var x = 1f;", "0.1", "float x = 0.1f;")]
    [InlineData("var x = 1m;", "1.10", "decimal x = 1.10m;")]
    [InlineData("char x = 'a';", "'", "char x = '\\'';")]
    [InlineData("int? x = null;", "3", "int? x = 3;")]
    [InlineData("int? x = 3;", "null", "int? x = null;")]
    [InlineData("var x = DayOfWeek.Monday;", "friday", "System.DayOfWeek x = System.DayOfWeek.Friday;")]
    [InlineData("var x = new DateOnly(2020, 1, 1);", "2026-02-03", "System.DateOnly x = new System.DateOnly(2026, 2, 3);")]
    [InlineData("var x = TimeSpan.Zero;", "00:01:00", "System.TimeSpan x = System.TimeSpan.Parse(\"00:01:00\", System.Globalization.CultureInfo.InvariantCulture);")]
    [InlineData("var x = new[] { 1 };", "[1,2,3]", "int[] x = new int[] { 1, 2, 3 };")]
    [InlineData("var x = new[] { 1 };", "1,2, 3", "int[] x = new int[] { 1, 2, 3 };")]
    [InlineData("var x = new[] { 1 };", "", "int[] x = new int[] {  };")]
    [InlineData("var x = new[] { \"a\" };", "[\"b,c\", \"d\"]", "string[] x = new string[] { \"b,c\", \"d\" };")]
    [InlineData("var x = new[] { \"a\" };", "[b, d]", "string[] x = new string[] { \"b\", \"d\" };")]
    [InlineData("var x = new List<double>();", "0.5,1", "System.Collections.Generic.List<double> x = new System.Collections.Generic.List<double> { 0.5d, 1d };")]
    [InlineData("IReadOnlyList<int> x = null;", "1", "System.Collections.Generic.IReadOnlyList<int> x = new int[] { 1 };")]
    [InlineData("int @class = 1;", "2", "int @class = 2;", "class")]
    public void Inject_TypedValue_WritesTheRightLiteral(string cell, string value, string expected, string name = "x")
    {
        NotebookDocument document = Notebooks.WithParameters(cell);
        ParameterCell.Inject(document, NotebookParameters.Empty.With(name, ParameterValue.Typed(value)));
        Assert.Equal("// Values given to this run.\n" + expected, document.Cells[1].Source);
        Assert.Equal(["injected-parameters"], document.Cells[1].Tags);
        // What was written is a redeclaration that compiles.
        Assert.Single(ParameterCell.Discover(Notebooks.WithParameters(document.Cells[1].Source)));
    }

    [Theory]
    [InlineData("int x = 1;", "1.5", "parameter x: '1.5' is not a value of type int")]
    [InlineData("int x = 1;", "null", "parameter x: 'null' is not a value of type int")]
    [InlineData("byte x = 1;", "256", "not a value of type byte")]
    [InlineData("uint x = 1;", "-1", "not a value of type uint")]
    [InlineData("double x = 1;", "1,5", "parameter x: '1,5' is not a value of type double")]
    [InlineData("bool x = true;", "yes", "not a value of type bool")]
    [InlineData("var x = new[] { 1 };", "1,a", "parameter x: 'a' is not a value of type int")]
    [InlineData("var x = DayOfWeek.Monday;", "Feb", "not a value of type System.DayOfWeek")]
    [InlineData("var x = new object();", "1", "values of type object cannot be given")]
    [InlineData("int y = 1;", "1", "unknown parameter 'x' (did you mean y?); known are y (int)")]
    [InlineData("int x = \"a\";", "1", "the parameters cell does not compile: line 1: error CS0029")]
    [InlineData("", "1", "the parameters cell declares none")]
    public void Inject_WrongValue_Throws(string cell, string value, string expected)
    {
        NotebookDocument document = Notebooks.WithParameters(cell);
        ParameterException exception = Assert.Throws<ParameterException>(() => ParameterCell.Inject(document, NotebookParameters.Empty.With("x", ParameterValue.Typed(value))));
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
        Assert.Single(document.Cells);
    }

    [Fact]
    public void Inject_NoParametersCell_Throws()
    {
        ParameterException exception = Assert.Throws<ParameterException>(() => ParameterCell.Inject(Notebooks.Create("1"), NotebookParameters.Empty.WithAssignment("a=1")));
        Assert.Contains("no code cell tagged 'parameters'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Discover_ReadsTypeDefaultAndComment()
    {
        IReadOnlyList<DeclaredParameter> declared = ParameterCell.Discover(Notebooks.WithParameters("var a = \"x\"; // the file\nint b = 1, c = 2;\nvar d = new[] { 1.5 };\nconst int Fixed = 3;\ndouble? e = null;"));
        Assert.Equal(["a", "b", "c", "d", "e"], declared.Select(parameter => parameter.Name));
        Assert.Equal(["string", "int", "int", "double[]", "double?"], declared.Select(parameter => parameter.Type));
        Assert.Equal(("\"x\"", "the file"), (declared[0].Default, declared[0].Comment));
        Assert.Empty(ParameterCell.Discover(Notebooks.Create("int a = 1;")));
    }

    [Theory]
    [InlineData("p.yaml", "# comment\nn: 3\nname: 'a b'\nempty: ~\nlist: [1, 2]\nlong:\n  - 0.5\n  - .1\nf: 1e3\n")]
    [InlineData("p.json", "{\"n\": 3, \"name\": \"a b\", \"empty\": null, \"list\": [1, 2], \"long\": [0.5, 0.1], \"f\": 1e3}")]
    public void WithFile_ReadsValues(string name, string content)
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        File.WriteAllText(folder.File(name), content);
        NotebookDocument document = Notebooks.WithParameters("int n = 0; string name = \"\"; string empty = \"x\"; int[] list = null; double[] @long = null; double f = 0;");
        // What is typed wins over the file.
        ParameterCell.Inject(document, NotebookParameters.Empty.WithFile(folder.File(name)).WithAssignment("n=4"));
        Assert.Equal(
            "// Values given to this run.\nint n = 4;\nstring name = \"a b\";\nstring empty = null;\nint[] list = new int[] { 1, 2 };\ndouble[] @long = new double[] { 0.5d, 0.1d };\ndouble f = 1000d;",
            document.Cells[1].Source);
    }

    [Theory]
    [InlineData("p.yaml", "a: [1", "p.yaml: line ")]
    [InlineData("p.yaml", "- 1", "expected a map")]
    [InlineData("p.yaml", "a:\n  b: 1", "p.yaml: line 2: a value or a list is expected")]
    [InlineData("p.json", "{\"a\":\n 1", "p.json: line 2: not JSON")]
    [InlineData("p.json", "{\"a\": {}}", "p.json: a: a value or a list is expected")]
    [InlineData("none.yaml", null, "none.yaml: no such parameter file")]
    public void WithFile_Defect_NamesFileAndPlace(string name, string? content, string expected)
    {
        using TemporaryFolder folder = TestEnvironment.CreateTemporaryFolder();
        if (content is not null) File.WriteAllText(folder.File(name), content);
        ParameterException exception = Assert.Throws<ParameterException>(() => NotebookParameters.Empty.WithFile(folder.File(name)));
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WithAssignment_Malformed_Throws()
    {
        Assert.Throws<ParameterException>(() => NotebookParameters.Empty.WithAssignment("abc"));
        Assert.Throws<ParameterException>(() => NotebookParameters.Empty.WithAssignment("=1"));
        Assert.Equal("a=b", NotebookParameters.Empty.WithAssignment("x=a=b").Values["x"].Text);
    }
}
