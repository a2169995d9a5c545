namespace SimClr.Embeddings;

/// <summary>
/// Joins the files of the parts of a set into the file that a single run would have written, byte for byte. Only one
/// part is in memory at a time.
/// </summary>
public static class EmbeddingJoin
{
    /// <summary>Sorts files by part number.</summary>
    /// <exception cref="DataException">A part is missing or appears twice, or a file is not a part.</exception>
    public static IReadOnlyList<string> InOrder(IReadOnlyList<string> files)
    {
        (string File, EmbeddingShard? Shard)[] parts = [.. files.Select(file => (file, EmbeddingShard.FromName(file)))];
        if (parts.FirstOrDefault(part => part.Shard is null).File is { } foreign)
        {
            throw new DataException(
                $"EmbeddingJoin: '{foreign}' is not named as EmbeddingShard names its files, expected "
                    + "names such as photos.1-of-4.npy");
        }

        int total = parts[0].Shard!.Total;
        EmbeddingShard? missing = Enumerable.Range(1, total).Select(number => new EmbeddingShard(number, total))
            .FirstOrDefault(shard => parts.All(part => part.Shard != shard));
        return missing is null && parts.Length == total
            ? [.. parts.OrderBy(part => part.Shard!.Number).Select(part => part.File)]
            : throw new DataException(
                $"EmbeddingJoin: got {files.Count} file(s), expected the parts 1 to {total} once "
                    + $"each{(missing is null ? "" : $"; {missing.Number}-of-{total} is missing")}");
    }

    /// <summary>Joins the parts and writes the result.</summary>
    /// <param name="files">The parts, in order.</param>
    /// <param name="path">The path of the joined file.</param>
    /// <param name="others">Additional formats.</param>
    /// <returns>The number of rows and the dimension of the joined file.</returns>
    /// <exception cref="DataException">A part cannot be read, or it does not match the first.</exception>
    public static (long Rows, int Dimension) Write(
        IReadOnlyList<string> files, string path, IReadOnlyList<IEmbeddingFormat> others)
    {
        IEmbeddingFormat format = EmbeddingFile.FormatOf(path, others);
        if (files.FirstOrDefault(
            file => !Path.GetExtension(file).Equals(format.Extension, StringComparison.OrdinalIgnoreCase)) is { } other)
        {
            throw new DataException(
                $"EmbeddingJoin: '{other}' and {path} have different formats; "
                    + $"expected parts that end in {format.Extension}");
        }

        if (format is CsvFormat)
        {
            return CsvJoin.Write(files, path);
        }

        Func<string, EmbeddingTable> read = file => EmbeddingFile.Read(file, [.. others]);
        Head[] heads = [.. files.Select(file => Head.Create(file, read(file)))];
        Array.ForEach(heads, head => head.RequireLike(heads[0]));

        // In formats that store class names rather than numbers, a part may lack some classes of the whole.
        IReadOnlyList<string>? names = heads.All(head => head.First.ClassNames is null)
            ? null
            : EmbeddingTable.OrderClasses(heads.SelectMany(head => head.First.ClassNames ?? []));
        names = heads.All(head => (head.First.ClassNames ?? []).SequenceEqual(heads[0].First.ClassNames ?? []))
            ? heads[0].First.ClassNames
            : names;
        var rows = new EmbeddingRows(
            RenameClasses(heads[0].First, names),
            heads.Sum(head => (long)head.Rows),
            () => files.Select(file => RenameClasses(read(file), names)));
        format.Write(path, rows);
        return (rows.Count, rows.Dimension);
    }

    // Renumbers the classes of a table as in the whole.
    private static EmbeddingTable RenameClasses(EmbeddingTable table, IReadOnlyList<string>? names)
    {
        if (names is null || table is not { Labels: { } labels, ClassNames: { } own } || own.SequenceEqual(names))
        {
            return table;
        }

        Dictionary<string, int> numbers = names.Index().ToDictionary(pair => pair.Item, pair => pair.Index);
        return new EmbeddingTable(
            table.Values, table.Dimension, table.Paths, [.. labels.Select(label => numbers[own[label]])], names,
            table.Widths, table.Heights);
    }

    /// <summary>The properties of a part, represented by its first row.</summary>
    private sealed record Head(string File, int Rows, EmbeddingTable First)
    {
        public static Head Create(string file, EmbeddingTable table) => new(file, table.Count, table.Subset([0]));

        public void RequireLike(Head other)
        {
            if (Form != other.Form)
            {
                throw new DataException(
                    $"EmbeddingJoin: {File} has {Form}, but {other.File} has {other.Form}; expected "
                        + "parts of the same embeddings");
            }
        }

        private string Form => $"{First.Dimension} numbers per row, {(First.Labels is null ? "no" : "with")} labels, "
            + $"{(First.Widths is null ? "no" : "with")} sizes";
    }
}
