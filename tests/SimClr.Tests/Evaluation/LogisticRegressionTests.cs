using System.Text.Json;
using SimClr.Embeddings;
using SimClr.Evaluation;
using SimClr.Tests.Golden;

namespace SimClr.Tests.Evaluation;

[Collection(ComputeThreadsCollection.Name)]
public sealed class LogisticRegressionTests
{
    private static readonly JsonElement Golden = GoldenFile.Read("logistic_regression.json");

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Objective_and_accuracies_are_scikit_learns(int number)
    {
        JsonElement fit = Golden.GetProperty("fits")[number];
        (EmbeddingTable train, EmbeddingTable test) = (Digits("train"), Digits("test"));

        LogisticRegression model = LogisticRegression.Fit(LogisticData.Of(train), Number("l2"));

        Assert.True(model.Converged);
        Assert.InRange(model.Objective / Number("objective"), 1 - 1e-6, 1 + 1e-6);
        Assert.InRange(Math.Sqrt(model.Weights.Sum(w => w * w)) / Number("coef_norm"), 0.999, 1.001);
        Assert.Equal(Number("train_accuracy"), Top1(model, train), 12);
        Assert.Equal(Number("test_accuracy"), Top1(model, test), 12);
        Assert.InRange(LogLoss(model, test) / Number("test_log_loss"), 0.999, 1.001);

        double Number(string name) => fit.GetProperty(name).GetDouble();
    }

    private static EmbeddingTable Digits(string part)
    {
        double[] x = Golden.GetProperty($"{part}_x").Numbers();
        int[] y = [.. Golden.GetProperty($"{part}_y").Numbers().Select(label => (int)label)];
        return new EmbeddingTable([.. x.Select(v => (float)(v / 16))], 64, [.. y.Select((_, row) => $"{row}")], y);
    }

    private static double Top1(LogisticRegression model, EmbeddingTable table)
        => Accuracy.TopK(model.Logits(LogisticData.Of(table)), model.Classes, table.Labels!, 1);

    private static double LogLoss(LogisticRegression model, EmbeddingTable table)
    {
        float[] logits = model.Logits(LogisticData.Of(table));
        return table.Labels!.Select((label, row) =>
        {
            float[] z = logits[(row * model.Classes)..((row + 1) * model.Classes)];
            return Math.Log(z.Sum(v => Math.Exp(v - z[label])));
        }).Average();
    }
}
