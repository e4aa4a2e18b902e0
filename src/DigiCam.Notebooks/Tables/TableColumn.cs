namespace DigiCam.Notebooks.Tables;

/// <summary>One column of a table.</summary>
/// <param name="Name">Heading.</param>
/// <param name="Unit">Unit, shown in a row of its own below the headings; may be empty.</param>
/// <param name="Digits">Significant digits of floating-point numbers in this column.</param>
public sealed record TableColumn(string Name, string Unit = "", int Digits = 5)
{
    /// <inheritdoc/>
    public override string ToString() => Unit.Length > 0 ? $"{Name} [{Unit}]" : Name;
}
