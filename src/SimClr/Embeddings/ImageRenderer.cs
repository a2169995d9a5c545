using SimClr.Data;

namespace SimClr.Embeddings;

/// <summary>Renders the input of an encoder. Several threads call it at once.</summary>
/// <param name="image">The decoded image.</param>
/// <param name="index">The index of the image in its set, by which random draws are addressed.</param>
/// <param name="destination">size · size · 3 floats: rows of pixels, red first, normalized for the encoder.</param>
internal delegate void ImageRenderer(RgbImage image, int index, Span<float> destination);
