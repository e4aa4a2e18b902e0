using DigiCam.HvOff;
using DigiCam.Notebooks.Cameras;
using DigiCam.Notebooks.Views;
using DigiCam.Results;
using DigiCam.Runs;

namespace DigiCam.Notebooks;

/// <summary>Turns results of the core into what a notebook shows: a cell is a call and a show.</summary>
public static class Show
{
    /// <summary>What is in a run, with its rate and gaps.</summary>
    /// <param name="run">The run; it has to stay open as long as the view is used.</param>
    public static RunView Run(Run run) => new(run);

    /// <summary>One event on the camera, with the waveform of the selected pixel.</summary>
    /// <param name="camera">The event, with waveforms.</param>
    /// <param name="pixel">Pixel selected at first; null = the one with the largest amplitude.</param>
    public static CameraDisplay Event(CameraEvent camera, int? pixel = null) => EventView.Create(camera, pixel);

    /// <summary>Baselines and electronic noise: distributions, camera, pixels, verdict.</summary>
    /// <param name="result">The result.</param>
    public static HvOffView HvOff(HvOffResult result) => new(result);

    /// <summary>The footer of a notebook.</summary>
    /// <param name="provenance">Where the result comes from.</param>
    public static ProvenanceFooter Provenance(Provenance provenance) => new(provenance);
}
