namespace SimClr.Cli.Outputs;

/// <summary>The content of an output file, and the extensions that it may have.</summary>
/// <param name="Description">A short description with an article: "a page".</param>
/// <param name="Example">A valid file name, for messages.</param>
/// <param name="Formats">The available formats; empty to allow every extension that no other kind has.</param>
internal sealed record OutputKind(string Description, string Example, params OutputFormat[] Formats)
{
    /// <summary>Returns the format of a file according to its extension.</summary>
    /// <param name="option">The option that named the file, for messages.</param>
    /// <param name="path">The path as typed.</param>
    /// <returns>The format; null if the kind has no format of its own.</returns>
    /// <exception cref="ConfigurationException">The kind has no format with this extension.</exception>
    public OutputFormat? FormatOf(string option, string path)
    {
        string extension = Path.GetExtension(path).ToLowerInvariant();
        if (Formats.Length == 0)
        {
            return OutputKinds.IsKnownExtension(extension)
                ? throw new ConfigurationException(
                    $"{option}: got '{path}', expected {Description} such as {Example}; files that end in "
                        + $"{extension} are of a different kind")
                : null;
        }

        return Formats.FirstOrDefault(format => format.Extensions.Contains(extension))
            ?? throw new ConfigurationException(
                $"{option}: got '{path}', expected a file that ends in {Alternatives()}");
    }

    private string Alternatives()
    {
        string[] names = [.. Formats.Select(format => format.Extensions[0])];
        return names.Length == 1 ? names[0] : $"{string.Join(", ", names[..^1])} or {names[^1]}";
    }
}

/// <summary>One format of a kind of output.</summary>
/// <param name="Extensions">The extensions in lowercase, the preferred one first.</param>
/// <param name="IsIn">
/// Whether an existing file has this kind and format, and so may be replaced; null if the command never replaces a
/// file.
/// </param>
/// <param name="Beside">
/// The companion files: the suffix of each name, and whether an existing file may be replaced.
/// </param>
internal sealed record OutputFormat(
    string[] Extensions, Func<string, bool>? IsIn, params (string Suffix, Func<string, bool> IsIn)[] Beside)
{
    /// <summary>
    /// The reason, for messages, why some files written by simclr are not recognized; null if all are.
    /// </summary>
    public string? Unmarked { get; init; }
}
