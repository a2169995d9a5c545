namespace SimClr.Cli.Studies;

/// <summary>
/// The files of a study: <c>study.yaml</c>, <c>study.json</c>, <c>data/</c>, <c>runs/</c>, <c>cells/</c>.
/// </summary>
/// <param name="root">The directory.</param>
internal sealed class StudyDirectory(string root)
{
    public string Root { get; } = root;

    /// <summary>The study as it was run.</summary>
    public string StudyFile => Path.Combine(Root, "study.yaml");

    /// <summary>What the study was run with: see <see cref="StudyRecord"/>.</summary>
    public string RecordFile => Path.Combine(Root, "study.json");

    /// <summary>The page and its figures.</summary>
    public string ReportFolder => Path.Combine(Root, "report");

    public string Run(StudyRun run) => Path.Combine(Root, "runs", run.Name);

    public string CellFile(StudyCell cell) => Path.Combine(Root, "cells", $"{cell.Name}.json");

    /// <summary>The beginning of the names of other files that a measurement writes.</summary>
    public string CellOutput(StudyCell cell) => Path.Combine(Root, "cells", cell.Name);

    /// <summary>A packed subset of the images.</summary>
    /// <param name="split">train or test.</param>
    public string Pack(string split) => Path.Combine(Root, "data", $"{split}.pack");
}
