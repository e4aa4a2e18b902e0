using System.CommandLine;
using DigiCam.Cli.Reporting;
using DigiCam.Kernel.Jupyter;

namespace DigiCam.Cli.Commands;

/// <summary>digicam kernel: makes the C# kernel known to Jupyter and VS Code.</summary>
internal static class KernelCommand
{
    private const string Name = "kernel";

    public static Command Create() => new(Name, "The C# kernel for VS Code, JupyterLab and all that speaks the Jupyter protocol.")
    {
        CreateInstall(),
        CreateUninstall(),
        CreateList(),
    };

    private static Command CreateInstall()
    {
        Option<string> name = CreateNameOption();
        Option<string> displayName = new("--display-name") { Description = "what front ends call it", DefaultValueFactory = _ => KernelSpec.DefaultDisplayName };
        Option<bool> user = CreateUserOption();
        Option<string?> prefix = CreatePrefixOption();
        Option<bool> replace = new("--replace") { Description = "replace a kernel of another program that has this name" };
        Command command = new("install", "Make the kernel known. Notebooks of this kit ask for the name .net-csharp.") { name, displayName, user, prefix, replace };
        command.SetAction((result, _) => CommandHost.RunAsync(Name + " install", () =>
        {
            string folder = Folder(result.GetValue(user), result.GetValue(prefix));
            KernelSpec spec;
            try
            {
                spec = Usage.Check(() => KernelSpec.Install(folder, result.GetRequiredValue(name), result.GetRequiredValue(displayName), result.GetValue(replace)));
            }
            catch (IOException exception) when (KernelSpec.List(folder).Any(s => s.Name == result.GetRequiredValue(name) && !s.IsOwn))
            {
                throw new UsageException($"{exception.Message} (--replace, --name)");
            }

            Console.WriteLine($"{spec.DisplayName}: {spec.Folder}");
            return Task.FromResult(0);
        }));
        return command;
    }

    private static Command CreateUninstall()
    {
        Option<string> name = CreateNameOption();
        Option<bool> user = CreateUserOption();
        Option<string?> prefix = CreatePrefixOption();
        Command command = new("uninstall", "Remove what install has made.") { name, user, prefix };
        command.SetAction((result, _) => CommandHost.RunAsync(Name + " uninstall", () =>
        {
            string folder = Folder(result.GetValue(user), result.GetValue(prefix));
            string kernel = result.GetRequiredValue(name);
            string removed = Usage.Check(() => KernelSpec.Uninstall(folder, kernel)) ?? throw new UsageException($"there is no kernel {kernel} in {folder}");
            Console.WriteLine($"removed: {removed}");
            return Task.FromResult(0);
        }));
        return command;
    }

    private static Command CreateList()
    {
        Option<string?> prefix = CreatePrefixOption();
        Option<bool> json = new("--json") { Description = "print JSON instead of text" };
        Command command = new("list", "Show the kernels that Jupyter finds on this machine.") { prefix, json };
        command.SetAction((result, _) => CommandHost.RunAsync(Name + " list", () =>
        {
            IReadOnlyList<string> folders = result.GetValue(prefix) is { } given ? [Folder(false, given)] : KernelFolders.All;
            KernelSpec[] specs = [.. folders.SelectMany(KernelSpec.List)];
            if (result.GetValue(json))
            {
                Display.WriteJson(specs.Select(spec => new { spec.Name, spec.DisplayName, Own = spec.IsOwn, spec.CanStart, spec.Folder, spec.Arguments }));
                return Task.FromResult(0);
            }

            foreach (KernelSpec spec in specs)
            {
                string state = spec.IsOwn ? spec.CanStart ? "this kit" : "this kit, but its program is gone: install again" : "another program";
                Console.WriteLine($"{spec.Name}  {spec.DisplayName ?? "(unreadable)"}  {spec.Folder}  {state}");
            }

            if (specs.Length == 0) Console.WriteLine("no kernel is installed");
            return Task.FromResult(0);
        }));
        return command;
    }

    private static Option<string> CreateNameOption() => new("--name") { Description = "name of the kernel", DefaultValueFactory = _ => KernelSpec.DefaultName };

    private static Option<bool> CreateUserOption() => new("--user") { Description = "for this user (the default)" };

    private static Option<string?> CreatePrefixOption() => new("--prefix") { Description = "for an installation or environment: PREFIX/share/jupyter/kernels" };

    private static string Folder(bool user, string? prefix)
    {
        if (prefix is null) return KernelFolders.User;
        if (user) throw new UsageException("--user and --prefix name two places");
        Usage.CheckName(prefix);
        return KernelFolders.Below(prefix);
    }
}
