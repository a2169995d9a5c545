using System.Globalization;

namespace SimClr.Embeddings;

/// <summary>Path, size and class of rows, as they are gathered from a file.</summary>
internal sealed class RowDescriptions
{
    private readonly List<string> paths = [];
    private readonly List<int> widths = [];
    private readonly List<int> heights = [];
    private readonly List<string> classes = [];

    public int Count => paths.Count;

    /// <summary>Stands for the paths of rows that have none: file and number.</summary>
    public static string[] Numbered(string file, int rows)
    {
        string name = Path.GetFileName(file);
        return [.. Enumerable.Range(0, rows).Select(row => string.Create(CultureInfo.InvariantCulture, $"{name}[{row}]"))];
    }

    /// <summary>One row. Every row has size and class, or none has.</summary>
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
    /// The rows with their numbers. Classes are numbered in the order of their names, that of numbers where all are
    /// numbers; where one has none (an empty name) no row has a label.
    /// </summary>
    public EmbeddingTable ToTable(float[] values, int dimension)
    {
        bool sized = widths.Count > 0;
        return EmbeddingTable.WithClasses(values, dimension, paths, classes, EmbeddingTable.OrderClasses, sized ? widths : null, sized ? heights : null);
    }
}
