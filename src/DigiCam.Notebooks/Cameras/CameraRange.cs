namespace DigiCam.Notebooks.Cameras;

/// <summary>Which pixels of a quantity fit into its range of colours.</summary>
internal sealed class CameraRange
{
    public CameraRange(CameraQuantity quantity)
    {
        (Low, High) = quantity.Range();
        for (int pixel = 0; pixel < quantity.Values.Count; pixel++)
        {
            double value = quantity.Values[pixel];
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
