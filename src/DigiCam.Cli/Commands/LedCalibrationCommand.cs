using System.CommandLine;
using System.Globalization;
using DigiCam.Cli.Jobs;
using DigiCam.Cli.Reporting;
using DigiCam.Files;
using DigiCam.Geometry;
using DigiCam.LedCalibration;
using DigiCam.LightScan;
using DigiCam.Results;
using Spectre.Console;

namespace DigiCam.Cli.Commands;

/// <summary>digicam led-calibration: light against DAC value from the light of the levels of a scan, and DAC values for a wanted light.</summary>
internal static class LedCalibrationCommand
{
    private const string Name = LedCalibrationResult.TaskName;

    public static Command Create() => Define().Command;

    public static TaskDefinition Define()
    {
        Argument<string?> folder = new("OUTPUT_DIRECTORY") { Description = "same as --output_directory", Arity = ArgumentArity.ZeroOrOne };
        Option<bool> fit = new("--perform_fit", "-p") { Description = "fit the curves to the light of the levels (needs ac-dac-scan -p)" };
        FolderOption directory = new("--directory", "-d") { DefaultIsCurrent = _ => false, Description = "directory of the files of ac-dac-scan [default: the output directory]" };
        Option<string> histogramName = new("--histo_filename") { Description = "charges of ac-dac-scan", DefaultValueFactory = _ => ChargeFiles.DefaultHistogramName };
        Option<string> lightName = new("--input_fit_filename") { Description = "light of ac-dac-scan -p", DefaultValueFactory = _ => LightScanFiles.DefaultLevelFitName };
        FolderOption output = new("--output_directory") { IsOutput = true, Description = "directory of the files that are written [default: .]" };
        Option<string> fitName = new("--fit_filename") { Description = "file of the calibration", DefaultValueFactory = _ => LedFiles.DefaultFitName };
        Option<int?> dc = new("--dc_level") { Description = "levels of this DC value are used [default: the lowest of the scan]" };
        Option<double> relative = new("--relative_error") { Description = "uncertainty of a level beyond its error, relative to its light", DefaultValueFactory = _ => 0 };
        Option<bool> single = new("--each_led_alone") { Description = "do not use the shape that the LEDs have in common" };
        Option<string> mu = new("--mu") { Description = "wanted light [pe], separated by ',': prints the DAC values; with -p they are the columns of led_settings.csv", DefaultValueFactory = _ => "" };
        Option<string> leds = new("--led") { Description = "pixels, separated by ',', whose LEDs --mu is answered for; without it all patches", DefaultValueFactory = _ => "" };
        Option<bool> quiet = new("--quiet", "-q") { Description = "print nothing but errors and what --mu asks for" };
        Command command = new(Name, "Light of the AC LEDs against their DAC value, from the results of ac-dac-scan, and DAC values for a wanted light. Without -p a saved calibration is used.")
        {
            folder, fit, directory, histogramName, lightName, output, fitName, dc, relative, single, mu, leds, quiet,
        };
        command.SetAction((result, cancellationToken) => CommandHost.RunAsync(Name, () => Read(result).RunAsync(cancellationToken)));
        return new TaskDefinition(command, [fit], result => Read(result).Stages());

        Request Read(ParseResult result) => new()
        {
            Fit = result.GetValue(fit),
            Directory = result.GetValue(directory),
            HistogramName = result.GetRequiredValue(histogramName),
            LightName = result.GetRequiredValue(lightName),
            OutputDirectory = result.GetValue(output) ?? result.GetValue(folder) ?? ".",
            FitName = result.GetRequiredValue(fitName),
            DcDac = result.GetValue(dc),
            Options = new LedCurveOptions { RelativeError = result.GetRequiredValue(relative), CameraShape = !result.GetValue(single) },
            Light = [.. Usage.Split(result.GetRequiredValue(mu)).Select(Light)],
            Leds = [.. Usage.Split(result.GetRequiredValue(leds)).Select(Led)],
            Quiet = result.GetValue(quiet),
        };
    }

    private static double Light(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value) && value > 0
        ? value
        : throw new UsageException($"--mu: '{text}' is not a light above 0 pe");

    private static int Led(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int pixel) && pixel < CameraGeometry.PixelCount
        ? pixel
        : throw new UsageException(FormattableString.Invariant($"--led: '{text}' is not a pixel between 0 and {CameraGeometry.PixelCount - 1}"));

    private sealed record Request
    {
        public required bool Fit { get; init; }

        public required string? Directory { get; init; }

        public required string HistogramName { get; init; }

        public required string LightName { get; init; }

        public required string OutputDirectory { get; init; }

        public required string FitName { get; init; }

        public required int? DcDac { get; init; }

        public required LedCurveOptions Options { get; init; }

        public required double[] Light { get; init; }

        public required int[] Leds { get; init; }

        public required bool Quiet { get; init; }

        private string FitPath => Path.Combine(OutputDirectory, FitName);

        private string ChargesPath => ResultFiles.Paths(Path.Combine(Directory ?? OutputDirectory, HistogramName))[0];

        private string LightPath => ResultFiles.Paths(Path.Combine(Directory ?? OutputDirectory, LightName))[0];

        public async Task<int> RunAsync(CancellationToken cancellationToken)
        {
            ClosingLine closing = new();
            IReadOnlyList<string> paths = LedFiles.Paths(FitPath);
            CheckOptions();
            LedCalibrationResult result = Fit ? await FitAsync(paths, cancellationToken) : ReadSaved(paths[0]);
            if (!Quiet) ResultDisplay.Print(result.Quantities, result.Flags, result.Limits, pixel => result.Pixels[pixel].Fit.Status);
            if (!Quiet) Console.WriteLine(result);
            if (Light.Length > 0) PrintSettings(result);
            if (!Quiet) closing.Write(Name, 0);
            return 0;
        }

        public IReadOnlyList<TaskStage> Stages()
        {
            CheckOptions();
            return !Fit ? [] : [new TaskStage { Name = "fit", Description = "fits the curves of the LEDs", Options = ["-p"], Inputs = [ChargesPath, LightPath], Outputs = LedFiles.Paths(FitPath) }];
        }

        private void CheckOptions()
        {
            if (Leds.Length > 0 && Light.Length == 0) throw new UsageException("--led needs --mu: the light that is wanted");
            if (!Fit && DcDac is not null) throw new UsageException("--dc_level is of the fit: it needs -p");
        }

        private async Task<LedCalibrationResult> FitAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken)
        {
            if (paths.Intersect([ChargesPath, LightPath, .. ResultFiles.Paths(LightPath)]).FirstOrDefault() is { } same) throw new UsageException($"{same}: the calibration needs a file of its own");
            if (paths.Distinct().Count() != paths.Count) throw new UsageException($"{FitPath}: the name of a table of the calibration");
            if (!File.Exists(ChargesPath)) throw new UsageException($"{ChargesPath}: no such file; digicam ac-dac-scan -c makes it");
            if (!File.Exists(LightPath)) throw new UsageException($"{LightPath}: no such file; digicam ac-dac-scan -p makes it");
            foreach (string path in paths) AtomicFile.CheckTarget(path);
            ChargeHistograms charges = ChargeHistograms.Read(ChargesPath);
            LightScanResult light = LightScanFiles.Read(LightPath, LightSpectra.Of(charges));

            // Levels without a fit and without a flag were not tried; flagged ones can be as they are.
            LightLevel[] levels = [.. light.Pixels.SelectMany(pixel => pixel.Levels)];
            if (levels.All(level => double.IsNaN(level.Mu)) && levels.Any(level => level.Flags == Flags.PixelFlags.None)) throw new UsageException($"{LightPath}: holds gains, but no light of any level; digicam ac-dac-scan -p fits it");
            cancellationToken.ThrowIfCancellationRequested();
            LedCalibrationResult result = Usage.Check(() => LedCalibrationFitter.Fit(charges.Plan, light, Options, DcDac, cancellationToken));
            InputFile[] files = [await InputFile.HashAsync(ChargesPath, null, cancellationToken), await InputFile.HashAsync(LightPath, null, cancellationToken)];
            Provenance raw = ResultFiles.ReadProvenance(LightPath);
            Provenance provenance = Provenance.Now(Name, [.. raw.Inputs.Except(files), .. files], raw.Parameters.Select(p => (p.Key, (object?)p.Value)));
            foreach (string path in LedFiles.Write(paths[0], provenance, result, Light.Length > 0 ? Light : null))
            {
                if (!Quiet) Console.WriteLine($"calibration: {path}");
            }

            return result;
        }

        private static LedCalibrationResult ReadSaved(string path) => File.Exists(path) ? LedFiles.Read(path) : throw new UsageException($"{path}: no such file; -p makes it");

        private void PrintSettings(LedCalibrationResult result)
        {
            (int Id, LedCurve Curve, string Note)[] rows = Leds.Length > 0
                ? [.. Leds.Select(pixel => (pixel, result.Pixels[pixel], Flags.PixelFlagNames.Describe(result.Flags[pixel])))]
                : [.. result.Patches.Select((curve, patch) => (patch, curve, Display.Count(result.PatchPixels[patch], "LED"))).Where(row => row.curve.IsValid)];
            Table table = Display.CreateTable([Leds.Length > 0 ? "LED of pixel" : "patch", ""], [.. Light.Select(light => FormattableString.Invariant($"DAC for {light} pe"))]);
            bool isBeyond = false;
            foreach ((int id, LedCurve curve, string note) in rows)
            {
                table.AddRow([id.ToString(CultureInfo.InvariantCulture), Markup.Escape(note), .. Light.Select(light => Markup.Escape(Setting(curve, light)))]);
                isBeyond |= curve.IsValid && Light.Any(light => curve.Dac(light).IsExtrapolated);
            }

            Display.Write(table);
            if (isBeyond) Console.WriteLine("< and >: the light was not reached in the scan; the DAC value is the end of the range");
        }

        private static string Setting(LedCurve curve, double light)
        {
            LedSetting setting = curve.Dac(light);
            if (double.IsNaN(setting.Dac)) return "no curve";
            return setting.IsExtrapolated
                ? FormattableString.Invariant($"{(light < curve.LowestLight ? '<' : '>')} {setting.Dac:F0}")
                : FormattableString.Invariant($"{setting.Dac:F1} +- {setting.Error:F1}");
        }
    }
}
