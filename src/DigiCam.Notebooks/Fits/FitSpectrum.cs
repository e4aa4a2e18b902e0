using System.Collections.Immutable;
using DigiCam.Fitting;
using DigiCam.Histograms;
using DigiCam.Notebooks.Cameras;

namespace DigiCam.Notebooks.Fits;

/// <summary>Histograms with their fits, ready to be drawn.</summary>
internal static class FitSpectrum
{
    private const int EdgeBins = 1;
    private const double WidthTolerance = 1e-9;

    /// <summary>A pixel's histogram with its fit: all bins with entries and all bins of the fit.</summary>
    public static PixelSpectrum Of(PixelHistograms histograms, int pixel, FitProblem problem, FitResult fit, (string Name, string Symbol)[] labels)
    {
        if (histograms.Axis is not IntegerAxis axis) return OnAnyAxis(histograms, pixel, fit, labels);
        ReadOnlySpan<uint> counts = histograms.GetCounts(pixel);
        HistogramMoments moments = HistogramMoments.Of(counts, axis.First);
        (int first, int last) = (moments.FirstFilled, moments.LastFilled);
        PoissonLikelihood? cost = problem.Cost as PoissonLikelihood;
        (int fitFirst, int fitLast) = (0, -1);
        if (cost is { DataCount: > 0 })
        {
            fitFirst = Math.Clamp((int)Math.Round(cost.Edges[0] + 0.5), axis.First, axis.Last);
            fitLast = Math.Clamp((int)Math.Round(cost.Edges[^1] - 0.5), fitFirst, axis.Last);
            (first, last) = moments.FilledBins > 0 ? (Math.Min(first, fitFirst), Math.Max(last, fitLast)) : (fitFirst, fitLast);
        }

        first = Math.Clamp(first - EdgeBins, axis.First, axis.Last);
        last = Math.Clamp(last + EdgeBins, first, axis.Last);
        long[] shown = new long[last - first + 1];
        for (int i = 0; i < shown.Length; i++) shown[i] = counts[first - axis.First + i];

        double[]? expected = null;
        if (problem.Cost is CostSum sum && Values(fit) is { } all) expected = Sum(sum, all, first, shown.Length);
        if (cost is { DataCount: > 0 } && Values(fit) is { } values)
        {
            // In the bins of the picture, whatever those of the fit are; outside its range the fit says nothing. Bins of the fit may lie a fraction of a unit
            // beside whole numbers: where the zero of a charge is not whole.
            double shift = cost.Edges[0] + 0.5 - Math.Round(cost.Edges[0] + 0.5);
            double[] edges = [.. Enumerable.Range(fitFirst, fitLast - fitFirst + 2).Select(v => v - 0.5 + shift)];
            double[] inside = new double[edges.Length - 1];
            cost.Model.Evaluate(values, edges, inside, new double[inside.Length], default);
            expected = new double[shown.Length];
            Array.Fill(expected, double.NaN);
            inside.CopyTo(expected, fitFirst - first);
        }

        return new PixelSpectrum(first, 1, shown)
        {
            Expected = expected,
            AxisName = histograms.Scale.Samples > 1 ? "charge" : axis.First >= 0 ? "ADC value" : "amplitude",
            AxisUnit = axis.Unit,
            Underflow = histograms.GetUnderflow(pixel),
            Overflow = histograms.GetOverflow(pixel),
            Parameters = [.. fit.Parameters.Select((p, k) => Parameter(p, labels[k].Name, labels[k].Symbol))],
            ChiSquare = fit.Minimum,
            DegreesOfFreedom = fit.DegreesOfFreedom,
            PValue = fit.PValue,
            Status = fit.Status.Describe(),
        };
    }

    // Without a fit that speaks of the bins: times, whose result is a mean.
    private static PixelSpectrum OnAnyAxis(PixelHistograms histograms, int pixel, FitResult fit, (string Name, string Symbol)[] labels)
    {
        ReadOnlySpan<uint> counts = histograms.GetCounts(pixel);
        int first = Math.Max(Math.Max(counts.IndexOfAnyExcept(0u), 0) - EdgeBins, 0);
        int last = Math.Min(Math.Max(counts.LastIndexOfAnyExcept(0u), first) + EdgeBins, counts.Length - 1);
        long[] shown = new long[last - first + 1];
        for (int i = 0; i < shown.Length; i++) shown[i] = counts[first + i];
        double width = histograms.Axis.Edge(1) - histograms.Axis.Edge(0);
        return new PixelSpectrum(histograms.Axis.Edge(first) + (width / 2), width, shown)
        {
            AxisName = histograms.Axis.Unit == "ns" ? "time" : "value",
            AxisUnit = histograms.Axis.Unit,
            Underflow = histograms.GetUnderflow(pixel),
            Overflow = histograms.GetOverflow(pixel),
            Parameters = [.. fit.Parameters.Select((p, k) => Parameter(p, labels[k].Name, labels[k].Symbol))],
            Status = fit.Status.Describe(),
        };
    }

    // Spectra that were fitted together, in bins of whole numbers; where one of them ends it expects nothing.
    private static double[] Sum(CostSum sum, double[] values, int first, int count)
    {
        double[] expected = new double[count];
        foreach ((ICostFunction term, ImmutableArray<int> places) in sum.Terms)
        {
            if (term is not PoissonLikelihood cost) continue;
            double[] own = cost.Expected([.. places.Select(place => values[place])]);
            int start = (int)Math.Round(cost.Edges[0] + 0.5) - first;
            for (int i = Math.Max(0, -start); i < own.Length && start + i < count; i++) expected[start + i] += own[i];
        }

        return expected;
    }

    /// <summary>The data of a fit with the expectation for some parameters; null when they are no histogram of equal bins.</summary>
    public static PixelSpectrum? Of(FitProblem problem, ReadOnlySpan<double> values)
    {
        if (problem.Cost is not PoissonLikelihood { DataCount: > 0 } cost) return null;
        double width = cost.Edges[1] - cost.Edges[0];
        for (int i = 0; i < cost.DataCount; i++)
        {
            if (Math.Abs(cost.Edges[i + 1] - cost.Edges[i] - width) > WidthTolerance * width) return null;
        }

        long[] counts = new long[cost.DataCount];
        for (int i = 0; i < counts.Length; i++) counts[i] = (long)cost.Counts[i];
        return new PixelSpectrum(cost.Edges[0] + (width / 2), width, counts) { AxisName = "value", Expected = values.IsEmpty ? null : cost.Expected(values) };
    }

    /// <summary>The values of a fit; null when it has none.</summary>
    public static double[]? Values(FitResult fit) => fit.Parameters.Any(p => double.IsNaN(p.Value)) ? null : [.. fit.Parameters.Select(p => p.Value)];

    /// <summary>A parameter of a fit as panels show it.</summary>
    /// <param name="p">The parameter.</param>
    /// <param name="name">What it is called.</param>
    /// <param name="symbol">Its symbol.</param>
    public static SpectrumParameter Parameter(FittedParameter p, string name, string symbol)
    {
        (string unit, double value, double error) = ParameterLabels.Shown(p);
        return new SpectrumParameter(name, symbol, unit, value, p.IsFixed ? 0 : error) { Remark = p.IsAtLimit ? "at its limit" : "" };
    }
}
