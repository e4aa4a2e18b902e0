using DigiCam.Fitting;
using DigiCam.Fitting.Models;

namespace DigiCam.Tests.Fitting;

/// <summary>Every reference fit of the peak models, to the tolerances the reference asks for of a well converged fit.</summary>
public sealed class FitGoldenTests
{
    [Theory]
    [InlineData("hv_off", 24)]
    [InlineData("dark_spe", 5)]
    [InlineData("mpe", 48)]
    [InlineData("fmpe", 5)]
    [InlineData("dark_max_window", 6)]
    [InlineData("mpe_simultaneous", 4)]
    public void Fit_ReferenceStartRangeAndLimits_FindsTheReferenceMinimum(string kind, int cases)
    {
        FitGolden[] goldens = [.. FitGolden.Read(kind).Where(g => !g.IsDegenerate)];
        Assert.Equal(cases, goldens.Length);
        Assert.Multiple([.. goldens.Select(golden => (Action)(() => golden.AssertAgrees(golden.Problem().Fit())))]);
    }

    [Theory]
    [InlineData("hv_off")]
    [InlineData("dark_spe")]
    [InlineData("mpe")]
    [InlineData("fmpe")]
    [InlineData("dark_max_window")]
    [InlineData("mpe_simultaneous")]
    public void Evaluate_StoredValues_GivesTheStoredCost(string kind)
    {
        foreach (FitGolden golden in FitGolden.Read(kind).Where(g => !g.IsDegenerate))
        {
            double cost = golden.Problem().Cost.Evaluate(golden.Values(), default, default);
            Assert.True(Math.Abs(cost - golden.Minimum) <= 1e-6 * (1 + golden.Minimum), $"{golden.Name}: cost {cost:R} instead of {golden.Minimum:R}");
        }
    }

    [Fact]
    public void Derive_LargestWindow_GivesTheStoredQuantities()
    {
        foreach (FitGolden golden in FitGolden.Read("dark_max_window"))
        {
            MaximumWindowModel model = new((long)golden.Setting("n_events"), (int)golden.Setting("window"), (int)golden.Setting("samples"), (int)golden.Setting("n_peaks"));
            double[] values = golden.Values();
            MaximumWindowQuantities quantities = model.Derive(values[0], values[1], values[2]);
            Assert.Equal(Derived("dcr_MHz"), quantities.DarkCountRateMHz, 1e-9);
            Assert.Equal(Derived("true_Xtalk"), quantities.Crosstalk, 1e-9);
            Assert.Equal(Derived("dc_to_pe"), quantities.ChargePerPe, 1e-9);
            Assert.Equal(Derived("x0"), quantities.Zero, 1e-9);

            double Derived(string name) => golden.Result.GetProperty("derived").GetProperty(name).GetDouble();
        }
    }
}
