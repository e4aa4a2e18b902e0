using System.Globalization;
using System.Text.Json;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace DigiCam.Kernel.Parameters;

/// <summary>Turns values into C# expressions of one type.</summary>
internal sealed class ParameterType
{
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    private readonly string _name;
    private readonly bool _nullable;
    private readonly ParameterType? _items;
    private readonly string _listFormat;
    private readonly Func<string, string?>? _literal;

    private ParameterType(string name, bool nullable, Func<string, string?>? literal, ParameterType? items = null, string listFormat = "")
    {
        _name = name;
        _nullable = nullable;
        _literal = literal;
        _items = items;
        _listFormat = listFormat;
    }

    /// <summary>The converter of a type; null when values of the type cannot be given from outside.</summary>
    public static ParameterType? Create(ITypeSymbol type)
    {
        string name = type.ToDisplayString(SymbolDisplayFormat.CSharpErrorMessageFormat);
        if (type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable)
        {
            return Literal(nullable.TypeArguments[0]) is { } inner ? new ParameterType(name, true, inner) : null;
        }

        if (type.SpecialType == SpecialType.System_String) return new ParameterType(name, true, text => SymbolDisplay.FormatLiteral(text, true));
        if (Literal(type) is { } literal) return new ParameterType(name, false, literal);

        (ITypeSymbol? element, bool list) = type switch
        {
            IArrayTypeSymbol { Rank: 1 } array => (array.ElementType, false),
            INamedTypeSymbol { TypeArguments: [var argument], ContainingNamespace: { } space } named
                when space.ToDisplayString() == "System.Collections.Generic" && named.Name is "List" or "IList" or "IReadOnlyList" or "IEnumerable" or "ICollection" or "IReadOnlyCollection"
                => (argument, named.Name == "List"),
            _ => ((ITypeSymbol?)null, false),
        };
        if (element is null || Create(element) is not { _items: null } items) return null;
        string elementName = element.ToDisplayString(SymbolDisplayFormat.CSharpErrorMessageFormat);
        return new ParameterType(name, true, null, items, list ? $"new System.Collections.Generic.List<{elementName}> {{{{ {{0}} }}}}" : $"new {elementName}[] {{{{ {{0}} }}}}");
    }

    /// <summary>The C# expression of a value.</summary>
    /// <exception cref="ParameterException">The value is not of the type.</exception>
    public string ToExpression(string name, ParameterValue value)
    {
        if (value.Text is null && value.Items is null)
        {
            return _nullable ? "null" : throw Wrong(name, value);
        }

        if (_items is not null) return string.Format(Invariant, _listFormat, string.Join(", ", Items(name, value).Select(item => _items.ToExpression(name, item))));
        if (value.Text is not { } text) throw Wrong(name, value);
        if (value.FromCommandLine && _nullable && _name != "string" && text.Trim() is "null" or "") return "null";
        return _literal!(text) ?? throw Wrong(name, value);
    }

    private IEnumerable<ParameterValue> Items(string name, ParameterValue value)
    {
        if (value.Items is not null) return value.Items;
        if (!value.FromCommandLine) throw Wrong(name, value);
        string text = value.Text!.Trim();
        if (text.StartsWith('[') && text.EndsWith(']'))
        {
            try
            {
                using JsonDocument list = JsonDocument.Parse(text);
                return [.. list.RootElement.EnumerateArray().Select(item => item.ValueKind switch
                {
                    JsonValueKind.Null => ParameterValue.Null,
                    JsonValueKind.String => ParameterValue.Scalar(item.GetString()!),
                    _ => ParameterValue.Scalar(item.GetRawText()),
                })];
            }
            catch (JsonException)
            {
                // Also [a, b] without quotes is understood.
                text = text[1..^1];
            }
        }

        return text.Trim().Length == 0 ? [] : text.Split(',').Select(item => ParameterValue.Typed(item.Trim()));
    }

    private ParameterException Wrong(string name, ParameterValue value) =>
        new($"parameter {name}: {(value.Text is null ? value.ToString() : $"'{value.Text}'")} is not a value of type {_name}");

    private static Func<string, string?>? Literal(ITypeSymbol type) => type.SpecialType switch
    {
        SpecialType.System_String => text => SymbolDisplay.FormatLiteral(text, true),
        SpecialType.System_Boolean => text => bool.TryParse(text, out bool value) ? value ? "true" : "false" : null,
        SpecialType.System_Char => text => text.Length == 1 ? SymbolDisplay.FormatLiteral(text[0], true) : null,
        SpecialType.System_SByte => Integer(sbyte.MinValue, sbyte.MaxValue, ""),
        SpecialType.System_Byte => Integer(byte.MinValue, byte.MaxValue, ""),
        SpecialType.System_Int16 => Integer(short.MinValue, short.MaxValue, ""),
        SpecialType.System_UInt16 => Integer(ushort.MinValue, ushort.MaxValue, ""),
        SpecialType.System_Int32 => Integer(int.MinValue, int.MaxValue, ""),
        SpecialType.System_UInt32 => Integer(uint.MinValue, uint.MaxValue, "u"),
        SpecialType.System_Int64 => Integer(long.MinValue, long.MaxValue, "L"),
        SpecialType.System_UInt64 => Integer(ulong.MinValue, ulong.MaxValue, "ul"),
        SpecialType.System_Single => text => double.TryParse(text, NumberStyles.Float, Invariant, out double value) ? Real((float)value, "float", ((float)value).ToString("R", Invariant), "f") : null,
        SpecialType.System_Double => text => double.TryParse(text, NumberStyles.Float, Invariant, out double value) ? Real(value, "double", value.ToString("R", Invariant), "d") : null,
        SpecialType.System_Decimal => text => decimal.TryParse(text, NumberStyles.Float, Invariant, out decimal value) ? value.ToString(Invariant) + "m" : null,
        SpecialType.System_DateTime => text => DateTime.TryParse(text, Invariant, DateTimeStyles.RoundtripKind, out DateTime value)
            ? $"System.DateTime.Parse(\"{value.ToString("O", Invariant)}\", System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.RoundtripKind)"
            : null,
        _ when type.TypeKind == TypeKind.Enum => text => EnumMember(type, text),
        _ => type.ToDisplayString() switch
        {
            "System.DateTimeOffset" => text => DateTimeOffset.TryParse(text, Invariant, DateTimeStyles.AssumeUniversal, out DateTimeOffset value)
                ? $"System.DateTimeOffset.Parse(\"{value.ToString("O", Invariant)}\", System.Globalization.CultureInfo.InvariantCulture)"
                : null,
            "System.DateOnly" => text => DateOnly.TryParse(text, Invariant, out DateOnly value)
                ? string.Create(Invariant, $"new System.DateOnly({value.Year}, {value.Month}, {value.Day})")
                : null,
            "System.TimeSpan" => text => TimeSpan.TryParse(text, Invariant, out TimeSpan value)
                ? $"System.TimeSpan.Parse(\"{value.ToString("c", Invariant)}\", System.Globalization.CultureInfo.InvariantCulture)"
                : null,
            _ => null,
        },
    };

    private static Func<string, string?> Integer(Int128 min, Int128 max, string suffix) => text =>
        Int128.TryParse(text, NumberStyles.Integer, Invariant, out Int128 value) && value >= min && value <= max
            ? value.ToString(Invariant) + suffix
            : null;

    private static string Real(double value, string type, string digits, string suffix) =>
        double.IsNaN(value) ? $"{type}.NaN"
        : double.IsPositiveInfinity(value) ? $"{type}.PositiveInfinity"
        : double.IsNegativeInfinity(value) ? $"{type}.NegativeInfinity"
        : digits + suffix;

    private static string? EnumMember(ITypeSymbol type, string text)
    {
        IFieldSymbol? member = type.GetMembers().OfType<IFieldSymbol>()
            .Where(field => field.HasConstantValue)
            .FirstOrDefault(field => field.Name.Equals(text.Trim(), StringComparison.OrdinalIgnoreCase));
        return member is null ? null : $"{type.ToDisplayString()}.{member.Name}";
    }
}
