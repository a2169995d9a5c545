using System.Globalization;
using SimClr.Augmentation;
using SimClr.Data;
using SimClr.Internals;
using SkiaSharp;

namespace SimClr.Cli.Reports;

/// <summary>
/// A picture of images with one panel per operation (paper, Figure 4): the image, then each operation alone, always
/// applied, with the amounts that were drawn.
/// </summary>
internal static class OperationGallery
{
    private const int Across = 5;
    private const int Margin = 24;
    private const int Gap = 10;
    private const int Caption = 22;
    private const int BlockGap = 22;
    private const int MaxTries = 1000;

    /// <summary>Renders the gallery.</summary>
    /// <param name="images">The images with their indices in the set.</param>
    /// <param name="views">The view options; probabilities and normalization are ignored.</param>
    /// <param name="seed">The seed of the draws.</param>
    /// <returns>A PNG file.</returns>
    public static byte[] Render(IReadOnlyList<(int Index, RgbImage Image)> images, ViewOptions views, long seed)
    {
        OperationList[] lists = [.. Panels()];
        int side = new ContactSheetLayout(views.Size, 1, 1).Side;
        int rows = (lists.Length + 1 + Across - 1) / Across;
        int block = rows * (side + Caption + Gap);
        int width = (2 * Margin) + (Across * (side + Gap)) - Gap;
        int height = (2 * Margin) + (images.Count * (block + BlockGap)) - BlockGap;
        return Png.Draw(width, height, canvas =>
        {
            for (int number = 0; number < images.Count; number++)
            {
                (int index, RgbImage image) = images[number];
                int top = Margin + (number * (block + BlockGap));
                _ = Thumbnail.Draw(canvas, image, Place(0));
                Write("original", 0);
                for (int panel = 1; panel <= lists.Length; panel++)
                {
                    Draw(canvas, image, index, lists[panel - 1], Place(panel), out string caption);
                    Write(caption, panel);
                }

                SKRectI Place(int panel) => SKRectI.Create(
                    Margin + (panel % Across * (side + Gap)),
                    top + (panel / Across * (side + Caption + Gap)),
                    side,
                    side);

                void Write(string caption, int panel) => Lettering.Write(
                    canvas,
                    caption,
                    new SKPoint(Place(panel).Left, Place(panel).Bottom + 15),
                    ContactSheetLayout.TextSize,
                    Ink.Text,
                    width: side);
            }
        });

        void Draw(
            SKCanvas canvas, RgbImage image, int index, OperationList list, SKRectI place, out string caption)
        {
            ViewOptions options = Always(views) with { Operations = list };
            ViewParameters draws = Enumerable.Range(0, MaxTries)
                .Select(epoch => ViewParameters.Draw(options, image.Width, image.Height, seed, epoch, index, 0))
                .First(one => IsVisible(list[^1], one.Further, options));
            float[] pixels = new float[3 * options.Size * options.Size];
            new ViewRenderer(options).Render(image, draws, pixels);
            Thumbnail.Draw(canvas, pixels, options.Size, place);
            caption = Describe(list, draws);
        }
    }

    /// <summary>The operations of each panel: one each, and the flip also after a crop, as in the paper.</summary>
    private static IEnumerable<OperationList> Panels()
    {
        foreach (ViewOperation operation in Enum.GetValues<ViewOperation>())
        {
            yield return operation == ViewOperation.Flip ? [ViewOperation.Crop, operation] : [operation];
        }
    }

    private static ViewOptions Always(ViewOptions views) => views with
    {
        First = null,
        Second = null,
        SharedCrop = false,
        FlipProbability = 1,
        JitterProbability = 1,
        GrayProbability = 1,
        Blur = true,
        BlurProbability = 1,
        CutoutProbability = 1,
        NoiseProbability = 1,
        SobelProbability = 1,
        EqualizeProbability = 1,
        SolarizeProbability = 1,
        MotionBlurProbability = 1,
        Normalize = Normalization.None,
    };

    // Some draws leave a view as it is, or nearly so.
    private static bool IsVisible(ViewOperation operation, in FurtherDraws draws, ViewOptions options)
        => operation switch
        {
            ViewOperation.Rotate => draws.QuarterTurns > 0,
            ViewOperation.Noise => draws.NoiseSigma >= options.NoiseSigmaMax / 2,
            ViewOperation.AutoAugment => draws.AutoAugment is { First: true } or { Second: true },
            _ => true,
        };

    private static string Describe(OperationList list, in ViewParameters draws)
    {
        string names = string.Join(" + ", list.Select(operation => operation.Text()));
        FurtherDraws further = draws.Further;
        return list[^1] switch
        {
            ViewOperation.Rotate => $"{names} {90 * further.QuarterTurns}°",
            ViewOperation.Blur => string.Create(CultureInfo.InvariantCulture, $"{names} σ {draws.BlurSigma:F1}"),
            ViewOperation.Noise => string.Create(CultureInfo.InvariantCulture, $"{names} σ {further.NoiseSigma:F2}"),
            _ => names,
        };
    }
}
