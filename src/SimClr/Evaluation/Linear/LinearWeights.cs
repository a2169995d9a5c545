namespace SimClr.Evaluation;

/// <summary>The parameters of a trained linear layer on representations as they are, without standardization.</summary>
/// <param name="Weights">classes · dimension numbers, class by class.</param>
/// <param name="Biases">One number per class.</param>
internal sealed record LinearWeights(float[] Weights, float[] Biases)
{
    /// <summary>
    /// Returns the layer on x that gives the logits of this one on (x − mean) / deviation.
    /// </summary>
    /// <param name="mean">One number per dimension.</param>
    /// <param name="deviation">The common scale, above 0.</param>
    public LinearWeights WithoutStandardization(float[] mean, float deviation)
    {
        float[] weights = [.. Weights.Select(weight => weight / deviation)];
        float[] biases = [.. Biases];
        for (int number = 0; number < biases.Length; number++)
        {
            double shift = 0;
            for (int i = 0; i < mean.Length; i++)
            {
                shift += (double)weights[(number * mean.Length) + i] * mean[i];
            }

            biases[number] = (float)(biases[number] - shift);
        }

        return new LinearWeights(weights, biases);
    }
}
