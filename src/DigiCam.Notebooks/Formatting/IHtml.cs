namespace DigiCam.Notebooks.Formatting;

/// <summary>Something a notebook shows: HTML for people, ToString() for everything else.</summary>
internal interface IHtml
{
    /// <summary>The whole output as an HTML fragment that needs nothing from outside.</summary>
    string ToHtml();
}
