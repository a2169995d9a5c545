using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using SimClr.Augmentation;
using SimClr.Cli.Outputs;
using SimClr.Cli.Reports;
using SimClr.Configuration;
using SimClr.Data;

namespace SimClr.Cli.Verbs;

/// <summary><c>simclr augment colors</c>.</summary>
internal static class AugmentColors
{
    private const int MaxImages = 200;
    private const int MaxCrops = 16;

    public static Verb Create()
    {
        var data = new Argument<string>("DATA")
        {
            Description = "Images: a folder, a manifest or a data spec (see 'simclr --help')",
        };
        var file = new OutputOption("--out", OutputKinds.Chart, "Output chart, .svg or .png")
        {
            HelpName = "FILE",
            Required = true,
        };
        Option<long?> images = NumberOption.Integer(
            "--images", $"Number of images, 2 to {MaxImages}. Default: 2.", 2);
        Option<long?> crops = NumberOption.Integer(
            "--crops", $"Random crops of each image, 2 to {MaxCrops}. Default: 4.", 2);
        var configuration = new ConfigurationOptions();
        var verb = new Verb(
            "colors",
            "Draw color histograms of random crops with and without color distortion (paper, Figure 6).",
            "simclr augment colors ./photos --out colors.svg",
            "simclr augment colors sample: --out colors.png --images 100 --json")
        {
            data, file, images, crops,
        };
        configuration.AddTo(verb);
        verb.Details =
        [
            "A histogram counts the values of all channels of a crop. The intersection of two histograms is 1 if they",
            "are equal and 0 if they have nothing in common; 'found by color' is the share of crops whose most similar",
            "crop is of the same image. All images count for these numbers, and the first six are drawn.",
        ];
        return verb.Handle(context =>
        {
            PretrainOptions options = configuration.Resolve(context);
            using ImageDataSet set = context.OpenImages(context.Value(data), options.Data);
            options = AugmentCommand.Resolve(context, configuration, set, options);
            List<(int Index, RgbImage Image)> chosen = ContactSheet.Choose(
                set, AugmentCommand.RequireMax(context.Value(images) ?? 2, MaxImages, "--images"));
            if (chosen.Count < 2)
            {
                throw new DataException(
                    $"{set.Name}: got {chosen.Count} readable image, expected at least 2 to compare");
            }

            CropColors colors = CropColors.Measure(
                [.. chosen.Select(one => one.Image)],
                options.Views,
                options.Seed,
                AugmentCommand.RequireMax(context.Value(crops) ?? 4, MaxCrops, "--crops"));
            OutputFile output = context.File(file)!;
            Write(output, CropColorChart.Create(colors));
            context.Result(
                new JsonObject
                {
                    ["file"] = output.Path,
                    ["images"] = chosen.Count,
                    ["crops"] = colors.Plain.Images[0].Count,
                    ["without_distortion"] = Json(colors.Plain),
                    ["with_distortion"] = Json(colors.Distorted),
                    ["seed"] = options.Seed,
                },
                $"wrote {output.Path}: {colors.Plain.Images[0].Count} crops of each of {chosen.Count} images of "
                    + $"{set.Name}",
                Line("without color distortion", colors.Plain),
                Line("with color distortion", colors.Distorted));
        });
    }

    private static void Write(OutputFile output, Chart chart)
    {
        var colors = new ChartColors(chart.Names);
        output.Write(
            Path.GetExtension(output.Path).Equals(".svg", StringComparison.OrdinalIgnoreCase)
                ? System.Text.Encoding.UTF8.GetBytes(ChartFile.Svg(chart, colors))
                : ChartFile.Png(chart, colors));
    }

    private static string Line(string side, CropHistograms histograms) => string.Create(
        CultureInfo.InvariantCulture,
        $"{side}: mean intersection {histograms.SameImage:F3} within an image, {histograms.OtherImages:F3} between "
            + $"images; found by color {HtmlText.Percent(histograms.FoundByColor)}");

    private static JsonObject Json(CropHistograms histograms) => new()
    {
        ["same_image"] = histograms.SameImage,
        ["other_images"] = histograms.OtherImages,
        ["found_by_color"] = histograms.FoundByColor,
        ["histograms"] = new JsonArray(
        [
            .. histograms.Images.Select(crops => (JsonNode)new JsonArray(
            [
                .. crops.Select(shares => (JsonNode)new JsonArray([.. shares.Select(share => (JsonNode)share)])),
            ])),
        ]),
    };
}
