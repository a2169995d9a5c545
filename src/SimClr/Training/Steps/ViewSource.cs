using SimClr.Augmentation;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>Random views of the planned batches, loaded ahead, in the precision and on the device of the run.</summary>
internal sealed class ViewSource : IDisposable
{
    private readonly int viewsPerImage;
    private readonly PixelRing pixels;
    private readonly DeviceViews? onDevice;
    private readonly BatchLoader loader;
    private readonly IEnumerator<ImageBatch> loaded;

    /// <param name="images">The training images.</param>
    /// <param name="options">
    /// The size of the views, the place where they are rendered, and the number of threads.
    /// </param>
    /// <param name="plan">The device and precision of the views. The micro-batch must be set.</param>
    /// <param name="viewsPerImage">1 or 2.</param>
    /// <param name="skipped">The list that collects unreadable images, which are replaced by others.</param>
    /// <param name="plans">The micro-batches, in order.</param>
    /// <param name="augmentation">A custom augmentation, or null.</param>
    public ViewSource(
        ImageDataSet images,
        PretrainOptions options,
        ComputePlan plan,
        int viewsPerImage,
        SkippedImages skipped,
        IEnumerable<BatchPlan> plans,
        IAugmentation? augmentation = null)
    {
        this.viewsPerImage = viewsPerImage;
        int micro = plan.MicroBatch!.Value;
        ViewOptions distribution = viewsPerImage == 1 ? options.Views.OneView() : options.Views;
        bool made = options.AugmentOn == AugmentationPlace.Device;
        pixels = new PixelRing(
            viewsPerImage * micro, made ? 0 : options.Views.Size, plan.Device, plan.InputType, MicroBatches.Buffers(
                plan.Device, options.Batch.Size, micro));
        onDevice = made
            ? new DeviceViews(distribution, options.Seed, plan.Device, plan.InputType, viewsPerImage)
            : null;
        var views = new ViewWriter(distribution, options.Seed, viewsPerImage, augmentation);
        loader = new BatchLoader(
            images, pixels.Memory, views.Write, skipped, options.Data.Workers, substituteUnreadable: true)
        {
            KeepsImages = made,
            AwaitFree = pixels.Await,
        };
        loaded = loader.Load(plans, CancellationToken.None).GetEnumerator();
    }

    /// <summary>The time that the consumer has waited for batches.</summary>
    public TimeSpan WaitTime => loader.WaitTime;

    /// <summary>Returns the next micro-batch, valid until the next call.</summary>
    public ViewBatch Next()
    {
        loaded.MoveNext();
        ImageBatch batch = loaded.Current;
        int[] images = [.. Enumerable.Repeat(batch.Indices, viewsPerImage).SelectMany(indices => indices)];
        if (onDevice is not null)
        {
            return new ViewBatch(onDevice.Render(batch), pixels.TakeNumbers(batch.Slot, images));
        }

        (Tensor views, Tensor numbers) = pixels.Take(batch.Slot, images);
        return new ViewBatch(views, numbers);
    }

    public void Dispose()
    {
        loaded.Dispose();
        onDevice?.Dispose();
        pixels.Dispose();
    }
}
