using System.Globalization;

namespace SimClr.Data;

/// <summary>Collects the images that a set's own lists name, and sees that they are there.</summary>
/// <param name="spec">What the user typed.</param>
/// <param name="root">The folder that the images are named from.</param>
/// <param name="classNames">The classes by number: the same in every split of a set.</param>
internal sealed class ListedImages(DataSpec spec, string root, IReadOnlyList<string> classNames)
{
    private const int Shown = 3;

    private readonly Dictionary<string, int> numbers = Number(spec, classNames);
    private readonly List<string> files = [];
    private readonly List<int> labels = [];
    private readonly List<string> missing = [];

    /// <summary>Adds an image by the name of its class.</summary>
    /// <param name="list">The list that names it, for messages.</param>
    /// <param name="line">Where in the list.</param>
    /// <param name="file">Path from the root, with '/' between the parts.</param>
    /// <param name="className">One of the class names.</param>
    /// <exception cref="DataException">There is no such class.</exception>
    public void Add(string list, int line, string file, string className) => Add(
        list,
        line,
        file,
        numbers.TryGetValue(className, out int number)
            ? number
            : throw ListFile.Wrong(list, line, className, $"one of the {classNames.Count} classes of the set"));

    /// <summary>Adds an image by the number of its class.</summary>
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

    /// <summary>The set of all that were added.</summary>
    /// <exception cref="DataException">
    /// No image is there; or one is missing, unless the name allows that.
    /// </exception>
    public FileDataSet ToDataSet(DataOptions options)
    {
        Check();
        return new FileDataSet(spec.Text, root, files, labels, classNames, options);
    }

    /// <summary>The same for a set whose images may have several classes each: without labels, see <see cref="ImageDataSet.MultiLabels"/>.</summary>
    /// <param name="options">How to decode.</param>
    /// <param name="multiLabels">What is known of the classes of an image, by its path from the root.</param>
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
                $"'{spec.Text}': {Text(missing.Count)} of {Text(missing.Count + files.Count)} listed images are missing in "
                    + $"{Path.GetFullPath(root)}: {some}; unpack the archive of the images again");
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
