using System.Text.Json.Serialization;

namespace DigiCam.Partials;

/// <summary>What partial results are parts of: the stage of a task that fills histograms.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PartialStage>))]
public enum PartialStage
{
    /// <summary>The histograms of a run (hvoff, dark, dark-spe, dark-rate).</summary>
    Histograms,

    /// <summary>Positions and times of the flashes of a scan (ac-dac-scan -t).</summary>
    PulseTimes,

    /// <summary>The charges of a scan (ac-dac-scan -c).</summary>
    Charges,
}
