using System.Globalization;
using SimClr.Augmentation;
using SimClr.Internals;

namespace SimClr.Onnx;

/// <summary>How an image becomes the input of the encoder.</summary>
internal sealed class Preparation(ViewOptions views, bool forTransfer = false)
{
    /// <summary>Size, normalization and resizing.</summary>
    public EvaluationTransform Transform { get; } =
        forTransfer ? EvaluationTransform.ForTransfer(views) : new EvaluationTransform(views);

    /// <summary>The interpolation of resizing.</summary>
    public Interpolation Interpolation { get; } = forTransfer ? Interpolation.Bicubic : views.Interpolation;

    /// <summary>Side of the encoder's input in pixels.</summary>
    public int Size => Transform.Size;

    /// <summary>Returns what is done before the model, if it takes images that are already resized.</summary>
    public string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"short side resized to {Transform.ShortSide} pixels ({Interpolation.Text()}, antialiased), center {Size} x "
            + $"{Size} cropped");
}
