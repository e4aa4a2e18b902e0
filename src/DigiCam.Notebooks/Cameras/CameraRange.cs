namespace DigiCam.Notebooks.Cameras;

/// <summary>Which pixels of a quantity at a level fit into its range of colours.</summary>
internal sealed class CameraRange
{
    public CameraRange(CameraQuantity quantity, int level)
    {
        CameraQuantity shown = quantity.At(level);
        (Low, High) = quantity.SameColors ? quantity.Range() : shown.Range();
        for (int pixel = 0; pixel < shown.Values.Count; pixel++)
        {
            double value = shown.Values[pixel];
            if (double.IsNaN(value)) Missing++;
            else if (value < Low) Below.Add(pixel);
            else if (value > High) Above.Add(pixel);
        }
    }

    public double Low { get; }

    public double High { get; }

    public List<int> Below { get; } = [];

    public List<int> Above { get; } = [];

    public int Missing { get; }
}
