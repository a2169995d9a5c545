using System.Text.Json.Nodes;
using SimClr.Cli.Progress;
using SimClr.Data;

namespace SimClr.Cli.Verbs;

/// <summary>
/// Facts about the images behind an accuracy: the number of test images that are also training images, and the classes
/// that the sets do not share.
/// </summary>
internal sealed class SetNotes
{
    private readonly List<string> lines = [];

    private SetNotes()
    {
    }

    /// <summary>Notes for the reader of the accuracy; empty if there are none.</summary>
    public IReadOnlyList<string> Lines => lines;

    private int Overlap { get; init; }

    private int? ValidationOverlap { get; init; }

    private int NotCompared { get; init; }

    private ClassMatch? Classes { get; init; }

    /// <summary>
    /// Compares the sets and reports the notes at once, since training may take hours. Ctrl+C stops between two images.
    /// </summary>
    /// <param name="context">The command, which receives the notes. A rank without output skips the comparison.</param>
    /// <param name="train">The training images.</param>
    /// <param name="test">The test images.</param>
    /// <param name="validation">The images on which settings are chosen; null for none.</param>
    public static SetNotes Create(
        CommandContext context, ImageDataSet train, ImageDataSet test, ImageDataSet? validation = null)
    {
        if (!context.WritesOutput)
        {
            return new SetNotes();
        }

        SetOverlap overlap = OverlapOf(context);
        SharedImages tested = overlap.Count(test, train);
        SharedImages? validated = validation is null ? null : overlap.Count(validation, train);
        SharedImages? both = validation is null ? null : overlap.Count(test, validation);
        ImagesNotCompared[] left = [.. tested.NotCompared, .. validated?.NotCompared ?? [], .. both?.NotCompared ?? []];
        var notes = new SetNotes
        {
            Overlap = tested.Count,
            ValidationOverlap = validated?.Count,
            NotCompared = left.Sum(images => images.Count),
            Classes = test.Labels is { } labels ? ClassMatch.Create(train.ClassNames, test.ClassNames, labels) : null,
        };
        notes.AddOverlap(notes.Overlap, test.Count, "test images are training images");
        notes.AddOverlap(notes.ValidationOverlap ?? 0, validation?.Count ?? 0, "validation images are training images");
        notes.AddOverlap(both?.Count ?? 0, test.Count, "test images are validation images");
        notes.lines.AddRange(left.Select(images => $"note: {images}"));
        notes.AddClasses(train, test);
        notes.lines.ForEach(context.WriteNote);
        return notes;
    }

    /// <summary>
    /// Returns the comparison of sets. It stops with the command and shows its progress if it takes long.
    /// </summary>
    public static SetOverlap OverlapOf(CommandContext context)
    {
        IProgress<WorkDone> late = Display.Delayed(context.Error, TimeProvider.System);
        return new SetOverlap(
            new ImmediateProgress<OverlapProgress>(at => late.Report(
                new WorkDone(at.Done, $"checking for images in two sets, {at.Stage}: {at.Done} of {at.Total}"))),
            context.Cancel);
    }

    /// <summary>Adds the counts.</summary>
    public void AddTo(JsonObject json)
    {
        json["overlap"] = Overlap;
        if (ValidationOverlap is { } overlap)
        {
            json["validation_overlap"] = overlap;
        }

        json["overlap_not_compared"] = NotCompared;
        json["classes_without_test_images"] = Classes?.Missing.Count ?? 0;
        json["test_images_of_unknown_classes"] = Classes?.UnknownImages ?? 0;
    }

    private void AddOverlap(int count, int all, string what)
    {
        if (count > 0)
        {
            lines.Add(
                $"warning: {count} of {all} {what} too (the same files, or images with the same content); "
                    + "accuracy on them says nothing about new images");
        }
    }

    private void AddClasses(ImageDataSet train, ImageDataSet test)
    {
        if (Classes is { Missing.Count: > 0 } some)
        {
            lines.Add(
                $"note: {test.Name} has no images of {some.Missing.Count} of {train.ClassNames!.Count} training "
                    + $"classes ({ClassMatch.ListText(some.Missing)})");
        }

        if (Classes is { UnknownImages: > 0 } others)
        {
            lines.Add(
                $"note: {others.UnknownImages} of {test.Count} test images belong to "
                    + $"{Plural.Format(others.Unknown.Count, "class")} without training images "
                    + $"({ClassMatch.ListText(others.Unknown)}); they count as wrong");
        }
    }
}
