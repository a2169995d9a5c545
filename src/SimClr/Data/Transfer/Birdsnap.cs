using System.Globalization;

namespace SimClr.Data;

/// <summary>
/// Birdsnap 1.1 (Berg et al. 2014): tab-separated <c>species.txt</c> and <c>images.txt</c>, with the test images in
/// <c>test_images.txt</c> and the rest for training. The official script downloads the images from their original
/// addresses; many no longer exist, and these are left out.
/// </summary>
internal static class Birdsnap
{
    public const string Layout = "species.txt, images.txt, test_images.txt and the images in download/images or images";

    private const string Images = "images.txt";

    private static readonly string[] ImageFolders = ["download/images", "images", ""];

    public static ImageDataSet Open(DataSpec spec, DataOptions options)
    {
        string folder = spec.FolderWith("test_images.txt", "birdsnap") ?? throw spec.Missing(Layout);
        string root = ImageFolders.Select(place => Path.Join(folder, place)).First(Directory.Exists);
        (int[] ids, string[] names) = ReadSpecies(Path.Join(folder, "species.txt"));
        HashSet<string> test = [.. ListFile.Lines(Path.Join(folder, "test_images.txt")).Skip(1)];
        var images = new ListedImages(spec with { AllowMissing = true }, root, names);
        string list = Path.Join(folder, Images);
        foreach ((int line, string path, string id) in Columns(list, "path", "species_id"))
        {
            if (test.Contains(path) == (spec.Split == "test"))
            {
                images.Add(list, line, path, Array.IndexOf(ids, Number(list, line, id)));
            }
        }

        return images.ToDataSet(options);
    }

    private static (int[] Ids, string[] Names) ReadSpecies(string file)
    {
        (int Id, string Name)[] species =
            [.. Columns(file, "id", "common")
                .Select(row => (Number(file, row.Line, row.First), row.Second))
                .OrderBy(row => row.Item1)];
        return ([.. species.Select(row => row.Id)], [.. species.Select(row => row.Name)]);
    }

    /// <summary>Reads two columns of a table with a header.</summary>
    private static IEnumerable<(int Line, string First, string Second)> Columns(
        string file, string first, string second)
    {
        (int Line, string Text)[] rows = ListFile.Read(file);
        string[] header = rows[0].Text.Split('\t');
        (int a, int b) = (Array.IndexOf(header, first), Array.IndexOf(header, second));
        if (a < 0 || b < 0)
        {
            throw ListFile.Wrong(
                file,
                rows[0].Line,
                string.Join(' ', header),
                $"columns with the names {first} and {second}, separated by tabs");
        }

        foreach ((int line, string text) in rows.Skip(1))
        {
            string[] fields = text.Split('\t');
            yield return fields.Length > Math.Max(a, b)
                ? (line, fields[a], fields[b])
                : throw ListFile.Wrong(file, line, text, $"{header.Length} columns");
        }
    }

    private static int Number(string file, int line, string text)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : throw ListFile.Wrong(file, line, text, "the number of a species");
}
