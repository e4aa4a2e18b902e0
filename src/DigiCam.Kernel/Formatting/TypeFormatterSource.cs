using System.Collections;
using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.Loader;

namespace DigiCam.Kernel.Formatting;

/// <summary>
/// Formatters that a type brings along through an attribute class named TypeFormatterSourceAttribute. The name is the whole
/// contract (.NET Interactive defines it so): the attribute, the source and the formatters may all be internal to their assembly. A library that knows nothing
/// of notebooks can have its types shown by another one: an assembly attribute named TypeFormatterSourceForAttribute says which type by which source.
/// </summary>
internal sealed class TypeFormatterSource
{
    private const string AttributeName = "TypeFormatterSourceAttribute";
    private const string ForeignAttributeName = "TypeFormatterSourceForAttribute";
    private const BindingFlags Members = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    private readonly ConcurrentDictionary<Type, IReadOnlyList<Entry>> _entries = new();

    /// <summary>The value in every media type its type has a formatter for; empty when it has none.</summary>
    public IEnumerable<KeyValuePair<string, string>> Format(object value)
    {
        foreach (Entry entry in _entries.GetOrAdd(value.GetType(), Discover))
        {
            using StringWriter writer = new(System.Globalization.CultureInfo.InvariantCulture);
            if (entry.Format(value, writer)) yield return KeyValuePair.Create(entry.MimeType, writer.ToString());
        }
    }

    private static IReadOnlyList<Entry> Discover(Type type)
    {
        foreach (Type candidate in Nearest(type).Concat(type.GetInterfaces()))
        {
            foreach (Attribute attribute in candidate.GetCustomAttributes(inherit: false).OfType<Attribute>())
            {
                if (attribute.GetType().Name != AttributeName) continue;
                if (Entries(attribute, type) is { Length: > 0 } entries) return entries;
            }
        }

        return Foreign(type);
    }

    private static IReadOnlyList<Entry> Foreign(Type type)
    {
        // A package may be loaded more than once, anew after it was built again: the copy beside the type comes first.
        AssemblyLoadContext? beside = AssemblyLoadContext.GetLoadContext(type.Assembly);
        Attribute[] attributes = [.. AppDomain.CurrentDomain.GetAssemblies().Where(a => !a.IsDynamic && BringsForeign(a))
            .OrderBy(a => AssemblyLoadContext.GetLoadContext(a) != beside)
            .SelectMany(a => a.GetCustomAttributes(inherit: false).OfType<Attribute>().Where(b => b.GetType().Name == ForeignAttributeName))];
        foreach (Type candidate in Nearest(type))
        {
            foreach (Attribute attribute in attributes)
            {
                if (attribute.GetType().GetProperty("ShownType", Members)?.GetValue(attribute) is Type shown && shown == candidate && Entries(attribute, type) is { Length: > 0 } entries) return entries;
            }
        }

        return [];
    }

    private static bool BringsForeign(Assembly assembly)
    {
        try
        {
            return assembly.GetCustomAttributesData().Any(d => d.AttributeType.Name == ForeignAttributeName);
        }
        catch (Exception exception) when (exception is FileLoadException or FileNotFoundException or TypeLoadException or BadImageFormatException)
        {
            // Attributes of a library that is not there, such as another F# core than the one that is: it says nothing about other packages' types.
            return false;
        }
    }

    private static Entry[] Entries(Attribute attribute, Type type) => attribute.GetType().GetProperty("FormatterSourceType", Members)?.GetValue(attribute) is Type sourceType
        ? [.. Create(sourceType).Where(entry => entry.Handles(type)).DistinctBy(entry => entry.MimeType)]
        : [];

    private static IEnumerable<Type> Nearest(Type type)
    {
        for (Type? current = type; current is not null; current = current.BaseType) yield return current;
    }

    private static IEnumerable<Entry> Create(Type sourceType)
    {
        object source = Activator.CreateInstance(sourceType, nonPublic: true)
            ?? throw new InvalidOperationException($"{sourceType} cannot be created");
        MethodInfo create = FindMethod(sourceType, "CreateTypeFormatters", 0)
            ?? throw new MissingMethodException(sourceType.FullName, "CreateTypeFormatters");
        if (create.Invoke(source, null) is not IEnumerable formatters) yield break;
        foreach (object? formatter in formatters)
        {
            if (formatter is null) continue;
            Type formatterType = formatter.GetType();
            if (FindMethod(formatterType, "Format", 2) is not { } format) continue;
            if (Property(formatter, "MimeType") is not string mimeType) continue;
            yield return new Entry(mimeType, Property(formatter, "Type") as Type, formatter, format);
        }
    }

    private static object? Property(object target, string name) =>
        (target.GetType().GetProperty(name, Members)
            ?? target.GetType().GetProperties(Members).FirstOrDefault(property => property.Name.EndsWith("." + name, StringComparison.Ordinal)))
        ?.GetValue(target);

    private static MethodInfo? FindMethod(Type type, string name, int parameters) =>
        type.GetMethods(Members).FirstOrDefault(method =>
            (method.Name == name || method.Name.EndsWith("." + name, StringComparison.Ordinal)) && method.GetParameters().Length == parameters);

    private sealed record Entry(string MimeType, Type? Type, object Formatter, MethodInfo Method)
    {
        public bool Handles(Type type) =>
            Type is null || Type.IsAssignableFrom(type)
            || (Type.IsGenericTypeDefinition && Nearest(type).Concat(type.GetInterfaces()).Any(t => t.IsGenericType && t.GetGenericTypeDefinition() == Type));

        public bool Format(object value, TextWriter writer) => Method.Invoke(Formatter, [value, writer]) is not false;
    }
}
