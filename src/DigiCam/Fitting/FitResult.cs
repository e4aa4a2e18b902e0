using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using DigiCam.Results;
using MathNet.Numerics;

namespace DigiCam.Fitting;

/// <summary>A parameter after the fit.</summary>
/// <param name="Name">Name, as in files and displays.</param>
/// <param name="Unit">Unit of value and error.</param>
/// <param name="Value">Fitted value; NaN when nothing was fitted.</param>
/// <param name="Error">Standard error; NaN when there is none (not converged, fixed, on a limit).</param>
/// <param name="IsAtLimit">True when the value rests on a limit.</param>
/// <param name="IsFixed">True when the value was not fitted.</param>
public readonly record struct FittedParameter(string Name, string Unit, double Value, double Error, bool IsAtLimit, bool IsFixed);

/// <summary>The result of one fit. Errors are one standard deviation, never scaled by chi2.</summary>
public sealed class FitResult
{
    private readonly double[] _covariance;

    internal FitResult(
        FitStatus status, ImmutableArray<FittedParameter> parameters, double[] covariance,
        double minimum, double estimatedDistance, int dataCount, int calls, ImmutableArray<FitAttempt> attempts)
    {
        Status = status;
        Parameters = parameters;
        _covariance = covariance;
        Attempts = attempts;
        Minimum = minimum;
        EstimatedDistance = estimatedDistance;
        DataCount = dataCount;
        DegreesOfFreedom = Math.Max(0, dataCount - parameters.Count(p => !p.IsFixed));
        Calls = calls;
    }

    /// <summary>How the fit ended.</summary>
    public FitStatus Status { get; }

    /// <summary>True when values and errors can be used as they are.</summary>
    public bool IsValid => Status == FitStatus.Converged;

    /// <summary>True when a minimum with errors was found, be it that parameters rest on their limits.</summary>
    public bool HasErrors => Status is FitStatus.Converged or FitStatus.AtLimit;

    /// <summary>True when covariances are known.</summary>
    public bool HasCovariance => _covariance.Length > 0;

    /// <summary>All parameters in the order of the model.</summary>
    public ImmutableArray<FittedParameter> Parameters { get; }

    /// <summary>Cost at the minimum: -2 ln L relative to the saturated model, which serves as chi2; NaN when nothing was fitted.</summary>
    public double Minimum { get; }

    /// <summary>Expected distance of the cost from its true minimum when the fit stopped.</summary>
    public double EstimatedDistance { get; }

    /// <summary>Number of data (bins, points, constraints) that entered the cost, empty bins included.</summary>
    public int DataCount { get; }

    /// <summary>Data minus free parameters.</summary>
    public int DegreesOfFreedom { get; }

    /// <summary>Minimum divided by the degrees of freedom; NaN when there are none.</summary>
    public double ChiSquarePerNdf => DegreesOfFreedom > 0 ? Minimum / DegreesOfFreedom : double.NaN;

    /// <summary>Probability of a worse minimum if the model is right, from the chi2 law; NaN when there are no degrees of freedom.</summary>
    public double PValue => DegreesOfFreedom > 0 && double.IsFinite(Minimum)
        ? SpecialFunctions.GammaUpperRegularized(DegreesOfFreedom / 2.0, Math.Max(0, Minimum) / 2)
        : double.NaN;

    /// <summary>Number of evaluations of the cost, those for second derivatives included, over all attempts.</summary>
    public int Calls { get; }

    /// <summary>Every try at this fit in its order, the only one included; empty when the result comes from a file without them.</summary>
    public ImmutableArray<FitAttempt> Attempts { get; }

    /// <summary>A parameter by name.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="ArgumentException">There is no such parameter.</exception>
    public FittedParameter this[string name] => Parameters[IndexOf(name)];

    /// <summary>Covariance of two parameters by index; NaN where there is none.</summary>
    /// <param name="row">Index of the first.</param>
    /// <param name="column">Index of the second.</param>
    public double Covariance(int row, int column) => _covariance.Length == 0 ? double.NaN : _covariance[(row * Parameters.Length) + column];

    /// <summary>Correlation of two parameters by index, -1..1; NaN where there is none.</summary>
    /// <param name="row">Index of the first.</param>
    /// <param name="column">Index of the second.</param>
    public double Correlation(int row, int column) =>
        Covariance(row, column) / Math.Sqrt(Covariance(row, row) * Covariance(column, column));

    /// <summary>Correlation of two parameters by name, -1..1; NaN where there is none.</summary>
    /// <param name="first">Name of the first.</param>
    /// <param name="second">Name of the second.</param>
    /// <exception cref="ArgumentException">There is no such parameter.</exception>
    public double Correlation(string first, string second) => Correlation(IndexOf(first), IndexOf(second));

    /// <summary>The values (parameter), for evaluating cost or model there; NaN when nothing was fitted.</summary>
    public double[] Values() => [.. Parameters.Select(p => p.Value)];

    /// <summary>Status, parameters rounded as the Particle Data Group does, and chi2, in one line.</summary>
    public override string ToString() => $"{Status.Describe()}: {string.Join(", ", Parameters.Select(Text))}{Goodness()}";

    /// <summary>The same in several lines, with every attempt when there was more than one.</summary>
    public string Describe()
    {
        StringBuilder text = new();
        text.Append(Status.Describe()).Append(Goodness()).Append(CultureInfo.InvariantCulture, $", {Calls} evaluations");
        foreach (FittedParameter p in Parameters) text.Append('\n').Append("  ").Append(Text(p));
        if (Attempts.Length < 2) return text.ToString();
        foreach (FitAttempt a in Attempts) text.Append('\n').Append(CultureInfo.InvariantCulture, $"  tried {a.Description}: {a.Status.Describe()}, minimum {a.Minimum:G7}, {a.Calls} evaluations");
        return text.ToString();
    }

    private int IndexOf(string name)
    {
        for (int k = 0; k < Parameters.Length; k++)
        {
            if (Parameters[k].Name == name) return k;
        }

        throw new ArgumentException($"no parameter '{name}'; there are {string.Join(", ", Parameters.Select(p => p.Name))}", nameof(name));
    }

    private static string Text(FittedParameter p) => $"{p.Name} = {new Measurement(p.Value, p.IsFixed ? 0 : p.Error, p.Unit)}{(p.IsAtLimit ? " (at its limit)" : "")}";

    private string Goodness() => double.IsNaN(Minimum) ? "" : FormattableString.Invariant($", chi2/ndf {Minimum:F1}/{DegreesOfFreedom}{(DegreesOfFreedom > 0 ? FormattableString.Invariant($", p {PValue:G2}") : "")}");

    /// <summary>Makes a result from what a file holds of one.</summary>
    /// <param name="status">How the fit ended.</param>
    /// <param name="parameters">The parameters.</param>
    /// <param name="covariance">Covariances (parameter, parameter), NaN where there is none; empty if not known.</param>
    /// <param name="minimum">Cost at the minimum; NaN when nothing was fitted.</param>
    /// <param name="estimatedDistance">Expected distance of the cost from its true minimum.</param>
    /// <param name="dataCount">Number of data that entered the cost.</param>
    /// <param name="calls">Number of evaluations of the cost.</param>
    /// <param name="attempts">Every try at the fit; default or empty if not known.</param>
    /// <exception cref="ArgumentException">The covariance is not that of so many parameters.</exception>
    public static FitResult Create(
        FitStatus status, ImmutableArray<FittedParameter> parameters, ReadOnlySpan<double> covariance,
        double minimum, double estimatedDistance, int dataCount, int calls, ImmutableArray<FitAttempt> attempts)
    {
        if (!covariance.IsEmpty && covariance.Length != parameters.Length * parameters.Length) throw new ArgumentException(FormattableString.Invariant($"{covariance.Length} covariances for {parameters.Length} parameters"), nameof(covariance));
        return new FitResult(status, parameters, covariance.ToArray(), minimum, estimatedDistance, dataCount, calls, attempts.IsDefault ? [] : attempts);
    }

    /// <summary>A result without values.</summary>
    internal static FitResult Without(FitStatus status, ReadOnlySpan<FitParameter> parameters, int dataCount, int calls = 0)
    {
        ImmutableArray<FittedParameter>.Builder fitted = ImmutableArray.CreateBuilder<FittedParameter>(parameters.Length);
        foreach (FitParameter p in parameters) fitted.Add(new FittedParameter(p.Name, p.Unit, double.NaN, double.NaN, false, p.IsFixed));
        return new FitResult(status, fitted.MoveToImmutable(), [], double.NaN, double.NaN, dataCount, calls, [new FitAttempt(FitAttempt.First, status, double.NaN, calls)]);
    }

    /// <summary>The same result as the outcome of several tries.</summary>
    internal FitResult With(ImmutableArray<FitAttempt> attempts) =>
        new(Status, Parameters, _covariance, Minimum, EstimatedDistance, DataCount, attempts.Sum(a => a.Calls), attempts);

    /// <summary>
    /// A result from saved values and errors, interleaved; the cost is evaluated again, covariances are not known. A missing error
    /// means what it meant when the result was saved: the parameter rests on its limit, or the fit has no valid errors.
    /// </summary>
    internal static FitResult Restore(ICostFunction cost, ReadOnlySpan<FitParameter> parameters, ReadOnlySpan<double> saved)
    {
        ImmutableArray<FittedParameter>.Builder fitted = ImmutableArray.CreateBuilder<FittedParameter>(parameters.Length);
        double[] values = new double[parameters.Length];
        bool atLimit = false;
        bool withoutError = false;
        for (int k = 0; k < parameters.Length; k++)
        {
            FitParameter p = parameters[k];
            values[k] = saved[2 * k];
            bool limit = values[k] <= p.Lower || values[k] >= p.Upper;
            atLimit |= limit;
            withoutError |= !limit && double.IsNaN(saved[(2 * k) + 1]);
            fitted.Add(new FittedParameter(p.Name, p.Unit, values[k], saved[(2 * k) + 1], limit, p.IsFixed));
        }

        if (values.Any(double.IsNaN)) return Without(FitStatus.NotFinite, parameters, cost.DataCount);
        double minimum = cost.Evaluate(values, new double[values.Length], default);
        FitStatus status = withoutError ? FitStatus.SingularHessian : atLimit ? FitStatus.AtLimit : FitStatus.Converged;
        return new FitResult(status, fitted.MoveToImmutable(), [], minimum, double.NaN, cost.DataCount, 1, []);
    }
}
