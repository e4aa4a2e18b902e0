using DigiCam.Fitting;
using DigiCam.Notebooks.Formatting;
using DigiCam.Results;

[assembly: TypeFormatterSourceFor(typeof(FitResult), typeof(FitResultFormatterSource))]
[assembly: TypeFormatterSourceFor(typeof(FitProblem), typeof(FitProblemFormatterSource))]
[assembly: TypeFormatterSourceFor(typeof(CameraResult), typeof(CameraResultFormatterSource))]

namespace DigiCam.Notebooks.Formatting;

/// <summary>Makes the two formatters of a type of the core from its view.</summary>
/// <typeparam name="T">The type shown.</typeparam>
internal abstract class ViewFormatterSource<T>(Func<T, IHtml> view)
{
    /// <summary>Called by the notebook engine through reflection.</summary>
    public IEnumerable<object> CreateTypeFormatters() =>
    [
        new ByNameFormatter("text/html", typeof(T), item => view((T)item).ToHtml()),
        new ByNameFormatter("text/plain", typeof(T), item => view((T)item).ToString() ?? ""),
    ];
}

/// <summary>A fit.</summary>
internal sealed class FitResultFormatterSource() : ViewFormatterSource<FitResult>(static fit => Show.Fit(fit));

/// <summary>A fit before it is done.</summary>
internal sealed class FitProblemFormatterSource() : ViewFormatterSource<FitProblem>(Show.Problem);

/// <summary>The result of a task.</summary>
internal sealed class CameraResultFormatterSource() : ViewFormatterSource<CameraResult>(Show.Result);
