namespace SimClr.Augmentation;

internal enum ColorOperation
{
    Brightness,
    Contrast,
    Saturation,
    Hue,
    Gray,
}

/// <summary>One color operation of a view.</summary>
/// <param name="Operation">The operation.</param>
/// <param name="Amount">The factor, or the hue shift as a share of the hue circle.</param>
/// <param name="Offset">For contrast: the value added after multiplying, known once the mean luma is.</param>
internal record struct ColorStep(ColorOperation Operation, float Amount, float Offset = 0)
{
    /// <summary>The maximum number of operations of a view: four of the jitter, and grayscale.</summary>
    public const int MaxSteps = 5;

    /// <summary>Fills in the operations of a view in order.</summary>
    /// <param name="draws">The draws of the view.</param>
    /// <param name="steps">Room for <see cref="MaxSteps"/> operations.</param>
    /// <param name="contrast">
    /// The index of the contrast, which needs the whole view; 0 if there is none.
    /// </param>
    /// <returns>The number of operations.</returns>
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
