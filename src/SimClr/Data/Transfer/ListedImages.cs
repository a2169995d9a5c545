using System.Globalization;

namespace SimClr.Data;

/// <summary>Collects the images named in the lists of a data set and checks that they exist.</summary>
/// <param name="spec">The data spec.</param>
/// <param name="root">The folder to which the image paths are relative.</param>
/// <param name="classNames">The class names by number, the same in every split of a set.</param>
internal sealed class ListedImages(DataSpec spec, string root, IReadOnlyList<string> classNames)
{
    private const int Shown = 3;

    private readonly Dictionary<string, int> numbers = Number(spec, classNames);
    private readonly List<string> files = [];
    private readonly List<int> labels = [];
    private readonly List<string> missing = [];

    /// <summary>Adds an image with the name of its class.</summary>
    /// <param name="list">The list that names the image, for messages.</param>
    /// <param name="line">The line in the list, for messages.</param>
    /// <param name="file">The path relative to the root, separated by '/'.</param>
    /// <param name="className">The name of the class.</param>
    /// <exception cref="DataException">The class is unknown.</exception>
    public void Add(string list, int line, string file, string className) => Add(
        list,
        line,
        file,
        numbers.TryGetValue(className, out int number)
            ? number
            : throw ListFile.Wrong(list, line, className, $"one of the {classNames.Count} classes of the set"));

    /// <summary>Adds an image with the number of its class, from 0.</summary>
    /// <inheritdoc cref="Add(string, int, string, string)"/>
    public void Add(string list, int line, string file, int number)
    {
        if (number < 0 || number >= classNames.Count)
        {
            throw ListFile.Wrong(list, line, Text(number + 1), $"a class from 1 to {classNames.Count}");
        }

        if (!File.Exists(Path.Join(root, file)))
        {
            missing.Add(file);
            return;
        }

        files.Add(file);
        labels.Add(number);
    }

    /// <summary>Returns the data set of the added images.</summary>
    /// <exception cref="DataException">
    /// No image exists, or one is missing and the data spec does not allow that.
    /// </exception>
    public FileDataSet ToDataSet(DataOptions options)
    {
        Check();
        return new FileDataSet(spec.Text, root, files, labels, classNames, options);
    }

    /// <summary>
    /// Returns the data set of the added images, which may have several classes each and have no labels; see
    /// <see cref="ImageDataSet.MultiLabels"/>.
    /// </summary>
    /// <param name="options">The options for decoding.</param>
    /// <param name="multiLabels">
    /// The function that returns the marks of an image's classes, given its path relative to the root.
    /// </param>
    /// <inheritdoc cref="ToDataSet(DataOptions)"/>
    public FileDataSet ToDataSet(DataOptions options, Func<string, sbyte[]> multiLabels)
    {
        Check();
        return new FileDataSet(spec.Text, root, files, [.. files.Select(multiLabels)], classNames, options);
    }

    private void Check()
    {
        if (missing.Count > 0 && (files.Count == 0 || !spec.AllowMissing))
        {
            string some = string.Join(", ", missing.Take(Shown)) + (missing.Count > Shown ? ", …" : "");
            throw new DataException(
                $"'{spec.Text}': {Text(missing.Count)} of {Text(missing.Count + files.Count)} listed images are "
                    + $"missing in {Path.GetFullPath(root)}: {some}; unpack the archive of the images again");
        }
    }

    private static string Text(int number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static Dictionary<string, int> Number(DataSpec spec, IReadOnlyList<string> names)
    {
        var byName = new Dictionary<string, int>();
        for (int i = 0; i < names.Count; i++)
        {
            if (!byName.TryAdd(names[i], i))
            {
                throw new DataException($"'{spec.Text}': the class '{names[i]}' is listed twice");
            }
        }

        return byName;
    }
}
