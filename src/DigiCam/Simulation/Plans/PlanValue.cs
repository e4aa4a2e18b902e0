using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using DigiCam.Fitting;
using DigiCam.Plans;

namespace DigiCam.Simulation.Plans;

/// <summary>A value of a plan with the name of its file and its key, so that what is wrong with it can be said where it stands.</summary>
/// <param name="File">The file, as the user named it.</param>
/// <param name="Key">Key with those around it, separated by points; empty for the whole plan.</param>
/// <param name="Node">The value.</param>
internal sealed partial record PlanValue(string File, string Key, PlanNode Node)
{
    // Distributions are drawn by repetition until a value lies within the limits; a hundred tries on average are enough.
    private const double LeastWithinLimits = 0.01;

    // Of 1296 pixels in 400 000 cameras one value lies further out than this many standard deviations.
    internal const double FarthestSigma = 6;

    /// <summary>What is wrong, at this value.</summary>
    public PlanException Error(string cause) => Error(Node.Line, cause);

    /// <summary>The keys of this value.</summary>
    /// <param name="known">All keys it may have.</param>
    /// <exception cref="PlanException">It has no keys, or others.</exception>
    public PlanKeys Keys(params ReadOnlySpan<string> known)
    {
        if (Node is not PlanTable table) throw Error($"expected keys, at least one of {PlanText.List(known.ToArray(), "and")}, found {Found}");
        foreach (PlanEntry entry in table.Entries)
        {
            if (known.Contains(entry.Key)) continue;
            string[] all = known.ToArray();
            string hint = PlanText.Nearest(entry.Key, all) is { } nearest ? $"did you mean '{nearest}'?" : $"known are {PlanText.List(all, "and")}";
            throw new PlanException(File, entry.Line, Join(entry.Key), $"unknown key, {hint}");
        }

        return new PlanKeys(this, table);
    }

    /// <summary>The items of a list; the value itself where a single one stands for a list of one.</summary>
    /// <exception cref="PlanException">The list is empty.</exception>
    public ImmutableArray<PlanValue> Items()
    {
        if (Node is not PlanList list) return [this];
        return list.Items.Length > 0 ? [.. list.Items.Select(item => this with { Node = item })] : throw Error("the list is empty");
    }

    /// <summary>A single value as text.</summary>
    /// <exception cref="PlanException">It is a list, has keys, or is empty.</exception>
    public string Text(string expected) => Node is PlanScalar { Text.Length: > 0 } scalar ? scalar.Text : throw Error($"expected {expected}, found {Found}");

    /// <summary>One of several words.</summary>
    /// <exception cref="PlanException">It is another one.</exception>
    public T Choice<T>(params ReadOnlySpan<(string Word, T Value)> choices)
    {
        string[] words = new string[choices.Length];
        for (int i = 0; i < words.Length; i++) words[i] = choices[i].Word;
        string text = Text(PlanText.List(words, "or"));
        foreach ((string word, T value) in choices)
        {
            if (word == text) return value;
        }

        throw Error($"'{text}' is none of {PlanText.List(words, "and")}{(PlanText.Nearest(text, words) is { } nearest ? $", did you mean '{nearest}'?" : "")}");
    }

    /// <summary>A whole number.</summary>
    /// <param name="minimum">Smallest possible one.</param>
    /// <param name="maximum">Largest possible one.</param>
    /// <exception cref="PlanException">It is something else.</exception>
    public long Integer(long minimum, long maximum)
    {
        string text = Text("a whole number");
        bool isWhole = decimal.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out decimal value);
        if (!isWhole) throw Error($"'{text}' is not a whole number");
        return value >= minimum && value <= maximum ? (long)value
            : throw Error(FormattableString.Invariant($"{text} is impossible, it must be {(maximum == int.MaxValue ? $"at least {minimum}" : $"from {minimum} to {maximum}")}"));
    }

    /// <summary>A number with its unit.</summary>
    /// <param name="unit">What it measures.</param>
    /// <param name="range">The possible values.</param>
    /// <returns>The value in the unit of the plan's records.</returns>
    /// <exception cref="PlanException">It is no number, the unit is missing or another one, or the value is impossible.</exception>
    public double Quantity(PlanUnit unit, PlanRange range)
    {
        double value = Quantity(unit);
        return range.Contains(value) ? value : throw Error($"{Text("")} is impossible, it must be {range.Describe(unit)}");
    }

    /// <summary>
    /// How a quantity varies over the camera: a value, the keys normal and spread with min and max, or the key uniform with both ends. Limits are
    /// never set silently: a normal distribution that reaches impossible values within 6 standard deviations needs its own.
    /// </summary>
    /// <param name="unit">What it measures.</param>
    /// <param name="range">The possible values.</param>
    /// <exception cref="PlanException">It is something else, or reaches impossible values.</exception>
    public Distribution Distribution(PlanUnit unit, PlanRange range)
    {
        if (Node is PlanScalar) return Plans.Distribution.Constant(Quantity(unit, range));
        if (Node is PlanList) throw Error("expected a quantity, or keys as in {normal: .., spread: ..} or {uniform: [.., ..]}, found a list");
        PlanKeys keys = Keys("normal", "spread", "min", "max", "uniform");
        if (keys["uniform"] is { } uniform)
        {
            if (keys.FirstOf("normal", "spread", "min", "max") is { } other) throw other.Error("a uniform distribution has no other keys");
            ImmutableArray<PlanValue> ends = uniform.Items();
            if (uniform.Node is not PlanList || ends.Length != 2) throw uniform.Error("expected both ends as in [4, 6] with their units");
            (double first, double last) = (ends[0].Quantity(unit, range), ends[1].Quantity(unit, range));
            return first < last ? Plans.Distribution.Uniform(first, last) : throw uniform.Error($"the first end must be less than the last one, {ends[1].Text("")}");
        }

        PlanValue normal = keys["normal"] ?? throw Error("a distribution needs the key normal or uniform");
        PlanValue spreadKey = keys["spread"] ?? throw Error("a normal distribution needs its spread");
        double mean = normal.Quantity(unit);
        double spread = spreadKey.Quantity(unit, new PlanRange(0, double.PositiveInfinity, WithoutMinimum: true));
        double minimum = keys["min"]?.Quantity(unit, range) ?? double.NegativeInfinity;
        double maximum = keys["max"]?.Quantity(unit, range) ?? double.PositiveInfinity;
        if (!(minimum < maximum)) throw keys["max"]!.Error($"max must be more than min, {keys["min"]!.Text("")}");
        if (!range.Contains(Math.Max(minimum, mean - (FarthestSigma * spread)))) throw normal.Error($"6 spreads below the mean the value is impossible, it must be {range.Describe(unit)}: give a min");
        if (!range.Contains(Math.Min(maximum, mean + (FarthestSigma * spread)))) throw normal.Error($"6 spreads above the mean the value is impossible, it must be {range.Describe(unit)}: give a max");
        double within = NormalBin.Between((minimum - mean) / spread, (maximum - mean) / spread).Probability;
        return within >= LeastWithinLimits ? Plans.Distribution.Normal(mean, spread, minimum, maximum)
            : throw normal.Error("the limits leave less than 1 % of the distribution");
    }

    /// <summary>The key of a value below this one.</summary>
    public string Join(string key) => Key.Length == 0 ? key : $"{Key}.{key}";

    /// <summary>What is wrong, at a line.</summary>
    public PlanException Error(int line, string cause) => new(File, line, Key, cause);

    private string Found => Node switch
    {
        PlanList => "a list",
        PlanTable => "keys",
        PlanScalar { Text.Length: > 0 } scalar => $"'{scalar.Text}'",
        _ => "nothing",
    };

    private double Quantity(PlanUnit unit)
    {
        string text = Text($"{unit.Noun}{(unit.Own.Length > 0 ? " in" + unit.Own : "")}");
        Match match = QuantityPattern().Match(text);
        if (!match.Success || !double.TryParse(match.Groups[1].ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) || !double.IsFinite(number)) throw Error($"'{text}' is not a number{(unit.Own.Length > 0 ? " with a unit" : "")}");
        string symbol = match.Groups[2].Value;
        if (symbol.StartsWith(',')) throw Error($"'{text}' is not a number, decimals follow a point");
        return unit.TryConvert(number, symbol, out double value, out string? cause) ? value : throw Error($"{text} {cause}");
    }

    [GeneratedRegex(@"^([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)[ \t]*(.*)$", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex QuantityPattern();
}

/// <summary>Values of a plan by their keys.</summary>
internal sealed class PlanKeys(PlanValue owner, PlanTable table)
{
    /// <summary>The value they belong to.</summary>
    public PlanValue Owner { get; } = owner;

    /// <summary>The value of a key; null where the key is not given.</summary>
    /// <exception cref="PlanException">The key has no value.</exception>
    public PlanValue? this[string key]
    {
        get
        {
            foreach (PlanEntry entry in table.Entries)
            {
                if (entry.Key != key) continue;
                PlanValue value = new(Owner.File, Owner.Join(key), entry.Value);
                return entry.Value is PlanScalar { Text.Length: 0 } ? throw value.Error(entry.Line, "the key has no value") : value;
            }

            return null;
        }
    }

    /// <summary>The value of a key without which nothing goes.</summary>
    /// <exception cref="PlanException">The key is not given, or has no value.</exception>
    public PlanValue Require(string key) => this[key] ?? throw Owner.Error($"the key '{key}' is missing");

    /// <summary>The first of some keys that is given; null when none is.</summary>
    public PlanValue? FirstOf(params ReadOnlySpan<string> keys)
    {
        foreach (string key in keys)
        {
            if (this[key] is { } value) return value;
        }

        return null;
    }

    /// <summary>A value several keys deep; null where one of them is not given.</summary>
    public PlanValue? Find(params ReadOnlySpan<string> keys)
    {
        PlanKeys here = this;
        for (int i = 0; ; i++)
        {
            if (here[keys[i]] is not { } value || i == keys.Length - 1) return here[keys[i]];
            if (value.Node is not PlanTable inner) return null;
            here = new PlanKeys(value, inner);
        }
    }
}
