namespace DigiCam.Hosting;

/// <summary>
/// The token of the program around, for long functions that are called without one: what a notebook's reader interrupts stops at once on all threads. A host offers it as a
/// <c>Func&lt;CancellationToken&gt;</c> in <see cref="AppContext"/> under <see cref="Name"/>, and no reference joins the two.
/// </summary>
internal static class HostCancellation
{
    /// <summary>Where a host puts its function.</summary>
    public const string Name = "host.cancellation";

    /// <summary>The caller's token, or that of the host when the caller has none.</summary>
    public static CancellationToken Or(CancellationToken token) =>
        token.CanBeCanceled || AppContext.GetData(Name) is not Func<CancellationToken> host ? token : host();
}
