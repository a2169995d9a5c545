using SimClr.Data;

namespace SimClr.Cli.Commands;

/// <summary>Chooses a preset for images where the user names none.</summary>
internal static class FittingPreset
{
    private const int LargestSmallImage = 64;
    private const int MostTries = 10;

    public static string For(ImageDataSet images, CommandContext context)
    {
        if (FirstReadable(images) is not { } first)
        {
            return "photos";
        }

        bool small = Math.Max(first.Width, first.Height) <= LargestSmallImage;
        string name = small ? "cifar10-small" : "photos";
        string why = $"the first image has {first.Width} × {first.Height} pixels, {(small ? "at most" : "more than")} {LargestSmallImage}";
        context.Remark($"note: using the preset {name}, as {why}; --preset or --config choose another");
        return name;
    }

    private static RgbImage? FirstReadable(ImageDataSet images)
    {
        for (int index = 0; index < Math.Min(MostTries, images.Count); index++)
        {
            try
            {
                return images.Read(index);
            }
            catch (UnreadableImageException)
            {
                // Pre-training will list it.
            }
        }

        return null;
    }
}
