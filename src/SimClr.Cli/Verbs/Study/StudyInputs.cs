using SimClr.Cli.Outputs;
using SimClr.Cli.Studies;
using SimClr.Data;

namespace SimClr.Cli.Verbs;

/// <summary>The images of a study: checked before anything is trained, and packed if only some are taken.</summary>
/// <param name="Train">The training images.</param>
/// <param name="Test">The test images; null if the study needs none.</param>
internal sealed record StudyInputs(StudyInputs.Source Train, StudyInputs.Source? Test)
{
    /// <summary>One set of images.</summary>
    /// <param name="Argument">The argument for the commands: as typed, or the packed file.</param>
    /// <param name="Images">For the record.</param>
    /// <param name="Typed">The argument as typed.</param>
    /// <param name="Count">The number to take; null for all.</param>
    internal sealed record Source(string Argument, StudyImages Images, string Typed, int? Count);

    /// <summary>Opens and checks the images.</summary>
    /// <exception cref="ConfigurationException">No images are named.</exception>
    /// <exception cref="DataException">They cannot be used.</exception>
    public static StudyInputs Open(
        CommandContext context, StudyPlan plan, StudyDirectory directory, string? data, string? test)
    {
        bool tests = plan.Study.Measures.Any(measure => measure.Command?.Contains("{test}") ?? true);
        string train = data ?? plan.Scale.Data ?? throw Missing(plan, "--data", "training images");
        string? held = !tests ? null : test ?? plan.Scale.Test ?? throw Missing(plan, "--test", "labeled test images");
        Source trained = Open(context, plan, train, plan.Scale.Images, directory.Pack("train"));
        Source? tested = held is null
            ? null
            : Open(context, plan, held, plan.Scale.TestImages, directory.Pack("test"));
        return new StudyInputs(trained, tested);
    }

    /// <summary>Writes the packed files that do not exist yet.</summary>
    public void Pack(CommandContext context)
    {
        foreach (Source source in new[] { Train, Test }.OfType<Source>())
        {
            if (source.Count is { } count && !File.Exists(source.Argument))
            {
                context.WriteNote($"packing {count} images of {source.Typed}");
                using ImageDataSet all = context.OpenImages(source.Typed, new DataOptions());
                using ImageDataSet part = ImageSample.Draw(all, count);
                Directory.CreateDirectory(Path.GetDirectoryName(source.Argument)!);
                var skipped = new SkippedImages(part, new DataOptions());
                context.Outputs.Open("--out", source.Argument, OutputKinds.Pack).Write(stream => PackFile.Write(
                    part,
                    stream,
                    new DataOptions(),
                    skipped,
                    new Progress.ImmediateProgress<int>(_ => { }),
                    context.Cancel));
            }
        }
    }

    private static Source Open(CommandContext context, StudyPlan plan, string typed, int? count, string pack)
    {
        using ImageDataSet images = context.OpenImages(typed, new DataOptions(), plan.NeedsLabels);
        if (plan.NeedsLabels)
        {
            _ = images.RequireLabels();
        }

        int? taken = count is { } wanted && wanted < images.Count ? wanted : null;
        return new Source(
            taken is null ? typed : pack,
            new StudyImages(typed, images.Count, taken ?? images.Count, images.Fingerprint),
            typed,
            taken);
    }

    private static ConfigurationException Missing(StudyPlan plan, string option, string what)
        => new(
            $"study '{plan.Study.Name}' at scale {plan.Scale.Name} has no {what} of its own; name them with {option} "
                + "('simclr data download cifar10 --out data/cifar10' gets CIFAR-10)");
}
