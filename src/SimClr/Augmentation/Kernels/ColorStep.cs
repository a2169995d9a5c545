namespace SimClr.Augmentation;

internal enum ColorOperation
{
    Brightness,
    Contrast,
    Saturation,
    Hue,
    Gray,
}

/// <summary>One of the color operations of a view.</summary>
/// <param name="Operation">Which.</param>
/// <param name="Amount">Factor, or the hue's share of the circle.</param>
/// <param name="Offset">Contrast: what is added after multiplying, known when the mean luma is.</param>
internal record struct ColorStep(ColorOperation Operation, float Amount, float Offset = 0)
{
    /// <summary>The most that a view has: four of the jitter, and gray.</summary>
    public const int MaxSteps = 5;

    /// <summary>The operations of a view in their order.</summary>
    /// <param name="draws">The view.</param>
    /// <param name="steps">Room for <see cref="MaxSteps"/>.</param>
    /// <param name="contrast">Which of them is the contrast, that needs the whole view to be there; 0 where there is none.</param>
    /// <returns>How many there are.</returns>
    public static int Fill(in ViewParameters draws, Span<ColorStep> steps, out int contrast)
    {
        int count = 0;
        contrast = 0;
        for (int turn = 0; turn < 4 && draws.Jitter; turn++)
        {
            var operation = (ColorOperation)draws.JitterAt(turn);
            contrast = operation == ColorOperation.Contrast ? turn : contrast;
            steps[count++] = new ColorStep(operation, operation switch
            {
                ColorOperation.Brightness => draws.Brightness,
                ColorOperation.Contrast => draws.Contrast,
                ColorOperation.Saturation => draws.Saturation,
                _ => draws.Hue,
            });
        }

        if (draws.Gray)
        {
            steps[count++] = new ColorStep(ColorOperation.Gray, 0);
        }

        return count;
    }
}
