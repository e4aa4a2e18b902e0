namespace DigiCam.Plans;

/// <summary>Wording of messages about plans.</summary>
internal static class PlanText
{
    /// <summary>"a, b or c".</summary>
    public static string List(IEnumerable<string> words, string conjunction)
    {
        string[] all = [.. words];
        return all.Length < 2 ? string.Concat(all) : $"{string.Join(", ", all[..^1])} {conjunction} {all[^1]}";
    }

    /// <summary>The word that a mistyped one most likely stands for; null when none resembles it.</summary>
    public static string? Nearest(string word, IEnumerable<string> words)
    {
        // A word may differ in a third of its letters; a key in two words may also have lost one of them.
        (string Word, int Distance)[] ranked = [.. words.Select(w => (w, Distance(word, w))).OrderBy(w => w.Item2)];
        if (ranked.Length > 0 && ranked[0].Distance <= Math.Max(1, ranked[0].Word.Length / 3)) return ranked[0].Word;
        return word.Length >= 3 ? ranked.Select(w => w.Word).FirstOrDefault(w => w.Split('_').Contains(word, StringComparer.OrdinalIgnoreCase)) : null;
    }

    /// <summary>Number of letters to insert, remove, replace or exchange with their neighbour (optimal string alignment), case left aside.</summary>
    private static int Distance(string a, string b)
    {
        int[,] cost = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            for (int j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    cost[i, j] = i + j;
                    continue;
                }

                int replaced = cost[i - 1, j - 1] + (char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1);
                cost[i, j] = Math.Min(replaced, Math.Min(cost[i - 1, j], cost[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) cost[i, j] = Math.Min(cost[i, j], cost[i - 2, j - 2] + 1);
            }
        }

        return cost[a.Length, b.Length];
    }
}
