using System.CommandLine;

namespace SimClr.Cli.Verbs;

/// <summary>The arguments shared by the index verbs.</summary>
internal sealed class IndexArguments
{
    public Argument<string> Index { get; } = new("INDEX")
    {
        Description =
            "Index file written by 'simclr index create'; with --store, the name of the index in the database",
    };

    public Argument<string> Source { get; } = new("IMAGES")
    {
        Description = "Images (a folder, a manifest or a data spec, see 'simclr --help'), or an embeddings file",
    };

    public Option<string?> Run { get; } = new("--run")
    {
        Description =
            "Encoder for images: a run directory, a safetensors file or weights:NAME. Default: the encoder stored in "
                + "the index.",
        HelpName = "RUN",
    };

    public Option<string?> Store { get; } = new("--store")
    {
        Description =
            "PostgreSQL connection string, such as Host=localhost;Database=photos, to use a database instead of a file",
        HelpName = "CONNECTION",
    };

    public Option<string[]> Set { get; } = ReadingOption.Create("the run's configuration");
}
