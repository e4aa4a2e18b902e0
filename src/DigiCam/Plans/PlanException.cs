namespace DigiCam.Plans;

/// <summary>A plan cannot be understood or asks for something impossible; the message is one sentence that names file, line and key.</summary>
public sealed class PlanException : FormatException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="path">The file, as the user named it.</param>
    /// <param name="line">Line, from 1; 0 where the whole file is meant.</param>
    /// <param name="key">Key with those around it, as in camera.crosstalk; empty where no key is meant.</param>
    /// <param name="cause">What is wrong.</param>
    /// <param name="inner">What was thrown before; null for nothing.</param>
    public PlanException(string path, int line, string key, string cause, Exception? inner = null)
        : base($"{path}: {(line > 0 ? FormattableString.Invariant($"line {line}: ") : "")}{(key.Length > 0 ? key + ": " : "")}{cause}", inner)
    {
        Path = path;
        Line = line;
        Key = key;
    }

    /// <summary>The file, as the user named it.</summary>
    public string Path { get; }

    /// <summary>Line, from 1; 0 where the whole file is meant.</summary>
    public int Line { get; }

    /// <summary>Key with those around it, as in camera.crosstalk; empty where no key is meant.</summary>
    public string Key { get; }
}
