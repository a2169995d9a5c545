using System.Text.Json.Nodes;
using SimClr.Data;

namespace SimClr.Cli.Commands;

/// <summary>
/// What must be known of the images behind an accuracy: how many test images are training images too, and which classes the
/// sets do not share.
/// </summary>
internal sealed class SetNotes
{
    private readonly List<string> lines = [];

    private SetNotes()
    {
    }

    /// <summary>Sentences for who reads the accuracy; none where there is nothing to know.</summary>
    public IReadOnlyList<string> Lines => lines;

    private int Overlap { get; init; }

    private int? ValidationOverlap { get; init; }

    private ClassMatch? Classes { get; init; }

    /// <summary>Compares the sets, and says at once what is found: training may take hours.</summary>
    /// <param name="context">Where it is said; a rank that says nothing compares nothing.</param>
    /// <param name="train">Images to learn from.</param>
    /// <param name="test">Images to be tested on.</param>
    /// <param name="validation">Images to choose on, or null.</param>
    public static SetNotes Create(CommandContext context, ImageDataSet train, ImageDataSet test, ImageDataSet? validation = null)
    {
        if (!context.Speaks)
        {
            return new SetNotes();
        }

        var notes = new SetNotes
        {
            Overlap = SetOverlap.Count(test, train),
            ValidationOverlap = validation is null ? null : SetOverlap.Count(validation, train),
            Classes = test.Labels is { } labels ? ClassMatch.Create(train.ClassNames, test.ClassNames, labels) : null,
        };
        notes.AddOverlap(notes.Overlap, test.Count, "test images are training images");
        notes.AddOverlap(notes.ValidationOverlap ?? 0, validation?.Count ?? 0, "validation images are training images");
        notes.AddOverlap(validation is null ? 0 : SetOverlap.Count(test, validation), test.Count, "test images are validation images");
        notes.AddClasses(train, test);
        notes.lines.ForEach(context.Remark);
        return notes;
    }

    /// <summary>Adds the numbers.</summary>
    public void AddTo(JsonObject json)
    {
        json["overlap"] = Overlap;
        if (ValidationOverlap is { } overlap)
        {
            json["validation_overlap"] = overlap;
        }

        json["classes_without_test_images"] = Classes?.Missing.Count ?? 0;
        json["test_images_of_unknown_classes"] = Classes?.UnknownImages ?? 0;
    }

    private void AddOverlap(int count, int all, string what)
    {
        if (count > 0)
        {
            lines.Add($"warning: {count} of {all} {what} too (the same files, or files with the same content); accuracy on them says nothing about new images");
        }
    }

    private void AddClasses(ImageDataSet train, ImageDataSet test)
    {
        if (Classes is { Missing.Count: > 0 } some)
        {
            lines.Add($"note: {test.Name} has no image of {some.Missing.Count} of {train.ClassNames!.Count} training classes ({ClassMatch.Listed(some.Missing)})");
        }

        if (Classes is { UnknownImages: > 0 } others)
        {
            lines.Add(
                $"note: {others.UnknownImages} of {test.Count} test images are of {Counted.Of(others.Unknown.Count, "class")} without training images ({ClassMatch.Listed(others.Unknown)}); they count as wrong");
        }
    }
}
