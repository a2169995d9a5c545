using SimClr.Data;
using SkiaSharp;

namespace SimClr.Tests.Data;

/// <summary>
/// PASCAL VOC 2007 in its official layout, with 60 images in each part: each image has two classes of distinct colors,
/// one in each half.
/// </summary>
internal static class ColoredVoc
{
    private const int Images = 60;

    public static TransferSet Write(TemporaryFolder folder)
    {
        int number = 0;
        foreach (string part in new[] { "train", "val", "test" })
        {
            List<string> list = [];
            for (int i = 0; i < Images; i++)
            {
                string image = $"{++number:D6}";
                (int first, int second) = (i % 20, (i + 1 + (i / 20)) % 20);
                folder.Write(
                    $"VOCdevkit/VOC2007/JPEGImages/{image}.jpg",
                    EncodedImages.Encode(10, 10, (x, _) => Hue(x < 5 ? first : second), SKEncodedImageFormat.Png));
                folder.Write(
                    $"VOCdevkit/VOC2007/Annotations/{image}.xml",
                    $"<annotation><object><name>{Voc2007.Names[first]}</name></object><object><name>"
                        + $"{Voc2007.Names[second]}</name></object></annotation>");
                list.Add(image);
            }

            folder.Write($"VOCdevkit/VOC2007/ImageSets/Main/{part}.txt", string.Join('\n', list));
        }

        return TransferCatalog.Find("voc2007")! with
        {
            TrainImages = Images,
            ValidationImages = Images,
            TestImages = Images,
        };
    }

    private static SKColor Hue(int number) => SKColor.FromHsv(number % 10 * 36, 100, number < 10 ? 100 : 45);
}
