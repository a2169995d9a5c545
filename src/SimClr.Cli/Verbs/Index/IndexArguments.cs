using System.CommandLine;

namespace SimClr.Cli.Verbs;

/// <summary>What the verbs on an index share.</summary>
internal sealed class IndexArguments
{
    public Argument<string> Index { get; } = new("INDEX")
    {
        Description = "The index: a file that 'simclr index create' made, or with --store its name in the database",
    };

    public Argument<string> Source { get; } = new("IMAGES")
    {
        Description = "Images (a folder, a manifest or a typed name, see 'simclr --help'), or an embeddings file",
    };

    public Option<string?> Run { get; } = new("--run")
    {
        Description = "The encoder that embeds images: a run directory or a safetensors file; an index remembers it",
        HelpName = "RUN",
    };

    public Option<string?> Store { get; } = new("--store")
    {
        Description = "A PostgreSQL server instead of a file: a connection string such as Host=localhost;Database=photos",
        HelpName = "CONNECTION",
    };

    public Option<string[]> Set { get; } = ReadingOption.Create("the run says");
}
