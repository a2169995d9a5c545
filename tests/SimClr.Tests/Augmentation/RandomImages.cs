using SimClr.Data;
using SimClr.Internals;

namespace SimClr.Tests.Augmentation;

/// <summary>Noise and other synthetic images, made from a seed.</summary>
internal static class RandomImages
{
    public static RgbImage Noise(int width, int height, int seed)
    {
        var stream = new RandomStream(seed, Purpose.Sample);
        byte[] pixels = new byte[3 * width * height];
        foreach (ref byte value in pixels.AsSpan())
        {
            // Black and white are frequent, because they exercise clamping.
            value = (byte)Math.Clamp(stream.NextInt(400) - 72, 0, 255);
        }

        return new RgbImage(width, height, pixels);
    }

    public static RgbImage Gray(int width, int height, int seed)
    {
        RgbImage noise = Noise(width, height, seed);
        return new RgbImage(width, height, [.. noise.Pixels.ToArray().Select((_, i) => noise.Pixels[i - (i % 3)])]);
    }

    public static float[] Planes(int width, int height, int seed) => GoldenImage.PlanesOf(Noise(width, height, seed));
}
