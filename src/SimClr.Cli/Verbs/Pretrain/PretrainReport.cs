using System.Globalization;
using System.Text.Json.Nodes;
using SimClr.Checkpoints;
using SimClr.Cli.Progress;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Encoders;
using SimClr.Losses;
using SimClr.Training;

namespace SimClr.Cli.Verbs;

/// <summary>The final report of <c>simclr pretrain</c>.</summary>
internal static class PretrainReport
{
    public static JsonObject Json(PretrainResult result, PretrainOptions options) => new()
    {
        ["run"] = result.Run,
        ["steps"] = result.Steps,
        ["epochs"] = result.Epochs,
        ["final_loss"] = double.IsFinite(result.FinalLoss) ? result.FinalLoss : null,
        ["images_per_second"] = Math.Round(result.ImagesPerSecond, 2),
        ["skipped_images"] = result.SkippedImages,
        ["checkpoint"] = result.Checkpoint,
        ["encoder"] = result.EncoderFile,
        ["parameters"] = EncoderCost.Parameters(options.Encoder, options.Views.Size),
        ["knn_top1"] = result.KnnTop1,
        ["online_top1"] = result.OnlineTop1,
        ["health"] = result.Health is { } health ? Health(health) : null,
    };

    public static List<string> Lines(PretrainResult result, PretrainOptions options, ImageDataSet images)
    {
        double chance = LossCatalog.Create(options.Loss).ChanceLevel(options.Batch.Size);
        List<string> lines =
        [
            $"{result.Run}: finished {result.Steps} steps in {result.Epochs} epoch(s); encoder: {result.EncoderFile}",
        ];
        lines.Add(string.Create(CultureInfo.InvariantCulture, $"final loss {result.FinalLoss:F3} (chance {chance:F3})")
            + (result.ImagesPerSecond > 0
                ? $", {ProgressText.Speed(result.ImagesPerSecond)}"
                : "; no steps were left"));
        if (result.Health is { } health)
        {
            lines.Add(health.Describe());
        }

        if (result.KnnTop1 is { } knn)
        {
            lines.Add($"kNN on held-out training images: {ProgressText.Percent(knn)}");
        }
        else if (result.Health is not null)
        {
            lines.Add(images.Labels is null
                ? "no kNN during training: the images have no labels"
                : $"no kNN during training: it needs at least {PretrainResult.MinKnnImages} readable images");
        }

        if (result.OnlineTop1 is { } online)
        {
            lines.Add(
                $"online linear classifier: {ProgressText.Percent(online)} on the last views, before training on them");
        }

        if (result.SkippedImages > 0)
        {
            lines.Add(
                $"{result.SkippedImages} image(s) could not be read; "
                    + $"they are listed in {new RunDirectory(result.Run).SkippedFile}");
        }

        lines.Add($"next: {Next(result.Run, images)}");
        return lines;
    }

    private static JsonObject Health(RunHealth health) => new()
    {
        ["words"] = health.Describe(),
        ["collapsed"] = health.Collapsed,
        ["just_starting"] = health.JustStarting,
        ["chance_loss"] = health.ChanceLoss,
        ["positive_first"] = health.ContrastiveAccuracy,
        ["spread_h"] = health.SpreadH,
        ["spread_z"] = health.SpreadZ,
    };

    private static string Next(string run, ImageDataSet images)
    {
        string evaluate = $"simclr evaluate knn {ShellText.Quote(run)}";
        if (images.Labels is null)
        {
            return $"{evaluate} --train LABELED --test LABELED   (images in one subfolder per class)";
        }

        const string train = ":train";
        string test = images.Name.EndsWith(train, StringComparison.Ordinal)
            ? ShellText.Quote($"{images.Name[..^train.Length]}:test")
            : "TEST";
        return $"{evaluate} --train {ShellText.Quote(images.Name)} --test {test}";
    }
}
