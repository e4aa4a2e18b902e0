using DigiCam.Kernel.Jupyter;

namespace DigiCam.Kernel.Tests.Jupyter;

/// <summary>A kernel in this process.</summary>
public sealed class JupyterKernelFixture : IDisposable
{
    private readonly TemporaryFolder _folder = TestEnvironment.CreateTemporaryFolder();
    private readonly JupyterKernel _kernel;
    private readonly Task<bool> _run;

    public JupyterKernelFixture()
    {
        Connection = KernelClient.FreePorts();
        _kernel = new JupyterKernel(Connection, _folder.FullName);
        _run = Task.Run(_kernel.RunAsync);
    }

    internal ConnectionFile Connection { get; }

    internal Task<bool> Ended => _run;

    public void Dispose()
    {
        _kernel.Dispose();
        _folder.Dispose();
    }
}
