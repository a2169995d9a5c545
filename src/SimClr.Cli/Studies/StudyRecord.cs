using System.Text.Json;
using System.Text.Json.Serialization;
using SimClr.Data;
using SimClr.Internals;

namespace SimClr.Cli.Studies;

/// <summary>What a study was run with: <c>study.json</c>.</summary>
/// <param name="Study">The name.</param>
/// <param name="Scale">The scale.</param>
/// <param name="Seeds">The seeds so far.</param>
/// <param name="Overrides">Assignments of the user for all runs.</param>
/// <param name="Data">The training images.</param>
/// <param name="Test">The test images; null without.</param>
/// <param name="Version">The version of the command.</param>
/// <param name="Machine">Processor and cores, in one line.</param>
internal sealed record StudyRecord(
    string Study,
    string Scale,
    IReadOnlyList<long> Seeds,
    IReadOnlyList<string> Overrides,
    StudyImages Data,
    StudyImages? Test,
    string Version,
    string Machine)
{
    /// <summary>Reads the record of a directory; null if no study was started in it.</summary>
    /// <exception cref="DataException">The file is damaged.</exception>
    public static StudyRecord? Find(StudyDirectory directory)
    {
        if (!File.Exists(directory.RecordFile))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<StudyRecord>(File.ReadAllText(directory.RecordFile), Json.Compact)
                is { Study: not null, Scale: not null, Seeds: not null, Overrides: not null } record
                && record.Overrides.All(text => text is not null)
                && record.Data is { Name: not null, Fingerprint: not null }
                && record.Test is null or { Name: not null, Fingerprint: not null }
                    ? record
                    : throw new JsonException("study, scale, seeds or data are missing");
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new DataException(
                $"{directory.RecordFile}: this is not the record of a study ({Json.ReasonOf(error)}); restore the "
                    + "file, or run the study in another directory",
                error);
        }
    }

    public void Write(StudyDirectory directory)
    {
        Directory.CreateDirectory(directory.Root);
        AtomicFile.WriteText(directory.RecordFile, JsonSerializer.Serialize(this, Json.Indented) + "\n");
    }

    /// <summary>Checks that a study may continue in a directory in which it was started.</summary>
    /// <exception cref="ResumeMismatchException">It was started with something else.</exception>
    public void RequireMatch(StudyRecord before, StudyDirectory directory)
    {
        List<string> differences = [];
        Compare("study", before.Study, Study);
        Compare("scale", before.Scale, Scale);
        Compare("--set", string.Join(' ', before.Overrides), string.Join(' ', Overrides));
        if (before.Data.Contents != Data.Contents)
        {
            Compare("training images", before.Data.Text, Data.Text);
        }

        if (before.Test?.Contents != Test?.Contents)
        {
            Compare("test images", before.Test?.Text ?? "none", Test?.Text ?? "none");
        }

        Compare("version of simclr", before.Version, Version);
        if (differences.Count > 0)
        {
            throw new ResumeMismatchException(
            [
                $"{directory.Root}: the study there was started with other settings; run it in another directory "
                    + "with --out, or with the settings it was started with:",
                .. differences,
            ]);
        }

        void Compare(string what, string first, string second)
        {
            if (first != second)
            {
                differences.Add($"{what}: there {(first.Length == 0 ? "none" : first)}, here "
                    + $"{(second.Length == 0 ? "none" : second)}");
            }
        }
    }
}

/// <summary>The images of a study.</summary>
/// <param name="Name">The data argument as typed.</param>
/// <param name="Images">The number of images in it.</param>
/// <param name="Taken">The number taken from it.</param>
/// <param name="Fingerprint">See <see cref="ImageDataSet.Fingerprint"/>.</param>
internal sealed record StudyImages(string Name, int Images, int Taken, string Fingerprint)
{
    /// <summary>The images, whatever the name they were opened by: a folder can be typed in several ways.</summary>
    [JsonIgnore]
    public (int Images, int Taken, string Fingerprint) Contents => (Images, Taken, Fingerprint);

    [JsonIgnore]
    public string Text => $"{Taken} of {Images} images of {Name} ({Fingerprint[..Math.Min(8, Fingerprint.Length)]})";
}
