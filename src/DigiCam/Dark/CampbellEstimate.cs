namespace DigiCam.Dark;

/// <summary>
/// Dark count rate and crosstalk of a pixel from no more than mean M and variance V of all samples (Campbell's theorem), with the baseline B and the noise s_e of a
/// run with high voltage off and the gain G and spread s_1 of one avalanche:
/// <code>(V - 1/12 - s_e^2) / (M - B) I1 / (I2 G) = 1/(1-x)^2 + (s_1/G)^2,   rate = (M - B) (1 - x) / (G I1)</code>
/// with I1, I2 the integrals of pulse and squared pulse. NaN where the moments allow no such pulses.
/// </summary>
/// <param name="RatePerNs">Dark count rate, crosstalk not counted [1/ns].</param>
/// <param name="CrossTalk">Crosstalk x: mean number of avalanches that one avalanche sets off itself.</param>
/// <param name="RateSlopes">Derivatives of the rate.</param>
/// <param name="CrossTalkSlopes">Derivatives of the crosstalk.</param>
internal readonly record struct CampbellEstimate(double RatePerNs, double CrossTalk, CampbellEstimate.Slopes RateSlopes, CampbellEstimate.Slopes CrossTalkSlopes)
{
    /// <summary>Derivatives with respect to the input.</summary>
    /// <param name="Mean">Of the mean, and with the other sign of the baseline.</param>
    /// <param name="Variance">Of the variance.</param>
    /// <param name="Noise">Of the noise.</param>
    /// <param name="Gain">Of the gain.</param>
    /// <param name="Spread">Of the spread of one avalanche.</param>
    internal readonly record struct Slopes(double Mean, double Variance, double Noise, double Gain, double Spread);

    /// <summary>The estimate.</summary>
    /// <param name="mean">Mean of all samples [LSB].</param>
    /// <param name="variance">Their variance, the rounding's 1/12 taken away [LSB^2].</param>
    /// <param name="baseline">Baseline with high voltage off [LSB].</param>
    /// <param name="noise">Electronic noise with high voltage off [LSB].</param>
    /// <param name="gain">Gain [LSB/pe].</param>
    /// <param name="spread">Spread of the amplitude of one avalanche [LSB].</param>
    /// <param name="integralNs">Integral of the pulse, I1 [ns].</param>
    /// <param name="squareIntegralNs">Integral of the squared pulse, I2 [ns].</param>
    public static CampbellEstimate Of(double mean, double variance, double baseline, double noise, double gain, double spread, double integralNs, double squareIntegralNs)
    {
        double shift = mean - baseline;
        double excess = variance - (noise * noise);
        double ratio = excess / shift * integralNs / (squareIntegralNs * gain);
        double relativeSpread = spread * spread / (gain * gain);

        // u = 1/(1-x)^2.
        double u = ratio - relativeSpread;
        if (!(shift > 0 && excess > 0 && u > 0)) return new CampbellEstimate(double.NaN, double.NaN, default, default);
        double rest = 1 / Math.Sqrt(u);
        double rate = shift * rest / (gain * integralNs);

        // d(1-x) = -(1-x)^3/2 du.
        double perU = 0.5 * rest * rest * rest;
        Slopes ofU = new(-ratio / shift, ratio / excess, -2 * noise * ratio / excess, ((2 * relativeSpread) - ratio) / gain, -2 * spread / (gain * gain));
        double rateByRest = -rate * perU / rest;
        return new CampbellEstimate(
            rate,
            1 - rest,
            new Slopes((rate / shift) + (rateByRest * ofU.Mean), rateByRest * ofU.Variance, rateByRest * ofU.Noise, (-rate / gain) + (rateByRest * ofU.Gain), rateByRest * ofU.Spread),
            new Slopes(perU * ofU.Mean, perU * ofU.Variance, perU * ofU.Noise, perU * ofU.Gain, perU * ofU.Spread));
    }
}
