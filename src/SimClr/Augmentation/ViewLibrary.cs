using System.Text.Json.Serialization;
using SimClr.Internals;

namespace SimClr.Augmentation;

/// <summary>
/// The implementation whose operations make the views. In files and options: <c>pytorch</c>, <c>tensorflow</c>,
/// <c>simclrv1</c>, <c>simclrv2</c>; the last two are the authors' names for the versions of their code. All but the
/// first resize without antialiasing, change contrast about the mean of each channel and saturation in HSV, pad blur
/// with zeros, and draw crops as <c>tf.image.sample_distorted_bounding_box</c> does.
/// </summary>
[JsonConverter(typeof(EnumTextConverter<ViewLibrary>))]
public enum ViewLibrary
{
    /// <summary>torchvision's operations, as in the PyTorch listing of the paper's Appendix A.</summary>
    PyTorch,

    /// <summary>
    /// TensorFlow's operations, as in the TensorFlow listing of the paper's Appendix A: additive brightness, a fixed
    /// order of the colors, and clipping once after them.
    /// </summary>
    TensorFlow,

    /// <summary>
    /// The first version of the authors' code: additive brightness, colors in random order and clipped after each, and
    /// the resizing of TensorFlow 1, which aligns the top left pixels of the two grids.
    /// </summary>
    SimClrV1,

    /// <summary>
    /// The authors' code for TensorFlow 2: brightness multiplies, colors in random order and clipped after each.
    /// </summary>
    SimClrV2,
}
