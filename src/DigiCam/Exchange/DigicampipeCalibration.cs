using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using DigiCam.Charges;
using DigiCam.DarkRate;
using DigiCam.Files;
using DigiCam.Fitting;
using DigiCam.Flags;
using DigiCam.Geometry;
using DigiCam.LightScan;
using DigiCam.Plans;

namespace DigiCam.Exchange;

/// <summary>
/// The calibration of a camera as digicampipe has it (.yml): one list by software pixel id for each quantity. Charges are sums of 7 samples. NaN = not measured.
/// </summary>
/// <remarks>
/// Keys: baseline, baseline_error, chi_2, dark_count_rate [GHz], gain, gain_error [LSB/pe], mu_xt, ndf, pixel_id, sigma_e, sigma_e_error, sigma_s, sigma_s_error [LSB], bad_pixels.
/// Numbers are written with all their digits and a point, without which YAML 1.1 takes those with an exponent for texts.
/// </remarks>
public sealed record DigicampipeCalibration
{
    /// <summary>What a charge means in such files.</summary>
    public static ChargeScale Scale { get; } = ChargeScale.SumOf(7);

    private const string BadKey = "bad_pixels";
    private const string IdKey = "pixel_id";
    private const int NumbersPerLine = 6;

    private static readonly ImmutableArray<double> Unknown = [.. Enumerable.Repeat(double.NaN, CameraGeometry.PixelCount)];

    /// <summary>Place of no charge (pixel) [LSB].</summary>
    public ImmutableArray<double> Baseline { get; init; } = Unknown;

    /// <summary>Its error (pixel) [LSB].</summary>
    public ImmutableArray<double> BaselineError { get; init; } = Unknown;

    /// <summary>chi2 of the fit (pixel).</summary>
    public ImmutableArray<double> ChiSquare { get; init; } = Unknown;

    /// <summary>Degrees of freedom of the fit (pixel).</summary>
    public ImmutableArray<double> DegreesOfFreedom { get; init; } = Unknown;

    /// <summary>Dark count rate (pixel) [GHz].</summary>
    public ImmutableArray<double> DarkCountRateGHz { get; init; } = Unknown;

    /// <summary>Gain (pixel) [LSB/pe].</summary>
    public ImmutableArray<double> Gain { get; init; } = Unknown;

    /// <summary>Its error (pixel) [LSB/pe].</summary>
    public ImmutableArray<double> GainError { get; init; } = Unknown;

    /// <summary>Crosstalk: mean number of avalanches that one sets off itself (pixel).</summary>
    public ImmutableArray<double> Crosstalk { get; init; } = Unknown;

    /// <summary>Electronic noise (pixel) [LSB].</summary>
    public ImmutableArray<double> Noise { get; init; } = Unknown;

    /// <summary>Its error (pixel) [LSB].</summary>
    public ImmutableArray<double> NoiseError { get; init; } = Unknown;

    /// <summary>Spread of one photo-electron (pixel) [LSB].</summary>
    public ImmutableArray<double> Spread { get; init; } = Unknown;

    /// <summary>Its error (pixel) [LSB].</summary>
    public ImmutableArray<double> SpreadError { get; init; } = Unknown;

    /// <summary>Software ids of the pixels that are not to be used, ascending.</summary>
    public ImmutableArray<int> BadPixels { get; init; } = [];

    /// <summary>Every list with its key, in the order of the file.</summary>
    internal IEnumerable<(string Key, string Unit, ImmutableArray<double> Values)> Lists =>
    [
        ("baseline", "LSB", Baseline), ("baseline_error", "LSB", BaselineError), ("chi_2", "", ChiSquare), ("dark_count_rate", "GHz", DarkCountRateGHz), ("gain", "LSB/pe", Gain), ("gain_error", "LSB/pe", GainError),
        ("mu_xt", "", Crosstalk), ("ndf", "", DegreesOfFreedom), ("sigma_e", "LSB", Noise), ("sigma_e_error", "LSB", NoiseError), ("sigma_s", "LSB", Spread), ("sigma_s_error", "LSB", SpreadError),
    ];

    /// <summary>Makes the calibration from a light scan and a dark run.</summary>
    /// <param name="light">The light scan, with charges of 7 samples.</param>
    /// <param name="dark">The dark run: rates from the waveforms without a pulse.</param>
    /// <exception cref="ArgumentException">The light scan is on another scale, or the numbers of pixels are not those of the camera.</exception>
    public static DigicampipeCalibration Of(LightScanResult light, DarkRateResult dark)
    {
        ArgumentNullException.ThrowIfNull(light);
        ArgumentNullException.ThrowIfNull(dark);
        return Of(light.Scale, light.Fits, light.Flags, dark["dark_count_rate_p0"].Values);
    }

    /// <summary>Makes the calibration from what files hold of a light scan and a dark run. Pixels with a flag or without one of the numbers are bad.</summary>
    internal static DigicampipeCalibration Of(ChargeScale scale, ImmutableArray<FitResult> fits, ImmutableArray<PixelFlags> flags, ImmutableArray<double> ratesMHz)
    {
        const double ghzPerMHz = 1e-3;
        if (scale != Scale) throw new ArgumentException($"charges on the scale '{scale}', digicampipe's are on '{Scale}': gains of different scales are never put together; --charge_samples 7 of digicam ac-dac-scan makes such charges", nameof(scale));
        if (fits.Length != CameraGeometry.PixelCount || ratesMHz.Length != CameraGeometry.PixelCount) throw new ArgumentException(FormattableString.Invariant($"{fits.Length} fits and {ratesMHz.Length} rates for the {CameraGeometry.PixelCount} pixels of the camera"), nameof(fits));
        DigicampipeCalibration made = new()
        {
            Baseline = Values("baseline"),
            BaselineError = Errors("baseline"),
            ChiSquare = [.. fits.Select(fit => fit.Minimum)],
            DegreesOfFreedom = [.. fits.Select(fit => double.IsNaN(fit.Minimum) ? double.NaN : fit.DegreesOfFreedom)],
            DarkCountRateGHz = [.. ratesMHz.Select(rate => rate * ghzPerMHz)],
            Gain = Values("gain"),
            GainError = Errors("gain"),
            Crosstalk = Values("mu_xt"),
            Noise = Values("sigma_e"),
            NoiseError = Errors("sigma_e"),
            Spread = Values("sigma_1"),
            SpreadError = Errors("sigma_1"),
        };
        ImmutableArray<double>[] needed = [made.Baseline, made.DarkCountRateGHz, made.Gain, made.Crosstalk, made.Noise, made.Spread];
        return made with { BadPixels = [.. Enumerable.Range(0, fits.Length).Where(pixel => flags[pixel] != PixelFlags.None || needed.Any(list => !double.IsFinite(list[pixel])))] };

        ImmutableArray<double> Values(string parameter) => [.. fits.Select(fit => fit[parameter].Value)];

        ImmutableArray<double> Errors(string parameter) => [.. fits.Select(fit => fit[parameter].Error)];
    }

    /// <summary>Reads a calibration; lists that are not in the file are NaN, other keys are left aside.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">There is no such file, or it cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is no such file: it has no gains, a list is of another length, or a value no number; the message names line and key.</exception>
    /// <exception cref="PlanException">It is no YAML; the message names the line.</exception>
    public static DigicampipeCalibration Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!File.Exists(path)) throw new FileNotFoundException($"{path}: no such file", path);
        string text = File.ReadAllText(path);
        if (string.IsNullOrWhiteSpace(text)) throw new InvalidDataException($"{path}: is empty, not a calibration of digicampipe");
        Dictionary<string, PlanNode> entries = PlanParser.Parse(path, text, "calibration", "gain: [20.1, 19.8]").Entries.ToDictionary(entry => entry.Key, entry => entry.Value, StringComparer.Ordinal);
        if (!entries.ContainsKey("gain")) throw new InvalidDataException($"{path}: has no key gain: not a calibration of digicampipe");
        double[] ids = List(IdKey) is { IsDefault: false } found ? [.. found] : [];
        for (int pixel = 0; pixel < ids.Length; pixel++)
        {
            if (ids[pixel] != pixel) throw new InvalidDataException(FormattableString.Invariant($"{path}: {IdKey}: entry {pixel} is pixel {ids[pixel]}; lists must be in the order of the pixels"));
        }

        return new DigicampipeCalibration
        {
            Baseline = Known("baseline"),
            BaselineError = Known("baseline_error"),
            ChiSquare = Known("chi_2"),
            DegreesOfFreedom = Known("ndf"),
            DarkCountRateGHz = Known("dark_count_rate"),
            Gain = Known("gain"),
            GainError = Known("gain_error"),
            Crosstalk = Known("mu_xt"),
            Noise = Known("sigma_e"),
            NoiseError = Known("sigma_e_error"),
            Spread = Known("sigma_s"),
            SpreadError = Known("sigma_s_error"),
            BadPixels = entries.TryGetValue(BadKey, out PlanNode? bad) ? [.. Numbers(BadKey, bad).Select(Pixel).Order()] : [],
        };

        ImmutableArray<double> Known(string key) => List(key) is { IsDefault: false } values ? values : Unknown;

        ImmutableArray<double> List(string key)
        {
            if (!entries.TryGetValue(key, out PlanNode? node)) return default;
            ImmutableArray<double> values = [.. Numbers(key, node)];
            return values.Length == CameraGeometry.PixelCount ? values : throw Defect(node, key, FormattableString.Invariant($"is a list of {values.Length}, the camera has {CameraGeometry.PixelCount} pixels"));
        }

        IEnumerable<double> Numbers(string key, PlanNode node) => node is PlanList list ? list.Items.Select(item => Number(key, item)) : throw Defect(node, key, "is no list of numbers");

        double Number(string key, PlanNode node) => node is PlanScalar scalar && Parse(scalar.Text) is { } value ? value : throw Defect(node, key, node is PlanScalar { Text: var other } ? $"holds '{other}', which is no number" : "holds something else than numbers");

        int Pixel(double id) => double.IsInteger(id) && id >= 0 && id < CameraGeometry.PixelCount ? (int)id : throw new InvalidDataException(FormattableString.Invariant($"{path}: {BadKey}: {id} is not a pixel between 0 and {CameraGeometry.PixelCount - 1}"));

        InvalidDataException Defect(PlanNode node, string key, string what) => new(FormattableString.Invariant($"{path}: line {node.Line}: {key} {what}"));
    }

    /// <summary>Writes the file.</summary>
    /// <param name="path">The target.</param>
    /// <exception cref="ArgumentException">A list is not as long as the camera has pixels.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Write(string path)
    {
        StringBuilder text = new();
        Add(BadKey, BadPixels.Select(pixel => pixel.ToString(CultureInfo.InvariantCulture)));
        foreach ((string key, _, ImmutableArray<double> values) in Lists)
        {
            if (values.IsDefault || values.Length != CameraGeometry.PixelCount) throw new ArgumentException(FormattableString.Invariant($"{key} of {(values.IsDefault ? 0 : values.Length)} pixels, the camera has {CameraGeometry.PixelCount}"));
            Add(key, values.Select(Format));
        }

        Add(IdKey, Enumerable.Range(0, CameraGeometry.PixelCount).Select(pixel => pixel.ToString(CultureInfo.InvariantCulture)));
        AtomicFile.WriteText(path, text.ToString());

        void Add(string key, IEnumerable<string> numbers) => text.Append(key).Append(": [").AppendJoin(",\n  ", numbers.Chunk(NumbersPerLine).Select(line => string.Join(", ", line))).Append("]\n");
    }

    /// <inheritdoc/>
    public bool Equals(DigicampipeCalibration? other) => other is not null && BadPixels.SequenceEqual(other.BadPixels)
        && Lists.Zip(other.Lists).All(pair => pair.First.Values.SequenceEqual(pair.Second.Values));

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Gain.Length, Gain.FirstOrDefault(), BadPixels.Length);

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"calibration of digicampipe: {Gain.Length - BadPixels.Length} of {Gain.Length} pixels good, {SigmaClip.Of(Gain, 5).Median:F2} LSB/pe ({Scale})");

    /// <summary>A number as YAML 1.1 knows it: with a point, and a sign in the exponent.</summary>
    internal static string Format(double value)
    {
        if (double.IsNaN(value)) return ".nan";
        if (double.IsInfinity(value)) return value > 0 ? ".inf" : "-.inf";
        string text = value.ToString("R", CultureInfo.InvariantCulture).Replace('E', 'e');
        int exponent = text.IndexOf('e', StringComparison.Ordinal);
        string mantissa = exponent < 0 ? text : text[..exponent];
        return mantissa.Contains('.', StringComparison.Ordinal) ? text : mantissa + ".0" + text[mantissa.Length..];
    }

    private static double? Parse(string text) => text.ToLowerInvariant() switch
    {
        ".nan" or "nan" or "" => double.NaN,
        ".inf" or "+.inf" or "inf" => double.PositiveInfinity,
        "-.inf" or "-inf" => double.NegativeInfinity,
        _ => double.TryParse(text, NumberStyles.Float & ~NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out double value) ? value : null,
    };
}
