using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using DigiCam.Zfits;

namespace DigiCam.Runs;

/// <summary>Finds the files of a run from what people type.</summary>
public static partial class RunFileList
{
    /// <summary>End of the name of camera files.</summary>
    public const string Extension = ".fits.fz";

    /// <summary>
    /// Files from one text: paths or patterns with * and ? separated by commas or line ends.
    /// </summary>
    /// <param name="input">The text.</param>
    /// <exception cref="FileNotFoundException">Something matches no file.</exception>
    public static ImmutableArray<string> FromInput(string input) => [.. ZFitsFileSet.FindFiles(input)];

    /// <summary>
    /// Files as the original scripts name them: directory + basename + each entry of a comma-separated list. A basename with a
    /// printf field (%s, %d, %03d) has the entry put there; otherwise it is appended, plain or as a number of three digits;
    /// ".fits.fz" may be left out.
    /// </summary>
    /// <param name="directory">Folder of the files; empty for the current one.</param>
    /// <param name="basename">Start of their names, may be empty.</param>
    /// <param name="list">Entries separated by commas; empty for all camera files whose names start with the basename.</param>
    /// <exception cref="FileNotFoundException">An entry matches no file.</exception>
    public static ImmutableArray<string> FromOptions(string directory, string basename, string list)
    {
        ArgumentNullException.ThrowIfNull(directory);
        ArgumentNullException.ThrowIfNull(basename);
        ArgumentNullException.ThrowIfNull(list);
        if (directory.Length == 0) directory = ".";
        if (!Directory.Exists(directory)) throw new DirectoryNotFoundException($"{directory}: no such folder");
        string[] entries = list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (entries.Length == 0) return [.. ZFitsFileSet.FindFiles([Path.Combine(directory, PrintfField().Replace(basename, "*") + "*" + Extension)])];

        ImmutableArray<string>.Builder files = ImmutableArray.CreateBuilder<string>(entries.Length);
        foreach (string entry in entries)
        {
            string[] candidates = [.. Candidates(basename, entry).Select(name => Path.Combine(directory, name)).Distinct()];
            files.Add(candidates.FirstOrDefault(File.Exists)
                ?? throw new FileNotFoundException($"file list: no file for '{entry}': looked for {string.Join(", ", candidates)}", candidates[0]));
        }

        return files.MoveToImmutable();
    }

    private static IEnumerable<string> Candidates(string basename, string entry)
    {
        List<string> names = [];
        bool isNumber = int.TryParse(entry, NumberStyles.None, CultureInfo.InvariantCulture, out int number);
        if (PrintfField().IsMatch(basename))
        {
            names.Add(PrintfField().Replace(basename, match =>
                match.Groups["width"].Success && isNumber
                    ? number.ToString("D" + match.Groups["width"].Value.TrimStart('0'), CultureInfo.InvariantCulture)
                    : entry));
        }
        else
        {
            names.Add(basename + entry);
            if (isNumber) names.Add(basename + number.ToString("D3", CultureInfo.InvariantCulture));
        }

        return names.SelectMany(name => (string[])[name, name + Extension]);
    }

    [GeneratedRegex("%(?:s|(?<width>0?[0-9]{0,2})d)")]
    private static partial Regex PrintfField();
}
