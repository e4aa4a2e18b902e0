using DigiCam.Results;

namespace DigiCam.Cli.Reporting;

/// <summary>What is wrong with the input of a task: told, and the end with --strict.</summary>
internal static class InputProblems
{
    /// <summary>Tells what is wrong with the input, which is the end with --strict.</summary>
    /// <param name="command">Name of the command.</param>
    /// <param name="problems">One sentence each.</param>
    /// <param name="strict">The user does not want a result of such an input.</param>
    /// <param name="areNotes">Without --strict they are notes.</param>
    /// <param name="quiet">The user wants no notes.</param>
    /// <exception cref="InvalidDataException">There are some, and the user asked for this.</exception>
    public static void Tell(string command, IReadOnlyCollection<string> problems, bool strict, bool areNotes = false, bool quiet = false)
    {
        foreach (string problem in problems)
        {
            if (!areNotes || strict) CommandHost.Say(command, problem);
            else if (!quiet) Console.WriteLine("note: " + problem);
        }

        if (strict && problems.Count > 0) throw new InvalidDataException(FormattableString.Invariant($"--strict: nothing is made of an input with {problems.Count} problem{(problems.Count == 1 ? "" : "s")}"));
    }

    /// <summary>The files that were changed after they were written.</summary>
    public static IReadOnlyCollection<string> Checksums(Provenance provenance) =>
        [.. provenance.Inputs.Where(i => i.Checksums == "bad").Select(bad => $"{bad.Name}: its checksums are wrong: the file was changed after it was written")];
}
