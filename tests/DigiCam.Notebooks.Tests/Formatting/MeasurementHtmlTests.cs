using DigiCam.Notebooks.Formatting;
using DigiCam.Results;

namespace DigiCam.Notebooks.Tests.Formatting;

public sealed class MeasurementHtmlTests
{
    [Fact]
    public void ToPretty_LargeNumber_UsesPowers() => Assert.Equal("(−1.23457 ± 0.00021)×10⁷", new Measurement(-12345678, 2100, "LSB").ToPretty());
}
