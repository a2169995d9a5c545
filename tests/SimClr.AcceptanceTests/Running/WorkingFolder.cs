using SimClr.Data;
using SkiaSharp;

namespace SimClr.AcceptanceTests;

/// <summary>A temporary folder for one test, with real images on request.</summary>
internal sealed class WorkingFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("simclr-acceptance-").FullName;

    public string PathOf(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    /// <summary>
    /// Writes images of the embedded set as PNG files, either one folder per class or all in one folder.
    /// </summary>
    public string Images(string name, int count, bool classes, int first = 0)
    {
        ImageDataSet images = DataSets.Open("sample:");
        for (int i = first; i < first + count; i++)
        {
            string folder = classes
                ? PathOf(name, images.ClassNames![images.Labels![i]].Replace('/', '-'))
                : PathOf(name);
            Directory.CreateDirectory(folder);
            File.WriteAllBytes(System.IO.Path.Combine(folder, $"{i:D5}.png"), Png(images.Read(i)));
        }

        return name;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);

    private static byte[] Png(RgbImage image)
    {
        using var bitmap = new SKBitmap(image.Width, image.Height);
        for (int y = 0; y < image.Height; y++)
        {
            for (int x = 0; x < image.Width; x++)
            {
                int at = 3 * ((y * image.Width) + x);
                bitmap.SetPixel(x, y, new SKColor(image.Pixels[at], image.Pixels[at + 1], image.Pixels[at + 2]));
            }
        }

        return bitmap.Encode(SKEncodedImageFormat.Png, 100).ToArray();
    }
}
