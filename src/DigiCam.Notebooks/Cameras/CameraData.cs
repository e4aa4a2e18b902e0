using System.Runtime.InteropServices;
using System.Text.Json;
using DigiCam.Geometry;
using DigiCam.Notebooks.Formatting;

namespace DigiCam.Notebooks.Cameras;

/// <summary>Writes what camera.js needs, as compact JSON.</summary>
internal static class CameraData
{
    private const int ValueDigits = 6;
    private const int ExpectedDigits = 9;
    private const int LeastExpectedDigits = 2;
    private const double InvisibleExpected = 1e-3;

    public static string ToJson(CameraDisplay display) => Html.Json(json =>
    {
        json.WriteStartObject();
        json.WriteString("title", display.Title);
        json.WriteString("subtitle", display.Subtitle);
        json.WriteNumber("selected", display.SelectedPixel());
        json.WriteBoolean("log", display.LogScale);
        if (display.Levels.Count > 0) WriteLevels(json, display);
        WriteGeometry(json);
        json.WriteStartObject("maps");
        foreach (ColorMap map in display.Quantities.Select(q => q.Colors).Distinct()) json.WriteString(map.Name, string.Concat(map.Colors));
        json.WriteEndObject();
        json.WriteStartArray("quantities");
        foreach (CameraQuantity quantity in display.Quantities) WriteQuantity(json, quantity);
        json.WriteEndArray();
        if (display.Flags is { } flags) WriteFlags(json, flags);
        if (display.Panels is { } panels) WritePanels(json, display, panels);
        json.WriteEndObject();
    });

    private static void WriteLevels(Utf8JsonWriter json, CameraDisplay display)
    {
        json.WriteStartArray("levels");
        foreach (string level in display.Levels) json.WriteStringValue(level);
        json.WriteEndArray();
        json.WriteNumber("level", display.Level);
        json.WriteString("levelAxis", display.LevelAxis);
        json.WriteStartArray("settings");
        for (int i = 0; i < display.Levels.Count; i++) Html.WriteNumber(json, display.LevelSettings?[i] ?? i + 1, ExpectedDigits);
        json.WriteEndArray();
    }

    private static void WriteGeometry(Utf8JsonWriter json)
    {
        // Rows and columns of the grid are enough for places and corners.
        IReadOnlyList<Pixel> pixels = CameraGeometry.DigiCam.Pixels;
        WriteIntegers(json, "row", pixels.Select(p => p.Row));
        WriteIntegers(json, "column", pixels.Select(p => p.Column));
        WriteIntegers(json, "module", pixels.Select(p => p.Module));
        WriteIntegers(json, "patch", pixels.Select(p => p.Patch));
        WriteIntegers(json, "sector", pixels.Select(p => p.Sector));
    }

    private static void WriteQuantity(Utf8JsonWriter json, CameraQuantity quantity)
    {
        (double low, double high) = quantity.Range();
        json.WriteStartObject();
        json.WriteString("name", quantity.Name);
        json.WriteString("symbol", quantity.Symbol);
        json.WriteString("unit", quantity.Unit);
        json.WriteString("map", quantity.Colors.Name);
        json.WriteNumber("low", low);
        json.WriteNumber("high", high);
        if (quantity.LevelValues is { } levels) WriteLevelValues(json, quantity, levels);
        else WriteValues(json, quantity);
        json.WriteEndObject();
    }

    private static void WriteStatistics(Utf8JsonWriter json, CameraQuantity quantity)
    {
        foreach (string text in quantity.Statistics()) json.WriteStringValue(text);
    }

    private static void WriteValues(Utf8JsonWriter json, CameraQuantity quantity)
    {
        json.WriteStartArray("statistics");
        WriteStatistics(json, quantity);
        json.WriteEndArray();
        json.WriteStartArray("values");
        foreach (double value in quantity.Values)
        {
            // The infinities are beyond any range, not missing.
            if (double.IsInfinity(value)) json.WriteRawValue(value > 0 ? "1e300" : "-1e300");
            else Html.WriteNumber(json, value, ValueDigits);
        }

        json.WriteEndArray();
        json.WriteStartArray("texts");
        for (int i = 0; i < quantity.Values.Count; i++) json.WriteStringValue(quantity.TextOf(i));
        json.WriteEndArray();
    }

    // Numbers in single precision, all levels at hand for a pixel's curve; the texts, which are longer, compressed level by level.
    private static void WriteLevelValues(Utf8JsonWriter json, CameraQuantity quantity, IReadOnlyList<IReadOnlyList<double>> values)
    {
        CameraQuantity[] levels = [.. Enumerable.Range(0, values.Count).Select(quantity.At)];
        json.WriteBoolean("same", quantity.SameColors);
        json.WriteBase64String("all", MemoryMarshal.AsBytes<float>([.. values.SelectMany(l => l).Select(v => (float)v)]));
        if (quantity.LevelErrors is { } errors)
        {
            // The upper half of a single: three digits are more than a bar can show.
            json.WriteBase64String("errors", MemoryMarshal.AsBytes<ushort>([.. errors.SelectMany(l => l).Select(e => (ushort)(BitConverter.SingleToUInt32Bits((float)e) >> 16))]));
        }

        json.WriteStartArray("levels");
        foreach (CameraQuantity level in levels)
        {
            (double low, double high) = level.Range();
            json.WriteStartObject();
            json.WriteNumber("low", low);
            json.WriteNumber("high", high);
            json.WriteStartArray("statistics");
            WriteStatistics(json, level);
            json.WriteEndArray();
            json.WriteBase64String("texts", SpectrumPacking.Pack(string.Join('\n', Enumerable.Range(0, level.Values.Count).Select(level.TextOf))));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteFlags(Utf8JsonWriter json, PixelFlagSet flags)
    {
        json.WriteStartArray("flags");
        foreach (PixelFlag flag in flags.Flags)
        {
            json.WriteStartObject();
            json.WriteNumber("bit", flag.Bit);
            json.WriteString("name", flag.Name);
            json.WriteString("words", flag.Words);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("flagged");
        foreach (int pixel in flags.Flagged) json.WriteNumber(FormattableString.Invariant($"{pixel}"), flags.Bits[pixel]);
        json.WriteEndObject();
    }

    private static void WritePanels(Utf8JsonWriter json, CameraDisplay display, IReadOnlyList<PixelPanel?> panels)
    {
        switch (panels.FirstOrDefault(p => p is not null))
        {
            case PixelSpectrum first:
                WriteSpectra(json, display, first, panels);
                break;
            case PixelLevels first:
                WriteLevelSpectra(json, display, first, panels);
                break;
            case PixelWaveform first:
                WriteWaveforms(json, display, first, panels);
                break;
            default:
                break;
        }
    }

    private static void WriteSpectra(Utf8JsonWriter json, CameraDisplay display, PixelSpectrum first, IReadOnlyList<PixelPanel?> panels)
    {
        json.WriteString("kind", "spectrum");
        json.WriteNumber("width", first.BinWidth);
        json.WriteString("axis", PanelSvg.AxisTitle(first));
        WriteParameters(json, first.Parameters);
        json.WriteStartArray("panels");
        foreach (PixelPanel? panel in panels)
        {
            if (panel is null)
            {
                json.WriteNullValue();
                continue;
            }

            if (panel is not PixelSpectrum spectrum || spectrum.Parameters.Count != first.Parameters.Count || spectrum.BinWidth != first.BinWidth)
            {
                throw new InvalidOperationException($"{display.Title}: the panels of one display have to be of one kind, with the same bin width and parameters");
            }

            WriteSpectrum(json, spectrum);
        }

        json.WriteEndArray();
    }

    private static void WriteParameters(Utf8JsonWriter json, IEnumerable<SpectrumParameter> parameters)
    {
        json.WriteStartArray("parameters");
        foreach (SpectrumParameter parameter in parameters)
        {
            json.WriteStartObject();
            json.WriteString("name", parameter.Name);
            json.WriteString("symbol", parameter.Symbol);
            json.WriteString("unit", parameter.Unit);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteLevelSpectra(Utf8JsonWriter json, CameraDisplay display, PixelLevels first, IReadOnlyList<PixelPanel?> panels)
    {
        PixelSpectrum? sample = panels.OfType<PixelLevels>().SelectMany(p => p.Spectra).FirstOrDefault(s => s is not null);
        IReadOnlyList<SpectrumParameter> own = sample?.Parameters ?? [];
        json.WriteString("kind", "levels");
        json.WriteString("axis", sample is null ? "" : PanelSvg.AxisTitle(sample));
        WriteParameters(json, [.. first.Parameters, .. own]);
        json.WriteStartArray("panels");
        foreach (PixelPanel? panel in panels)
        {
            if (panel is null)
            {
                json.WriteNullValue();
                continue;
            }

            if (panel is not PixelLevels levels || levels.Spectra.Count != display.Levels.Count || levels.Parameters.Count != first.Parameters.Count
                || levels.Spectra.Any(s => s is not null && s.Parameters.Count != own.Count))
            {
                throw new InvalidOperationException($"{display.Title}: the panels of one display have to be of one kind, with a histogram or null at each of {display.Levels.Count} levels and with the same parameters");
            }

            WriteLevelSpectra(json, levels, own.Count);
        }

        json.WriteEndArray();
    }

    private static void WriteLevelSpectra(Utf8JsonWriter json, PixelLevels levels, int own)
    {
        DrawnSpectrum?[] drawn = [.. levels.Spectra.Select(s => s is null ? null : levels.Drawn(s))];
        (string Entries, string Fit, string Status)[] lines = [.. levels.Spectra.Zip(drawn, (s, d) => s is null ? ("", "", "") : PanelSvg.Summary(s, d!))];

        // Column by column, which compresses better than level by level.
        string words = Html.Json(text =>
        {
            text.WriteStartObject();
            Column("f", l => text.WriteNumberValue(drawn[l]?.FirstCentre ?? 0));
            Column("w", l => text.WriteNumberValue(drawn[l]?.Width ?? 0));
            Column("bins", l => text.WriteNumberValue(drawn[l]?.Counts.Length ?? 0));
            Column("fit", l => text.WriteNumberValue(drawn[l]?.Expected is null ? 0 : 1));
            Column("c", l => text.WriteStringValue(lines[l].Fit));
            Column("s", l => text.WriteStringValue(lines[l].Status));
            Column("e", l => text.WriteStringValue(lines[l].Entries));
            text.WriteStartArray("shared");
            foreach (SpectrumParameter parameter in levels.Parameters) text.WriteStringValue(PanelSvg.ValueText(parameter));
            text.WriteEndArray();
            text.WriteStartArray("r");
            for (int p = 0; p < own; p++)
            {
                text.WriteStartArray();
                foreach (PixelSpectrum? spectrum in levels.Spectra) text.WriteStringValue(spectrum is null ? "" : PanelSvg.ValueText(spectrum.Parameters[p]));
                text.WriteEndArray();
            }

            text.WriteEndArray();
            text.WriteEndObject();

            void Column(string name, Action<int> write)
            {
                text.WriteStartArray(name);
                for (int l = 0; l < drawn.Length; l++) write(l);
                text.WriteEndArray();
            }
        });
        (byte[] expected, byte[] counts) = SpectrumPacking.Pack(drawn.OfType<DrawnSpectrum>());
        json.WriteStartObject();
        json.WriteBase64String("words", SpectrumPacking.Pack(words));
        json.WriteBase64String("m", expected);
        json.WriteBase64String("n", counts);
        json.WriteEndObject();
    }

    private static void WriteSpectrum(Utf8JsonWriter json, PixelSpectrum spectrum)
    {
        DrawnSpectrum drawn = spectrum.Drawn();
        json.WriteStartObject();
        json.WriteNumber("f", drawn.FirstCentre);
        if (drawn.Group > 1) json.WriteNumber("w", drawn.Width);
        json.WriteStartArray("n");
        WritePacked(json, drawn.Counts.Length, i => drawn.Counts[i]);
        json.WriteEndArray();
        if (drawn.Expected is { } expected)
        {
            json.WriteStartArray("m");
            // Where nothing was counted and nothing expected, nothing is to be seen.
            WritePacked(json, expected.Length, i => drawn.Counts[i] == 0 && expected[i] < InvisibleExpected ? 0 : Shorten(expected[i]));
            json.WriteEndArray();
        }

        if (spectrum.Parameters.Count > 0)
        {
            json.WriteStartArray("r");
            foreach (SpectrumParameter parameter in spectrum.Parameters) json.WriteStringValue(PanelSvg.ValueText(parameter));
            json.WriteEndArray();
        }

        (string entries, string fit, string status) = PanelSvg.Summary(spectrum, drawn);
        json.WriteString("e", entries);
        if (fit.Length > 0) json.WriteString("c", fit);
        if (status.Length > 0) json.WriteString("s", status);
        json.WriteEndObject();
    }

    // Runs of zeros as one negative number: a single far sample makes a histogram long.
    private static void WritePacked(Utf8JsonWriter json, int count, Func<int, double> value)
    {
        int zeros = 0;
        for (int i = 0; i < count; i++)
        {
            double v = value(i);
            if (v == 0)
            {
                zeros++;
                continue;
            }

            Flush();
            Html.WriteNumber(json, v, v == Math.Floor(v) ? 15 : ExpectedDigits);
        }

        Flush();

        void Flush()
        {
            if (zeros > 1) json.WriteNumberValue(-zeros);
            else if (zeros == 1) json.WriteNumberValue(0);
            zeros = 0;
        }
    }

    // So many digits that a thirtieth of the Poisson error is kept: more would only make the notebook long.
    private static double Shorten(double expected)
    {
        if (!(expected > 0)) return expected;
        int size = (int)Math.Floor(Math.Log10(expected));
        int digits = Math.Max(LeastExpectedDigits, size + 1 - (int)Math.Floor(Math.Log10(Math.Sqrt(expected) / 30)));
        return digits > ExpectedDigits ? expected : double.Parse(expected.ToString(FormattableString.Invariant($"E{digits - 1}"), System.Globalization.CultureInfo.InvariantCulture), System.Globalization.CultureInfo.InvariantCulture);
    }

    private static void WriteWaveforms(Utf8JsonWriter json, CameraDisplay display, PixelWaveform first, IReadOnlyList<PixelPanel?> panels)
    {
        json.WriteString("kind", "waveform");
        json.WriteNumber("width", first.SampleNs);
        json.WriteStartArray("panels");
        foreach (PixelPanel? panel in panels)
        {
            if (panel is null)
            {
                json.WriteNullValue();
                continue;
            }

            if (panel is not PixelWaveform waveform || waveform.SampleNs != first.SampleNs)
            {
                throw new InvalidOperationException($"{display.Title}: the panels of one display have to be of one kind, with the same time between samples");
            }

            json.WriteStartObject();
            json.WriteStartArray("n");
            foreach (short sample in waveform.Samples) json.WriteNumberValue(sample);
            json.WriteEndArray();
            json.WritePropertyName("b");
            Html.WriteNumber(json, waveform.Baseline, ValueDigits);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteIntegers(Utf8JsonWriter json, string name, IEnumerable<int> values)
    {
        json.WriteStartArray(name);
        foreach (int value in values) json.WriteNumberValue(value);
        json.WriteEndArray();
    }
}
