using SimClr.Checkpoints;
using SimClr.Data;
using SimClr.Distributed;

namespace SimClr.Evaluation;

/// <summary>Checks that the ranks of an evaluation were started with the same settings and data.</summary>
public static class EvaluationAgreement
{
    /// <summary>
    /// Compares weights, preprocessing, reading options, recipes, images and versions of all ranks before anything is
    /// computed. Every rank must call this method.
    /// </summary>
    /// <param name="ranks">The ranks.</param>
    /// <param name="encoder">The encoder to evaluate.</param>
    /// <param name="reading">The options for reading images; workers and cache may differ.</param>
    /// <param name="recipes">Records of options, such as <see cref="LinearOptions"/>.</param>
    /// <param name="sets">The image sets, each with its use: "training", "test".</param>
    /// <exception cref="ConfigurationException">
    /// Two ranks differ. Ranks other than the first throw another <see cref="SimClrException"/> with the same message.
    /// </exception>
    public static void Check(
        ICommunicator ranks,
        TrainedEncoder encoder,
        DataOptions reading,
        IReadOnlyList<object> recipes,
        IReadOnlyList<(string Use, ImageDataSet Images)> sets)
    {
        ArgumentNullException.ThrowIfNull(ranks);
        ArgumentNullException.ThrowIfNull(encoder);
        if (ranks.Size > 1)
        {
            RankAgreement.Check(ranks, ranks.OnEveryRank(
                () => EvaluationFacts.Collect(
                    encoder.Module, encoder.Head, encoder.Views, reading, [.. recipes], [.. sets])));
        }
    }
}
