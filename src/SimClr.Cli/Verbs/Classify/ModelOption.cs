using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using SimClr.Classification;
using SimClr.Cli.Outputs;
using SimClr.Cli.Progress;
using SimClr.Data;
using SimClr.Evaluation;

namespace SimClr.Cli.Verbs;

/// <summary>The option that names the file of a classifier to keep, and <c>--force</c>.</summary>
internal sealed class ModelOption(string name, string origin)
{
    private const int MinImagesForCalibration = 200;

    private readonly Option<bool> force = new("--force")
    {
        Description = $"Replace the classifier in the file of {name}",
    };

    /// <summary>The option that names the file.</summary>
    public OutputOption File { get; } = new(
        name,
        OutputKinds.Classifier,
        $"Keep {origin} for 'simclr classify': write a file that ends in {ImageClassifier.Extension}");

    public void AddTo(Command verb)
    {
        verb.Add(File);
        verb.Add(force);
    }

    /// <summary>Returns the file, checked before any computation; null without the option.</summary>
    /// <exception cref="ConfigurationException">The file exists, and is not to be replaced.</exception>
    public OutputFile? Resolve(CommandContext context)
    {
        OutputFile? file = context.File(File);
        bool replaces = file is not null && System.IO.File.Exists(file.Path);
        return replaces && !context.Value(force)
            ? throw new ConfigurationException(
                $"{name}: '{file!.Path}' already exists; --force replaces it, or choose another file")
            : file is null && context.IsSpecified(force)
                ? throw new ConfigurationException($"--force applies to the file of {name}; use it with {name}")
            : file;
    }

    /// <summary>
    /// Returns training images, evenly of all classes, whose embeddings are kept as a reference for the novelty.
    /// </summary>
    public static ImageDataSet Reference(ImageDataSet train)
        => train.Count <= NoveltyReference.MaxRows
            ? train
            : train.Subset(LabelSubset.Fraction(
                train.RequireLabels(), (double)NoveltyReference.MaxRows / train.Count));

    /// <summary>
    /// Returns the quality of a classifier in one line. The calibration error of few images is mostly chance.
    /// </summary>
    public static string Describe(ImageClassifier model)
    {
        if (model.Quality is not { MeasuredOn: { } images } quality)
        {
            return "the accuracy of the classifier was not measured, and its probabilities are not calibrated";
        }

        string calibration = (quality.Uncalibrated, quality.Calibrated) switch
        {
            ({ } before, { } after) => string.Create(
                CultureInfo.InvariantCulture,
                $"; expected calibration error {after.Error:0.0%} ({before.Error:0.0%} without temperature "
                    + $"{model.Temperature:0.##})"),
            ({ } before, null) => string.Create(
                CultureInfo.InvariantCulture, $"; expected calibration error {before.Error:0.0%}, no temperature"),
            _ => "",
        };
        calibration += calibration.Length > 0 && quality.Images < MinImagesForCalibration ? ", a rough estimate" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"accuracy {ProgressText.Percent(quality.Accuracy)} on {Plural.Format(quality.Images, "image")} ({images}; "
                + $"95% interval {quality.Interval.Low:0.0%} to {quality.Interval.High:0.0%}){calibration}");
    }

    /// <summary>Writes a classifier, and adds it to a result.</summary>
    /// <param name="file">The file.</param>
    /// <param name="model">The classifier.</param>
    /// <param name="json">Receives the keys of the classifier.</param>
    /// <param name="lines">Receives the lines on the classifier.</param>
    public static void Keep(OutputFile file, ImageClassifier model, JsonObject json, List<string> lines)
    {
        file.WriteTo(model.Save);
        lines.Add($"wrote {file.Path}: {Describe(model)}");
        lines.Add($"next: simclr classify {ShellText.Quote(file.Path)} IMAGES");
        json["model"] = file.Path;
        json["accuracy"] = model.Quality is { MeasuredOn: not null } measured ? measured.Accuracy : null;
        json["labels"] = model.Quality?.Labels;
        json["temperature"] = model.Temperature;
        json["calibration_error"] = model.Quality?.Calibrated?.Error;
        json["calibration_error_without_temperature"] = model.Quality?.Uncalibrated?.Error;
    }
}
