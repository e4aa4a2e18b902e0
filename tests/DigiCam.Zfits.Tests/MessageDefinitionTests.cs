using System.Globalization;
using System.Text.RegularExpressions;
using DigiCam.Zfits.Messages;
using Google.Protobuf.Reflection;

namespace DigiCam.Zfits.Tests;

/// <summary>The message definitions against the tables of the reference (shared/reference/messages.md), and their names.</summary>
public sealed partial class MessageDefinitionTests
{
    /// <summary>Sections 3 to 6 and 8 and the numbers of messages, fields and enums there: a row the parser overlooks shall not pass for a good one.</summary>
    private const int Messages = 58, Fields = 483, Enums = 7;

    [Theory]
    [InlineData("DataModel.CameraEvent", "ProtoDataModel.CameraEvent")]
    [InlineData("DataModel.DigicamConfig", "ProtoDataModel.DigicamConfig")]
    [InlineData("DataModel.CameraRunHeader", "ProtoDataModel.CameraRunHeader")]
    [InlineData("ProtoDataModel.CameraEvent", "ProtoDataModel.CameraEvent")]
    [InlineData("ProtoDataModel.DigicamConfig", "ProtoDataModel.DigicamConfig")]
    [InlineData("ProtoDataModel.CameraRunHeader", "ProtoDataModel.CameraRunHeader")]
    [InlineData("ProtoDataModel.ArrayEvent", "ProtoDataModel.ArrayEvent")]
    [InlineData("ProtoDataModel.MCCalibration", "ProtoDataModel.MCCalibration")]
    [InlineData("R1.CameraEvent", "ProtoR1.CameraEvent")]
    [InlineData("R1.CameraConfiguration", "ProtoR1.CameraConfiguration")]
    [InlineData("ProtoR1.CameraEvent", "ProtoR1.CameraEvent")]
    [InlineData("ProtoR1.CameraConfiguration", "ProtoR1.CameraConfiguration")]
    [InlineData("R1.TelescopeDataStream", "R1.TelescopeDataStream")]
    [InlineData("R1.Event", "R1.Event")]
    [InlineData("CTAR1.TelescopeDataStream", "R1v1.TelescopeDataStream")]
    [InlineData("CTAR1.CameraConfiguration", "R1v1.CameraConfiguration")]
    [InlineData("CTAR1.Event", "R1v1.Event")]
    [InlineData("R1v1.TelescopeDataStream", "R1v1.TelescopeDataStream")]
    [InlineData("R1v1.CameraConfiguration", "R1v1.CameraConfiguration")]
    [InlineData("R1v1.Event", "R1v1.Event")]
    [InlineData("R1v1_debug.DebugEvent", "R1v1_debug.DebugEvent")]
    [InlineData("R1v1_debug.DebugCameraConfiguration", "R1v1_debug.DebugCameraConfiguration")]
    [InlineData("DL0v1.Telescope.DataStream", "DL0v1.Telescope.DataStream")]
    [InlineData("DL0v1.Telescope.CameraConfiguration", "DL0v1.Telescope.CameraConfiguration")]
    [InlineData("DL0v1.Telescope.Event", "DL0v1.Telescope.Event")]
    [InlineData("DL0v1.Subarray.DataStream", "DL0v1.Subarray.DataStream")]
    [InlineData("DL0v1.Subarray.Event", "DL0v1.Subarray.Event")]
    [InlineData("DL0v1.Trigger.DataStream", "DL0v1.Trigger.DataStream")]
    [InlineData("DL0v1.Trigger.Trigger", "DL0v1.Trigger.Trigger")]
    public void Find_EveryNameAndAlias_GivesTheDefinition(string written, string expected)
    {
        Assert.Equal(expected, MessageRegistry.Canonical(written));
        Assert.Equal(expected, MessageRegistry.Find(written)?.FullName);
    }

    [Theory]
    [InlineData("CTAMessage")]
    [InlineData("R1.Unheard")]
    [InlineData("CameraEvent")]
    [InlineData("")]
    public void Find_NameThatFormsNoTable_IsNull(string name) => Assert.Null(MessageRegistry.Find(name));

    [Fact]
    public void Definitions_EveryRowOfTheReference_IsThere()
    {
        string reference = Reference();
        int messages = 0, fields = 0;
        foreach ((string name, string body) in Sections(reference))
        {
            MessageDescriptor message = Definition(name);
            Match[] rows = [.. FieldRow().Matches(body).Cast<Match>()];
            foreach (Match row in rows)
            {
                int number = int.Parse(row.Groups["number"].ValueSpan, CultureInfo.InvariantCulture);
                FieldDescriptor? field = message.FindFieldByNumber(number);
                Assert.True(field is not null, $"{name} has no field {number}");
                string expected = $"{row.Groups["name"].Value} {TypeText(row)}";
                Assert.Equal($"{name}.{number}: {expected}", $"{name}.{number}: {FieldPath.NameOf(field)} {TypeText(field)}");
            }

            Assert.Equal(rows.Length, message.Fields.InDeclarationOrder().Count);
            Match defaults = Defaults().Match(body);
            string[] minusOne = defaults.Success ? defaults.Groups[1].Value.Split(", ") : [];
            Assert.Equal(minusOne, message.Fields.InFieldNumberOrder().Where(field => field.ToProto().HasDefaultValue).Select(FieldPath.NameOf));
            Assert.All(message.Fields.InDeclarationOrder(), field => Assert.True(!field.ToProto().HasDefaultValue || field.ToProto().DefaultValue == "-1"));
            messages++;
            fields += rows.Length;
        }

        Assert.Equal((Messages, Fields), (messages, fields));
    }

    /// <summary>The reference says of this message of the draft only that it equals another.</summary>
    [Fact]
    public void Definitions_DraftTelescopeDataStream_EqualsR1v1()
    {
        static IEnumerable<string> Fields(string name) => MessageRegistry.Find(name)!.Fields.InFieldNumberOrder().Select(field => FormattableString.Invariant($"{field.FieldNumber} {field.Name} {TypeText(field)}"));
        Assert.Equal(Fields("R1v1.TelescopeDataStream"), Fields("R1.TelescopeDataStream"));
    }

    [Fact]
    public void Definitions_EveryEnumOfTheReference_IsThere()
    {
        FileDescriptor[] files = [.. new[] { "ProtoDataModel.CameraEvent", "R1v1.Event" }.Select(name => MessageRegistry.Find(name)!.File)];
        Match[] enums = [.. EnumRow().Matches(Part(Reference(), 3, 7)).Cast<Match>()];
        foreach (Match row in enums)
        {
            EnumDescriptor definition = files.SelectMany(file => file.EnumTypes).Single(e => e.FullName == row.Groups[1].Value);
            Assert.Equal(row.Groups[2].Value, string.Join(", ", definition.Values.Select(value => FormattableString.Invariant($"{value.Name} = {value.Number}"))));
        }

        Assert.Equal(Enums, enums.Length);
        string itemTypes = ItemTypes().Match(Reference()).Groups[1].Value;
        Assert.Equal(itemTypes, string.Join(", ", AnyArray.Descriptor.EnumTypes.Single().Values.Select(value => FormattableString.Invariant($"{value.Name} = {value.Number}"))));
    }

    [Fact]
    public void FindField_EveryExampleOfTheReference_IsKnown()
    {
        Match[] examples = [.. Example().Matches(Part(Reference(), 9, 10)).Cast<Match>()];
        Assert.Equal(8, examples.Length);
        Assert.All(examples, example => Assert.NotNull(MessageRegistry.FindField(MessageRegistry.Find(example.Groups[1].Value)!, example.Groups[3].Value, example.Groups[2].Value)));
    }

    /// <summary>A name that stands for two messages: the columns tell which.</summary>
    [Theory]
    [InlineData("1 telescope_id,2 cs_serial", "ProtoR1.CameraConfiguration")]
    [InlineData("1 tel_id,2 local_run_id", "R1.CameraConfiguration")]
    [InlineData("8 data_model_version", "ProtoR1.CameraConfiguration")]
    [InlineData("11 data_model_version", "R1.CameraConfiguration")]
    [InlineData("15 num_samples_long", "R1.CameraConfiguration")]
    [InlineData("10.1 lstcam_idaq_version", "ProtoR1.CameraConfiguration")]
    [InlineData("99 something", "ProtoR1.CameraConfiguration")]
    [InlineData("1 tel_id,2 cs_serial", null)]
    public void Resolve_R1CameraConfiguration_DependsOnTheColumns(string columns, string? expected) =>
        Assert.Equal(expected, MessageRegistry.Resolve("R1.CameraConfiguration", Columns(columns))?.FullName);

    [Theory]
    [InlineData("DataModel.CameraEvent", "4 eventNumber,9999 new_field,6.99 hiGain_new,6.1.99.3 hiGain_waveforms_new_thing", true)]
    [InlineData("DataModel.CameraEvent", "3 eventType,34 event_type", true)]
    [InlineData("DataModel.CameraEvent", "34 eventType", false)]
    [InlineData("DataModel.CameraEvent", "4 eventNumber,6.99 loGain_new", false)]
    [InlineData("DataModel.CameraEvent", "6 hiGain", false)]
    [InlineData("DataModel.CameraEvent", "4.1 eventNumber_x", false)]
    [InlineData("DataModel.CameraEvent", "6.1.1.4 hiGain_waveforms_samples_data", false)]
    [InlineData("ProtoDataModel.ArrayEvent", "1.3.0.4 triggerData_cameras_0_eventNumber,2.0.6.1.1 cameraData_0_hiGain_waveforms_samples", true)]
    [InlineData("ProtoDataModel.ArrayEvent", "1.3.4 triggerData_cameras_eventNumber", false)]
    [InlineData("ProtoDataModel.ArrayEvent", "1.3.00.4 triggerData_cameras_00_eventNumber", false)]
    [InlineData("ProtoDataModel.ArrayEvent", "2 cameraData", false)]
    [InlineData("ProtoR1.CameraConfiguration", "1 tel_id,2 local_run_id", false)]
    [InlineData("Nobody.Knows", "4 eventNumber", false)]
    public void Resolve_Columns_FitOrNot(string message, string columns, bool fits) =>
        Assert.Equal(fits ? MessageRegistry.Find(message) : null, MessageRegistry.Resolve(message, Columns(columns)));

    private static (string, string)[] Columns(string text) => [.. text.Split(',').Select(column => column.Split(' ')).Select(parts => (parts[0], parts[1]))];

    private static string Reference() => File.ReadAllText(TestEnvironment.Shared("reference", "messages.md")).ReplaceLineEndings("\n");

    /// <summary>The text from one numbered section to another.</summary>
    private static string Part(string reference, int first, int end)
    {
        int from = reference.IndexOf(FormattableString.Invariant($"\n## {first}. "), StringComparison.Ordinal);
        int to = reference.IndexOf(FormattableString.Invariant($"\n## {end}. "), StringComparison.Ordinal);
        return reference[from..(to < 0 ? reference.Length : to)];
    }

    private static IEnumerable<(string Name, string Body)> Sections(string reference)
    {
        foreach (Match section in Section().Matches(Part(reference, 2, 7)).Cast<Match>())
        {
            if (section.Groups[1].Value != "Enums") yield return (section.Groups[1].Value, section.Groups[2].Value);
        }

        foreach (Match section in DraftSection().Matches(Part(reference, 8, 9)).Cast<Match>()) yield return ($"draft {section.Groups[1].Value}", section.Groups[2].Value);
    }

    private static MessageDescriptor Definition(string name) => name switch
    {
        "AnyArray" => AnyArray.Descriptor,
        "draft R1.Event" => DigiCam.Zfits.Messages.R1Draft.Event.Descriptor,
        "draft R1.CameraConfiguration" => DigiCam.Zfits.Messages.R1Draft.CameraConfiguration.Descriptor,
        _ => MessageRegistry.Find(name) ?? throw new InvalidOperationException($"no definition of {name}"),
    };

    private static string TypeText(Match row) => (row.Groups["repeated"].Success ? "repeated " : "") + row.Groups["type"].Value;

    private static string TypeText(FieldDescriptor field)
    {
        // The reference names types of another package in full, those of the same package without it.
        string Short(IDescriptor type) => type.File == field.File ? type.FullName[(type.File.Package.Length == 0 ? 0 : type.File.Package.Length + 1)..] : type.FullName;
        string type = field.FieldType switch
        {
            FieldType.Enum => $"enum `{Short(field.EnumType)}`",
            FieldType.Message => $"`{Short(field.MessageType)}`",
            _ => field.FieldType.ToString().ToLowerInvariant(),
        };
        return (field.IsRepeated ? "repeated " : "") + type;
    }

    [GeneratedRegex(@"^### (\S+)\n(.*?)(?=^##|\z)", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Section();

    [GeneratedRegex(@"^`(R1\.\w+)`(?: \(draft\))?\n\n((?:\|.*\n?)+)", RegexOptions.Multiline)]
    private static partial Regex DraftSection();

    [GeneratedRegex(@"^\| (?<number>\d+) \| (?<name>\w+) \| (?<type>(?:enum )?`[\w.]+`|\w+)(?: [^|]*)? \|(?: (?<repeated>repeated)? ?\|)?$", RegexOptions.Multiline)]
    private static partial Regex FieldRow();

    [GeneratedRegex(@"^Default −1: (.*)\.$", RegexOptions.Multiline)]
    private static partial Regex Defaults();

    [GeneratedRegex(@"^- `([\w.]+)`: (.*)$", RegexOptions.Multiline)]
    private static partial Regex EnumRow();

    [GeneratedRegex(@"^- `AnyArray\.ItemType`: (.*)$", RegexOptions.Multiline)]
    private static partial Regex ItemTypes();

    [GeneratedRegex(@"^\| ([\w.]+) \| (\w+) \| ([\d.]+) \| .* \|$", RegexOptions.Multiline)]
    private static partial Regex Example();
}
