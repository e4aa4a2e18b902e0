using System.Globalization;

namespace DigiCam.Notebooks.Tests.Samples;

/// <summary>Runs something under another culture.</summary>
internal static class Cultures
{
    public static T Under<T>(string name, Func<T> make)
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(name);
        try
        {
            return make();
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
