using System.CommandLine;
using System.Text.Json.Nodes;
using SimClr.Cli.Outputs;
using SimClr.Cli.Reports;
using SimClr.Configuration;
using SimClr.Data;

namespace SimClr.Cli.Verbs;

/// <summary><c>simclr augment gallery</c>.</summary>
internal static class AugmentGallery
{
    private const int MaxImages = 20;

    public static Verb Create()
    {
        var data = new Argument<string>("DATA")
        {
            Description = "An image, or images: a folder, a manifest or a data spec (see 'simclr --help')",
        };
        var file = new OutputOption("--out", OutputKinds.Picture, "Output picture")
        {
            HelpName = "PNG",
            Required = true,
        };
        Option<long?> images = NumberOption.Integer(
            "--images", $"Number of images, at most {MaxImages}. Default: 1.", 1);
        var configuration = new ConfigurationOptions();
        var verb = new Verb(
            "gallery",
            "Draw an image next to what each operation of a view does to it (paper, Figure 4).",
            "simclr augment gallery photo.jpg --out operations.png",
            "simclr augment gallery sample: --out operations.png --images 3 --set views.strength=0.5")
        {
            data, file, images,
        };
        configuration.AddTo(verb);
        verb.Details =
        [
            "Each operation is applied alone and always, whatever its probability; the flip follows a crop. The keys",
            "of the configuration choose its strength. Without --preset and --config, the preset is chosen by the",
            "image size.",
        ];
        return verb.Handle(context =>
        {
            PretrainOptions options = configuration.Resolve(context);
            using ImageDataSet set = AugmentCommand.Open(context, context.Value(data), options.Data);
            options = AugmentCommand.Resolve(context, configuration, set, options);
            List<(int Index, RgbImage Image)> chosen = ContactSheet.Choose(
                set, AugmentCommand.RequireMax(context.Value(images) ?? 1, MaxImages, "--images"));
            OutputFile output = context.File(file)!;
            output.Write(OperationGallery.Render(chosen, options.Views, options.Seed));
            context.Result(
                new JsonObject
                {
                    ["file"] = output.Path,
                    ["images"] = chosen.Count,
                    ["size"] = options.Views.Size,
                    ["seed"] = options.Seed,
                },
                $"wrote {output.Path}: the operations of views on {chosen.Count} of {set.Count} image(s) of "
                    + $"{set.Name}");
        });
    }
}
