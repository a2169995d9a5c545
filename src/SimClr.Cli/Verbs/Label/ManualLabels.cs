using SimClr.Labels;

namespace SimClr.Cli.Verbs;

/// <summary>Labels that somebody typed into a file, which a new file under its name must hold too.</summary>
internal static class ManualLabels
{
    /// <summary>Refuses to replace a file with labels that are not in another, before anything is computed.</summary>
    /// <param name="next">The file that is to be replaced, or null.</param>
    /// <param name="labels">The file of the labels that are known, or null.</param>
    /// <exception cref="ConfigurationException">Labels would be lost.</exception>
    public static void RequirePreserved(OutputFile? next, string? labels)
    {
        if (next is null || !File.Exists(next.Path))
        {
            return;
        }

        if (CountLost(next.Path, labels is null ? [] : Labels(labels)) is > 0 and { } lost)
        {
            throw new ConfigurationException(
                $"--next: {next.Path} holds {Plural.Format(lost, "label")} that {(lost == 1 ? "is" : "are")} not among --labels; use --labels {ShellText.Quote(next.Path)} or choose another --next");
        }

        RejectTypedGuesses(next, labels);
    }

    /// <summary>Refuses to replace a file with labels that do not come into the new one, as those of images that were not embedded.</summary>
    /// <param name="next">The file that is to be replaced.</param>
    /// <param name="kept">Paths with their labels, as the new file has them.</param>
    /// <exception cref="ConfigurationException">Labels would be lost.</exception>
    public static void RequirePreserved(OutputFile next, IEnumerable<(string Path, string Label)> kept)
    {
        if (File.Exists(next.Path) && CountLost(next.Path, kept.SelectMany(row => CandidatePaths(next.Path, row.Path).Take(1), (row, place) => (place, row.Label))) is > 0 and { } lost)
        {
            throw new ConfigurationException(
                $"--next: {next.Path} holds {Plural.Format(lost, "label")} of images that are not among the embedded ones, and would lose {(lost == 1 ? "it" : "them")}; choose another --next");
        }
    }

    /// <summary>A guess is the name of a class that a label has; any other word in its column was typed there.</summary>
    private static void RejectTypedGuesses(OutputFile next, string? labels)
    {
        string[] files = labels is null ? [next.Path] : [next.Path, labels];
        HashSet<string> classes = [.. files.SelectMany(file => KnownLabels.Records(file)).Select(row => row.Label)];
        (int line, _, _, string typed) = KnownLabels.Records(next.Path).FirstOrDefault(row => row.Guess.Length > 0 && !classes.Contains(row.Guess));
        if (line > 0)
        {
            throw new ConfigurationException(
                $"--next: {next.Path}, line {line}, holds '{typed}' in the column guess, which is not the class of any label and would be lost: "
                    + "move it to the column label, or choose another --next");
        }
    }

    private static int CountLost(string file, IEnumerable<(string Path, string Label)> kept)
    {
        HashSet<(string, string)> known = [.. kept];
        return KnownLabels.Records(file).Where(row => row.Label.Length > 0)
            .Count(row => !CandidatePaths(file, row.Path).Any(place => known.Contains((place, row.Label))));
    }

    private static IEnumerable<(string Path, string Label)> Labels(string file)
        => KnownLabels.Records(file).SelectMany(row => CandidatePaths(file, row.Path), (row, place) => (place, row.Label));

    /// <summary>The files that a path may mean: from the working folder, as embeddings have it, or from the folder of the list.</summary>
    private static string[] CandidatePaths(string file, string path)
        => path.Length == 0 || path.Contains('\0') ? [] : [Path.GetFullPath(path), Path.GetFullPath(path, Path.GetDirectoryName(Path.GetFullPath(file))!)];
}
