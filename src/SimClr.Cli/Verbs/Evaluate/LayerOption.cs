using System.CommandLine;
using SimClr.Training;

namespace SimClr.Cli.Verbs;

/// <summary>The option <c>--layer</c>: the layer whose output is the representation.</summary>
internal static class LayerOption
{
    public static Option<string?> Create() => new("--layer")
    {
        Description = "Layer to take: h, z (output of the projection head), or 1, 2, … (hidden layer of the head, "
            + "after batch norm and ReLU). Default: h.",
        HelpName = "h|z|i",
    };

    /// <summary>Returns the end of a title that names a layer other than h.</summary>
    public static string Title(string layer) => layer == TrainedHead.H ? "" : $", layer {layer}";
}
