using System.Globalization;
using DigiCam.Fitting;

namespace DigiCam.Tests.Fitting;

/// <summary>A nonlinear regression problem of the Statistical Reference Datasets of NIST, read from its file as published.</summary>
internal sealed class NistProblem
{
    private const int ParameterLine = 41;
    private const int DataLine = 61;

    private NistProblem(string name, double[][] starts, double[] values, double[] errors, double residualSum, double[] y, double[][] predictors)
    {
        Name = name;
        Starts = starts;
        Values = values;
        Errors = errors;
        ResidualSum = residualSum;
        Y = y;
        Predictors = predictors;
    }

    public string Name { get; }

    /// <summary>Start values (start, parameter): the first far from the solution, the second nearer.</summary>
    public double[][] Starts { get; }

    /// <summary>Certified parameters.</summary>
    public double[] Values { get; }

    /// <summary>Certified standard deviations: those of unit errors, scaled with sqrt(residual sum / degrees of freedom).</summary>
    public double[] Errors { get; }

    public double ResidualSum { get; }

    public double[] Y { get; }

    /// <summary>Predictors (predictor, observation).</summary>
    public double[][] Predictors { get; }

    public int DegreesOfFreedom => Y.Length - Values.Length;

    public static NistProblem Read(string name)
    {
        string[] lines = File.ReadAllLines(Path.Combine(TestEnvironment.RepositoryRoot, "tests", "DigiCam.Tests", "Fitting", "Nist", $"{name}.dat"));
        List<double[]> parameters = [];
        int line = ParameterLine - 1;
        for (; lines[line].Contains('='); line++) parameters.Add(Numbers(lines[line][(lines[line].IndexOf('=') + 1)..]));
        double residualSum = Numbers(lines.First(l => l.StartsWith("Residual Sum of Squares", StringComparison.Ordinal)).Split(':')[1])[0];
        double[][] data = [.. lines.Skip(DataLine - 1).Where(l => l.Trim().Length > 0).Select(Numbers)];
        return new NistProblem(
            name, [[.. parameters.Select(p => p[0])], [.. parameters.Select(p => p[1])]], [.. parameters.Select(p => p[2])], [.. parameters.Select(p => p[3])],
            residualSum, [.. data.Select(d => name == "Nelson" ? Math.Log(d[0]) : d[0])], [.. Enumerable.Range(1, data[0].Length - 1).Select(i => data.Select(d => d[i]).ToArray())]);
    }

    /// <summary>The cost with unit errors.</summary>
    public LeastSquares Cost(bool linearErrors)
    {
        double[] ones = new double[Y.Length];
        Array.Fill(ones, 1);
        // Nelson has two predictors: its x is the number of the observation.
        double[] x = Predictors.Length == 1 ? Predictors[0] : [.. Enumerable.Range(0, Y.Length)];
        return new LeastSquares(x, Y, ones, Values.Length, Model(), Derivatives()) { LinearErrors = linearErrors };
    }

    private Curve Model() => Name switch
    {
        "Misra1a" or "BoxBOD" => static (x, b) => b[0] * (1 - Math.Exp(-b[1] * x)),
        "Misra1b" => static (x, b) => b[0] * (1 - Math.Pow(1 + (b[1] * x / 2), -2)),
        "Misra1c" => static (x, b) => b[0] * (1 - Math.Pow(1 + (2 * b[1] * x), -0.5)),
        "Misra1d" => static (x, b) => b[0] * b[1] * x / (1 + (b[1] * x)),
        "Chwirut1" or "Chwirut2" => static (x, b) => Math.Exp(-b[0] * x) / (b[1] + (b[2] * x)),
        "DanWood" => static (x, b) => b[0] * Math.Pow(x, b[1]),
        "Lanczos1" or "Lanczos2" or "Lanczos3" => static (x, b) => (b[0] * Math.Exp(-b[1] * x)) + (b[2] * Math.Exp(-b[3] * x)) + (b[4] * Math.Exp(-b[5] * x)),
        "Gauss1" or "Gauss2" or "Gauss3" => static (x, b) => (b[0] * Math.Exp(-b[1] * x)) + Peak(x, b[2], b[3], b[4]) + Peak(x, b[5], b[6], b[7]),
        "Kirby2" => static (x, b) => (b[0] + (x * (b[1] + (x * b[2])))) / (1 + (x * (b[3] + (x * b[4])))),
        "Hahn1" or "Thurber" => static (x, b) => (b[0] + (x * (b[1] + (x * (b[2] + (x * b[3])))))) / (1 + (x * (b[4] + (x * (b[5] + (x * b[6])))))),
        "MGH09" => static (x, b) => b[0] * ((x * x) + (x * b[1])) / ((x * x) + (x * b[2]) + b[3]),
        "MGH10" => static (x, b) => b[0] * Math.Exp(b[1] / (x + b[2])),
        "MGH17" => static (x, b) => b[0] + (b[1] * Math.Exp(-x * b[3])) + (b[2] * Math.Exp(-x * b[4])),
        "Nelson" => (i, b) => b[0] - (b[1] * Predictors[0][(int)i] * Math.Exp(-b[2] * Predictors[1][(int)i])),
        "Roszman1" => static (x, b) => b[0] - (b[1] * x) - (Math.Atan(b[2] / (x - b[3])) / Math.PI),
        "ENSO" => static (x, b) => b[0] + Wave(x, 12, b[1], b[2]) + Wave(x, b[3], b[4], b[5]) + Wave(x, b[6], b[7], b[8]),
        "Rat42" => static (x, b) => b[0] / (1 + Math.Exp(b[1] - (b[2] * x))),
        "Rat43" => static (x, b) => b[0] / Math.Pow(1 + Math.Exp(b[1] - (b[2] * x)), 1 / b[3]),
        "Eckerle4" => static (x, b) => b[0] / b[1] * Math.Exp(-0.5 * Square((x - b[2]) / b[1])),
        "Bennett5" => static (x, b) => b[0] * Math.Pow(b[1] + x, -1 / b[2]),
        _ => throw new ArgumentException($"no model for {Name}"),
    };

    // For the problems whose valleys are so narrow that derivatives from differences do not follow them.
    private CurveGradient? Derivatives() => Name switch
    {
        "MGH10" => static (x, b, d) =>
        {
            double e = Math.Exp(b[1] / (x + b[2]));
            d[0] = e;
            d[1] = b[0] * e / (x + b[2]);
            d[2] = -b[0] * e * b[1] / Square(x + b[2]);
        },
        "MGH17" => static (x, b, d) =>
        {
            d[0] = 1;
            d[1] = Math.Exp(-x * b[3]);
            d[2] = Math.Exp(-x * b[4]);
            d[3] = -x * b[1] * d[1];
            d[4] = -x * b[2] * d[2];
        },
        "Bennett5" => static (x, b, d) =>
        {
            double power = Math.Pow(b[1] + x, -1 / b[2]);
            d[0] = power;
            d[1] = -b[0] * power / (b[2] * (b[1] + x));
            d[2] = b[0] * power * Math.Log(b[1] + x) / Square(b[2]);
        },
        _ => null,
    };

    private static double Peak(double x, double height, double centre, double width) => height * Math.Exp(-Square((x - centre) / width));

    private static double Wave(double x, double period, double cosine, double sine) => (cosine * Math.Cos(2 * Math.PI * x / period)) + (sine * Math.Sin(2 * Math.PI * x / period));

    private static double Square(double z) => z * z;

    private static double[] Numbers(string text) => [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(t => double.Parse(t, CultureInfo.InvariantCulture))];
}
