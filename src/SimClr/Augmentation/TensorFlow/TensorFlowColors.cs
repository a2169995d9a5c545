using System.Numerics.Tensors;

namespace SimClr.Augmentation;

/// <summary>
/// Color jitter by TensorFlow's operations. Appendix A of the paper clips once after all four; the authors' code clips
/// after each.
/// </summary>
internal static class TensorFlowColors
{
    /// <param name="planes">Red, green and blue planes.</param>
    /// <param name="draws">Amounts and order.</param>
    /// <param name="library">The listing or version; not <c>pytorch</c>.</param>
    public static void Apply(Span<float> planes, in ViewParameters draws, ViewLibrary library)
    {
        for (int turn = 0; turn < 4; turn++)
        {
            switch (draws.JitterAt(turn))
            {
                case 0 when library == ViewLibrary.SimClrV2:
                    TensorPrimitives.Multiply(planes, draws.Brightness, planes);
                    break;
                case 0:
                    TensorPrimitives.Add(planes, draws.Brightness, planes);
                    break;
                case 1:
                    ChannelContrast.Apply(planes, draws.Contrast);
                    break;
                case 2:
                    HsvSaturation.Apply(planes, draws.Saturation);
                    break;
                default:
                    Hue.Apply(planes, draws.Hue);
                    break;
            }

            if (library != ViewLibrary.TensorFlow)
            {
                Clamp.ToUnit(planes);
            }
        }

        Clamp.ToUnit(planes);
    }
}
