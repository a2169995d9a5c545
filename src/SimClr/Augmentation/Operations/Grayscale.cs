using System.Numerics.Tensors;

namespace SimClr.Augmentation;

/// <summary>Converts colors to gray by ITU-R 601 luma, as torchvision does: 0.2989 R + 0.587 G + 0.114 B.</summary>
internal static class Grayscale
{
    public static void Apply(Span<float> planes)
    {
        int plane = planes.Length / 3;
        Luma(planes, planes[..plane]);
        planes[..plane].CopyTo(planes[plane..]);
        planes[..plane].CopyTo(planes[(2 * plane)..]);
    }

    /// <summary>Writes the luma of each pixel; <paramref name="luma"/> may be the first plane itself.</summary>
    public static void Luma(ReadOnlySpan<float> planes, Span<float> luma)
    {
        int plane = planes.Length / 3;
        TensorPrimitives.Multiply(planes[..plane], 0.2989f, luma);
        TensorPrimitives.MultiplyAdd(planes.Slice(plane, plane), 0.587f, luma, luma);
        TensorPrimitives.MultiplyAdd(planes[(2 * plane)..], 0.114f, luma, luma);
    }
}
