using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Checkpoints;

/// <summary>A tensor as described in a PyTorch file: shape and strides over a storage.</summary>
/// <param name="Storage">The storage with the values. Its type is known.</param>
/// <param name="Offset">The offset of the first element, in values.</param>
/// <param name="Shape">The dimensions.</param>
/// <param name="Strides">The distance between neighboring elements along each dimension, in values.</param>
internal sealed record PthTensor(PthStorage Storage, long Offset, long[] Shape, long[] Strides)
{
    /// <summary>
    /// Returns whether the tensor lies within its storage and has no more elements than the storage has values.
    /// </summary>
    public bool Fits()
    {
        if (Shape.Length != Strides.Length
            || Offset < 0
            || Storage.Begin < 0
            || Storage.Count < 0
            || TensorSize.Count(Shape) is not { } count)
        {
            return false;
        }

        // Int128 cannot overflow here, neither for a product of two values nor for a sum of 16 such products.
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

    /// <summary>Returns the tensor as a view of its storage's values.</summary>
    public Tensor View(Tensor numbers)
        => Shape.Contains(0)
            ? empty(Shape, numbers.dtype, CPU)
            : numbers.as_strided(Shape, Strides, Storage.Begin + Offset);
}
