using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using DigiCam.Kernel.Documents;
using NetMQ;

namespace DigiCam.Kernel.Jupyter;

/// <summary>A process that is a kernel.</summary>
internal static class KernelHost
{
    /// <summary>How long cells that are still running, and handlers that they left behind, may hold up the end of the process.</summary>
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(2);

    /// <summary>Serves one kernel; returns the exit code of the process.</summary>
    /// <param name="connectionFile">The connection file.</param>
    public static async Task<int> RunAsync(string connectionFile)
    {
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
        CultureInfo.DefaultThreadCurrentUICulture = CultureInfo.InvariantCulture;
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        CultureInfo.CurrentUICulture = CultureInfo.InvariantCulture;
        try
        {
            using JupyterKernel kernel = new(ConnectionFile.Load(connectionFile), Environment.CurrentDirectory);
            using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
            {
                context.Cancel = true;
                kernel.Interrupt();
            });
            Console.SetIn(new KernelInput(() => kernel.ReadLine()));
            EndWithParent();
            await kernel.RunAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotebookFormatException)
        {
            await Console.Error.WriteLineAsync($"jupyter kernel: {exception.Message}").ConfigureAwait(false);
            return 1;
        }

        NetMQConfig.Cleanup(block: true);
        Thread killer = new(() =>
        {
            Thread.Sleep(EndPatience);
            Process.GetCurrentProcess().Kill();
        })
        { IsBackground = true, Name = "end of the process" };
        killer.Start();
        return 0;
    }

    /// <summary>A kernel whose front end has died would stay for ever.</summary>
    private static void EndWithParent()
    {
        if (!int.TryParse(Environment.GetEnvironmentVariable("JPY_PARENT_PID"), NumberStyles.None, CultureInfo.InvariantCulture, out int id)) return;
        Thread watcher = new(() =>
        {
            try
            {
                using Process parent = Process.GetProcessById(id);
                parent.WaitForExit();
            }
            catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
            {
                // It has ended already.
            }

            Process.GetCurrentProcess().Kill();
        })
        { IsBackground = true, Name = "parent watch" };
        watcher.Start();
    }
}
