using System.Numerics.Tensors;

namespace SimClr.Evaluation;

/// <summary>Probabilities from logits.</summary>
internal static class Softmax
{
    /// <summary>Computes the probabilities of each row; a logit of −∞ gives 0.</summary>
    public static float[] Rows(float[] logits, int classes)
    {
        float[] probabilities = new float[logits.Length];
        for (int start = 0; start < logits.Length; start += classes)
        {
            Span<float> row = probabilities.AsSpan(start, classes);
            ReadOnlySpan<float> values = logits.AsSpan(start, classes);
            TensorPrimitives.Subtract(values, TensorPrimitives.Max(values), row);
            TensorPrimitives.Exp(row, row);
            TensorPrimitives.Divide(row, TensorPrimitives.Sum<float>(row), row);
        }

        return probabilities;
    }
}
