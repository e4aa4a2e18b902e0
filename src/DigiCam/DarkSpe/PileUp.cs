using System.Collections.Immutable;
using DigiCam.Dark;
using DigiCam.Simulation;

namespace DigiCam.DarkSpe;

/// <summary>
/// What dark counts that closely follow a pulse make of its charge. The finder is ready only when earlier pulses have faded, so that a pulse is that of one dark count
/// and of those that follow it within a time T: with the rate f none with probability exp(-f T), one with f T exp(-f T), two or more otherwise. The
/// charges of each case are those of simulated pulses of a typical pixel, noise included, put through the finder at all delays and phases of the sampling.
/// </summary>
public sealed class PileUp
{
    // A typical pixel. What counts is signal over noise, which decides where the maxima of overlapping pulses are taken.
    private const double Gain = 5.2;
    private const double Spread = 0.48;
    private const double Noise = 1;

    private const int Trials = 16_384;

    // Of signals in a class [p.e.]; what rare others would be in classes of their own is left out.
    private const double ClassWidth = 0.2;
    private const int FewestTrials = 100;
    private const double RoundingVariance = 1.0 / 12;

    // Later ones leave the sample at the filter's maximum as it is.
    private const double WindowOfAmplitudesNs = 26;

    // Higher rates are taken for this one [1/ns]: four of ten pulses pile up then, and two followers no longer stand for more.
    private const double HighestRate = 0.02;

    private PileUp(ImmutableArray<PileUpClass> classes, double windowNs) => (Classes, WindowNs) = (classes, windowNs);

    /// <summary>The charges, in classes.</summary>
    public ImmutableArray<PileUpClass> Classes { get; }

    /// <summary>Time T in which a dark count that follows another changes the charge that is found [ns].</summary>
    public double WindowNs { get; }

    /// <summary>How much later a pulse is found because others follow it, per rate [ns^2].</summary>
    public double DelaySquareNs => WindowNs * Classes.Where(c => c.Case == PileUpCase.One).Sum(c => c.Share * c.DelayNs);

    /// <summary>Puts pulses through the finder.</summary>
    /// <param name="options">The finder.</param>
    /// <param name="pulse">The pulse of one avalanche; null for the analytic one.</param>
    /// <exception cref="ArgumentException">The finder misses most pulses of one photo-electron.</exception>
    public static PileUp Of(PulseFinderOptions options, PulseShape? pulse = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        PulseTrials trials = new(options, pulse, Gain, Spread, Noise);
        double window = WindowOfAmplitudesNs + trials.ChargeEndNs;
        List<PulseTrial> one = trials.Draw(Trials, 0, 1);
        if (one.Count < Trials / 2) throw new ArgumentException(FormattableString.Invariant($"pulse finder: with a threshold of {options.ThresholdSigmas} standard deviations {one.Count} of {Trials} pulses of one photo-electron are found"), nameof(options));
        (double origin, double variance) = Moments(one);
        double perPe = Moments(trials.Draw(Trials, 0, 2)).Mean - origin;
        (double signal, double time) = (one.Average(t => t.Signal), one.Average(t => t.TimeNs));
        double noise = options.ChargeSamples * ((Noise * Noise) + RoundingVariance);
        return new PileUp(
            [
                .. Classes(PileUpCase.One, 1, 1), .. Classes(PileUpCase.Several, 1, PulseTrials.Several), .. Classes(PileUpCase.Counts, 1, PulseTrials.Any, PulseTrials.Any),
                .. Classes(PileUpCase.AfterTwo, 2, PulseTrials.Any), .. Classes(PileUpCase.AfterThree, 3, PulseTrials.Any),
            ],
            window);

        PileUpClass[] Classes(PileUpCase kind, params ReadOnlySpan<int> avalanches)
        {
            PulseTrial[][] classes = [.. trials.Draw(Trials, window, avalanches).GroupBy(t => Math.Floor(t.Signal / (signal * ClassWidth))).Select(c => c.ToArray()).Where(c => c.Length >= FewestTrials)];
            int kept = classes.Sum(c => c.Length);
            return [.. classes.Select(c =>
            {
                (double mean, double square) = Moments(c);
                return new PileUpClass(kind, 1 + ((mean - origin) / perPe), Math.Max(square - noise, 0) / (variance - noise), c.Average(t => t.TimeNs) - time, (double)c.Length / kept);
            })];
        }
    }

    /// <summary>Part of a class in the pulses that begin with its avalanches: constant, and per part of dark counts that are of one avalanche.</summary>
    /// <param name="one">The class.</param>
    /// <param name="perNs">Dark counts per time [1/ns].</param>
    internal (double Constant, double PerOne) PartOf(PileUpClass one, double perNs)
    {
        perNs = Math.Min(perNs, HighestRate);
        double alone = Math.Exp(-perNs * WindowNs);
        double second = perNs * WindowNs * alone;

        // A pulse that is found late may begin before its time counts as live, and is all the more probable.
        double share = one.Share * Math.Exp(perNs * one.DelayNs);
        return one.Case switch
        {
            PileUpCase.One => (0, share * second),
            PileUpCase.Several => (share * second, -share * second),
            PileUpCase.Counts => (share * (1 - alone - second), 0),
            _ => (share * (1 - alone), 0),
        };
    }

    private static (double Mean, double Variance) Moments(IReadOnlyCollection<PulseTrial> trials)
    {
        double mean = trials.Average(t => t.Charge);
        return (mean, trials.Average(t => (t.Charge - mean) * (t.Charge - mean)));
    }
}
