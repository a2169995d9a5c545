namespace SimClr.Cli.Outputs;

/// <summary>What an output file holds, and how its name may end.</summary>
/// <param name="Description">The kind in a few words, with an article: "a page".</param>
/// <param name="Example">A good file name, for messages.</param>
/// <param name="Formats">The formats that it can be written in; none for any extension that no other kind has.</param>
internal sealed record OutputKind(string Description, string Example, params OutputFormat[] Formats)
{
    /// <summary>The format of a file, by its extension.</summary>
    /// <param name="option">The option that named the file, for messages.</param>
    /// <param name="path">What the user typed.</param>
    /// <returns>Null where the kind has no format of its own.</returns>
    /// <exception cref="ConfigurationException">The kind is not written to files with this extension.</exception>
    public OutputFormat? FormatOf(string option, string path)
    {
        string extension = Path.GetExtension(path).ToLowerInvariant();
        if (Formats.Length == 0)
        {
            return OutputKinds.IsKnownExtension(extension)
                ? throw new ConfigurationException($"{option}: got '{path}', expected {Description} such as {Example}; files that end in {extension} are of another kind")
                : null;
        }

        return Formats.FirstOrDefault(format => format.Extensions.Contains(extension))
            ?? throw new ConfigurationException($"{option}: got '{path}', expected a file that ends in {Alternatives()}");
    }

    private string Alternatives()
    {
        string[] names = [.. Formats.Select(format => format.Extensions[0])];
        return names.Length == 1 ? names[0] : $"{string.Join(", ", names[..^1])} or {names[^1]}";
    }
}

/// <summary>One format of a kind of output.</summary>
/// <param name="Extensions">How such files end, in lowercase; the usual one first.</param>
/// <param name="IsIn">
/// Whether a file that exists is of this kind and format, and may be replaced; null where the command never replaces one.
/// </param>
/// <param name="Beside">Files that are written beside it: what their names add to its own, and whether one that exists may be replaced.</param>
internal sealed record OutputFormat(
    string[] Extensions, Func<string, bool>? IsIn, params (string Suffix, Func<string, bool> IsIn)[] Beside)
{
    /// <summary>Of which files that simclr wrote it cannot be told, for messages; null where there are none.</summary>
    public string? Unmarked { get; init; }
}
