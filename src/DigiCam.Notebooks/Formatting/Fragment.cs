namespace DigiCam.Notebooks.Formatting;

/// <summary>Small outputs made of tables and text.</summary>
internal static class Fragment
{
    /// <summary>Puts a body into a root with an id of its own and the style sheet for it.</summary>
    public static string Wrap(string kind, string body)
    {
        string id = Html.Id(kind, body);
        return $"<div id=\"{id}\" class=\"dc-output\">\n<style>\n{Asset.Read("theme.css", id)}\n{Asset.Read("table.css", id)}\n</style>\n{body}\n</div>\n";
    }
}
