using static TorchSharp.torch;

namespace SimClr.Internals;

/// <summary>
/// What is known of each image of a set, kept where the network is: the rows of a batch are chosen by the numbers that came
/// with its views, and nothing more is copied in a step.
/// </summary>
/// <param name="host">One row per image, in the memory of the host; the table owns it.</param>
internal sealed class ImageTable(Tensor host) : IDisposable
{
    private readonly PlacedTensor table = new(host);

    /// <summary>A table of the class of each image.</summary>
    public static ImageTable FromLabels(IReadOnlyList<int> labels)
        => new(tensor(labels.Select(label => (long)label).ToArray(), device: CPU));

    /// <summary>A table of the marks of each image, one for each class.</summary>
    public static ImageTable FromMultiLabels(IReadOnlyList<sbyte[]> multiLabels)
        => new(tensor(multiLabels.SelectMany(marks => marks).ToArray(), [multiLabels.Count, multiLabels[0].Length], device: CPU));

    /// <summary>The rows of some images.</summary>
    /// <param name="images">Their numbers, [N] of int64, on the device of the network.</param>
    public Tensor Rows(Tensor images) => table.On(images.device).index_select(0, images);

    public void Dispose() => table.Dispose();
}
