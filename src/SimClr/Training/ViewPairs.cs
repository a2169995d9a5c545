using SimClr.Augmentation;
using SimClr.Data;

namespace SimClr.Training;

/// <summary>
/// Writes the two random views of an image into a batch: first views in the first half, second views in the second.
/// The draws are keyed by (seed, epoch, image, view), so a batch does not depend on who renders it.
/// </summary>
internal sealed class ViewPairs(ViewOptions options, long seed)
{
    private readonly ViewRenderer renderer = new(options);

    /// <summary>Floats of one view.</summary>
    public int FloatsPerView { get; } = 3 * options.Size * options.Size;

    public void Write(RgbImage image, SampleAddress address, Span<float> batch)
    {
        for (int view = 0; view < 2; view++)
        {
            ViewParameters draws = ViewParameters.Draw(
                options, image.Width, image.Height, seed, address.Epoch, address.Index, view);
            int row = (view * address.BatchSize) + address.Position;
            renderer.Render(image, draws, batch.Slice(row * FloatsPerView, FloatsPerView));
        }
    }
}
