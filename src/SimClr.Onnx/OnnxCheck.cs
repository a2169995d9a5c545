using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using SimClr.Checkpoints;
using SimClr.Classification;
using SimClr.Layers;
using static TorchSharp.torch;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace SimClr.Onnx;

/// <summary>A comparison of a model in ONNX Runtime with the encoder itself on the same random images.</summary>
internal static class OnnxCheck
{
    /// <summary>The maximum allowed difference.</summary>
    public const double Tolerance = 1e-4;

    private static readonly int[] Batches = [1, 3];

    /// <summary>Compares batches of 1 and 3 images.</summary>
    /// <returns>
    /// The maximum difference, relative to the maximum magnitude if that is above 1 (float32 has seven digits, and
    /// random noise can drive an encoder trained on smooth images to values in the hundreds); and the maximum
    /// magnitude.
    /// </returns>
    /// <exception cref="DataException">
    /// The difference exceeds <see cref="Tolerance"/>, or a value is not finite.
    /// </exception>
    public static (double Difference, double LargestValue) Run(
        byte[] model,
        TrainedEncoder encoder,
        nn.Module<Tensor, Tensor>? head,
        OnnxExportOptions options,
        ImageClassifier? classifier = null)
    {
        using InferenceSession session = Open(model);
        var preparation = new Preparation(encoder.Views, classifier?.IsForTransfer ?? false);
        double difference = 0;
        double largest = 0;
        foreach (int batch in Batches)
        {
            var images = new RandomImages(preparation, options.Input, batch);
            float[] rows = Embed(images, encoder, head);
            var expected = new Dictionary<string, float[]>();
            if (classifier is not null)
            {
                AddPredictions(expected, classifier, rows, images.Count);
            }

            expected[EncoderModel.OutputName] = options.Normalize ? Normalized(rows, images.Count) : rows;

            // The maximum of values that include NaN is NaN, which exceeds any tolerance.
            difference = Math.Max(difference, Difference(expected, session, images));
            largest = Math.Max(
                largest, Math.Abs(TensorPrimitives.MaxMagnitude<float>(expected[EncoderModel.OutputName])));
        }

        if (!double.IsFinite(largest))
        {
            throw new DataException(
                "the encoder's own embeddings of random images are not finite; nothing was "
                    + "written. Was its training stable?");
        }

        difference /= Math.Max(1, largest);
        return difference <= Tolerance
            ? (difference, largest)
            : throw new DataException(string.Create(
                CultureInfo.InvariantCulture,
                $"ONNX Runtime's outputs for random images differ from the encoder's by {difference:G3}"
                    + $"{(largest > 1 ? $" of the maximum magnitude, {largest:G3}" : "")}, more than the allowed "
                    + $"{Tolerance}; nothing was written"));
    }

    private static InferenceSession Open(byte[] model)
    {
        try
        {
            using var settings = new SessionOptions
            {
                IntraOpNumThreads = get_num_threads(),
                LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
            };

            // Spinning would take processor time from other work.
            settings.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
            return new InferenceSession(model, settings);
        }
        catch (Exception error) when (error is TypeInitializationException or DllNotFoundException)
        {
            throw new ConfigurationException(
                "ONNX Runtime, which checks the model, has no native library for this system; reference "
                    + "Microsoft.ML.OnnxRuntime in the program, or export without the check (OnnxExportOptions.Check)",
                error);
        }
    }

    private static double Difference(
        Dictionary<string, float[]> expected, InferenceSession session, RandomImages images)
    {
        using OrtValue input = images.ToOrtValue();
        using var run = new RunOptions();
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(
            run, [InputGraph.Name], [input], expected.Keys);
        double largest = 0;
        foreach ((string name, OrtValue output) in expected.Keys.Zip(outputs))
        {
            largest = Math.Max(largest, Difference(name, expected[name], output.GetTensorDataAsSpan<float>()));
        }

        return largest;
    }

    private static double Difference(string name, float[] expected, ReadOnlySpan<float> actual)
    {
        if (actual.Length != expected.Length)
        {
            throw new DataException(
                $"ONNX Runtime returned {actual.Length} values for the output '{name}', expected {expected.Length}; "
                    + "nothing was written");
        }

        float[] difference = new float[expected.Length];
        TensorPrimitives.Subtract(actual, expected, difference);
        return Math.Abs(TensorPrimitives.MaxMagnitude<float>(difference));
    }

    /// <summary>Computes the rows that the classifier, if any, classifies: not normalized.</summary>
    private static float[] Embed(RandomImages images, TrainedEncoder encoder, nn.Module<Tensor, Tensor>? head)
    {
        using var scope = NewDisposeScope();
        using var inference = new InferenceMode(encoder.Module);
        using InferenceMode? inferenceHead = head is null ? null : new InferenceMode(head);

        // Channels last, as everywhere. For other layouts, libtorch uses NNPACK, which prints warnings on processors
        // that it does not recognize.
        Tensor input = tensor(images.Prepared, [images.Count, images.Size, images.Size, 3], device: CPU)
            .permute(0, 3, 1, 2);
        Tensor x = encoder.Module.forward(input.to(device(inference.Device))).to_type(ScalarType.Float32);
        x = head is null ? x : head.forward(x.to(device(inferenceHead!.Device)));
        return x.cpu().contiguous().data<float>().ToArray();
    }

    private static void AddPredictions(
        Dictionary<string, float[]> expected, ImageClassifier classifier, float[] rows, int count)
    {
        ImagePrediction[] predictions = [.. rows.Chunk(rows.Length / count).Select(row => classifier.Classify(row))];
        expected[ClassifierGraph.Probabilities] =
            [.. predictions.SelectMany(prediction => prediction.Probabilities)];
        if (classifier.Novelty is not null)
        {
            expected[ClassifierGraph.Novelty] = [.. predictions.Select(prediction => (float)prediction.Novelty!.Value)];
        }
    }

    private static float[] Normalized(float[] rows, int count)
    {
        int dimension = rows.Length / count;
        float[] unit = [.. rows];
        for (int row = 0; row < count; row++)
        {
            Span<float> values = unit.AsSpan(row * dimension, dimension);
            float norm = TensorPrimitives.Norm<float>(values);
            TensorPrimitives.Multiply(values, norm > 0 ? 1 / norm : 0, values);
        }

        return unit;
    }
}
