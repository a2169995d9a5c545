using System.Globalization;

namespace SimClr.Data;

/// <summary>
/// Oxford-IIIT Pets (Parkhi et al. 2012), with its 37 breeds as classes: <c>annotations/trainval.txt</c> and
/// <c>test.txt</c> with lines <c>Abyssinian_100 1 1 1</c> (image, class from 1, species, breed within the species),
/// <c>images/IMAGE.jpg</c>.
/// </summary>
internal static class OxfordPets
{
    public const string Layout = "annotations/trainval.txt, annotations/test.txt and images/IMAGE.jpg";

    private static readonly string[] Parts = ["trainval", "test"];

    public static ImageDataSet Open(DataSpec spec, DataOptions options)
    {
        string folder = spec.FolderWith("annotations/trainval.txt", "oxford-iiit-pet") ?? throw spec.Missing(Layout);
        (string Breed, int Number)[] classes =
        [
            .. Parts.SelectMany(part => Entries(folder, part))
                .Select(entry => (BreedOf(entry.Image), entry.Number)).Distinct().OrderBy(pair => pair.Number),
        ];
        Check(folder, classes);
        var images = new ListedImages(spec, Path.Join(folder, "images"), [.. classes.Select(pair => pair.Breed)]);
        foreach ((string list, int line, string image, int number) in Entries(
            folder, spec.Split == "test" ? "test" : "trainval"))
        {
            images.Add(list, line, $"{image}.jpg", number - 1);
        }

        return images.ToDataSet(options);
    }

    private static IEnumerable<(string List, int Line, string Image, int Number)> Entries(string folder, string part)
    {
        string list = Path.Join(folder, $"annotations/{part}.txt");
        foreach ((int line, string text) in ListFile.Read(list))
        {
            string[] fields = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            yield return fields.Length == 4
                && fields[0].LastIndexOf('_') > 0
                && int.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                && number > 0
                    ? (list, line, fields[0], number)
                    : throw ListFile.Wrong(list, line, text, "BREED_NUMBER and three numbers");
        }
    }

    private static string BreedOf(string image) => image[..image.LastIndexOf('_')];

    private static void Check(string folder, (string Breed, int Number)[] classes)
    {
        for (int i = 0; i < classes.Length; i++)
        {
            if (classes[i].Number != i + 1)
            {
                throw new DataException(
                    $"{Path.Join(folder, "annotations")}: got the class {classes[i].Number} for {classes[i].Breed}, "
                        + $"expected {i + 1}: one number for each breed, without gaps");
            }
        }
    }
}
