using System.Collections.Immutable;
using DigiCam.Geometry;
using DigiCam.Simulation.Plans;

namespace DigiCam.Simulation;

/// <summary>The pulse of one avalanche: its value relative to the peak at a time since its start. Immutable and safe to share.</summary>
public sealed class PulseShape
{
    // p(u) = r^k exp[(k/m)(1 - r^m)], r = u / peak time: data/goldens/fits/README.md, "The pulse".
    private const double AnalyticPeakNs = 14.2;
    private const double AnalyticRise = 2.2;
    private const double AnalyticFall = 1.83;
    private const double AnalyticLengthNs = 80;

    // Fine enough for the integrals of the analytic pulse to be right to 1e-9.
    private const double IntegralStepNs = 0.005;

    private readonly PulsePlan _plan;
    private readonly double _scale = 1;

    private PulseShape(PulsePlan plan)
    {
        _plan = plan;
        if (plan.Template is { } template)
        {
            Check(template);
            double peak = template.Amplitudes.Max();
            _scale = 1 / peak;
            PeakTimeNs = template.TimesNs[template.Amplitudes.IndexOf(peak)];
            LengthNs = template.TimesNs[^1];
            (IntegralNs, SquareIntegralNs) = IntegratePolygon(template);
        }
        else
        {
            if (plan.TailLevel is not (>= 0 and < 1)) throw new ArgumentException(FormattableString.Invariant($"the tail level {plan.TailLevel} of the pulse is not between 0 and 1"), nameof(plan));
            if (plan.TailLevel > 0 && !(plan.TailEndNs >= AnalyticPeakNs && plan.TailFallNs >= 0 && double.IsFinite(plan.TailEndNs + plan.TailFallNs)))
                throw new ArgumentException(FormattableString.Invariant($"the tail of the pulse ends at {plan.TailEndNs} ns and falls for {plan.TailFallNs} ns: it must end behind the peak at {AnalyticPeakNs} ns"), nameof(plan));
            PeakTimeNs = AnalyticPeakNs;
            LengthNs = plan.TailLevel > 0 ? Math.Max(AnalyticLengthNs, plan.TailEndNs + plan.TailFallNs) : AnalyticLengthNs;
            (IntegralNs, SquareIntegralNs) = IntegrateSimpson();
        }
    }

    /// <summary>The analytic pulse without a tail.</summary>
    public static PulseShape Analytic { get; } = new(new PulsePlan());

    /// <summary>Time after which the pulse is 0 [ns].</summary>
    public double LengthNs { get; }

    /// <summary>Time of the peak [ns].</summary>
    public double PeakTimeNs { get; }

    /// <summary>Integral of the pulse, I1 [ns]: charge over peak amplitude.</summary>
    public double IntegralNs { get; }

    /// <summary>Integral of the squared pulse, I2 [ns].</summary>
    public double SquareIntegralNs { get; }

    /// <summary>Makes the pulse of a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <exception cref="ArgumentException">The template has fewer than two points, times that do not ascend from 0, or no peak above 0; or the tail is impossible.</exception>
    public static PulseShape Create(PulsePlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return new PulseShape(plan);
    }

    /// <summary>Value of the pulse relative to its peak; 0 before its start and behind its end.</summary>
    /// <param name="timeNs">Time since the start of the pulse [ns].</param>
    public double At(double timeNs)
    {
        if (!(timeNs >= 0 && timeNs <= LengthNs)) return 0;
        if (_plan.Template is { } template) return Interpolate(template, timeNs) * _scale;
        double value = AnalyticAt(timeNs);
        return timeNs > AnalyticPeakNs && _plan.TailLevel > 0 ? Math.Max(value, TailAt(timeNs)) : value;
    }

    /// <summary>A pulse as the camera samples it, every 4 ns from time 0 on.</summary>
    /// <param name="startNs">Start of the pulse [ns]; may lie before the first sample.</param>
    /// <param name="sampleCount">Number of samples.</param>
    /// <returns>Values relative to the peak (sample).</returns>
    public ImmutableArray<double> Sample(double startNs, int sampleCount) => [.. Enumerable.Range(0, sampleCount).Select(k => At((k * CameraGeometry.SampleNs) - startNs))];

    private static double AnalyticAt(double timeNs)
    {
        if (timeNs <= 0 || timeNs > AnalyticLengthNs) return 0;
        double logTime = PortableMath.Log(timeNs / AnalyticPeakNs);
        return PortableMath.Exp((AnalyticRise * logTime) + (AnalyticRise / AnalyticFall * (1 - PortableMath.Exp(AnalyticFall * logTime))));
    }

    private static double Interpolate(PulseTemplate template, double timeNs)
    {
        int next = template.TimesNs.BinarySearch(timeNs);
        if (next >= 0) return template.Amplitudes[next];
        next = ~next;
        double fraction = (timeNs - template.TimesNs[next - 1]) / (template.TimesNs[next] - template.TimesNs[next - 1]);
        return template.Amplitudes[next - 1] + (fraction * (template.Amplitudes[next] - template.Amplitudes[next - 1]));
    }

    private static void Check(PulseTemplate template)
    {
        if (template.TimesNs.Length < 2 || template.TimesNs.Length != template.Amplitudes.Length)
            throw new ArgumentException($"pulse template {template.Name}: {template.TimesNs.Length} times and {template.Amplitudes.Length} amplitudes, not two or more of both", nameof(template));
        if (template.TimesNs[0] != 0) throw new ArgumentException(FormattableString.Invariant($"pulse template {template.Name}: the first time is {template.TimesNs[0]} ns, not 0"), nameof(template));
        for (int i = 0; i < template.TimesNs.Length; i++)
        {
            if (!double.IsFinite(template.TimesNs[i]) || !double.IsFinite(template.Amplitudes[i]) || (i > 0 && !(template.TimesNs[i] > template.TimesNs[i - 1])))
                throw new ArgumentException(FormattableString.Invariant($"pulse template {template.Name}: point {i} at {template.TimesNs[i]} ns of amplitude {template.Amplitudes[i]} is not finite or not later than the one before"), nameof(template));
        }

        if (!(template.Amplitudes.Max() > 0)) throw new ArgumentException($"pulse template {template.Name}: no amplitude is above 0", nameof(template));
    }

    private double TailAt(double timeNs)
    {
        if (timeNs <= _plan.TailEndNs) return _plan.TailLevel;
        double late = timeNs - _plan.TailEndNs;
        return late < _plan.TailFallNs ? _plan.TailLevel * (1 - (late / _plan.TailFallNs)) : 0;
    }

    private (double First, double Second) IntegratePolygon(PulseTemplate template)
    {
        double first = 0;
        double second = 0;
        for (int i = 1; i < template.TimesNs.Length; i++)
        {
            double width = template.TimesNs[i] - template.TimesNs[i - 1];
            double from = template.Amplitudes[i - 1] * _scale;
            double to = template.Amplitudes[i] * _scale;
            first += width * (from + to) / 2;
            second += width * ((from * from) + (from * to) + (to * to)) / 3;
        }

        return (first, second);
    }

    private (double First, double Second) IntegrateSimpson()
    {
        int intervals = 2 * (int)Math.Ceiling(LengthNs / (2 * IntegralStepNs));
        double step = LengthNs / intervals;
        double first = 0;
        double second = 0;
        for (int i = 0; i <= intervals; i++)
        {
            double value = At(i * step);
            int weight = i == 0 || i == intervals ? 1 : i % 2 == 0 ? 2 : 4;
            first += weight * value;
            second += weight * value * value;
        }

        return (first * step / 3, second * step / 3);
    }
}
