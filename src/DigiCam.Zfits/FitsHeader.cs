using System.Collections;
using System.Globalization;

namespace DigiCam.Zfits;

/// <summary>The cards of one header in file order, with typed look-ups by keyword. Immutable. Of a repeated keyword the last card counts.</summary>
public sealed class FitsHeader : IReadOnlyList<FitsCard>
{
    private readonly FitsCard[] _cards;
    private readonly long[] _offsets;
    private readonly Dictionary<string, int> _index = new(StringComparer.Ordinal);

    internal FitsHeader(IEnumerable<FitsCard> cards, IEnumerable<long> offsets)
    {
        _cards = [.. cards];
        _offsets = [.. offsets];
        for (int i = 0; i < _cards.Length; i++)
        {
            if (_cards[i].Kind != FitsCardKind.Commentary) _index[_cards[i].Keyword] = i;
        }
    }

    /// <inheritdoc/>
    public int Count => _cards.Length;

    /// <inheritdoc/>
    public FitsCard this[int index] => _cards[index];

    /// <summary>True when a card with this keyword and a value exists.</summary>
    public bool Contains(string keyword) => _index.ContainsKey(keyword);

    /// <summary>The card with this keyword.</summary>
    public bool TryGetCard(string keyword, out FitsCard? card)
    {
        card = _index.TryGetValue(keyword, out int i) ? _cards[i] : null;
        return card is not null;
    }

    /// <summary>The text of a string card, without trailing blanks. False when the keyword is missing or not a string.</summary>
    public bool TryGetString(string keyword, out string? value)
    {
        value = TryGetCard(keyword, out FitsCard? card) && card!.Kind == FitsCardKind.Text ? card.Value : null;
        return value is not null;
    }

    /// <summary>The value of an integer card. False when the keyword is missing, not an integer or beyond 64 bits.</summary>
    public bool TryGetInteger(string keyword, out long value)
    {
        value = 0;
        return TryGetCard(keyword, out FitsCard? card) && card!.Kind == FitsCardKind.Integer
            && long.TryParse(card.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>The value of an integer or real card as a double. False when the keyword is missing or not a number.</summary>
    public bool TryGetReal(string keyword, out double value)
    {
        value = 0;
        return TryGetCard(keyword, out FitsCard? card) && card!.Kind is FitsCardKind.Integer or FitsCardKind.Real
            && double.TryParse(card!.Value.Replace('D', 'E'), NumberStyles.Float, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>The value of a logical card. False when the keyword is missing or not a logical.</summary>
    public bool TryGetLogical(string keyword, out bool value)
    {
        bool found = TryGetCard(keyword, out FitsCard? card) && card!.Kind == FitsCardKind.Logical;
        value = found && card!.Value == "T";
        return found;
    }

    /// <inheritdoc/>
    public IEnumerator<FitsCard> GetEnumerator() => ((IEnumerable<FitsCard>)_cards).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Offset of the card in the file, null when the keyword is missing.</summary>
    internal long? OffsetOf(string keyword) => _index.TryGetValue(keyword, out int i) ? _offsets[i] : null;
}
