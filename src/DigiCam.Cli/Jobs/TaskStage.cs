namespace DigiCam.Cli.Jobs;

/// <summary>A stage of a task that a command line asks for.</summary>
internal sealed record TaskStage
{
    /// <summary>Its name, one of its own within the task.</summary>
    public required string Name { get; init; }

    /// <summary>What it does.</summary>
    public required string Description { get; init; }

    /// <summary>The options that ask for it.</summary>
    public required IReadOnlyList<string> Options { get; init; }

    /// <summary>The file of histograms that it fills, which can be done in parts; null for a stage that has no parts.</summary>
    public string? Target { get; init; }

    /// <summary>The files it reads.</summary>
    public required IReadOnlyList<string> Inputs { get; init; }

    /// <summary>The files it writes.</summary>
    public required IReadOnlyList<string> Outputs { get; init; }
}
