namespace SimClr.Augmentation;

/// <summary>
/// Color jitter (paper, Appendix A): brightness, contrast, saturation and hue in random order, pixels clamped to
/// [0, 1] after each.
/// </summary>
internal static class ColorDistortion
{
    /// <param name="planes">Red, green and blue planes in [0, 1].</param>
    /// <param name="draws">Factors and order.</param>
    /// <param name="scratch">Room for one plane.</param>
    public static void Apply(Span<float> planes, in ViewParameters draws, Span<float> scratch)
    {
        for (int turn = 0; turn < 4; turn++)
        {
            switch (draws.JitterAt(turn))
            {
                case 0:
                    Brightness.Apply(planes, draws.Brightness);
                    break;
                case 1:
                    Contrast.Apply(planes, draws.Contrast, scratch);
                    break;
                case 2:
                    Saturation.Apply(planes, draws.Saturation, scratch);
                    break;
                default:
                    Hue.Apply(planes, draws.Hue);
                    break;
            }
        }
    }
}
