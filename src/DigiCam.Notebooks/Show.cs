using DigiCam.DarkRate;
using DigiCam.Fitting;
using DigiCam.LedCalibration;
using DigiCam.LightScan;
using DigiCam.Notebooks.Cameras;
using DigiCam.Notebooks.Progress;
using DigiCam.Notebooks.Views;
using DigiCam.Results;
using DigiCam.Runs;
using DigiCam.Scans;

namespace DigiCam.Notebooks;

/// <summary>Turns results of the core into what a notebook shows: a cell is a call and a show.</summary>
public static class Show
{
    /// <summary>Progress of what comes next as one line that changes in place, for the progress parameter of whatever reads, simulates or fits.</summary>
    /// <param name="doing">What is going on, as in "reading".</param>
    public static ProgressLine Progress(string doing) => new(doing);

    /// <summary>What is in a run, with its rate and gaps.</summary>
    /// <param name="run">The run; it has to stay open as long as the view is used.</param>
    public static RunView Run(Run run) => new(run);

    /// <summary>One event on the camera, with the waveform of the selected pixel.</summary>
    /// <param name="camera">The event, with waveforms.</param>
    /// <param name="pixel">Pixel selected at first; null = the one with the largest amplitude.</param>
    public static CameraDisplay Event(CameraEvent camera, int? pixel = null) => EventView.Create(camera, pixel);

    /// <summary>The result of a task: distributions, camera, pixels, fits.</summary>
    /// <param name="result">The result.</param>
    public static CameraResultView Result(CameraResult result) => new(result);

    /// <summary>One fit: verdict, parameters, correlations and, where the problem is given, the data with the residuals.</summary>
    /// <param name="result">The fit.</param>
    /// <param name="problem">What was fitted; null when it is not at hand.</param>
    /// <param name="title">A title.</param>
    /// <exception cref="ArgumentException">The problem is one with other parameters.</exception>
    public static FitView Fit(FitResult result, FitProblem? problem = null, string title = "Fit")
    {
        ArgumentNullException.ThrowIfNull(result);
        return new FitView(result, problem, title);
    }

    /// <summary>A fit before it is done: its parameters with start values and limits, the data and the model at the start.</summary>
    /// <param name="problem">The problem.</param>
    public static FitView Problem(FitProblem problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        return new FitView(null, problem, "Fit to do");
    }

    /// <summary>Two fits of the same data side by side.</summary>
    /// <param name="first">The first.</param>
    /// <param name="second">The second, for example with a parameter held fixed.</param>
    /// <param name="problem">What was fitted, for the pictures; null when it is not at hand.</param>
    /// <exception cref="ArgumentException">They have different parameters.</exception>
    public static FitComparison Compare(FitResult first, FitResult second, FitProblem? problem = null) => new(first, second, problem);

    /// <summary>The ways to dark count rate and crosstalk side by side.</summary>
    /// <param name="result">The result.</param>
    public static RateComparison Agreement(DarkRateResult result) => new(result);

    /// <summary>The levels of a scan, as planned and as they are there.</summary>
    /// <param name="scan">The scan.</param>
    public static ScanView Scan(Scan scan) => new(scan);

    /// <summary>The light of the levels of a scan.</summary>
    /// <param name="result">The fits.</param>
    /// <param name="plan">The plan of the scan.</param>
    /// <exception cref="ArgumentException">They have different numbers of levels.</exception>
    public static LightScanView Light(LightScanResult result, ScanPlan plan) => new(result, plan);

    /// <summary>The curves of the LEDs.</summary>
    /// <param name="result">The calibration.</param>
    public static LedCalibrationView Leds(LedCalibrationResult result) => new(result);

    /// <summary>The footer of a notebook.</summary>
    /// <param name="provenance">Where the result comes from.</param>
    public static ProvenanceFooter Provenance(Provenance provenance) => new(provenance);
}
