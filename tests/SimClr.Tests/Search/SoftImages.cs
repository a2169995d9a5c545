using SimClr.Data;
using SimClr.Internals;

namespace SimClr.Tests.Search;

/// <summary>Pictures of soft blobs of color, as unlike noise and each other as photographs are.</summary>
internal static class SoftImages
{
    private const int Blobs = 9;

    public static RgbImage Create(int number, int width = 48, int height = 40)
    {
        var stream = new RandomStream(17, Purpose.Sample, number);
        double[][] blobs = new double[Blobs][];
        for (int i = 0; i < Blobs; i++)
        {
            blobs[i] =
            [
                stream.NextDouble(), stream.NextDouble(), stream.Uniform(0.05, 0.3),
                stream.Uniform(-1, 1), stream.Uniform(-1, 1), stream.Uniform(-1, 1),
            ];
        }

        byte[] pixels = new byte[3 * width * height];
        for (int i = 0; i < width * height; i++)
        {
            (double x, double y) = ((i % width + 0.5) / width, (i / width + 0.5) / height);
            for (int channel = 0; channel < 3; channel++)
            {
                double sum = blobs.Sum(blob => blob[3 + channel] * Math.Exp(
                    -(((x - blob[0]) * (x - blob[0])) + ((y - blob[1]) * (y - blob[1]))) / (2 * blob[2] * blob[2])));
                pixels[(3 * i) + channel] = (byte)Math.Clamp(128 + (100 * sum), 0, 255);
            }
        }

        return new RgbImage(width, height, pixels);
    }
}
