using SimClr.Internals;

namespace SimClr.Data;

/// <summary>
/// The classes of a set beside those that were learned, matched by name in any order; names that differ by Unicode
/// normalization alone are the same. A set may lack classes; images of a class that was not learned count as wrong. Both are
/// for the caller to say. Only sets without any common class are refused.
/// </summary>
public sealed class ClassMatch
{
    private const int MaxNamed = 5;

    private readonly int[]? numbers;   // Of each class of the set, among Names; null where they are the same.

    private ClassMatch(IReadOnlyList<string>? names, int[]? numbers, int learned, IReadOnlyList<int> labels)
    {
        (Names, this.numbers) = (names, numbers);
        Labels = numbers is null ? labels : [.. labels.Select(label => numbers[label])];
        HashSet<int> present = [.. Labels];
        Missing = [.. Enumerable.Range(0, learned).Where(number => !present.Contains(number)).Select(number => names![number])];
        Unknown = [.. present.Where(number => number >= learned && names is not null).Order().Select(number => names![number])];
        UnknownImages = names is null ? 0 : Labels.Count(label => label >= learned);
    }

    /// <summary>The classes that were learned, then those that only the set has; null where neither names any.</summary>
    public IReadOnlyList<string>? Names { get; }

    /// <summary>The class of each image of the set, by its number among <see cref="Names"/>.</summary>
    public IReadOnlyList<int> Labels { get; }

    /// <summary>Classes that were learned and of which the set has no image.</summary>
    public IReadOnlyList<string> Missing { get; }

    /// <summary>Classes of images of the set that were not learned.</summary>
    public IReadOnlyList<string> Unknown { get; }

    /// <summary>Images of such classes.</summary>
    public int UnknownImages { get; }

    /// <summary>Whether numbers and names are those of the set itself.</summary>
    public bool IsSame(IReadOnlyList<string>? classNames) => numbers is null && ReferenceEquals(classNames, Names);

    /// <summary>Matches the classes of a set.</summary>
    /// <param name="learned">The classes that were learned, by number; null where they have no names.</param>
    /// <param name="classNames">The classes of the set, or null.</param>
    /// <param name="labels">The class of each image of the set.</param>
    /// <param name="set">What to call the set in messages.</param>
    /// <exception cref="DataException">No image of the set is of a class that was learned.</exception>
    public static ClassMatch Create(IReadOnlyList<string>? learned, IReadOnlyList<string>? classNames, IReadOnlyList<int> labels, string set = "test")
    {
        if (learned is null || classNames is null)
        {
            return new ClassMatch(classNames, null, 0, labels);
        }

        // Numbered classes are named up to the highest label: sets need not reach equally far.
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
        var match = new ClassMatch(same && classNames.Count == names.Count ? classNames : names, same ? null : found, learned.Count, labels);
        return labels.Count > 0 && match.UnknownImages == labels.Count ? throw Different(learned, classNames, set) : match;
    }

    /// <summary>Refuses sets whose images may have several classes each and whose classes are not the same, in the same order.</summary>
    /// <inheritdoc cref="Create"/>
    public static void RequireSame(IReadOnlyList<string>? learned, IReadOnlyList<string>? classNames, string set = "test")
    {
        if (learned is not null && classNames is not null && !learned.Select(Nfc.Compose).SequenceEqual(classNames.Select(Nfc.Compose)))
        {
            throw Different(learned, classNames, set);
        }
    }

    /// <summary>A few names of many.</summary>
    public static string ListText(IReadOnlyList<string> names)
        => string.Join(", ", names.Take(MaxNamed)) + (names.Count > MaxNamed ? ", …" : "");

    private static DataException Different(IReadOnlyList<string> learned, IReadOnlyList<string> classNames, string set)
    {
        string[] unshared = [.. learned.Except(classNames).Concat(classNames.Except(learned))];
        string difference = unshared.Length == 0
            ? "the same ones, in another order"
            : $"{learned.Count} and {classNames.Count}; only in one of them: {ListText(unshared)}";
        return new DataException($"training and {set} images have different classes ({difference}); expected classes of the same names");
    }
}
