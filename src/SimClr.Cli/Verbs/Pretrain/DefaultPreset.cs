using SimClr.Data;

namespace SimClr.Cli.Verbs;

/// <summary>The choice of a preset if the user names none.</summary>
internal static class DefaultPreset
{
    private const int MaxSmallImage = 64;
    private const int MaxTries = 10;

    /// <summary>Returns the preset for images of the size of the first one.</summary>
    public static string For(ImageDataSet images) => For(FirstReadable(images));

    /// <summary>Returns the same preset and reports the reason.</summary>
    public static string ForWithNote(ImageDataSet images, CommandContext context)
    {
        RgbImage? first = FirstReadable(images);
        if (first is not null)
        {
            string why = $"the first image has {first.Width} × {first.Height} pixels, "
                + $"{(IsSmall(first) ? "at most" : "more than")} {MaxSmallImage}";
            context.WriteNote(
                $"note: using the preset {For(first)}, because {why}; choose another with --preset or --config");
        }

        return For(first);
    }

    private static string For(RgbImage? first) => first is not null && IsSmall(first) ? "cifar10-small" : "photos";

    private static bool IsSmall(RgbImage image) => Math.Max(image.Width, image.Height) <= MaxSmallImage;

    private static RgbImage? FirstReadable(ImageDataSet images)
    {
        for (int index = 0; index < Math.Min(MaxTries, images.Count); index++)
        {
            try
            {
                return images.Read(index);
            }
            catch (UnreadableImageException)
            {
                // Reported by pre-training.
            }
        }

        return null;
    }
}
