namespace DigiCam.Simulation.Plans;

/// <summary>Form of a distribution over the pixels of a camera.</summary>
public enum DistributionShape
{
    /// <summary>The same value everywhere.</summary>
    Constant,

    /// <summary>Normal, with values outside the limits drawn again.</summary>
    Normal,

    /// <summary>Uniform between the limits.</summary>
    Uniform,
}

/// <summary>How a quantity varies from pixel to pixel; in the unit of the quantity.</summary>
/// <param name="Shape">Its form.</param>
/// <param name="Mean">Mean of a normal distribution before the limits cut it, or the constant value.</param>
/// <param name="Spread">Standard deviation of a normal distribution before the limits cut it; 0 otherwise.</param>
/// <param name="Minimum">Smallest value.</param>
/// <param name="Maximum">Largest value.</param>
public sealed record Distribution(DistributionShape Shape, double Mean, double Spread, double Minimum, double Maximum)
{
    /// <summary>The same value for all pixels.</summary>
    /// <param name="value">The value.</param>
    public static Distribution Constant(double value) => new(DistributionShape.Constant, value, 0, value, value);

    /// <summary>A normal distribution.</summary>
    /// <param name="mean">Mean.</param>
    /// <param name="spread">Standard deviation.</param>
    /// <param name="minimum">Smallest value; smaller ones are drawn again.</param>
    /// <param name="maximum">Largest value; larger ones are drawn again.</param>
    public static Distribution Normal(double mean, double spread, double minimum = double.NegativeInfinity, double maximum = double.PositiveInfinity) =>
        new(DistributionShape.Normal, mean, spread, minimum, maximum);

    /// <summary>A uniform distribution.</summary>
    /// <param name="minimum">Smallest value.</param>
    /// <param name="maximum">Largest value.</param>
    public static Distribution Uniform(double minimum, double maximum) => new(DistributionShape.Uniform, (minimum + maximum) / 2, 0, minimum, maximum);
}
