using SimClr.Internals;

namespace SimClr.Augmentation;

/// <summary>Adds independent normal noise to each value, and clamps it.</summary>
internal static class GaussianNoise
{
    /// <param name="planes">Red, green and blue planes in [0, 1].</param>
    /// <param name="sigma">Standard deviation.</param>
    /// <param name="seed">The seed of the values.</param>
    public static void Apply(Span<float> planes, float sigma, long seed)
    {
        var stream = new RandomStream(seed, Purpose.Noise);
        for (int i = 0; i < planes.Length; i += 2)
        {
            // Both numbers of Box and Muller (1958), of which RandomStream.NextNormal returns one.
            float radius = sigma * MathF.Sqrt(-2 * MathF.Log((float)(1 - stream.NextDouble())));
            (float sin, float cos) = MathF.SinCos(2 * MathF.PI * (float)stream.NextDouble());
            planes[i] += radius * cos;
            if (i + 1 < planes.Length)
            {
                planes[i + 1] += radius * sin;
            }
        }

        Clamp.ToUnit(planes);
    }
}
