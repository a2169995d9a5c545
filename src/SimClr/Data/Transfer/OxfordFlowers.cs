using System.Globalization;

namespace SimClr.Data;

/// <summary>
/// Oxford 102 Flowers (Nilsback, Zisserman 2008): <c>imagelabels.mat</c> with the class of each image, from 1,
/// <c>setid.mat</c> with the image numbers of each split, <c>jpg/image_00001.jpg</c>. The classes have no names.
/// </summary>
internal static class OxfordFlowers
{
    public const string Layout = "imagelabels.mat, setid.mat and jpg/image_NUMBER.jpg";

    private const int Classes = 102;

    private static readonly string[] Names =
        [.. Enumerable.Range(1, Classes).Select(number => number.ToString(CultureInfo.InvariantCulture))];

    public static ImageDataSet Open(DataSpec spec, DataOptions options)
    {
        string folder = spec.FolderWith("setid.mat", "flowers-102") ?? throw spec.Missing(Layout);
        string list = Path.Join(folder, "imagelabels.mat");
        int[] labels = MatFile.Read(list).Integers("labels");
        int[] numbers = MatFile.Read(Path.Join(folder, "setid.mat"))
            .Integers(spec.Split switch { "train" => "trnid", "validation" => "valid", _ => "tstid" });
        var images = new ListedImages(spec, Path.Join(folder, "jpg"), Names);
        foreach (int number in numbers)
        {
            int label = number > 0 && number <= labels.Length
                ? labels[number - 1]
                : throw new DataException(
                    $"{Path.Join(folder, "setid.mat")}: got the image {number}, expected 1 to {labels.Length}, the "
                        + $"number of labels in {list}");
            images.Add(list, number, string.Create(CultureInfo.InvariantCulture, $"image_{number:D5}.jpg"), label - 1);
        }

        return images.ToDataSet(options);
    }
}
