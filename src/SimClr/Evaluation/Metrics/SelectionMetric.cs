namespace SimClr.Evaluation;

/// <summary>
/// The metric on validation data by which a setting is chosen: the λ of a logistic regression, or the learning rate and
/// weight decay of fine-tuning.
/// </summary>
public enum SelectionMetric
{
    /// <summary>The share of correctly classified rows.</summary>
    Top1,

    /// <summary>The mean accuracy per class.</summary>
    MeanPerClass,

    /// <summary>
    /// The mean over classes of the 11-point average precision (PASCAL VOC 2007), for multi-label rows.
    /// </summary>
    MeanAveragePrecision,
}
