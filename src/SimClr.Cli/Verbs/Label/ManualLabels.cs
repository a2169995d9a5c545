using SimClr.Labels;

namespace SimClr.Cli.Verbs;

/// <summary>Labels typed into a file by the user, which must survive the replacement of that file.</summary>
internal static class ManualLabels
{
    /// <summary>
    /// Rejects, before any computation, the replacement of a file that holds labels missing from another file.
    /// </summary>
    /// <param name="next">The file to replace, or null.</param>
    /// <param name="labels">The file of the known labels, or null.</param>
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
                $"--next: {next.Path} holds {Plural.Format(lost, "label")} that {(lost == 1 ? "is" : "are")} not among "
                    + $"--labels; use --labels {ShellText.Quote(next.Path)} or choose another --next");
        }

        RejectTypedGuesses(next, labels);
    }

    /// <summary>
    /// Rejects the replacement of a file whose labels are not all in the new one, such as those of images without an
    /// embedding.
    /// </summary>
    /// <param name="next">The file to replace.</param>
    /// <param name="kept">The paths and labels of the new file.</param>
    /// <exception cref="ConfigurationException">Labels would be lost.</exception>
    public static void RequirePreserved(OutputFile next, IEnumerable<(string Path, string Label)> kept)
    {
        if (File.Exists(next.Path) && CountLost(next.Path, kept.SelectMany(
            row => CandidatePaths(next.Path, row.Path).Take(1),
            (row, place) => (place, row.Label))) is > 0 and { } lost)
        {
            throw new ConfigurationException(
                $"--next: {next.Path} holds {Plural.Format(lost, "label")} of images that are not among the embedded "
                    + $"ones, and would lose {(lost == 1 ? "it" : "them")}; choose another --next");
        }
    }

    /// <summary>
    /// Rejects text typed into the column of guesses: a guess is always the class of some label, so any other word was
    /// typed there.
    /// </summary>
    private static void RejectTypedGuesses(OutputFile next, string? labels)
    {
        string[] files = labels is null ? [next.Path] : [next.Path, labels];
        HashSet<string> classes = [.. files.SelectMany(file => KnownLabels.Records(file)).Select(row => row.Label)];
        (int line, _, _, string typed) = KnownLabels.Records(next.Path)
            .FirstOrDefault(row => row.Guess.Length > 0 && !classes.Contains(row.Guess));
        if (line > 0)
        {
            throw new ConfigurationException(
                $"--next: {next.Path}, line {line}, holds '{typed}' in the column guess, which is not the class of any "
                    + "label and would be lost: move it to the column label, or choose another --next");
        }
    }

    private static int CountLost(string file, IEnumerable<(string Path, string Label)> kept)
    {
        HashSet<(string, string)> known = [.. kept];
        return KnownLabels.Records(file).Where(row => row.Label.Length > 0)
            .Count(row => !CandidatePaths(file, row.Path).Any(place => known.Contains((place, row.Label))));
    }

    private static IEnumerable<(string Path, string Label)> Labels(string file)
        => KnownLabels.Records(file)
            .SelectMany(row => CandidatePaths(file, row.Path), (row, place) => (place, row.Label));

    /// <summary>
    /// Returns the files that a path may denote: relative to the working directory, as in embeddings, or to the folder
    /// of the list.
    /// </summary>
    private static string[] CandidatePaths(string file, string path)
        => path.Length == 0 || path.Contains('\0') ? []
            : [Path.GetFullPath(path), Path.GetFullPath(path, Path.GetDirectoryName(Path.GetFullPath(file))!)];
}
