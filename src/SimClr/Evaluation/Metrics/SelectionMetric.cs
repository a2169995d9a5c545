namespace SimClr.Evaluation;

/// <summary>By what a setting is chosen on validation data: the λ of a logistic regression, or rate and decay of fine-tuning.</summary>
public enum SelectionMetric
{
    /// <summary>Share of rows that are classified right.</summary>
    Top1,

    /// <summary>The mean over classes of the share of their rows that are classified right.</summary>
    MeanPerClass,

    /// <summary>The mean over classes of the 11-point average precision (PASCAL VOC 2007), for marks of several classes per row.</summary>
    MeanAveragePrecision,
}
