using System.Collections.Immutable;
using System.CommandLine;
using System.Text;
using DigiCam.Cli.Commands;
using DigiCam.Plans;
using DigiCam.Simulation.Plans;

namespace DigiCam.Cli.Campaigns;

/// <summary>Reads the plan of a campaign from YAML; docs/campaign.md describes it. Whatever is wrong with it is found here, before anything is run.</summary>
internal sealed class CommissioningPlanReader
{
    private const long LargestFile = 1 << 20;
    private const int MostShards = 10_000;
    private const int LongestName = 60;

    // Lists of files and patterns, which commands and notebooks take, have no way to quote them.
    private static readonly char[] Separators = [',', '*', '?', '\n'];

    private static readonly string[] TaskKeys = ["task", "name", "files", "scan_plan", "options", "shards", "report", "hv_off", "dark", "scan", "after"];

    private readonly string _path;
    private readonly string _folder;
    private readonly string _output;
    private readonly string _input;
    private readonly bool _reports;
    private readonly List<Draft> _drafts;
    private readonly Dictionary<Draft, CommissioningTask> _read = [];
    private readonly List<Draft> _open = [];

    private CommissioningPlanReader(string path, string folder, string input, string output, bool reports, List<Draft> drafts) =>
        (_path, _folder, _input, _output, _reports, _drafts) = (path, folder, input, output, reports, drafts);

    /// <summary>Reads a plan.</summary>
    /// <param name="path">The file.</param>
    /// <param name="output">Folder of all that is written, instead of that of the plan; null for that of the plan.</param>
    /// <exception cref="PlanException">The plan cannot be read, or makes no sense: one sentence with the line.</exception>
    public static CommissioningPlan Read(string path, string? output = null)
    {
        string full = Path.GetFullPath(path);
        string folder = Path.GetDirectoryName(full)!;
        PlanKeys keys = new PlanValue(path, "", PlanParser.Parse(path, ReadText(path))).Keys("title", "input", "output", "notebooks", "reports", "tasks");
        string name = Path.GetFileNameWithoutExtension(full);
        string input = keys["input"] is { } i ? Path.GetFullPath(i.Text("a folder"), folder) : folder;
        if (!Directory.Exists(input)) throw (keys["input"] ?? keys.Require("tasks")).Error($"the folder {input} does not exist");
        if (input.IndexOfAny(Separators) is >= 0 and var at) throw (keys["input"] ?? keys.Require("tasks")).Error($"the folder of the camera files, {input}, has a '{input[at]}' in its name, which stands for several files elsewhere");
        string target = output is not null ? Path.GetFullPath(output) : Path.GetFullPath(keys["output"]?.Text("a folder") ?? name, folder);
        if (File.Exists(target)) throw new PlanException(path, 0, "output", $"{target} is a file, not a folder");
        PlanValue list = keys.Require("tasks");
        if (list.Node is not PlanList) throw list.Error("expected a list of tasks, each with keys such as '- task: hvoff'");
        List<Draft> drafts = [.. list.Items().Select(Draft.Of)];
        foreach (Draft draft in drafts)
        {
            Draft first = drafts.First(other => other.Name.Equals(draft.Name, StringComparison.OrdinalIgnoreCase));
            if (first == draft) continue;
            throw (draft.Keys["name"] ?? draft.Keys.Require("task")).Error(FormattableString.Invariant($"'{draft.Name}' is the name of the task in line {first.Line} already, the key name gives this one another"));
        }

        CommissioningPlanReader reader = new(path, folder, input, target, keys["reports"] is not { } reports || YesOrNo(reports), drafts);
        List<CommissioningTask> tasks = [];
        foreach (Draft draft in drafts) AddInOrder(tasks, reader.Read(draft));
        string notebooks = keys["notebooks"] is { } n ? Path.GetFullPath(n.Text("a folder"), folder) : DemoCommand.NotebookFolder();
        foreach (CommissioningTask task in tasks.Where(task => task.Report))
        {
            if (task.Kind.Notebooks.Select(notebook => Path.Combine(notebooks, notebook + ".ipynb")).FirstOrDefault(file => !File.Exists(file)) is { } missing) throw new PlanException(path, task.Line, "notebooks", $"there is no notebook {missing}");
        }

        return new CommissioningPlan(full, keys["title"]?.Text("a title") ?? Reporting.Campaign.DefaultTitle, input, target, notebooks, [.. tasks]);
    }

    private static void AddInOrder(List<CommissioningTask> tasks, CommissioningTask task)
    {
        foreach (CommissioningTask before in task.Before) AddInOrder(tasks, before);
        if (!tasks.Contains(task)) tasks.Add(task);
    }

    private CommissioningTask Read(Draft draft)
    {
        if (_read.TryGetValue(draft, out CommissioningTask? known)) return known;
        if (_open.IndexOf(draft) is >= 0 and var begin)
            throw draft.Keys.Require("task").Error($"the tasks wait for each other in a circle: {string.Join(" after ", [.. _open.Skip(begin).Select(d => d.Name), draft.Name])}");
        _open.Add(draft);
        (TaskKind kind, PlanKeys keys) = (draft.Kind, draft.Keys);
        RequireSense(kind, keys);
        CommissioningTask task = new()
        {
            Kind = kind,
            Name = draft.Name,
            Line = draft.Line,
            Output = Path.Combine(_output, draft.Name),
            Files = keys["files"] is { } files ? [.. files.Items().Select(FileOrPattern)] : [],
            ScanPlan = keys["scan_plan"] is { } plan ? ExistingFile(plan, _input) : null,
            Options = keys["options"] is { } options ? Options(kind, options) : [],
            Shards = (int?)keys["shards"]?.Integer(1, MostShards) ?? 1,
            Report = keys["report"] is { } report ? YesOrNo(report) : _reports,
            HvOff = kind.IsHvOff || !kind.ReadsRun ? null : Source(draft, "hv_off", d => d.Kind.IsHvOff, "hvoff")
                ?? throw draft.Keys.Require("task").Error("needs a result with high voltage off: a task hvoff in this plan, or the key hv_off with the file of one"),
            Dark = kind.IsScan ? Source(draft, "dark", d => d.Kind.HasDarkRates, "dark or dark-rate") : null,
            Scan = kind.IsLedCalibration ? Source(draft, "scan", d => d.Kind.IsScan, "ac-dac-scan")?.Task ?? throw draft.Keys.Require("task").Error("needs a task ac-dac-scan in this plan") : null,
            After = keys["after"] is { } after ? [.. after.Items().Select(name => Read(Named(name, _ => true, "")))] : [],
        };
        _open.Remove(draft);
        return _read[draft] = task;
    }

    private static void RequireSense(TaskKind kind, PlanKeys keys)
    {
        if (kind.IsScan)
        {
            keys.Require("scan_plan");
            if (keys["scan"] is { } scan) throw scan.Error("a scan does not use another");
        }
        else
        {
            if (keys.FirstOf("scan_plan", "dark") is { } other) throw other.Error($"is for ac-dac-scan, not for {kind.Name}");
            if (!kind.IsLedCalibration && keys["scan"] is { } scan) throw scan.Error($"is for led-calibration, not for {kind.Name}");
            if (kind.ReadsRun) keys.Require("files");
        }

        if (kind.IsHvOff && keys["hv_off"] is { } hvOff) throw hvOff.Error("hvoff needs no result with high voltage off");
        if (kind.IsLedCalibration && keys.FirstOf("files", "shards", "hv_off") is { } none) throw none.Error("led-calibration reads the result of its scan, no camera files");
    }

    // What a task uses: what the plan names, or else the only task that has it.
    private TaskSource? Source(Draft draft, string key, Func<Draft, bool> fits, string kinds)
    {
        if (draft.Keys[key] is { } given)
        {
            string text = given.Text("the name of a task, or of a file");
            bool isFile = key != "scan" && (text.Contains('/', StringComparison.Ordinal) || Path.HasExtension(text)) && _drafts.All(d => d.Name != text);
            return isFile ? new TaskSource(ExistingFile(given, _folder), null) : Of(Read(Named(given, fits, kinds)));
        }

        Draft[] candidates = [.. _drafts.Where(fits)];

        // Of the same dark run both tasks have rates; that of the fit of all samples is the more exact one.
        if (candidates.GroupBy(d => d.Kind).All(group => group.Count() == 1)) return candidates.Length == 0 ? null : Of(Read(candidates.MinBy(d => TaskKind.All.IndexOf(d.Kind))!));
        throw draft.Keys.Require("task").Error($"the plan has several tasks {kinds}: {PlanText.List(candidates.Select(d => d.Name), "and")}; the key {key} says which one is used here");
    }

    private static TaskSource Of(CommissioningTask task) => new(task.FitPath, task);

    private Draft Named(PlanValue value, Func<Draft, bool> fits, string kinds)
    {
        string name = value.Text("the name of a task");
        Draft draft = _drafts.FirstOrDefault(d => d.Name == name)
            ?? throw value.Error($"there is no task '{name}' in this plan, {(PlanText.Nearest(name, _drafts.Select(d => d.Name)) is { } nearest ? $"did you mean '{nearest}'?" : $"there are {PlanText.List(_drafts.Select(d => d.Name), "and")}")}");
        return fits(draft) ? draft : throw value.Error($"'{name}' is a task {draft.Kind.Name}, not {kinds}");
    }

    private ImmutableArray<string> Options(TaskKind kind, PlanValue value)
    {
        if (value.Node is not PlanTable table) throw value.Error("expected options of the task by their long names, as in {evt_max: 1000}");
        List<string> words = [];
        foreach (PlanEntry entry in table.Entries)
        {
            PlanValue option = new(value.File, value.Join(entry.Key), entry.Value);
            string name = entry.Key.TrimStart('-');
            if (kind.IsSetByCampaign(name)) throw option.Error(entry.Line, kind.IsScan && name is "scan_level" or "dc_level" or "events_per_level" or "first_event" ? "is what the plan of the scan says" : "is set by the campaign itself");
            Option known = kind.Definition.Command.Options.FirstOrDefault(o => o.Name == "--" + name)
                ?? throw option.Error(entry.Line, $"{kind.Name} has no option '{name}', {(PlanText.Nearest(name, kind.Options) is { } nearest ? $"did you mean '{nearest}'?" : $"it has {PlanText.List(kind.Options, "and")}")}");
            string[] given = known.ValueType == typeof(bool) ? (YesOrNo(option) ? [known.Name] : []) : [known.Name, option.Text("a value")];
            ParseResult parsed = kind.Definition.Command.Parse(given);
            if (parsed.Errors.Count > 0) throw option.Error(entry.Line, parsed.Errors[0].Message.TrimEnd('.'));
            words.AddRange(given);
        }

        return [.. words];
    }

    private static string ExistingFile(PlanValue value, string folder)
    {
        string path = Path.GetFullPath(value.Text("a file"), folder);
        return File.Exists(path) ? path : throw value.Error($"the file {path} does not exist");
    }

    private static string FileOrPattern(PlanValue value)
    {
        string text = value.Text("the name of a file, or a pattern");
        return text.Contains(',', StringComparison.Ordinal) ? throw value.Error($"'{text}' has a comma in it; several files are a list, as in [dark_000.fits.fz, dark_001.fits.fz]") : text;
    }

    private static bool YesOrNo(PlanValue value) => value.Choice(("yes", true), ("no", false), ("true", true), ("false", false));

    private static string ReadText(string path)
    {
        try
        {
            if (Directory.Exists(path)) throw new PlanException(path, 0, "", "this is a folder, not a file");
            if (!File.Exists(path)) throw new PlanException(path, 0, "", "the file does not exist");
            if (new FileInfo(path).Length > LargestFile) throw new PlanException(path, 0, "", "the file is larger than 1 MB, too large for a plan");
            return File.ReadAllText(path, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
        }
        catch (DecoderFallbackException exception)
        {
            throw new PlanException(path, 0, "", "the file is not text in UTF-8", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new PlanException(path, 0, "", $"the file cannot be read: {exception.Message.TrimEnd('.')}", exception);
        }
    }

    // A task as it stands in the plan.
    private sealed record Draft(int Line, TaskKind Kind, string Name, PlanKeys Keys)
    {
        public static Draft Of(PlanValue value)
        {
            PlanKeys keys = value.Keys(TaskKeys);
            TaskKind kind = keys.Require("task").Choice([.. TaskKind.All.Select(k => (k.Name, k))]);
            string name = keys["name"] is { } given ? Checked(given) : kind.Name;
            return new Draft(value.Node.Line, kind, name, keys);
        }

        // It becomes the name of a folder, and a part of names of files and jobs.
        private static string Checked(PlanValue value)
        {
            string name = value.Text("a name");
            bool isGood = name.Length <= LongestName && char.IsAsciiLetterOrDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') && name.ToLowerInvariant() is not "jobs";
            return isGood ? name : throw value.Error(FormattableString.Invariant($"'{name}' is no name for a folder of the campaign: at most {LongestName} letters, digits, '-' and '_', not 'jobs'"));
        }
    }
}
