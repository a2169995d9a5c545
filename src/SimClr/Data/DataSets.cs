using SimClr.Internals;

namespace SimClr.Data;

/// <summary>Opens data sets by folder, file or data spec.</summary>
public static class DataSets
{
    private sealed record Kind(string Form, string[] Splits, Func<DataSpec, DataOptions, ImageDataSet> Open);

    private static readonly Dictionary<string, Kind> Kinds = new()
    {
        ["cifar10"] = new("cifar10:DIR", ["train", "test"], Cifar.Open10),
        ["cifar100"] = new("cifar100:DIR", ["train", "test"], Cifar.Open100),
        ["stl10"] = new("stl10:DIR", ["unlabeled", "train", "test"], Stl10.Open),
        ["fashion-mnist"] = new("fashion-mnist:DIR", ["train", "test"], IdxDataSet.OpenFashion),
        ["mnist"] = new("mnist:DIR", ["train", "test"], IdxDataSet.OpenDigits),
        ["food101"] = new("food101:DIR", ["train", "test"], Food101.Open),
        ["birdsnap"] = new("birdsnap:DIR", ["train", "test"], Birdsnap.Open),
        ["sun397"] = new("sun397:DIR", ["train", "test"], Sun397.Open),
        ["cars"] = new("cars:DIR", ["train", "test"], StanfordCars.Open),
        ["aircraft"] = new("aircraft:DIR", ["train", "validation", "test"], FgvcAircraft.Open),
        ["voc2007"] = new("voc2007:DIR", ["train", "validation", "test"], Voc2007.Open),
        ["dtd"] = new("dtd:DIR", ["train", "validation", "test"], DescribableTextures.Open),
        ["pets"] = new("pets:DIR", ["train", "test"], OxfordPets.Open),
        ["caltech101"] = new("caltech101:DIR", ["train", "test"], Caltech101.Open),
        ["flowers"] = new("flowers:DIR", ["train", "validation", "test"], OxfordFlowers.Open),
        ["tar"] = new("tar:GLOB", [], TarDataSet.Open),
        ["sample"] = new("sample:", ["train", "test"], SampleSet.Open),
    };

    private static string Home => Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    private static string Forms => string.Join(", ", Kinds.Values.Select(kind => kind.Form));

    /// <summary>
    /// Opens a folder of images (searched recursively; its subfolders are the classes), a manifest (<c>.csv</c> with
    /// the columns <c>path</c> and <c>label</c>), a packed file (see <see cref="PackFile"/>) or a data spec:
    /// <c>cifar10:DIR</c>, <c>cifar100:DIR</c>, <c>stl10:DIR</c>, <c>fashion-mnist:DIR</c>, <c>mnist:DIR</c>, and the
    /// transfer suite's <c>food101:DIR</c>, <c>birdsnap:DIR</c>, <c>sun397:DIR</c>, <c>cars:DIR</c>,
    /// <c>aircraft:DIR</c>, <c>voc2007:DIR</c>, <c>dtd:DIR</c>, <c>pets:DIR</c>, <c>caltech101:DIR</c>,
    /// <c>flowers:DIR</c>, each optionally with a split such as <c>:train</c> or <c>:test</c> appended (default:
    /// <c>train</c>; for stl10 <c>unlabeled</c>); <c>tar:GLOB</c> (WebDataset shards); <c>sample:</c> (8,000 images of
    /// SimClr.SampleImages) or <c>sample:test</c> (2,000 others).
    /// </summary>
    /// <param name="argument">A path or a data spec.</param>
    /// <param name="options">The options for decoding; null for the defaults.</param>
    /// <exception cref="ConfigurationException">
    /// The data spec or its split is unknown, or the system lacks the requested decoder.
    /// </exception>
    /// <exception cref="DataException">The path does not exist, or its contents cannot be used.</exception>
    public static ImageDataSet Open(string argument, DataOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(argument);
        if (argument.Contains('\0'))
        {
            // It cannot be typed, but a file that names a data set may contain it.
            throw new DataException(
                $"'{argument.Replace('\0', '\u2400')}': the path contains a NUL character, which no file name "
                    + "can contain; use another path");
        }

        options ??= new DataOptions();
        _ = ImageDecoder.NameFor(options);   // Fails at once if the decoder is missing.
        if (Parse(argument) is { } typed)
        {
            return OpenSpec(typed, options);
        }

        if (Directory.Exists(argument))
        {
            return ImageFolder.Open(argument, argument, options);
        }

        if (File.Exists(argument))
        {
            return OpenFile(argument, options);
        }

        throw Unknown(argument);
    }

    /// <summary>Opens a data spec that was built in code rather than parsed.</summary>
    internal static ImageDataSet OpenSpec(DataSpec spec, DataOptions options) => Kinds[spec.Kind].Open(spec, options);

    /// <summary>Opens a part of a published set in a folder, whose path is used as given.</summary>
    internal static ImageDataSet OpenSplit(string kind, string folder, string split, DataOptions options)
    {
        string text = $"{kind}:{(folder.Length == 0 ? "" : $"{folder}:")}{split}";
        return OpenSpec(new DataSpec(text, kind, folder, KnownSplit(split, text, Kinds[kind])), options);
    }

    /// <summary>
    /// Returns the images of a data set with the given indices, in that order, with their labels, class names and
    /// paths.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">An index is outside the set.</exception>
    public static ImageDataSet Subset(this ImageDataSet images, IReadOnlyList<int> indices)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(indices);
        foreach (int index in indices)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index, nameof(indices));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, images.Count, nameof(indices));
        }

        return new SubsetDataSet(images, [.. indices]);
    }

    private static ImageDataSet OpenFile(string path, DataOptions options)
    {
        if (HasExtension(path, PackFile.Extension) || PackHeader.IsAtStartOf(path))
        {
            return PackDataSet.Open(path);
        }

        return HasExtension(path, ".csv")
            ? Manifest.Open(path, path, options)
            : throw new DataException(
                $"'{path}' is {RegularFile.SpecialKind(path) ?? "a file"}; expected a folder of images, a .csv "
                    + $"manifest, a packed file or one of {Forms}");
    }

    private static bool HasExtension(string path, string extension)
        => Path.GetExtension(path).Equals(extension, StringComparison.OrdinalIgnoreCase);

    /// <summary>Parses a data spec; returns null for anything else.</summary>
    internal static DataSpec? Parse(string argument)
    {
        string prefix = Prefix(argument);
        return Kinds.TryGetValue(prefix, out Kind? kind) ? Parse(argument, prefix, kind) : null;
    }

    private static string Prefix(string argument) => argument[..Math.Max(0, argument.IndexOf(':'))];

    private static DataSpec Parse(string argument, string prefix, Kind kind)
    {
        string rest = argument[(prefix.Length + 1)..];
        if (kind.Splits.Length == 0)
        {
            return new DataSpec(argument, prefix, Folder(rest, argument, kind), "");
        }

        if (!kind.Form.EndsWith("DIR", StringComparison.Ordinal))
        {
            string split = rest.Length == 0 ? kind.Splits[0] : KnownSplit(rest, argument, kind);
            return new DataSpec(argument, prefix, "", split);
        }

        // Text after the last colon is a split, unless it contains a separator ("C:\data") or the whole names a folder.
        int colon = rest.LastIndexOf(':');
        bool hasSplit = colon >= 0 && rest.AsSpan(colon).IndexOfAny('/', '\\') < 0 && !Directory.Exists(rest);
        (string folder, string part) = hasSplit
            ? (rest[..colon], KnownSplit(rest[(colon + 1)..], argument, kind))
            : (rest, kind.Splits[0]);
        return new DataSpec(argument, prefix, Folder(folder, argument, kind), part);
    }

    /// <summary>
    /// Returns the folder with a leading '~' expanded: shells do not expand one that follows a colon.
    /// </summary>
    private static string Folder(string text, string argument, Kind kind) => text switch
    {
        "" => throw new ConfigurationException(
            $"got '{argument}', expected {kind.Form}: the folder or pattern is missing"),
        ['~', '/', .. string below] => Path.Join(Home, below),
        _ => text,
    };

    private static string KnownSplit(string split, string argument, Kind kind) => kind.Splits.Contains(split)
        ? split
        : throw new ConfigurationException(
            $"'{argument}': got the split '{split}', expected one of {string.Join(", ", kind.Splits)}"
                + DidYouMean.Hint(split, kind.Splits));

    private static SimClrException Unknown(string argument)
    {
        string prefix = Prefix(argument);
        bool looksTyped = prefix.Length > 1 && prefix.AsSpan().IndexOfAny('/', '\\') < 0;
        if (looksTyped || string.IsNullOrWhiteSpace(argument) || Kinds.ContainsKey(argument))
        {
            string typed = looksTyped ? prefix : argument;
            string hint = DidYouMean.Find(typed, Kinds.Keys) is { } near
                ? $" (did you mean '{Kinds[near].Form}'?)"
                : "";
            return new ConfigurationException(
                $"got the data set '{argument}', expected a folder, a .csv manifest, a packed "
                    + $"file or one of {Forms}{hint}");
        }

        return new DataException(
            $"'{argument}': no such folder or file (looked for {Path.GetFullPath(argument)}); expected a folder "
                + $"of images, a .csv manifest, a packed file or one of {Forms}");
    }
}
