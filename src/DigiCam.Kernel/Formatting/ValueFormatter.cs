using System.Collections;
using System.Globalization;
using System.Net;
using System.Reflection;
using DigiCam.Kernel.Documents;

namespace DigiCam.Kernel.Formatting;

/// <summary>
/// Turns values into what a notebook shows. In this order: the type's own formatter source, its <c>string ToHtml()</c> with
/// <c>ToString()</c>, primitives, dictionaries and lists without a text of their own (20 items), the type's <c>ToString()</c>, and last a table of the
/// public properties, one level deep. Thread-safe.
/// </summary>
/// <remarks>A formatter that fails never fails the cell: its message becomes the text.</remarks>
public sealed class ValueFormatter
{
    /// <summary>How many items of a list are shown.</summary>
    public const int MaxItems = 20;

    /// <summary>The text shown for null.</summary>
    public const string NullText = "<null>";

    private const int MaxColumns = 12;
    private const int MaxProperties = 40;
    private const int MaxInlineItems = 5;
    private const int MaxInlineLength = 200;
    private const int MaxTextLength = 1_000_000;

    private readonly TypeFormatterSource _sources = new();

    /// <summary>The representations of a value: always <c>text/plain</c>, <c>text/html</c> where known.</summary>
    /// <param name="value">The value.</param>
    /// <param name="failed">Told when the value's own formatting throws; the representation then says so.</param>
    public MimeBundle Format(object? value, Action<Exception>? failed = null)
    {
        CultureInfo culture = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        try
        {
            return FormatCore(value);
        }
#pragma warning disable CA1031 // Any exception can come out of user code here, and each becomes text.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            failed?.Invoke(exception);
            return new MimeBundle("text/plain", Failure(value, exception));
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    /// <summary>The value in one media type. A text is taken as written in that media type; of other values the matching representation is taken, or else their text.</summary>
    /// <param name="value">The value.</param>
    /// <param name="mimeType">The media type.</param>
    /// <param name="failed">Told when the value's own formatting throws; the representation then says so.</param>
    public MimeBundle Format(object? value, string mimeType, Action<Exception>? failed = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(mimeType);
        if (value is string text) return new MimeBundle(mimeType, text);
        MimeBundle all = Format(value, failed);
        if (all.TryGetValue(mimeType, out string? found)) return new MimeBundle(mimeType, found);
        return new MimeBundle(mimeType, mimeType == "text/html" ? $"<pre>{Encode(all["text/plain"])}</pre>" : all["text/plain"]);
    }

    private static string Failure(object? value, Exception exception)
    {
        Exception cause = exception is TargetInvocationException { InnerException: { } inner } ? inner : exception;
        return $"[{value?.GetType().Name} cannot be shown: {cause.GetType().Name}: {cause.Message}]";
    }

    private MimeBundle FormatCore(object? value)
    {
        if (value is null) return new MimeBundle("text/plain", NullText);
        Dictionary<string, string> bundle = new(_sources.Format(value), StringComparer.Ordinal);
        if (bundle.Count > 0)
        {
            bundle.TryAdd("text/plain", HasOwnToString(value.GetType()) ? value.ToString() ?? "" : TypeName(value.GetType()));
            return new MimeBundle(bundle);
        }

        Type type = value.GetType();
        if (ToHtml(type) is { } toHtml)
        {
            bundle["text/html"] = (string?)toHtml.Invoke(value, null) ?? "";
            bundle["text/plain"] = HasOwnToString(type) ? value.ToString() ?? "" : TypeName(type);
            return new MimeBundle(bundle);
        }

        if (value is string text) return new MimeBundle("text/plain", Shorten(text, MaxTextLength));
        if (IsPrimitive(value)) return new MimeBundle("text/plain", Inline(value));
        if (value is Array { Rank: 2 } matrix) return Table(Matrix(matrix));
        if (value is IEnumerable items && !HasOwnToString(type)) return FormatItems(items);
        if (HasOwnToString(type)) return new MimeBundle("text/plain", Shorten(value.ToString() ?? "", MaxTextLength));
        return FormatProperties(value);
    }

    private static MethodInfo? ToHtml(Type type) =>
        type.GetMethod("ToHtml", BindingFlags.Instance | BindingFlags.Public, Type.EmptyTypes) is { } method && method.ReturnType == typeof(string)
            ? method
            : null;

    private MimeBundle FormatItems(IEnumerable items)
    {
        List<object?> shown = [];
        bool more = false;
        foreach (object? item in items)
        {
            if (shown.Count == MaxItems)
            {
                more = true;
                break;
            }

            shown.Add(item);
        }

        int? count = Count(items);
        string note = !more ? "" : count is { } n ? string.Create(CultureInfo.InvariantCulture, $"... {n - shown.Count} more") : "... more";
        if (shown.Count == 0) return new MimeBundle("text/plain", items is IDictionary ? "{ }" : "[ ]");

        if (KeyAndValue(shown) is { } pairs)
        {
            string[] texts = [.. pairs.Select(pair => $"{Inline(pair.Key)}: {Inline(pair.Value)}"), .. Note(note)];
            return new MimeBundle([
                KeyValuePair.Create("text/plain", "{ " + string.Join(", ", texts) + " }"),
                KeyValuePair.Create("text/html", HtmlTable(["key", "value"], pairs.Select(pair => new[] { InlineHtml(pair.Key), InlineHtml(pair.Value) }), note)),
            ]);
        }

        PropertyInfo[]? columns = shown.TrueForAll(item => item is not null && IsPlainObject(item)) && shown.Select(item => item!.GetType()).Distinct().Count() == 1
            ? Properties(shown[0]!.GetType())
            : null;
        if (columns is { Length: > 0 and <= MaxColumns })
        {
            return Table(new TableData(
                ["#", .. columns.Select(column => column.Name)],
                [.. shown.Select((item, i) => (string[])[Number(i), .. columns.Select(column => Inline(Read(column, item!)))])],
                note));
        }

        return new MimeBundle([
            KeyValuePair.Create("text/plain", "[ " + string.Join(", ", [.. shown.Select(Inline), .. Note(note)]) + " ]"),
            KeyValuePair.Create("text/html", HtmlTable(["#", "value"], shown.Select((item, i) => new[] { Number(i), InlineHtml(item) }), note)),
        ]);
    }

    private static IEnumerable<string> Note(string note) => note.Length == 0 ? [] : [note];

    private static int? Count(IEnumerable items)
    {
        if (items is ICollection collection) return collection.Count;
        Type? known = items.GetType().GetInterfaces().FirstOrDefault(i => i.IsGenericType
            && (i.GetGenericTypeDefinition() == typeof(IReadOnlyCollection<>) || i.GetGenericTypeDefinition() == typeof(ICollection<>)));
        return known?.GetProperty("Count")?.GetValue(items) as int?;
    }

    private static List<KeyValuePair<object?, object?>>? KeyAndValue(List<object?> items)
    {
        List<KeyValuePair<object?, object?>> pairs = [];
        foreach (object? item in items)
        {
            if (item is DictionaryEntry entry)
            {
                pairs.Add(new(entry.Key, entry.Value));
            }
            else if (item?.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(KeyValuePair<,>))
            {
                pairs.Add(new(type.GetProperty("Key")!.GetValue(item), type.GetProperty("Value")!.GetValue(item)));
            }
            else
            {
                return null;
            }
        }

        return pairs;
    }

    private MimeBundle FormatProperties(object value)
    {
        Type type = value.GetType();
        PropertyInfo[] properties = Properties(type);
        if (properties.Length == 0) return new MimeBundle("text/plain", TypeName(type));
        string note = properties.Length > MaxProperties ? string.Create(CultureInfo.InvariantCulture, $"... {properties.Length - MaxProperties} more") : "";
        List<(string Name, object? Value)> rows = [.. properties.Take(MaxProperties).Select(property => (property.Name, Read(property, value)))];
        string plain = TypeName(type) + " { " + string.Join(", ", [.. rows.Select(row => $"{row.Name}: {Inline(row.Value)}"), .. Note(note)]) + " }";
        return new MimeBundle([
            KeyValuePair.Create("text/plain", plain),
            KeyValuePair.Create("text/html", HtmlTable([TypeName(type), "value"], rows.Select(row => new[] { Encode(row.Name), InlineHtml(row.Value) }), note)),
        ]);
    }

    private TableData Matrix(Array matrix)
    {
        int rows = matrix.GetLength(0), columns = matrix.GetLength(1);
        int shownRows = Math.Min(rows, MaxItems), shownColumns = Math.Min(columns, MaxColumns);
        List<string[]> cells = [];
        for (int row = 0; row < shownRows; row++)
        {
            string[] line = new string[shownColumns + 1];
            line[0] = Number(row);
            for (int column = 0; column < shownColumns; column++)
            {
                line[column + 1] = Inline(matrix.GetValue(row + matrix.GetLowerBound(0), column + matrix.GetLowerBound(1)));
            }

            cells.Add(line);
        }

        string note = shownRows < rows || shownColumns < columns
            ? string.Create(CultureInfo.InvariantCulture, $"... {rows} x {columns} in all")
            : "";
        return new TableData(["#", .. Enumerable.Range(0, shownColumns).Select(Number)], cells, note);
    }

    private static MimeBundle Table(TableData table)
    {
        string[][] lines = [table.Header, .. table.Rows];
        int[] widths = [.. Enumerable.Range(0, table.Header.Length).Select(column => lines.Max(line => line[column].Length))];
        IEnumerable<string> texts = lines.Select(line => string.Join("  ", line.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        return new MimeBundle([
            KeyValuePair.Create("text/plain", string.Join("\n", texts.Concat(Note(table.Note)))),
            KeyValuePair.Create("text/html", HtmlTable(table.Header, table.Rows.Select(row => row.Select(Encode).ToArray()), table.Note)),
        ]);
    }

    private static string HtmlTable(string[] header, IEnumerable<string[]> rows, string note)
    {
        System.Text.StringBuilder html = new("<table><thead><tr>");
        foreach (string name in header) html.Append("<th>").Append(Encode(name)).Append("</th>");
        html.Append("</tr></thead><tbody>");
        foreach (string[] row in rows)
        {
            html.Append("<tr>");
            foreach (string cell in row) html.Append("<td>").Append(cell).Append("</td>");
            html.Append("</tr>");
        }

        html.Append("</tbody></table>");
        if (note.Length > 0) html.Append("<p><i>").Append(Encode(note)).Append("</i></p>");
        return html.ToString();
    }

    private string InlineHtml(object? value) => value is HtmlContent html ? html.Html : Encode(Inline(value));

    /// <summary>The value on one short line.</summary>
    private string Inline(object? value)
    {
        try
        {
            return Shorten(InlineCore(value).ReplaceLineEndings(" "), MaxInlineLength);
        }
#pragma warning disable CA1031 // User code again: see Format.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return Failure(value, exception);
        }
    }

    private string InlineCore(object? value)
    {
        switch (value)
        {
            case null:
                return NullText;
            case string text:
                return text;
            case double or float or Half or decimal:
                return ((IFormattable)value).ToString(null, CultureInfo.InvariantCulture);
            case DateTime time:
                return time.ToString(time.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : time.Kind == DateTimeKind.Utc ? "yyyy-MM-dd HH:mm:ss.FFFFFFF'Z'" : "yyyy-MM-dd HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture);
            case DateTimeOffset time:
                return time.ToString("yyyy-MM-dd HH:mm:ss.FFFFFFFzzz", CultureInfo.InvariantCulture);
            case DateOnly date:
                return date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            case TimeOnly time:
                return time.ToString("HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture);
            case Exception exception:
                return $"{exception.GetType().FullName}: {exception.Message}";
            case Type type:
                return TypeName(type);
        }

        Type own = value.GetType();
        if (value is IEnumerable items && !HasOwnToString(own))
        {
            List<string> shown = [];
            foreach (object? item in items)
            {
                if (shown.Count == MaxInlineItems)
                {
                    shown.Add(Count(items) is { } count ? string.Create(CultureInfo.InvariantCulture, $"... {count - MaxInlineItems} more") : "...");
                    break;
                }

                shown.Add(item is IEnumerable and not string && item is not null && !HasOwnToString(item.GetType()) ? TypeName(item.GetType()) : Inline(item));
            }

            return "[ " + string.Join(", ", shown) + " ]";
        }

        if (!HasOwnToString(own)) return TypeName(own);
        return (value is IFormattable formattable ? formattable.ToString(null, CultureInfo.InvariantCulture) : value.ToString()) ?? "";
    }

    private static bool IsPrimitive(object value) => value is IFormattable or bool or char or Type or Exception && value is not IEnumerable;

    private static bool IsPlainObject(object value)
    {
        Type type = value.GetType();
        return value is not string && !IsPrimitive(value) && value is not IEnumerable && ToHtml(type) is null
            && (!HasOwnToString(type) || IsRecordLike(type)) && Properties(type).Length > 0;
    }

    /// <summary>Records, tuples with names lost, anonymous types: their ToString was made by the compiler, so columns say it better.</summary>
    private static bool IsRecordLike(Type type) =>
        type.GetMethod("<Clone>$") is not null
        || type.Name.StartsWith("<>f__AnonymousType", StringComparison.Ordinal)
        || type.GetMethod("PrintMembers", BindingFlags.Instance | BindingFlags.NonPublic) is not null;

    private static bool HasOwnToString(Type type)
    {
        MethodInfo? method = type.GetMethod("ToString", Type.EmptyTypes);
        return method is not null && method.DeclaringType != typeof(object) && method.DeclaringType != typeof(ValueType);
    }

    private static PropertyInfo[] Properties(Type type) => [.. type
        .GetProperties(BindingFlags.Instance | BindingFlags.Public)
        .Where(property => property.CanRead && property.GetIndexParameters().Length == 0 && property.Name != "EqualityContract"
            && !property.PropertyType.IsByRefLike)];

    private static object? Read(PropertyInfo property, object value)
    {
        try
        {
            return property.GetValue(value);
        }
        catch (TargetInvocationException exception)
        {
            return $"[{exception.InnerException?.GetType().Name}: {exception.InnerException?.Message}]";
        }
    }

    private static string TypeName(Type type)
    {
        if (type.IsArray) return TypeName(type.GetElementType()!) + "[" + new string(',', type.GetArrayRank() - 1) + "]";
        if (!type.IsGenericType) return type.Name;
        string name = type.Name.Split('`')[0];
        return $"{name}<{string.Join(", ", type.GetGenericArguments().Select(TypeName))}>";
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Shorten(string text, int length) => text.Length <= length ? text : text[..length] + "...";

    private static string Encode(string text) => WebUtility.HtmlEncode(text);

    private sealed record TableData(string[] Header, List<string[]> Rows, string Note);
}
