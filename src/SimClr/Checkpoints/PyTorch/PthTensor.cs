using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Checkpoints;

/// <summary>A tensor as a PyTorch file describes it: shape and strides over a storage.</summary>
/// <param name="Storage">Where its numbers are; its type is known.</param>
/// <param name="Offset">Of the first one, in numbers.</param>
/// <param name="Shape">Its sizes.</param>
/// <param name="Strides">Numbers from one place to the next, for each size.</param>
internal sealed record PthTensor(PthStorage Storage, long Offset, long[] Shape, long[] Strides)
{
    /// <summary>Whether it lies within its storage and names no number of it more often than there are numbers.</summary>
    public bool Fits()
    {
        if (Shape.Length != Strides.Length || Offset < 0 || Storage.Begin < 0 || Storage.Count < 0 || TensorSize.Count(Shape) is not { } count)
        {
            return false;
        }

        // As Int128 no product of two and no sum of 16 of them is too large.
        Int128 last = (Int128)Offset + Storage.Begin;
        for (int i = 0; i < Shape.Length; i++)
        {
            if (Strides[i] < 0 || Shape[i] > int.MaxValue)
            {
                return false;
            }

            last += (Int128)Math.Max(0, Shape[i] - 1) * Strides[i];
        }

        return count == 0 || (count <= Storage.Count && last < Storage.Count);
    }

    /// <summary>The tensor as a view of its storage's numbers.</summary>
    public Tensor View(Tensor numbers)
        => Shape.Contains(0) ? empty(Shape, numbers.dtype, CPU) : numbers.as_strided(Shape, Strides, Storage.Begin + Offset);
}
