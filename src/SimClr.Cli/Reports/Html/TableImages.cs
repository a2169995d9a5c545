using SimClr.Data;
using SimClr.Embeddings;

namespace SimClr.Cli.Reports;

/// <summary>
/// The images behind the rows of a table. Unreadable images have no row, so row numbers and image indices may differ.
/// </summary>
internal sealed class TableImages
{
    private readonly EmbeddingTable table;
    private readonly ImageDataSet images;
    private readonly Dictionary<string, int> numbers = [];

    public TableImages(EmbeddingTable table, ImageDataSet images)
    {
        this.table = table;
        this.images = images;
        if (table.Count != images.Count)
        {
            for (int index = 0; index < images.Count; index++)
            {
                numbers.TryAdd(images.PathOf(index), index);
            }
        }
    }

    public RgbImage Read(int row)
    {
        if (numbers.Count == 0)
        {
            return images.Read(row);
        }

        return numbers.TryGetValue(table.Paths[row], out int index)
            ? images.Read(index)
            : throw new ArgumentException(
                $"{table.Paths[row]} is embedded, but is not one of the images of {images.Name}");
    }

    /// <summary>Returns the class name of a row, or an empty string.</summary>
    public string ClassOf(int row)
        => table.Labels is { } labels && table.ClassNames is { } names ? names[labels[row]] : "";
}
