using System.Globalization;
using DigiCam.Zfits.Messages;
using DigiCam.Zfits.Writing;
using Google.Protobuf.Reflection;

namespace DigiCam.Zfits;

/// <summary>What is needed to write a table like another one: its columns, its cards, its options.</summary>
public static class ZFitsDefinitionExtensions
{
    private static readonly string[] DateFormats = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", "yyyy-MM-dd"];

    /// <summary>The columns of a table, to be compressed as they are stored: with the processes of the first tile. The level of zstd and
    /// the quantum of the lossy integers are not stored; they become the default level, and 1, which loses nothing more.</summary>
    /// <param name="table">The table.</param>
    /// <returns>One definition per column, in the order of the columns; <c>raw</c> in a table without tiles.</returns>
    /// <exception cref="ZFitsFormatException">The first tile, or a column whose layout follows from the data, is damaged.</exception>
    /// <exception cref="NotSupportedException">A column is stored in a way that cannot be written.</exception>
    public static IReadOnlyList<ZFitsColumnDefinition> GetDefinitions(this ZFitsTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        ZFitsTile? first = table.TileCount > 0 ? table.GetTile(0) : null;
        return [.. table.Columns.Select(column => DefinitionOf(column, column.Kind, first is null ? ZFitsRecipe.Raw : RecipeOf(column, first.Blocks[column.Index].Processes)))];
    }

    /// <summary>The columns of a table, all to be compressed with one recipe.</summary>
    /// <param name="table">The table.</param>
    /// <param name="recipe">The recipe.</param>
    /// <returns>One definition per column, in the order of the columns.</returns>
    /// <exception cref="ZFitsFormatException">The layout of a column follows from the data, and these are damaged.</exception>
    public static IReadOnlyList<ZFitsColumnDefinition> GetDefinitions(this ZFitsTable table, ZFitsRecipe recipe)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(recipe);
        return [.. table.Columns.Select(column => DefinitionOf(column, column.Kind, recipe))];
    }

    /// <summary>The columns of a table, to be compressed as a camera server does.</summary>
    /// <param name="table">The table.</param>
    /// <param name="recipes">The recipes, by the dotted name of the field; the elements of a repeated message have one name. A column that
    /// is not in a known message definition is looked for by its own name, with <c>_</c> for the dots.</param>
    /// <returns>One definition per column, in the order of the columns.</returns>
    /// <exception cref="ZFitsFormatException">The layout of a column follows from the data, and these are damaged.</exception>
    public static IReadOnlyList<ZFitsColumnDefinition> GetDefinitions(this ZFitsTable table, CameraRecipes recipes)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(recipes);
        MessageDescriptor? message = MessageRegistry.Resolve(table);
        return [.. table.Columns.Select(column => DefinitionOf(column, column.Kind, RecipeOf(column)))];

        ZFitsRecipe RecipeOf(ZFitsColumn column)
        {
            FieldPath? path = message is null ? null : FieldPath.Follow(message, column.FieldPath, column.Name);
            if (path?.Match == FieldMatch.Known) return recipes[path.DottedName];
            return recipes.Fields.FirstOrDefault(entry => entry.Key.Replace('.', '_') == column.Name).Value ?? recipes.Default;
        }
    }

    /// <summary>The cards of a table that say nothing about its structure and may be passed on in <see cref="ZFitsTableOptions.Cards"/>,
    /// comments included, in file order. DATE, DATEEND and CREATOR are not among them: a writer has its own.</summary>
    /// <param name="table">The table.</param>
    public static IReadOnlyList<FitsCard> GetUserCards(this ZFitsTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return [.. table.Header.Where(card => !TableDescription.IsReserved(card.Keyword))];
    }

    /// <summary>Options to write a table like this one: as many rows per tile, the cards of the user, DATE and DATEEND (DATE-END) as far as they are dates.</summary>
    /// <param name="table">The table.</param>
    public static ZFitsTableOptions GetWriterOptions(this ZFitsTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return new ZFitsTableOptions
        {
            RowsPerTile = table.RowsPerTile,
            Cards = table.GetUserCards(),
            Date = DateOf("DATE"),
            DateEnd = DateOf("DATEEND") ?? DateOf("DATE-END"),
        };

        DateTime? DateOf(string keyword) =>
            table.Header.TryGetString(keyword, out string? text) && DateTime.TryParseExact(text, DateFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTime date) ? date : null;
    }

    internal static ZFitsColumnDefinition DefinitionOf(ZFitsColumn column, ZFitsColumnKind kind, ZFitsRecipe recipe) =>
        new(column.Name, column.FieldPath, column.ElementType, kind, recipe) { IsTagged = column.ElementType != ZFitsElementType.UInt8 || column.TypeTag is not (null or 0) };

    internal static ZFitsRecipe RecipeOf(ZFitsColumn column, IReadOnlyList<int> processes)
    {
        if (ZFitsRecipe.Named.FirstOrDefault(recipe => recipe.Processes.SequenceEqual(processes)) is ZFitsRecipe named) return named;
        try
        {
            return ZFitsRecipe.Custom(string.Join(' ', processes.Select(Codecs.ProcessIds.NameOf)), processes);
        }
        catch (ArgumentException e)
        {
            throw new NotSupportedException($"column {column.Name} cannot be written as it is stored: {e.Message}", e);
        }
    }
}
