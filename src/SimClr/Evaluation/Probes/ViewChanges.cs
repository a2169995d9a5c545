using SimClr.Augmentation;
using SimClr.Internals;

namespace SimClr.Evaluation;

/// <summary>Rotates a view counterclockwise by quarter turns.</summary>
internal sealed class Rotation(int turns) : IAugmentation
{
    public void Apply(Span<float> view, int size, Random random)
    {
        float[] source = view.ToArray();
        for (int y = 0; y < size; y++)
        {
            for (int x = 0; x < size; x++)
            {
                (int row, int column) = turns switch
                {
                    1 => (x, size - 1 - y),
                    2 => (size - 1 - y, size - 1 - x),
                    _ => (size - 1 - x, y),
                };
                source.AsSpan(3 * ((row * size) + column), 3).CopyTo(view[(3 * ((y * size) + x))..]);
            }
        }
    }
}

/// <summary>Adds Gaussian noise of standard deviation 0.1 to each value and clips the result to [0, 1].</summary>
internal sealed class Noise : IAugmentation
{
    private const double Deviation = 0.1;

    public void Apply(Span<float> view, int size, Random random)
    {
        var stream = new RandomStream(random.NextInt64(), Purpose.Probe);
        for (int i = 0; i < view.Length; i++)
        {
            view[i] = (float)Math.Clamp(view[i] + (Deviation * stream.NextNormal()), 0, 1);
        }
    }
}

/// <summary>Replaces each channel by the magnitude of its gradient (Sobel filters), clipped to [0, 1].</summary>
internal sealed class Sobel : IAugmentation
{
    public void Apply(Span<float> view, int size, Random random)
    {
        float[] source = view.ToArray();
        for (int y = 0; y < size; y++)
        {
            for (int x = 0; x < size; x++)
            {
                for (int channel = 0; channel < 3; channel++)
                {
                    float At(int dy, int dx) => source[(3 * ((Math.Clamp(y + dy, 0, size - 1) * size)
                        + Math.Clamp(x + dx, 0, size - 1))) + channel];
                    float right = At(-1, 1) + (2 * At(0, 1)) + At(1, 1) - At(-1, -1) - (2 * At(0, -1)) - At(1, -1);
                    float down = At(1, -1) + (2 * At(1, 0)) + At(1, 1) - At(-1, -1) - (2 * At(-1, 0)) - At(-1, 1);
                    view[(3 * ((y * size) + x)) + channel] = Math.Min(1, MathF.Sqrt((right * right) + (down * down)));
                }
            }
        }
    }
}
