using System.Runtime.InteropServices;
using System.Text.Json;
using DigiCam.Geometry;
using DigiCam.Notebooks.Formatting;

namespace DigiCam.Notebooks.Cameras;

/// <summary>Writes what camera.js needs, as compact JSON.</summary>
internal static class CameraData
{
    private const int SettingDigits = 9;
    private const int BaselineDigits = 6;

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
        for (int i = 0; i < display.Levels.Count; i++) Html.WriteNumber(json, display.LevelSettings?[i] ?? i + 1, SettingDigits);
        json.WriteEndArray();
    }

    // Rows and columns of the grid are enough for places and corners.
    private static void WriteGeometry(Utf8JsonWriter json)
    {
        IReadOnlyList<Pixel> pixels = CameraGeometry.DigiCam.Pixels;
        json.WriteBase64String("geometry", SpectrumPacking.Pack(Html.Json(text =>
        {
            text.WriteStartArray();
            foreach (Func<Pixel, int> number in new Func<Pixel, int>[] { p => p.Row, p => p.Column, p => p.Module, p => p.Patch, p => p.Sector })
            {
                text.WriteStartArray();
                foreach (Pixel pixel in pixels) text.WriteNumberValue(number(pixel));
                text.WriteEndArray();
            }

            text.WriteEndArray();
        })));
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
        WriteValues(json, quantity);
        json.WriteEndObject();
    }

    // Numbers in single precision, all levels at hand for a pixel's curve. Texts, which would be longer, follow from the numbers and their digits, which are packed level by level.
    private static void WriteValues(Utf8JsonWriter json, CameraQuantity quantity)
    {
        CameraQuantity[] levels = quantity.LevelValues is { } values ? [.. Enumerable.Range(0, values.Count).Select(quantity.At)] : [quantity];
        json.WriteBoolean("varies", quantity.LevelValues is not null);
        json.WriteBoolean("same", quantity.SameColors);
        json.WriteBase64String("all", MemoryMarshal.AsBytes<float>([.. levels.SelectMany(l => l.Values).Select(v => (float)v)]));
        if (quantity.LevelErrors is { } errors)
        {
            // The upper half of a single: three digits are more than a bar can show.
            json.WriteBase64String("errors", MemoryMarshal.AsBytes<ushort>([.. errors.SelectMany(l => l).Select(e => (ushort)(BitConverter.SingleToUInt32Bits((float)e) >> 16))]));
        }

        json.WriteStartArray("levels");
        foreach (CameraQuantity level in levels)
        {
            (double levelLow, double levelHigh) = level.Range();
            json.WriteStartObject();
            json.WriteNumber("low", levelLow);
            json.WriteNumber("high", levelHigh);
            json.WriteStartArray("statistics");
            foreach (string text in level.Statistics()) json.WriteStringValue(text);
            json.WriteEndArray();
            (byte[] digits, string others) = ValueTexts.Pack(level);
            json.WriteBase64String("digits", digits);
            json.WriteBase64String("others", SpectrumPacking.Pack(others));
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
        if (panels.Any(p => p is not null && (p is not PixelSpectrum s || s.Parameters.Count != first.Parameters.Count || s.BinWidth != first.BinWidth)))
        {
            throw new InvalidOperationException($"{display.Title}: the panels of one display have to be of one kind, with the same bin width and parameters");
        }

        PixelSpectrum?[] spectra = [.. panels.Cast<PixelSpectrum?>()];
        json.WriteString("kind", "spectrum");
        json.WriteString("axis", PanelSvg.AxisTitle(first));
        WriteParameters(json, first.Parameters);
        json.WritePropertyName("panels");
        WriteSpectra(json, [], first.Parameters.Count, spectra, [.. spectra.Select(s => s?.Drawn())], exact: true);
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
        int stride = PixelLevels.Stride(display.Levels.Count);
        bool[] isWhole = [.. panels.Select((_, pixel) => stride == 1 || pixel == display.SelectedPixel() || display.Flags?.Bits[pixel] is > 0)];
        json.WriteNumber("stride", stride);
        json.WriteStartArray("panels");
        for (int pixel = 0; pixel < panels.Count; pixel++)
        {
            PixelPanel? panel = panels[pixel];
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

            PixelSpectrum?[] kept = [.. levels.Spectra.Select((s, level) => isWhole[pixel] || level % stride == display.Level % stride ? s : null)];
            WriteSpectra(json, levels.Parameters, own.Count, kept, [.. kept.Select(s => s is null ? null : levels.Drawn(s))], exact: false);
        }

        json.WriteEndArray();
    }

    private static void WriteSpectra(Utf8JsonWriter json, IReadOnlyList<SpectrumParameter> shared, int own, IReadOnlyList<PixelSpectrum?> spectra, DrawnSpectrum?[] drawn, bool exact)
    {
        (string Entries, string Fit, string Status)[] lines = [.. spectra.Zip(drawn, (s, d) => s is null ? ("", "", "") : PanelSvg.Summary(s, d!))];

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
            foreach (SpectrumParameter parameter in shared) text.WriteStringValue(PanelSvg.ValueText(parameter));
            text.WriteEndArray();
            text.WriteStartArray("r");
            for (int p = 0; p < own; p++)
            {
                text.WriteStartArray();
                foreach (PixelSpectrum? spectrum in spectra) text.WriteStringValue(spectrum is null ? "" : PanelSvg.ValueText(spectrum.Parameters[p]));
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
        PackedSpectra packed = SpectrumPacking.Pack(drawn.OfType<DrawnSpectrum>(), exact);
        json.WriteStartObject();
        json.WriteBase64String("words", SpectrumPacking.Pack(words));
        json.WriteNumber("steps", packed.Steps);
        json.WriteBase64String("m", packed.Expected);
        json.WriteBase64String("n", packed.Counts);
        if (exact) json.WriteBase64String("x", packed.Rest);
        json.WriteEndObject();
    }

    private static void WriteWaveforms(Utf8JsonWriter json, CameraDisplay display, PixelWaveform first, IReadOnlyList<PixelPanel?> panels)
    {
        json.WriteString("kind", "waveform");
        json.WriteNumber("width", first.SampleNs);
        if (panels.Any(p => p is not null && (p is not PixelWaveform w || w.SampleNs != first.SampleNs)))
        {
            throw new InvalidOperationException($"{display.Title}: the panels of one display have to be of one kind, with the same time between samples");
        }

        PixelWaveform?[] waveforms = [.. panels.Cast<PixelWaveform?>()];
        string words = Html.Json(text =>
        {
            text.WriteStartObject();
            text.WriteStartArray("samples");
            foreach (PixelWaveform? waveform in waveforms) text.WriteNumberValue(waveform?.Samples.Count ?? 0);
            text.WriteEndArray();
            text.WriteStartArray("b");
            foreach (PixelWaveform? waveform in waveforms) Html.WriteNumber(text, waveform?.Baseline ?? double.NaN, BaselineDigits);
            text.WriteEndArray();
            text.WriteEndObject();
        });
        json.WriteStartObject("panels");
        json.WriteBase64String("words", SpectrumPacking.Pack(words));
        json.WriteBase64String("n", SpectrumPacking.Pack(waveforms.OfType<PixelWaveform>().Select(w => w.Samples)));
        json.WriteEndObject();
    }
}
