using DigiCam.Simulation;
using DigiCam.Simulation.Plans;
using MathNet.Numerics;
using MathNet.Numerics.Integration;

namespace DigiCam.Tests.Simulation;

public sealed class PulseShapeTests
{
    private static readonly PulsePlan Tail = new() { TailLevel = 0.045 };

    [Fact]
    public void Integrals_AnalyticPulse_EqualTheClosedForms()
    {
        // I_j = (14.2/m) e^(jk/m) (jk/m)^(-(jk+1)/m) Gamma((jk+1)/m); what the cut at 80 ns leaves out is below 1e-10.
        const double K = 2.2;
        const double M = 1.83;
        double Closed(int j) => 14.2 / M * Math.Exp(j * K / M) * Math.Pow(j * K / M, -((j * K) + 1) / M) * SpecialFunctions.Gamma(((j * K) + 1) / M);
        Assert.Equal(Closed(1), PulseShape.Analytic.IntegralNs, 1e-9 * Closed(1));
        Assert.Equal(Closed(2), PulseShape.Analytic.SquareIntegralNs, 1e-9 * Closed(2));
        Assert.Equal(17.19085, PulseShape.Analytic.IntegralNs, 5e-6);
        Assert.Equal(12.33971, PulseShape.Analytic.SquareIntegralNs, 5e-6);
    }

    [Fact]
    public void At_AnalyticPulse_HasThePublishedTimes()
    {
        PulseShape pulse = PulseShape.Analytic;
        Assert.Equal(1, pulse.At(14.2), 1e-15);
        Assert.Equal(14.2, pulse.PeakTimeNs);
        Assert.Equal(8.13, Rising(pulse, 0.9) - Rising(pulse, 0.1), 5e-3);
        Assert.Equal(16.41, Falling(pulse, 0.5) - Rising(pulse, 0.5), 5e-3);
        Assert.Equal(14.31, Falling(pulse, 0.1) - Falling(pulse, 0.9), 5e-3);
    }

    [Fact]
    public void At_OutsideThePulse_IsZero()
    {
        Assert.Equal(80, PulseShape.Analytic.LengthNs);
        foreach (double time in (double[])[-1e9, -1e-9, 0, 80.001, 1e9, double.NaN]) Assert.Equal(0, PulseShape.Analytic.At(time));
        Assert.True(PulseShape.Analytic.At(79.9) > 0);
    }

    [Fact]
    public void At_AnalyticPulse_IsTheFormula()
    {
        for (double time = 0.1; time < 80; time += 0.37)
        {
            double r = time / 14.2;
            double expected = Math.Pow(r, 2.2) * Math.Exp(2.2 / 1.83 * (1 - Math.Pow(r, 1.83)));
            Assert.Equal(expected, PulseShape.Analytic.At(time), 1e-13);
        }
    }

    [Fact]
    public void Create_TailLevel_KeepsAPlateauThatEndsLinearly()
    {
        PulseShape pulse = PulseShape.Create(Tail);
        Assert.Equal(PulseShape.Analytic.At(30), pulse.At(30));
        Assert.Equal(0.045, pulse.At(45));
        Assert.Equal(0.045, pulse.At(50));
        Assert.Equal(0.0225, pulse.At(55), 1e-12);
        Assert.Equal(PulseShape.Analytic.At(60), pulse.At(60));
        Assert.Equal(PulseShape.Analytic.At(2), pulse.At(2));
    }

    [Fact]
    public void Create_TailLevel_GivesTheIntegralsOfMeasuredPulses()
    {
        PulseShape pulse = PulseShape.Create(Tail);
        Assert.InRange(pulse.IntegralNs, 17.6, 18.0);
        Assert.InRange(pulse.SquareIntegralNs, 12.3, 12.5);

        // Another rule of integration, piece by piece between the kinks.
        double crossing = Falling(PulseShape.Analytic, 0.045);
        double[] kinks = [0, 14.2, crossing, 50, 60, 80];
        double first = 0;
        double second = 0;
        for (int i = 1; i < kinks.Length; i++)
        {
            for (double from = kinks[i - 1]; from < kinks[i] - 1e-9; from += (kinks[i] - kinks[i - 1]) / 20)
            {
                double to = from + ((kinks[i] - kinks[i - 1]) / 20);
                first += GaussLegendreRule.Integrate(pulse.At, from, to, 20);
                second += GaussLegendreRule.Integrate(t => pulse.At(t) * pulse.At(t), from, to, 20);
            }
        }

        Assert.Equal(first, pulse.IntegralNs, 1e-6);
        Assert.Equal(second, pulse.SquareIntegralNs, 1e-6);
    }

    [Fact]
    public void Create_Template_IsInterpolatedAndScaledToItsPeak()
    {
        // A triangle of peak 2: scaled to 1, its integrals are width/2 and width/3.
        PulseShape pulse = PulseShape.Create(new PulsePlan { Template = new PulseTemplate("triangle.csv", [0, 10, 30], [0, 2, 0]) });
        Assert.Equal(10, pulse.PeakTimeNs);
        Assert.Equal(30, pulse.LengthNs);
        Assert.Equal(1, pulse.At(10));
        Assert.Equal(0.25, pulse.At(2.5), 1e-15);
        Assert.Equal(0.5, pulse.At(20), 1e-15);
        Assert.Equal(0, pulse.At(30.1));
        Assert.Equal(15, pulse.IntegralNs, 1e-12);
        Assert.Equal(10, pulse.SquareIntegralNs, 1e-12);
    }

    [Fact]
    public void Create_TemplateOfTheAnalyticPulse_HasItsIntegrals()
    {
        double[] times = [.. Enumerable.Range(0, 8001).Select(i => i * 0.01)];
        // Chords lie below the square of the pulse by step^2 / 6 Int p'^2 dt = 2.4e-6 ns.
        PulseShape pulse = PulseShape.Create(new PulsePlan { Template = new PulseTemplate("analytic.csv", [.. times], [.. times.Select(PulseShape.Analytic.At)]) });
        Assert.Equal(PulseShape.Analytic.IntegralNs, pulse.IntegralNs, 5e-6);
        Assert.Equal(PulseShape.Analytic.SquareIntegralNs, pulse.SquareIntegralNs, 5e-6);
    }

    [Fact]
    public void Sample_PulseBeforeTheWindow_ShowsItsTail()
    {
        Assert.Equal([PulseShape.Analytic.At(10), PulseShape.Analytic.At(14), PulseShape.Analytic.At(18)], PulseShape.Analytic.Sample(-10, 3));
        Assert.Equal([0, 0, PulseShape.Analytic.At(3)], PulseShape.Analytic.Sample(5, 3));
    }

    [Theory]
    [InlineData(new double[] { 0 }, new double[] { 1 }, "two or more")]
    [InlineData(new double[] { 0, 1 }, new double[] { 1 }, "two or more")]
    [InlineData(new double[] { 1, 2 }, new double[] { 0, 1 }, "first time is 1 ns")]
    [InlineData(new double[] { 0, 2, 2 }, new double[] { 0, 1, 0 }, "point 2")]
    [InlineData(new double[] { 0, 2, 3 }, new double[] { 0, double.NaN, 0 }, "point 1")]
    [InlineData(new double[] { 0, 2, 3 }, new double[] { 0, -1, 0 }, "no amplitude")]
    public void Create_BadTemplate_IsRefusedWithItsNameAndCause(double[] times, double[] amplitudes, string cause)
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => PulseShape.Create(new PulsePlan { Template = new PulseTemplate("bad.csv", [.. times], [.. amplitudes]) }));
        Assert.Contains("bad.csv", error.Message, StringComparison.Ordinal);
        Assert.Contains(cause, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-0.1, 50, 10)]
    [InlineData(1, 50, 10)]
    [InlineData(double.NaN, 50, 10)]
    [InlineData(0.05, 10, 10)]
    [InlineData(0.05, 50, -1)]
    [InlineData(0.05, double.PositiveInfinity, 1)]
    public void Create_ImpossibleTail_IsRefused(double level, double end, double fall) =>
        Assert.Throws<ArgumentException>(() => PulseShape.Create(new PulsePlan { TailLevel = level, TailEndNs = end, TailFallNs = fall }));

    private static double Rising(PulseShape pulse, double level) => Crossing(t => pulse.At(t) < level, 0.01, pulse.PeakTimeNs);

    private static double Falling(PulseShape pulse, double level) => Crossing(t => pulse.At(t) > level, pulse.PeakTimeNs, 79);

    private static double Crossing(Func<double, bool> isBefore, double from, double to)
    {
        for (int i = 0; i < 60; i++) (from, to) = isBefore((from + to) / 2) ? ((from + to) / 2, to) : (from, (from + to) / 2);
        return from;
    }
}
