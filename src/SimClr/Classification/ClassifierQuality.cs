using SimClr.Evaluation;

namespace SimClr.Classification;

/// <summary>How good a classifier is on images that it was not fitted to.</summary>
public sealed record ClassifierQuality
{
    /// <summary>
    /// The protocol of the training: <c>few-label</c>, <c>logistic</c>, <c>linear</c>, <c>finetune</c> or
    /// <c>supervised</c>.
    /// </summary>
    public required string Protocol { get; init; }

    /// <summary>The number of labeled images that the classifier was fitted to.</summary>
    public required int Labels { get; init; }

    /// <summary>
    /// The images of the measures: "5-fold cross-validation", "a fifth of the training images", "validation images" or
    /// "test images"; null without measures, for example because there were too few labels.
    /// </summary>
    public string? MeasuredOn { get; init; }

    /// <summary>The number of these images.</summary>
    public int Images { get; init; }

    /// <summary>The share of them that is classified correctly, 0 … 1.</summary>
    public double Accuracy { get; init; }

    /// <summary>Wilson's 95% interval of the accuracy.</summary>
    public Interval Interval { get; init; }

    /// <summary>The calibration of softmax(logits), without a temperature; null without measures.</summary>
    public Calibration? Uncalibrated { get; init; }

    /// <summary>
    /// The calibration with a temperature. Each fifth of the images is measured with the temperature of the others, so
    /// that this is an estimate for new images. Null if no temperature was fitted.
    /// </summary>
    public Calibration? Calibrated { get; init; }

    /// <summary>Measures a classifier, and its calibration with and without temperature.</summary>
    internal static ClassifierQuality Measure(string protocol, int labels, HeldOutScores? scores)
    {
        var quality = new ClassifierQuality { Protocol = protocol, Labels = labels };
        if (scores is null)
        {
            return quality;
        }

        int[] predictions = SimClr.Evaluation.Accuracy.Predictions(scores.Logits, scores.Classes);
        int right = predictions.Zip(scores.Labels).Count(pair => pair.First == pair.Second);
        return quality with
        {
            MeasuredOn = scores.Origin,
            Images = scores.Labels.Count,
            Accuracy = (double)right / scores.Labels.Count,
            Interval = WilsonInterval.Compute(right, scores.Labels.Count),
            Uncalibrated = Calibration.Measure(
                Softmax.Rows(scores.Logits, scores.Classes), scores.Classes, scores.Labels),
            Calibrated = Calibration.Measure(
                TemperatureScaling.CrossFit(scores.Logits, scores.Classes, scores.Labels),
                scores.Classes,
                scores.Labels),
        };
    }
}
