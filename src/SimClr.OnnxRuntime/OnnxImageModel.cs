using Microsoft.Extensions.AI;
using Microsoft.ML.OnnxRuntime;
using SimClr.Data;
using SimClr.Internals;

namespace SimClr.OnnxRuntime;

/// <summary>
/// An encoder or classifier that SimClr exported to ONNX with its preprocessing, in ONNX Runtime. Its results are those
/// of the library within 1e-4. Thread-safe.
/// </summary>
public sealed class OnnxImageModel : IDisposable
{
    private const string NoName = "the image";

    private readonly InferenceSession session;
    private readonly ModelDescription description;
    private readonly DataOptions decoding;
    private bool isDisposed;

    private OnnxImageModel(InferenceSession session, ModelDescription description, DataOptions decoding)
        => (this.session, this.description, this.decoding) = (session, description, decoding);

    /// <summary>The path of the file.</summary>
    public string Path => description.File;

    /// <summary>The number of values per embedding.</summary>
    public int Dimension => description.Dimension;

    /// <summary>
    /// The layer of the encoder whose output is the embedding: <c>h</c>, <c>z</c>, or the number of a hidden layer of
    /// the projection head.
    /// </summary>
    public string Layer => description.Layer;

    /// <summary>Whether the model classifies images; if not, it only embeds them.</summary>
    public bool IsClassifier => ClassNames.Count > 0;

    /// <summary>The names of the classes, by number; empty for an encoder.</summary>
    public IReadOnlyList<string> ClassNames => description.ClassNames;

    /// <summary>
    /// The novelty above which an image is unknown; null for a model that does not measure it.
    /// </summary>
    public double? NoveltyThreshold => description.NoveltyThreshold;

    /// <summary>The text entries of the file: preprocessing, encoder, run, data, steps and versions.</summary>
    public IReadOnlyDictionary<string, string> Metadata => description.Metadata;

    /// <summary>Loads a model.</summary>
    /// <param name="path">
    /// A file written by <c>simclr export onnx --resize</c> (for a classifier, <c>--resize</c> is the default), or by
    /// SimClr.Onnx with <c>OnnxInput.Images</c>.
    /// </param>
    /// <param name="options">The options, or null for the defaults.</param>
    /// <exception cref="IOException">There is no such file, or it cannot be read.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is not an ONNX model, is damaged, was not exported by SimClr, or by a newer version, or takes images
    /// that are already resized.
    /// </exception>
    /// <exception cref="NotSupportedException">ONNX Runtime has no native library for this system.</exception>
    public static OnnxImageModel Load(string path, OnnxImageModelOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        options ??= new OnnxImageModelOptions();
        if (!File.Exists(path))
        {
            throw new FileNotFoundException(
                Directory.Exists(path)
                    ? $"{path}: this is a folder, expected a model written by OnnxExport"
                    : $"{path}: no such file",
                path);
        }

        RegularFile.Require(path);
        InferenceSession session = Open(path, options);
        try
        {
            return new OnnxImageModel(
                session,
                ModelDescription.Read(path, session),
                new DataOptions { DecodeLimitMegapixels = options.DecodeLimitMegapixels });
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Embeds an image file.</summary>
    /// <returns><see cref="Dimension"/> values.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnreadableImageException">The file is not an image, is broken, or is too large.</exception>
    public float[] Embed(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Embed(RegularFile.ReadAllBytes(path), path);
    }

    /// <summary>Embeds an encoded image from a stream, which is read to its end.</summary>
    /// <inheritdoc cref="Embed(string)"/>
    public float[] Embed(Stream encoded) => Embed(ReadAll(encoded), NoName);

    /// <summary>Embeds an encoded image: the bytes of a JPEG, PNG, WebP, BMP or GIF file.</summary>
    /// <inheritdoc cref="Embed(string)"/>
    public float[] Embed(ReadOnlySpan<byte> encoded) => Embed(encoded, NoName);

    /// <summary>Embeds a decoded image.</summary>
    /// <param name="width">The width in pixels.</param>
    /// <param name="height">The height in pixels.</param>
    /// <param name="pixels">height · width · 3 bytes: rows from the top, red first.</param>
    /// <returns><see cref="Dimension"/> values.</returns>
    /// <exception cref="ArgumentException">The number of bytes does not fit the size.</exception>
    public float[] Embed(int width, int height, ReadOnlySpan<byte> pixels)
        => Run(ImageOf(width, height, pixels), [ModelDescription.Embedding])[0];

    /// <summary>Classifies an image file.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnreadableImageException">The file is not an image, is broken, or is too large.</exception>
    /// <exception cref="InvalidOperationException">The model is an encoder.</exception>
    public Prediction Classify(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        RequireClassifier();
        return Classify(ImageDecoder.Decode(RegularFile.ReadAllBytes(path), path, decoding));
    }

    /// <summary>Classifies an encoded image from a stream, which is read to its end.</summary>
    /// <inheritdoc cref="Classify(string)"/>
    public Prediction Classify(Stream encoded) => Classify(ReadAll(encoded));

    /// <summary>Classifies an encoded image: the bytes of a JPEG, PNG, WebP, BMP or GIF file.</summary>
    /// <inheritdoc cref="Classify(string)"/>
    public Prediction Classify(ReadOnlySpan<byte> encoded)
    {
        RequireClassifier();
        return Classify(ImageDecoder.Decode(encoded, NoName, decoding));
    }

    /// <summary>Classifies a decoded image.</summary>
    /// <exception cref="InvalidOperationException">The model is an encoder.</exception>
    /// <inheritdoc cref="Embed(int, int, ReadOnlySpan{byte})"/>
    /// <returns>The classes and their probabilities.</returns>
    public Prediction Classify(int width, int height, ReadOnlySpan<byte> pixels)
    {
        RequireClassifier();
        return Classify(ImageOf(width, height, pixels));
    }

    /// <summary>
    /// Returns the model as a generator of embeddings for Microsoft.Extensions.AI. Disposing it leaves the model open.
    /// </summary>
    public IEmbeddingGenerator<DataContent, Embedding<float>> AsEmbeddingGenerator()
        => new OnnxEmbeddingGenerator(this);

    /// <inheritdoc/>
    public void Dispose()
    {
        isDisposed = true;
        session.Dispose();
    }

    internal float[] Embed(ReadOnlySpan<byte> encoded, string name)
        => Run(ImageDecoder.Decode(encoded, name, decoding), [ModelDescription.Embedding])[0];

    private static InferenceSession Open(string path, OnnxImageModelOptions options)
    {
        try
        {
            // Images differ in size: patterns of memory would be kept for each size, and the arena as for the largest.
            using var settings = new SessionOptions
            {
                LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
                EnableMemoryPattern = false,
                EnableCpuMemArena = false,
            };

            // Spinning would take processor time from other work.
            settings.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
            options.ConfigureSession?.Invoke(settings);
            return new InferenceSession(path, settings);
        }
        catch (Exception error) when (error is TypeInitializationException or DllNotFoundException)
        {
            throw new NotSupportedException(
                "ONNX Runtime has no native library for this system; reference a package of ONNX Runtime that has one",
                error);
        }
        catch (OnnxRuntimeException error) when (!ModelDescription.IsOurs(path))
        {
            throw new InvalidDataException(
                $"{path}: this is not a model exported by SimClr, or its start is damaged; "
                    + "expected a model written by OnnxExport",
                error);
        }
        catch (OnnxRuntimeException error)
        {
            throw new InvalidDataException(
                $"{path}: ONNX Runtime cannot load the model ({error.Message}); it may be cut off or damaged: "
                    + "export it again",
                error);
        }
    }

    private static byte[] ReadAll(Stream encoded)
    {
        ArgumentNullException.ThrowIfNull(encoded);
        using var bytes = new MemoryStream();
        encoded.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static RgbImage ImageOf(int width, int height, ReadOnlySpan<byte> pixels)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        if (pixels.Length != 3L * width * height)
        {
            throw new ArgumentException($"got {pixels.Length} bytes, expected {height} × {width} × 3", nameof(pixels));
        }

        byte[] copy = PixelPool.Rent(pixels.Length);
        pixels.CopyTo(copy);
        return new RgbImage(width, height, copy.AsMemory(0, pixels.Length));
    }

    private void RequireClassifier()
    {
        if (!IsClassifier)
        {
            throw new InvalidOperationException(
                $"{Path}: this model is an encoder, which has no classes; expected the export of a classifier");
        }
    }

    private Prediction Classify(RgbImage image)
    {
        float[][] results = NoveltyThreshold is null
            ? Run(image, [ModelDescription.Probabilities])
            : Run(image, [ModelDescription.Probabilities, ModelDescription.Novelty]);
        float? novelty = results.Length > 1 ? results[1][0] : null;
        return new Prediction(ClassNames, results[0], novelty, novelty > NoveltyThreshold);
    }

    /// <summary>Computes outputs of the model for an image, whose pixels are then returned to the pool.</summary>
    private float[][] Run(RgbImage image, string[] outputs)
    {
        try
        {
            ObjectDisposedException.ThrowIf(isDisposed, this);
            using OrtValue input = OrtValue.CreateTensorValueFromMemory(
                OrtMemoryInfo.DefaultInstance, image.Pixels, [1, image.Height, image.Width, 3]);
            using var run = new RunOptions();
            using IDisposableReadOnlyCollection<OrtValue> results = session.Run(
                run, [ModelDescription.Images], [input], outputs);
            return [.. results.Select(result => result.GetTensorDataAsSpan<float>().ToArray())];
        }
        finally
        {
            PixelPool.Return(image);
        }
    }
}
