using SimClr.Cli.Progress;


namespace SimClr.Cli.Verbs;

/// <summary>The context needed to interpret an accuracy.</summary>
internal static class EvaluationText
{
    public static string[] Background(int trainImages, int classes, int skipped)
    {
        string chance = $"{trainImages} training images, {classes} classes; chance level "
            + $"{ProgressText.Percent(1.0 / classes)} top-1, {ProgressText.Percent(Math.Min(1, 5.0 / classes))} top-5";
        return skipped > 0 ? [chance, $"{skipped} image(s) could not be read and were left out"] : [chance];
    }
}
