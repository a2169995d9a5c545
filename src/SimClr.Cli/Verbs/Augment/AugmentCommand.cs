using System.CommandLine;
using System.Text.Json.Nodes;
using SimClr.Cli.Outputs;
using SimClr.Cli.Reports;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Internals;

namespace SimClr.Cli.Verbs;

/// <summary><c>simclr augment preview</c>.</summary>
internal static class AugmentCommand
{
    private const int MaxImages = 500;
    private const int MaxViews = 16;

    public static Command Create() => new Verb(
        "augment",
        "Show the random views used in training, and what each operation does.",
        "simclr augment preview sample: --out views.png")
    {
        Preview(), AugmentGallery.Create(), AugmentColors.Create(),
    };

    /// <summary>Opens images; also a single image file.</summary>
    public static ImageDataSet Open(CommandContext context, string data, DataOptions reading)
    {
        if (!ImageDecoder.KnowsExtensionOf(data) || !File.Exists(data))
        {
            return context.OpenImages(data, reading);
        }

        try
        {
            RgbImage image = ImageDecoder.Decode(RegularFile.ReadAllBytes(data), data, reading);
            return new InMemoryDataSet([image], name: data);
        }
        catch (UnreadableImageException error)
        {
            throw new DataException(error.Message, error);
        }
    }

    /// <summary>Returns the configuration; without one, the preset is chosen by the image size.</summary>
    public static PretrainOptions Resolve(
        CommandContext context, ConfigurationOptions configuration, ImageDataSet images, PretrainOptions options)
        => configuration.IsSpecified(context)
            ? options
            : configuration.Resolve(context, DefaultPreset.For(images));

    private static Verb Preview()
    {
        var data = new Argument<string>("DATA")
        {
            Description = "Images: a folder, a manifest or a data spec (see 'simclr --help')",
        };
        var file = new OutputOption("--out", OutputKinds.Picture, "Output picture")
        {
            HelpName = "PNG",
            Required = true,
        };
        Option<long?> images = NumberOption.Integer(
            "--images", $"Number of images, at most {MaxImages}. Default: 12.", 1);
        Option<long?> views = NumberOption.Integer(
            "--views", $"Views of each image, at most {MaxViews}. Default: 2.", 1);
        var configuration = new ConfigurationOptions();
        var verb = new Verb(
            "preview",
            "Draw images next to their random views, as used in training with this configuration and seed.",
            "simclr augment preview sample: --out views.png",
            "simclr augment preview ./photos --out views.png --set views.strength=0.5 --views 4")
        {
            data, file, images, views,
        };
        configuration.AddTo(verb);
        verb.Details =
        [
            "Views 1 and 2 are the pair of an image in the first epoch, 3 and 4 the pair in the second, and so",
            "on. With two views, outlines on the image show the crops. With views.first and views.second, each view",
            "has its own operations. Without --preset and --config, the preset is chosen by the image size.",
        ];
        return verb.Handle(context => Draw(
            context,
            configuration,
            context.Value(data),
            context.File(file)!,
            RequireMax(context.Value(images) ?? 12, MaxImages, "--images"),
            RequireMax(context.Value(views) ?? 2, MaxViews, "--views")));
    }

    private static void Draw(
        CommandContext context,
        ConfigurationOptions configuration,
        string data,
        OutputFile file,
        int count,
        int viewsPerImage)
    {
        PretrainOptions options = configuration.Resolve(context);
        using ImageDataSet images = Open(context, data, options.Data);
        options = Resolve(context, configuration, images, options);

        byte[] png = ContactSheet.Render(images, options.Views, options.Seed, count, viewsPerImage);
        file.Write(png);
        context.Result(
            new JsonObject
            {
                ["file"] = file.Path,
                ["images"] = Math.Min(count, images.Count),
                ["views"] = viewsPerImage,
                ["size"] = options.Views.Size,
                ["seed"] = options.Seed,
            },
            $"wrote {file.Path}: {Math.Min(count, images.Count)} of {images.Count} images of {images.Name} with "
                + $"{viewsPerImage} view(s) each");
    }

    /// <summary>Returns a number of at most a limit.</summary>
    public static int RequireMax(long value, int max, string name)
        => value <= max ? (int)value : throw new ConfigurationException($"{name}: got {value}, expected at most {max}");
}
