using DigiCam.Kernel.Jupyter;
using DigiCam.Kernel.Running;

if (args is ["execute"]) return await Worker.RunAsync().ConfigureAwait(false);
if (args is ["jupyter", var connectionFile]) return await KernelHost.RunAsync(connectionFile).ConfigureAwait(false);

await Console.Error.WriteLineAsync(
    "DigiCam.Kernel executes notebooks for the program that starts it; to run one use: digicam run NOTEBOOK.ipynb; for Jupyter and VS Code: digicam kernel install").ConfigureAwait(false);
return 64;
