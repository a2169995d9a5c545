using System.CommandLine;

namespace SimClr.Cli.Verbs;

/// <summary>What the verbs on embeddings take: a file or an index of them, or images and the run that embeds them.</summary>
internal sealed class TableArguments
{
    public Argument<string> Source { get; } = new("EMBEDDINGS")
    {
        Description = "A file that 'simclr embed' wrote, or an index; with --run images: a folder, a manifest or a typed name",
    };

    public Option<string?> Run { get; } = new("--run")
    {
        Description = "Embed images with this encoder first: a run directory, or a safetensors file",
        HelpName = "RUN",
    };

    public Option<string?> Images { get; } = new("--images")
    {
        Description = "The folder of the images, where they are not where the embeddings say",
        HelpName = "FOLDER",
    };

    public Option<string[]> Set { get; } = ReadingOption.Create("the run says");

    public void AddTo(Command verb)
    {
        verb.Add(Source);
        verb.Add(Run);
        verb.Add(Images);
        verb.Add(Set);
    }
}
