using System.Text;

namespace DigiCam.Zfits.Fits;

/// <summary>Conversion between cards and their 80 characters.</summary>
internal static class FitsCardText
{
    /// <summary>Reads one card of 80 printable characters. Returns null and a reason when a string has no closing quote.</summary>
    public static FitsCard? Parse(ReadOnlySpan<byte> bytes, out string? defect)
    {
        defect = null;
        string text = Encoding.ASCII.GetString(bytes);
        string keyword = text[..8].TrimEnd();
        if (text[8] != '=' || text[9] != ' ' || keyword.Length == 0 || !keyword.All(FitsCard.IsKeywordCharacter))
        {
            return new FitsCard(keyword, FitsCardKind.Commentary, text[8..].TrimEnd(), null);
        }

        int at = 10;
        while (at < text.Length && text[at] == ' ') at++;
        if (at < text.Length && text[at] == '\'')
        {
            StringBuilder value = new();
            for (at++; at < text.Length; at++)
            {
                if (text[at] != '\'') value.Append(text[at]);
                else if (at + 1 < text.Length && text[at + 1] == '\'') value.Append(text[at++]);
                else return new FitsCard(keyword, FitsCardKind.Text, value.ToString().TrimEnd(' '), CommentAfter(text, at + 1));
            }

            defect = $"string card {keyword} has no closing quote";
            return null;
        }

        int slash = text.IndexOf('/', at);
        string literal = (slash < 0 ? text[at..] : text[at..slash]).TrimEnd(' ');
        return new FitsCard(keyword, KindOf(literal), literal, slash < 0 ? null : CommentAfter(text, slash));
    }

    /// <summary>Writes a card; a comment that does not fit is dropped.</summary>
    public static void Format(FitsCard card, Span<byte> destination)
    {
        destination.Fill((byte)' ');
        if (card.Kind == FitsCardKind.Commentary)
        {
            Encoding.ASCII.GetBytes((card.Keyword.PadRight(8) + card.Value).AsSpan(0, Math.Min(80, 8 + card.Value.Length)), destination);
            return;
        }

        string value = card.Kind switch
        {
            FitsCardKind.Text => $"'{card.Value.Replace("'", "''", StringComparison.Ordinal)}'".PadRight(20),
            _ => card.Value.PadLeft(20),
        };
        string text = $"{card.Keyword,-8}= {value}";
        if (card.Comment is { Length: > 0 } comment && text.Length + 3 + comment.Length <= FitsBlocks.CardSize) text += $" / {comment}";
        Encoding.ASCII.GetBytes(text, destination);
    }

    private static FitsCardKind KindOf(string literal)
    {
        if (literal is "T" or "F") return FitsCardKind.Logical;
        if (literal.Length == 0) return FitsCardKind.Other;
        ReadOnlySpan<char> digits = literal.AsSpan(literal[0] is '+' or '-' ? 1 : 0);
        if (digits.Length > 0 && !digits.ContainsAnyExceptInRange('0', '9')) return FitsCardKind.Integer;
        bool real = digits.Length > 0 && digits[0] is '.' or (>= '0' and <= '9')
            && double.TryParse(literal.Replace('D', 'E'), System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out _);
        return real ? FitsCardKind.Real : FitsCardKind.Other;
    }

    private static string? CommentAfter(string text, int at)
    {
        int slash = text.IndexOf('/', Math.Min(at, text.Length));
        string comment = slash < 0 ? "" : text[(slash + 1)..].Trim(' ');
        return comment.Length == 0 ? null : comment;
    }
}
