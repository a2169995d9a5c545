using Microsoft.ML.OnnxRuntime;
using SimClr.Augmentation;
using SimClr.Data;
using SimClr.Internals;

namespace SimClr.Onnx;

/// <summary>Random images, both as input of a model and as preprocessed input of the encoder.</summary>
internal sealed class RandomImages
{
    private readonly byte[] pixels;
    private readonly int width;
    private readonly int height;
    private readonly OnnxInput kind;

    /// <param name="preparation">The preparation of the encoder's input.</param>
    /// <param name="kind">The input of the model.</param>
    /// <param name="count">The number of images.</param>
    public RandomImages(Preparation preparation, OnnxInput kind, int count)
    {
        this.kind = kind;
        Count = count;
        Size = preparation.Size;

        // Images of any size: one portrait image smaller than a view, or several landscape images larger than a view.
        (width, height) = kind != OnnxInput.Images ? (Size, Size)
            : count == 1 ? (Size - (Size / 3), Size)
            : ((2 * Size) + 5, Size + 7);
        pixels = new byte[count * height * width * 3];
        var random = new RandomStream(0, Purpose.Export, count);
        foreach (ref byte value in pixels.AsSpan())
        {
            value = (byte)random.NextInt(256);
        }

        Prepared = Prepare(preparation.Transform);
    }

    public int Count { get; }

    /// <summary>The side of the encoder's input, in pixels.</summary>
    public int Size { get; }

    /// <summary>The input of the encoder: [count, size, size, 3], normalized.</summary>
    public float[] Prepared { get; }

    /// <summary>Creates the input of the model.</summary>
    public OrtValue ToOrtValue() => kind == OnnxInput.Tensor
        ? OrtValue.CreateTensorValueFromMemory(Planes(), [Count, 3, Size, Size])
        : OrtValue.CreateTensorValueFromMemory(pixels, [Count, height, width, 3]);

    private float[] Prepare(EvaluationTransform transform)
    {
        int each = 3 * Size * Size;
        float[] prepared = new float[Count * each];
        (float[] mean, float[] scale) = ([.. transform.Mean], [.. transform.Scale]);
        for (int i = 0; i < Count; i++)
        {
            Span<float> target = prepared.AsSpan(i * each, each);
            Memory<byte> source = pixels.AsMemory(i * height * width * 3, height * width * 3);
            if (kind == OnnxInput.Images)
            {
                transform.Render(new RgbImage(width, height, source), target);
                continue;
            }

            for (int k = 0; k < each; k++)
            {
                target[k] = ((source.Span[k] / 255f) - mean[k % 3]) * scale[k % 3];
            }
        }

        return prepared;
    }

    private float[] Planes()
    {
        int plane = Size * Size;
        float[] planes = new float[Prepared.Length];
        for (int i = 0; i < Prepared.Length; i++)
        {
            (int image, int rest) = Math.DivRem(i, 3 * plane);
            planes[(image * 3 * plane) + (rest % 3 * plane) + (rest / 3)] = Prepared[i];
        }

        return planes;
    }
}
