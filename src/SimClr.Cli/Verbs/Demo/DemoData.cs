using SimClr.Data;
using SimClr.Internals;

namespace SimClr.Cli.Verbs;

/// <summary>The training and test images of the demo.</summary>
/// <param name="Train">The training images; their labels are used for the measures only.</param>
/// <param name="Test">The held-out labeled images; null for a set without labels.</param>
internal sealed record DemoData(ImageDataSet Train, ImageDataSet? Test) : IDisposable
{
    public const string Sample = "sample:";
    private const int MaxHeldOut = 2000;
    private const int MinToMeasure = 50;
    private const int HeldOutShare = 5;   // one in five

    /// <summary>
    /// Opens a set. The embedded sample has its own split; of other sets, a fifth (at most 2,000 images) is held out by
    /// a fixed seed. Without labels, or with too few images for a measurement, all are used for training.
    /// </summary>
    public static DemoData Open(string argument, DataOptions options, CommandContext context)
    {
        ImageDataSet images = context.OpenImages(argument, options);
        if (argument == Sample)
        {
            return new DemoData(images, context.OpenImages("sample:test", options));
        }

        if (images.Labels is null)
        {
            context.WriteNote(
                $"note: {images.Name} has no labels; the demo shows pictures and the health of "
                    + "the run, but no accuracies");
            return new DemoData(images, null);
        }

        int heldOut = Math.Min(MaxHeldOut, images.Count / HeldOutShare);
        int[] order = new RandomStream(0, Purpose.Split).Permutation(images.Count);
        DemoData split = new(
            images.Subset([.. order[heldOut..].Order()]), images.Subset([.. order[..heldOut].Order()]));
        if (heldOut >= MinToMeasure && EveryClassIsIn(split.Train, images))
        {
            context.WriteNote($"note: {heldOut} of {images.Count} images are held out for evaluation");
            return split;
        }

        string reason = heldOut < MinToMeasure
            ? $"has {images.Count} images, and at least {HeldOutShare * MinToMeasure} are needed to "
                + "hold some out for evaluation"
            : "has too few images of a class for an evaluation";
        context.WriteNote(
            $"note: {images.Name} {reason}; the demo shows pictures and the health of the run, but no accuracies");
        return new DemoData(images, null);
    }

    public void Dispose()
    {
        Train.Dispose();
        Test?.Dispose();
    }

    private static bool EveryClassIsIn(ImageDataSet part, ImageDataSet whole)
        => part.Labels!.Distinct().Count() == whole.Labels!.Distinct().Count();
}
