namespace DigiCam.Simulation;

/// <summary>
/// Moments of the signal that one primary avalanche starts, its crosstalk and afterpulses included. Avalanches that start at the rate f give
/// samples of mean f E[Q] I1 and variance f Int E[R(t)^2] dt (Campbell), and an average over a long time T of variance f E[Q^2] I1^2 / T.
/// </summary>
/// <param name="MeanCharge">E[Q]: mean of the summed amplitudes [LSB].</param>
/// <param name="SquareCharge">E[Q^2] [LSB^2].</param>
/// <param name="SquareResponse">Int E[R(t)^2] dt of the summed pulses R(t) [LSB^2 ns]; without afterpulses E[Q^2] I2.</param>
internal readonly record struct ShotNoise(double MeanCharge, double SquareCharge, double SquareResponse)
{
    // The mean response to afterpulses has fallen to exp(-14) of what it was, 1e-6, when the simulation no longer looks.
    private const double ForgottenDelays = 14;
    private const double LargestStepNs = 0.25;
    private const double StepsPerDelay = 20;

    /// <summary>Time before a window in which an avalanche can still have afterpulses that matter in it [ns]; 0 without afterpulses.</summary>
    /// <param name="crossTalk">Crosstalk x.</param>
    /// <param name="afterpulsing">Mean number of afterpulses of an avalanche p.</param>
    /// <param name="delayNs">Their mean delay [ns].</param>
    public static double MemoryNs(double crossTalk, double afterpulsing, double delayNs) =>
        afterpulsing == 0 ? 0 : ForgottenDelays * delayNs / (1 - (afterpulsing / (1 - crossTalk)));

    /// <summary>The moments with all amplitudes changed by the same factor.</summary>
    /// <param name="factor">The factor.</param>
    public ShotNoise Scaled(double factor) => new(MeanCharge * factor, SquareCharge * factor * factor, SquareResponse * factor * factor);

    /// <summary>The moments for one pixel. With afterpulses this takes steps through all that can follow from one avalanche, the longer the nearer x + p is to 1.</summary>
    /// <param name="gain">Mean amplitude of an avalanche G [LSB].</param>
    /// <param name="spread">Its standard deviation s_1 [LSB].</param>
    /// <param name="crossTalk">Crosstalk x.</param>
    /// <param name="afterpulsing">Mean number of afterpulses of an avalanche p; x + p below 1.</param>
    /// <param name="delayNs">Their mean delay [ns].</param>
    /// <param name="recoveryNs">Recovery time of a cell [ns].</param>
    /// <param name="pulse">The pulse of one avalanche.</param>
    public static ShotNoise Of(double gain, double spread, double crossTalk, double afterpulsing, double delayNs, double recoveryNs, PulseShape pulse)
    {
        // One cascade: n avalanches by the law of Borel, E[n] = 1/(1-x), E[n^2] = 1/(1-x)^3.
        double meanCount = 1 / (1 - crossTalk);
        double squareCount = meanCount * meanCount * meanCount;
        double square = (squareCount * gain * gain) + (meanCount * spread * spread);
        if (afterpulsing == 0) return new ShotNoise(meanCount * gain, square, square * pulse.SquareIntegralNs);

        // An afterpulse is a primary whose first avalanche misses the part exp(-t / recovery) of its amplitude: means of that and of its square.
        double missing = recoveryNs / (recoveryNs + delayNs);
        double missingSquare = recoveryNs / (recoveryNs + (2 * delayNs));
        double onePulse = (gain * gain) + (spread * spread);
        double feedback = afterpulsing * meanCount;
        double mean = meanCount * gain * (1 - (afterpulsing * missing)) / (1 - feedback);
        double perAvalanche = mean / meanCount;
        square = ((squareCount * perAvalanche * perAvalanche) + (meanCount * spread * spread)
            + (feedback * ((missingSquare * onePulse) - (2 * missing * ((spread * spread) + (gain * mean)))))) / (1 - feedback);

        (double responseSquare, double pulseTimesResponse) = Response(gain, meanCount, afterpulsing, delayNs, recoveryNs, pulse);
        double response = ((squareCount * responseSquare) + (meanCount * spread * spread * pulse.SquareIntegralNs)
            + (feedback * ((missingSquare * onePulse * pulse.SquareIntegralNs) - (2 * missing * ((spread * spread * pulse.SquareIntegralNs) + (gain * meanCount * pulseTimesResponse))))))
            / (1 - feedback);
        return new ShotNoise(mean, square, response);
    }

    // Int u^2 dt and Int p u dt of the mean response u(t) of one avalanche and all that follows from it:
    //   u = G p + p_a [C (K * u) - G (K_r * p)],  K(s) = exp(-s/delay)/delay,  K_r(s) = K(s) exp(-s/recovery),  C avalanches in a cascade.
    // Both convolutions are carried from step to step, exact for what is linear in between.
    private static (double ResponseSquare, double PulseTimesResponse) Response(double gain, double meanCount, double afterpulsing, double delayNs, double recoveryNs, PulseShape pulse)
    {
        double step = Math.Min(LargestStepNs, delayNs / StepsPerDelay);
        double feedback = afterpulsing * meanCount;
        (double decay, double old, double now) = Weights(step / delayNs);
        double lossRate = recoveryNs > 0 ? (1 / delayNs) + (1 / recoveryNs) : 0;
        (double lossDecay, double lossOld, double lossNow) = recoveryNs > 0 ? Weights(step * lossRate) : (0, 0, 0);
        double lossScale = recoveryNs > 0 ? 1 / (delayNs * lossRate) : 0;
        int steps = (int)Math.Ceiling((pulse.LengthNs + (ForgottenDelays * delayNs / (1 - feedback))) / step);
        double previousPulse = pulse.At(0);
        double previous = gain * previousPulse;
        double convolved = 0;
        double loss = 0;
        double square = 0.5 * previous * previous;
        double product = 0.5 * previous * previousPulse;
        for (int i = 1; i <= steps; i++)
        {
            double value = pulse.At(i * step);
            loss = (lossDecay * loss) + (lossScale * ((lossOld * previousPulse) + (lossNow * value)));
            double known = (decay * convolved) + (old * previous);
            double response = ((gain * value) + (feedback * known) - (afterpulsing * gain * loss)) / (1 - (feedback * now));
            convolved = known + (now * response);
            square += response * response;
            product += response * value;
            (previous, previousPulse) = (response, value);
        }

        return (square * step, product * step);
    }

    // An exponential of mean 1 over a step: what is left of the convolution, and the weights of the values at both ends.
    private static (double Decay, double Old, double Now) Weights(double step)
    {
        double decay = PortableMath.Exp(-step);
        double now = 1 - ((1 - decay) / step);
        return (decay, 1 - decay - now, now);
    }
}
