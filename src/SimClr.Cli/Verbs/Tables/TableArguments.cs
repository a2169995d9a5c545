using System.CommandLine;

namespace SimClr.Cli.Verbs;

/// <summary>
/// The arguments of the verbs on embeddings: a file or an index of embeddings, or images and the run to embed them
/// with.
/// </summary>
internal sealed class TableArguments
{
    public Argument<string> Source { get; } = new("EMBEDDINGS")
    {
        Description = "Embeddings file or index; with --run, images: a folder, a manifest or a data spec",
    };

    public Option<string?> Run { get; } = new("--run")
    {
        Description = "Encoder to embed the images with first: a run directory or a safetensors file",
        HelpName = "RUN",
    };

    public Option<string?> Images { get; } = new("--images")
    {
        Description = "Folder to look for images in, if they have moved",
        HelpName = "FOLDER",
    };

    public Option<string[]> Set { get; } = ReadingOption.Create("the run's configuration");

    public void AddTo(Command verb)
    {
        verb.Add(Source);
        verb.Add(Run);
        verb.Add(Images);
        verb.Add(Set);
    }
}
