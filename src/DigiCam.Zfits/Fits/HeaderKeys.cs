using System.Diagnostics.CodeAnalysis;
using static System.FormattableString;

namespace DigiCam.Zfits.Fits;

/// <summary>Look-ups of keywords that must be there and be right; a defect names the keyword and the offset of its card.</summary>
internal sealed class HeaderKeys(FitsHeader header, ZFitsLocation location)
{
    public FitsHeader Header => header;

    /// <summary>A required integer.</summary>
    public long Integer(string keyword, string? column = null)
    {
        FitsCard card = Require(keyword, column);
        if (card.Kind != FitsCardKind.Integer) Fail(keyword, $"{keyword} is {Show(card)}, expected an integer", column);
        if (!header.TryGetInteger(keyword, out long value)) Fail(keyword, $"{keyword} is {card.Value}, beyond 64 bits", column);
        return value;
    }

    /// <summary>An integer that may be missing.</summary>
    public long IntegerOr(string keyword, long missing) => header.Contains(keyword) ? Integer(keyword) : missing;

    /// <summary>A required integer with one legal value.</summary>
    public void Expect(string keyword, long expected)
    {
        long value = Integer(keyword);
        if (value != expected) Fail(keyword, Invariant($"{keyword} is {value}, expected {expected}"));
    }

    /// <summary>A required integer with a lower bound.</summary>
    public long AtLeast(string keyword, long minimum)
    {
        long value = Integer(keyword);
        if (value < minimum) Fail(keyword, Invariant($"{keyword} is {value}, expected at least {minimum}"));
        return value;
    }

    /// <summary>A required string.</summary>
    public string Text(string keyword, string? column = null)
    {
        FitsCard card = Require(keyword, column);
        if (card.Kind != FitsCardKind.Text) Fail(keyword, $"{keyword} is {Show(card)}, expected a string", column);
        return card.Value;
    }

    /// <summary>Throws the error about a keyword.</summary>
    [DoesNotReturn]
    public void Fail(string keyword, string detail, string? column = null) =>
        throw new ZFitsFormatException(detail, location with { Column = column ?? location.Column, ByteOffset = header.OffsetOf(keyword) ?? location.ByteOffset });

    private static string Show(FitsCard card) => card.Kind == FitsCardKind.Text ? $"the string '{card.Value}'" : $"'{card.Value}'";

    private FitsCard Require(string keyword, string? column)
    {
        if (!header.TryGetCard(keyword, out FitsCard? card)) Fail(keyword, $"required keyword {keyword} is missing", column);
        return card!;
    }
}
