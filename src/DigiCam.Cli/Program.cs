using System.CommandLine;
using System.CommandLine.Help;
using System.Globalization;
using DigiCam.Cli.Commands;

// Numbers in output and files look the same on every machine.
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
CultureInfo.DefaultThreadCurrentUICulture = CultureInfo.InvariantCulture;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
CultureInfo.CurrentUICulture = CultureInfo.InvariantCulture;

// Not a RootCommand: that one is called like the assembly.
Command root = new("digicam", "Commissioning of SiPM Cherenkov cameras: from raw camera files to histograms, fits, flags and reports.")
{
    InfoCommand.Create(),
    VerifyCommand.Create(),
    DumpCommand.Create(),
    RecompressCommand.Create(),
    MergeCommand.Create(),
    RecoverCommand.Create(),
    HvOffCommand.Create(),
    DarkCommand.Create(),
    DarkSpeCommand.Create(),
    DarkRateCommand.Create(),
    AcDacScanCommand.Create(),
    LedCalibrationCommand.Create(),
    ExportCommand.Create(),
    SimulateCommand.Create(),
    RunCommand.Create(),
    ReportCommand.Create(),
    DemoCommand.Create(),
    SubmitCommand.Create(),
    StatusCommand.Create(),
    CampaignCommand.Create(),
    KernelCommand.Create(),
    new HelpOption(),
    new VersionOption(),
};
root.Add(JobCommand.Create(root));
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(10) });
