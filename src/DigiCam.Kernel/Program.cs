using DigiCam.Kernel.Running;

if (args is ["execute"]) return await Worker.RunAsync().ConfigureAwait(false);

await Console.Error.WriteLineAsync(
    "DigiCam.Kernel executes one notebook for the program that starts it; to run a notebook use: digicam run NOTEBOOK.ipynb").ConfigureAwait(false);
return 64;
