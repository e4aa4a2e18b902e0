namespace DigiCam.Notebooks.Formatting;

/// <summary>Outputs made of tables, text and still pictures.</summary>
internal static class Fragment
{
    /// <summary>Puts a body into a root with an id of its own and the style sheets for it.</summary>
    public static string Wrap(string kind, string body, params IReadOnlyList<string> styles) => WrapAs(Html.Id(kind, body), body, styles);

    /// <summary>The same with an id that the body already knows.</summary>
    public static string WrapAs(string id, string body, params IReadOnlyList<string> styles) =>
        $"<div id=\"{id}\" class=\"dc-output\">\n<style>\n{string.Join('\n', styles.Prepend("table.css").Prepend("theme.css").Select(s => Asset.Read(s, id)))}\n</style>\n{body}\n</div>\n";
}
