using SimClr.Internals;

namespace SimClr.Data;

/// <summary>
/// The classes of a data set, matched by name and in any order to the classes that were learned. Names that differ only
/// in Unicode normalization are the same. A set may lack classes, and images of a class that was not learned count as
/// wrong; the caller reports both. Only a set without any common class is refused.
/// </summary>
public sealed class ClassMatch
{
    private const int MaxNamed = 5;

    private readonly int[]? numbers;   // The index in Names of each class of the set; null if both numberings agree.

    private ClassMatch(IReadOnlyList<string>? names, int[]? numbers, int learned, IReadOnlyList<int> labels)
    {
        (Names, this.numbers) = (names, numbers);
        Labels = numbers is null ? labels : [.. labels.Select(label => numbers[label])];
        HashSet<int> present = [.. Labels];
        Missing = [.. Enumerable.Range(0, learned)
            .Where(number => !present.Contains(number))
            .Select(number => names![number])];
        Unknown = [.. present.Where(number => number >= learned && names is not null)
            .Order()
            .Select(number => names![number])];
        UnknownImages = names is null ? 0 : Labels.Count(label => label >= learned);
    }

    /// <summary>
    /// The classes that were learned, followed by those that only the set has; null if neither names any.
    /// </summary>
    public IReadOnlyList<string>? Names { get; }

    /// <summary>The class of each image of the set, as an index into <see cref="Names"/>.</summary>
    public IReadOnlyList<int> Labels { get; }

    /// <summary>The learned classes that have no image in the set.</summary>
    public IReadOnlyList<string> Missing { get; }

    /// <summary>The classes of the set's images that were not learned.</summary>
    public IReadOnlyList<string> Unknown { get; }

    /// <summary>The number of images whose class is in <see cref="Unknown"/>.</summary>
    public int UnknownImages { get; }

    /// <summary>Whether the class numbers and names are those of the set itself.</summary>
    public bool IsSame(IReadOnlyList<string>? classNames) => numbers is null && ReferenceEquals(classNames, Names);

    /// <summary>Matches the classes of a data set to the learned ones.</summary>
    /// <param name="learned">The names of the learned classes, by number; null if they have no names.</param>
    /// <param name="classNames">The class names of the set, or null.</param>
    /// <param name="labels">The class of each image of the set.</param>
    /// <param name="set">The name of the set in messages.</param>
    /// <exception cref="DataException">No image of the set belongs to a learned class.</exception>
    public static ClassMatch Create(
        IReadOnlyList<string>? learned,
        IReadOnlyList<string>? classNames,
        IReadOnlyList<int> labels,
        string set = "test")
    {
        if (learned is null || classNames is null)
        {
            return new ClassMatch(classNames, null, 0, labels);
        }

        // Numbered classes are named only up to the highest label, which may differ between the sets.
        var names = new List<string>(learned);
        var places = new Dictionary<string, int>();
        foreach ((int number, string name) in learned.Index())
        {
            places.TryAdd(Nfc.Compose(name), number);
        }

        int[] found = new int[classNames.Count];
        foreach ((int number, string name) in classNames.Index())
        {
            if (!places.TryGetValue(Nfc.Compose(name), out found[number]))
            {
                places[Nfc.Compose(name)] = found[number] = names.Count;
                names.Add(name);
            }
        }

        bool same = found.SequenceEqual(Enumerable.Range(0, classNames.Count));
        var match = new ClassMatch(
            same && classNames.Count == names.Count ? classNames : names, same ? null : found, learned.Count, labels);
        return labels.Count > 0 && match.UnknownImages == labels.Count
            ? throw Different(learned, classNames, set)
            : match;
    }

    /// <summary>
    /// Requires that two sets whose images may have several classes each have the same classes in the same order.
    /// </summary>
    /// <inheritdoc cref="Create"/>
    public static void RequireSame(
        IReadOnlyList<string>? learned, IReadOnlyList<string>? classNames, string set = "test")
    {
        if (learned is not null
            && classNames is not null
            && !learned.Select(Nfc.Compose).SequenceEqual(classNames.Select(Nfc.Compose)))
        {
            throw Different(learned, classNames, set);
        }
    }

    /// <summary>Returns the first few names as text.</summary>
    public static string ListText(IReadOnlyList<string> names)
        => string.Join(", ", names.Take(MaxNamed)) + (names.Count > MaxNamed ? ", …" : "");

    private static DataException Different(IReadOnlyList<string> learned, IReadOnlyList<string> classNames, string set)
    {
        string[] unshared = [.. learned.Except(classNames).Concat(classNames.Except(learned))];
        string difference = unshared.Length == 0
            ? "the same names in a different order"
            : $"{learned.Count} and {classNames.Count}; only in one of them: {ListText(unshared)}";
        return new DataException(
            $"training and {set} images have different classes ({difference}); expected the same class names");
    }
}
