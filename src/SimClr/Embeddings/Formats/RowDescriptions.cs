using System.Globalization;

namespace SimClr.Embeddings;

/// <summary>The paths, sizes and classes of rows, collected while a file is read.</summary>
internal sealed class RowDescriptions
{
    private readonly List<string> paths = [];
    private readonly List<int> widths = [];
    private readonly List<int> heights = [];
    private readonly List<string> classes = [];

    public int Count => paths.Count;

    /// <summary>Returns substitute paths for rows without any: file name and row number.</summary>
    public static string[] Numbered(string file, int rows)
    {
        string name = Path.GetFileName(file);
        return [.. Enumerable.Range(0, rows)
            .Select(row => string.Create(CultureInfo.InvariantCulture, $"{name}[{row}]"))];
    }

    /// <summary>Adds a row. Either every row has a size and a class, or none does.</summary>
    public void Add(string path, (int Width, int Height)? size, string? className)
    {
        paths.Add(path);
        if (size is { } pixels)
        {
            widths.Add(pixels.Width);
            heights.Add(pixels.Height);
        }

        if (className is not null)
        {
            classes.Add(className);
        }
    }

    /// <summary>
    /// Creates a table from the descriptions and values. Classes are numbered in the order of their names, or
    /// numerically if all names are numbers. If any class name is empty, no row has a label.
    /// </summary>
    public EmbeddingTable ToTable(float[] values, int dimension)
    {
        bool sized = widths.Count > 0;
        return EmbeddingTable.WithClasses(
            values, dimension, paths, classes, EmbeddingTable.OrderClasses, sized ? widths : null,
            sized ? heights : null);
    }
}
