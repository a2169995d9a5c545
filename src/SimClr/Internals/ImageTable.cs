using static TorchSharp.torch;

namespace SimClr.Internals;

/// <summary>
/// A table of data about each image of a set, on the device of the network. The image numbers that arrive with the
/// views select the rows of a batch, so that a step copies nothing else to the device.
/// </summary>
/// <param name="host">One row per image, in host memory; the table owns it.</param>
internal sealed class ImageTable(Tensor host) : IDisposable
{
    private readonly PlacedTensor table = new(host);

    /// <summary>Creates a table of each image's class.</summary>
    public static ImageTable FromLabels(IReadOnlyList<int> labels)
        => new(tensor(labels.Select(label => (long)label).ToArray(), device: CPU));

    /// <summary>Creates a table of each image's marks, one for each class.</summary>
    public static ImageTable FromMultiLabels(IReadOnlyList<sbyte[]> multiLabels)
        => new(tensor(
            multiLabels.SelectMany(marks => marks).ToArray(), [multiLabels.Count, multiLabels[0].Length], device: CPU));

    /// <summary>Returns the rows of some images.</summary>
    /// <param name="images">The image numbers, [N] of int64, on the device of the network.</param>
    public Tensor Rows(Tensor images) => table.On(images.device).index_select(0, images);

    public void Dispose() => table.Dispose();
}
