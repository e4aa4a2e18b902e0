using DigiCam.Fitting;
using DigiCam.Geometry;
using DigiCam.Notebooks.Cameras;
using DigiCam.Notebooks.Formatting;
using DigiCam.Notebooks.Tables;
using DigiCam.Notebooks.Tests.Samples;
using Microsoft.DotNet.Interactive.Formatting;

namespace DigiCam.Notebooks.Tests.Formatting;

/// <summary>The formatting library of .NET Interactive itself with the kit's objects.</summary>
public sealed class InteractiveTests
{
    [Fact]
    public void TypesOfTheKit_AreFoundByTheirAttribute()
    {
        CameraDisplay display = SampleCamera.Create();
        Assert.Equal("text/html", Formatter.GetPreferredMimeTypesFor(typeof(CameraDisplay)).First());
        Assert.Equal(display.ToHtml(), display.ToDisplayString("text/html"));
        Assert.Equal(display.ToString(), display.ToDisplayString("text/plain"));
    }

    [Fact]
    public void TypesOfTheCore_AreShownByTheirViewsOnceTheKitHasStarted()
    {
        Formatter.ResetToDefault();
        Assert.True(InteractiveFormatters.Register() > 100);
        FitProblem problem = SampleFits.Gaussian();
        Assert.Equal("text/html", Formatter.GetPreferredMimeTypesFor(typeof(FitProblem)).First());
        Assert.Equal(Show.Problem(problem).ToHtml(), problem.ToDisplayString("text/html"));
        Pixel pixel = CameraGeometry.DigiCam.Pixels[0];
        Assert.Equal(pixel.ToString(), pixel.ToDisplayString("text/plain"));
        Assert.StartsWith("<div id=\"dc-keys-", pixel.ToDisplayString("text/html"), StringComparison.Ordinal);
        Check check = Check.Limits("noise", 1, "LSB", 0, 2);
        Assert.StartsWith("<div id=\"dc-keys-", check.ToDisplayString("text/html"), StringComparison.Ordinal);
        Assert.Equal("3", 3.ToDisplayString("text/plain"));
    }
}
