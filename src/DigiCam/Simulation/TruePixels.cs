using System.Collections.Immutable;
using DigiCam.Simulation.Plans;

namespace DigiCam.Simulation;

/// <summary>
/// The parameters of each physical pixel of a simulated camera without light, faults included; arrays (pixel). Where cables are exchanged, the
/// parameters belong to the pixel in the camera, not to the place its data have in the file.
/// </summary>
public sealed record TruePixels
{
    /// <summary>Baseline [LSB].</summary>
    public required ImmutableArray<double> Baseline { get; init; }

    /// <summary>Electronic noise of one sample before rounding [LSB].</summary>
    public required ImmutableArray<double> Noise { get; init; }

    /// <summary>Gain: peak of the pulse of one avalanche [LSB/pe].</summary>
    public required ImmutableArray<double> Gain { get; init; }

    /// <summary>Spread of the amplitude of one avalanche, s_1 [LSB].</summary>
    public required ImmutableArray<double> SinglePeSpread { get; init; }

    /// <summary>Crosstalk: mean number of avalanches that one avalanche sets off itself.</summary>
    public required ImmutableArray<double> CrossTalk { get; init; }

    /// <summary>Rate of dark counts with high voltage on, crosstalk not counted [MHz].</summary>
    public required ImmutableArray<double> DarkCountRateMHz { get; init; }

    /// <summary>Mean number of afterpulses of one avalanche.</summary>
    public required ImmutableArray<double> Afterpulsing { get; init; }

    /// <summary>Efficiency of the pixel's AC LED.</summary>
    public required ImmutableArray<double> AcEfficiency { get; init; }

    /// <summary>Efficiency of the pixel's DC LED.</summary>
    public required ImmutableArray<double> DcEfficiency { get; init; }

    /// <summary>Constant delay against the flash [ns].</summary>
    public required ImmutableArray<double> DelayNs { get; init; }

    /// <summary>Whether the light test device lights the pixel.</summary>
    public required ImmutableArray<bool> IsLit { get; init; }

    /// <summary>What is wrong with the pixel; null for healthy ones.</summary>
    public required ImmutableArray<PixelFault?> Faults { get; init; }

    /// <summary>Physical pixel whose data the file holds under each pixel id: the pixel itself unless cables are exchanged.</summary>
    public required ImmutableArray<int> StoredPixel { get; init; }
}
