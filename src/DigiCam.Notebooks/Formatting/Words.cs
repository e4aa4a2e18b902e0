using System.Collections;
using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using DigiCam.Results;
using Google.Protobuf;

namespace DigiCam.Notebooks.Formatting;

/// <summary>Any value in a few words: numbers rounded, lists summarised, records by their properties, files without their folder.</summary>
internal static class Words
{
    private const int MaxLength = 240;
    private const int MaxListed = 6;
    private const int MaxProperties = 8;
    private const int MaxDepth = 2;
    private const int Digits = 6;

    /// <summary>A value with every digit, the same under every culture.</summary>
    public static string Exact(object value) => value switch
    {
        string text => text,
        DateTime time => time.ToString(time.Kind == DateTimeKind.Utc ? "yyyy-MM-dd HH:mm:ss.FFFFFFF'Z'" : "yyyy-MM-dd HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture),
        DateOnly date => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    /// <summary>A value in one short line.</summary>
    public static string Of(object? value) => Shorten(Inline(value, 0), MaxLength);

    /// <summary>What an object says of itself in one line, or else its properties.</summary>
    /// <param name="value">An object of the kit.</param>
    /// <param name="maxLength">Characters after which the text is cut.</param>
    public static string Line(object value, int maxLength)
    {
        string own = HasOwnText(value.GetType()) ? value.ToString() ?? "" : "";
        return Shorten(own.Length > 0 ? WithoutFolders(value, own) : Members(value, 0), maxLength);
    }

    /// <summary>The properties of an object that can be shown, in the order of their declaration, those of the base classes first.</summary>
    public static PropertyInfo[] Properties(Type type) =>
    [
        .. type.GetProperties(BindingFlags.Instance | BindingFlags.Public)
            .Where(p => p.CanRead && p.GetIndexParameters().Length == 0 && !p.PropertyType.IsByRefLike && !p.PropertyType.IsPointer && p.Name != "EqualityContract")

            // A message says of each field whether it was set.
            .Where(p => !typeof(IMessage).IsAssignableFrom(type) || p.PropertyType != typeof(bool) || !p.Name.StartsWith("Has", StringComparison.Ordinal))
            .OrderBy(p => Depth(p.DeclaringType!)).ThenBy(p => p.MetadataToken),
    ];

    /// <summary>A property's value; what went wrong when there is none, as of something that is closed.</summary>
    public static object? Read(PropertyInfo property, object value)
    {
        try
        {
            return property.GetValue(value);
        }
        catch (TargetInvocationException exception)
        {
            return $"not available: {exception.InnerException?.Message}";
        }
    }

    /// <summary>Name of a type as it is written in C#.</summary>
    public static string Name(Type type) => type switch
    {
        { IsGenericType: true } => $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>",
        { IsArray: true } => Name(type.GetElementType()!) + "[]",
        _ => type.Name,
    };

    /// <summary>Whether a type has a text that somebody wrote; that of a record made by the compiler names the types of its lists, that of a message holds all its bytes.</summary>
    public static bool HasOwnText(Type type)
    {
        MethodInfo method = type.GetMethod(nameof(ToString), Type.EmptyTypes)!;
        return !IsMemory(type) && !typeof(IMessage).IsAssignableFrom(type) && method.DeclaringType != typeof(object) && method.DeclaringType != typeof(ValueType) && !method.IsDefined(typeof(CompilerGeneratedAttribute));
    }

    /// <summary>The items of a list whose length is known; null for anything else, lists that are not there among them.</summary>
    public static IReadOnlyCollection<object?>? Items(object? value)
    {
        if (value is null or string or IDictionary) return null;
        Type type = value.GetType();
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>) && (bool)type.GetProperty("IsDefault")!.GetValue(value)!) return [];
        if (IsMemory(type)) return Items(type.GetMethod("ToArray")!.Invoke(value, null));
        bool isCounted = value is ICollection || type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IReadOnlyCollection<>));
        return isCounted ? [.. ((IEnumerable)value).Cast<object?>()] : null;
    }

    private static bool IsMemory(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() is { } generic && (generic == typeof(ReadOnlyMemory<>) || generic == typeof(Memory<>));

    private static string Inline(object? value, int depth)
    {
        switch (value)
        {
            case null: return "–";
            case string text: return OneLine(System.IO.Path.IsPathFullyQualified(text) ? System.IO.Path.GetFileName(text) : text);
            case double number: return Html.Digits(number, Digits).Replace('−', '-');
            case float number: return Html.Digits(number, Digits).Replace('−', '-');
            case bool flag: return flag ? "yes" : "no";
            case Delegate: return "a function";
            case CancellationToken token: return token.CanBeCanceled ? "yes" : "none";
            case Type type: return Name(type);
            case IDictionary pairs:
                return pairs.Count == 0 ? "none" : string.Join(", ", pairs.Keys.Cast<object>().Take(MaxListed).Select(key => $"{Inline(key, depth + 1)}: {Inline(pairs[key], depth + 1)}"))
                    + (pairs.Count > MaxListed ? string.Create(CultureInfo.InvariantCulture, $", … {pairs.Count - MaxListed} more") : "");
        }

        if (Items(value) is { } items && !HasOwnText(value.GetType())) return List(items, depth);
        if (value is Measurement or IFormattable or ITuple) return value is ITuple tuple ? $"({string.Join(", ", Enumerable.Range(0, tuple.Length).Select(i => Inline(tuple[i], depth + 1)))})" : Exact(value);
        return OneLine(HasOwnText(value.GetType()) ? WithoutFolders(value, value.ToString() ?? "") : Members(value, depth));
    }

    private static string List(IReadOnlyCollection<object?> items, int depth)
    {
        if (items.Count == 0) return "none";
        if (items.Count <= MaxListed && depth < MaxDepth) return string.Join(items.First() is string or IFormattable ? ", " : "; ", items.Select(item => Inline(item, depth + 1)));
        string count = string.Create(CultureInfo.InvariantCulture, $"{items.Count}");
        if (items.All(item => item is double or float or sbyte or byte or short or ushort or int or uint or long or ulong)) return $"{count} numbers{Spread([.. items.Select(item => Convert.ToDouble(item, CultureInfo.InvariantCulture))])}";
        if (items.All(item => item is null || Items(item) is not null)) return $"{count} lists of {Items(items.FirstOrDefault(item => item is not null))?.Count ?? 0}";
        return items.First() is { } first and not string ? $"{count} × {Name(first.GetType())}" : $"{count}: {string.Join(", ", items.Take(MaxListed / 2).Select(item => Inline(item, depth + 1)))}, …";
    }

    private static string Spread(double[] numbers)
    {
        double[] finite = [.. numbers.Where(double.IsFinite).Order()];
        if (finite.Length == 0) return ", none finite";
        int half = finite.Length / 2;
        double median = finite.Length % 2 == 1 ? finite[half] : (finite[half - 1] + finite[half]) / 2;
        int others = numbers.Length - finite.Length;
        string text = $", {Inline(finite[0], 0)} .. {Inline(finite[^1], 0)}, median {Inline(median, 0)}";
        return others > 0 ? string.Create(CultureInfo.InvariantCulture, $"{text}, {others} not finite") : text;
    }

    private static string Members(object value, int depth)
    {
        string name = Name(value.GetType());
        if (depth >= MaxDepth) return name;
        PropertyInfo[] properties = Properties(value.GetType());
        if (properties.Length == 0) return Methods(value.GetType()) is { Length: > 0 } methods ? $"{name} with {methods}" : $"{name} (nothing in it)";
        IEnumerable<string> shown = properties.Take(MaxProperties).Select(p => $"{p.Name} {Shorten(Inline(Read(p, value), depth + 1), MaxLength / 4)}");
        return $"{name}: {string.Join(", ", properties.Length > MaxProperties ? shown.Append("…") : shown)}";
    }

    /// <summary>What can be called on an object.</summary>
    public static string Methods(Type type) => string.Join(", ", type.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly)
        .Where(m => !m.IsSpecialName && m.GetBaseDefinition().DeclaringType != typeof(object)).OrderBy(m => m.MetadataToken).Select(m => m.Name).Distinct());

    // Of a file an output names the file; its folder is this machine's.
    private static string WithoutFolders(object value, string text)
    {
        if (!text.Contains(System.IO.Path.DirectorySeparatorChar)) return text;
        foreach (PropertyInfo property in Properties(value.GetType()).Where(p => p.PropertyType == typeof(string)))
        {
            if (Read(property, value) is string { Length: > 0 } path && System.IO.Path.IsPathFullyQualified(path)) text = text.Replace(path, System.IO.Path.GetFileName(path), StringComparison.Ordinal);
        }

        return text;
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");

    private static string Shorten(string text, int length) => text.Length <= length ? text : string.Concat(text.AsSpan(0, length), "…");

    private static int Depth(Type type) => type.BaseType is { } parent ? 1 + Depth(parent) : 0;
}
