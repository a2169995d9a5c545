using SimClr.Internals;

namespace SimClr.Fuzz;

/// <summary>All readers of files.</summary>
internal static class ReaderCatalog
{
    public static IReadOnlyList<FuzzReader> All { get; } =
    [
        .. ConfigurationReaders.All, .. WeightReaders.All, .. EmbeddingReaders.All, .. ListReaders.All,
        .. SetReaders.All, .. ImageReaders.All, .. StoreReaders.All,
    ];

    public static FuzzReader Find(string name) => All.FirstOrDefault(reader => reader.Name == name)
        ?? throw new ArgumentException(
            $"there is no reader '{name}'{DidYouMean.Hint(name, All.Select(reader => reader.Name))}; expected one of "
                + $"{string.Join(", ", All.Select(reader => reader.Name))}");

    /// <summary>One of the tests' golden files.</summary>
    public static byte[] Golden(string name)
    {
        using Stream resource = typeof(ReaderCatalog).Assembly.GetManifestResourceStream(name)!;
        byte[] bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>The bytes that a function writes to a file.</summary>
    public static byte[] Written(string folder, string name, Action<string> write)
    {
        string file = Path.Combine(folder, name);
        write(file);
        return File.ReadAllBytes(file);
    }
}
