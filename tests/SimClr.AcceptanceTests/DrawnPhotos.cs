using SimClr.Data;
using SkiaSharp;

namespace SimClr.AcceptanceTests;

/// <summary>
/// Drawn images that differ as photographs do: a gradient of light, and shapes of all colors and sizes.
/// </summary>
internal static class DrawnPhotos
{
    private const int Width = 64;
    private const int Height = 48;
    private const int Shapes = 7;

    public static ImageDataSet Set(int first, int count)
        => new InMemoryDataSet([.. Enumerable.Range(first, count).Select(Draw)]);

    private static RgbImage Draw(int number)
    {
        var random = new Random(number);
        using var bitmap = new SKBitmap(Width, Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        using (var canvas = new SKCanvas(bitmap))
        {
            using var light = SKShader.CreateLinearGradient(
                new SKPoint(0, 0),
                new SKPoint(random.Next(Width), Height),
                [Color(random), Color(random)],
                SKShaderTileMode.Clamp);
            using var ground = new SKPaint { Shader = light };
            canvas.DrawPaint(ground);
            for (int shape = 0; shape < Shapes; shape++)
            {
                using var paint = new SKPaint { Color = Color(random), IsAntialias = true };
                SKRect place = SKRect.Create(
                    random.Next(Width) - 8,
                    random.Next(Height) - 8,
                    random.Next(6, Width / 2),
                    random.Next(6, Height / 2));
                if (shape % 2 == 0)
                {
                    canvas.DrawOval(place, paint);
                }
                else
                {
                    canvas.DrawRect(place, paint);
                }
            }
        }

        byte[] pixels = new byte[3 * Width * Height];
        for (int i = 0; i < Width * Height; i++)
        {
            bitmap.GetPixelSpan().Slice(4 * i, 3).CopyTo(pixels.AsSpan(3 * i));
        }

        return new RgbImage(Width, Height, pixels);
    }

    private static SKColor Color(Random random)
        => new((byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256));
}
