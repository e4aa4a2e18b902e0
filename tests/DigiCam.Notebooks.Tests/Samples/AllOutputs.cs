namespace DigiCam.Notebooks.Tests.Samples;

/// <summary>HTML of one of every output.</summary>
internal static class AllOutputs
{
    public static string[] Create() =>
    [
        SampleCamera.Create().ToHtml(), SampleCamera.CreateEvent().ToHtml(), .. SampleCharts.Create().Select(c => c.ToHtml()), .. SampleCharts.Tables(),
    ];
}
