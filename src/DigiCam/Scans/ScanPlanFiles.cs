using DigiCam.Files;
using DigiCam.Plans;

namespace DigiCam.Scans;

/// <summary>Scan plans in HDF5 files: what is kept of a scan says which levels it had.</summary>
internal static class ScanPlanFiles
{
    private const string Dataset = "/scan_plan.csv";
    private const string FirstEvent = "first_event_number";

    /// <summary>Adds a plan to a group.</summary>
    public static void WriteTo(Hdf5Writer writer, string group, ScanPlan plan)
    {
        writer.AddTexts(group + Dataset, [plan.ToCsv()], "the levels in their order, a table: each row is a level, or goes on with the one above where the light is the same and the file another one")
            .Add<int>(group + "/ac", [.. plan.Steps.Select(step => step.Level.AcDac)], "DAC", "AC level (level)")
            .Add<int>(group + "/dc", [.. plan.Steps.Select(step => step.Level.DcDac)], "DAC", "DC level (level)");
        if (plan.FirstEventNumber is { } first) writer.AddAttribute(group, FirstEvent, first);
    }

    /// <summary>Reads the plan of a group.</summary>
    /// <exception cref="InvalidDataException">There is none, or it is damaged.</exception>
    public static ScanPlan ReadFrom(Hdf5File file, string group)
    {
        string[] texts = file.ReadTexts(group + Dataset);
        if (texts.Length != 1) throw new InvalidDataException(FormattableString.Invariant($"{file.Path}: {group}{Dataset} holds {texts.Length} texts, expected one"));
        try
        {
            ScanPlan plan = ScanPlan.Parse(texts[0], group + Dataset);
            return file.HasAttribute(group, FirstEvent) ? plan with { FirstEventNumber = file.GetNumber<long>(group, FirstEvent) } : plan;
        }
        catch (PlanException exception)
        {
            throw new InvalidDataException($"{file.Path}: {exception.Message}", exception);
        }
    }
}
