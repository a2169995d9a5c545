using SimClr.Augmentation;
using SimClr.Data;
using SimClr.Internals;

namespace SimClr.Training;

/// <summary>
/// Writes the random views of an image into a batch: two views for pre-training, first views in the first half of the
/// batch and second views in the second; one view for supervised training. The draws are keyed by (seed, epoch, image,
/// view), so a batch does not depend on the threads that render it.
/// </summary>
internal sealed class ViewWriter(ViewOptions options, long seed, int views = 2, IAugmentation? augmentation = null)
{
    private readonly ViewRenderer renderer = new(options);
    private readonly AugmentedRenderer? augmented = augmentation is null ? null : new(options, augmentation);

    /// <summary>The number of floats in a view.</summary>
    public int FloatsPerView { get; } = 3 * options.Size * options.Size;

    public void Write(RgbImage image, SampleAddress address, Span<float> batch)
    {
        for (int view = 0; view < views; view++)
        {
            Render(image, address, view, batch.Slice(Row(address, view) * FloatsPerView, FloatsPerView));
        }
    }

    /// <summary>Writes the views in the precision of the memory.</summary>
    public void Write(RgbImage image, SampleAddress address, PixelMemory batch)
    {
        for (int view = 0; view < views; view++)
        {
            if (batch.IsBFloat16)
            {
                Render(image, address, view, batch.BFloat16s(Row(address, view)));
            }
            else
            {
                Render(image, address, view, batch.Floats(Row(address, view)));
            }
        }
    }

    private void Render(RgbImage image, SampleAddress address, int view, Span<float> destination)
    {
        ViewParameters draws = Draw(image, address, view);
        if (augmented is null)
        {
            renderer.Render(image, draws, destination);
        }
        else
        {
            augmented.Render(image, draws, AugmentationRandom(address, view), destination);
        }
    }

    private void Render(RgbImage image, SampleAddress address, int view, Span<ushort> destination)
    {
        ViewParameters draws = Draw(image, address, view);
        if (augmented is null)
        {
            renderer.RenderBFloat16(image, draws, destination);
        }
        else
        {
            augmented.RenderBFloat16(image, draws, AugmentationRandom(address, view), destination);
        }
    }

    private static int Row(SampleAddress address, int view) => (view * address.BatchSize) + address.Position;

    private ViewParameters Draw(RgbImage image, SampleAddress address, int view)
        => ViewParameters.Draw(options, image.Width, image.Height, seed, address.Epoch, address.Index, view);

    private AddressedRandom AugmentationRandom(SampleAddress address, int view)
        => new(new RandomStream(seed, Purpose.CustomAugmentation, address.Epoch, address.Index, view));
}
